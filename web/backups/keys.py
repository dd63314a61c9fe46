"""The key files of an instance, as a backup carries them."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path


def keys_in(folder: Path) -> dict[str, bytes]:
    """All keys by the names of their files; one that is destroyed while we look is left out."""
    found = {}
    for file in sorted(folder.glob("*.key")) if folder.is_dir() else ():
        try:
            found[file.name] = file.read_bytes()
        except FileNotFoundError:
            continue
    return found


def fingerprint_of(key: bytes) -> str:
    """What recognises a key without telling it: keys are random, so a plain digest gives nothing away."""
    return hashlib.sha256(b"backup of " + key).hexdigest()


def put_back_keys(folder: Path, keys: Mapping[str, bytes]) -> None:
    """Write keys that only the server's user may read; one of the same name that differs is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, key in keys.items():
        beside = folder / f".{Path(name).name}.restoring"
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, key)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(folder / Path(name).name)
