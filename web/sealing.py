"""Keys in files outside the database, and what is sealed with them: unreadable for good once the file is gone."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
NAME_BYTES = 16
OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES


class KeyMissingError(LookupError):
    """The key file is not in the folder, or is not a key; the argument is its path."""


class NotSealedWithThisKeyError(ValueError):
    """The sealed bytes were changed, or belong to another key or name."""


class Seal:
    """One purpose of a key: gives random-looking names, and seals and opens bytes under them (AES-256-GCM)."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """Derive two keys of the purpose's own, so that purposes tell nothing of each other."""
        self._name_key = hmac.digest(key, f"name:{purpose}".encode(), "sha256")
        self._cipher = AESGCM(hmac.digest(key, f"seal:{purpose}".encode(), "sha256"))

    def name(self, number: int) -> bytes:
        """The name under which something is kept: the same for the same number, joined to it by nobody else."""
        return hmac.digest(self._name_key, number.to_bytes(8, "big"), hashlib.sha256)[:NAME_BYTES]

    def sealed(self, content: bytes, name: bytes) -> bytes:
        """The content under a fresh nonce; it opens only together with its name."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, name)

    def opened(self, sealed: bytes, name: bytes) -> bytes:
        """The content again; raises NotSealedWithThisKeyError."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name)
        except (InvalidTag, ValueError) as error:
            raise NotSealedWithThisKeyError from error

    def opened_many(self, rows: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
        """The contents of many, (name, sealed) each; raises NotSealedWithThisKeyError."""
        decrypt = self._cipher.decrypt
        try:
            for name, sealed in rows:
                yield decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name)
        except (InvalidTag, ValueError) as error:
            raise NotSealedWithThisKeyError from error


def make_key(folder: Path, name: str) -> None:
    """Write a new key that only the server's user may read; a key that is already there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = key_file(folder, name)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        # A link, unlike a rename, never replaces a key that something may already be sealed with.
        path.hardlink_to(beside)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    _sync_folder(folder)


def key_named(folder: Path, name: str) -> bytes:
    """Read a key; raises KeyMissingError with the path where it should be."""
    path = key_file(folder, name)
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise KeyMissingError(path) from None
    if len(key) != KEY_BYTES:
        raise KeyMissingError(path)
    return key


def has_key(folder: Path, name: str) -> bool:
    """Whether the key file is there."""
    return key_file(folder, name).is_file()


def destroy_key(folder: Path, name: str) -> None:
    """Overwrite and remove a key, so that all it sealed is noise; nothing happens where it is already gone."""
    path = key_file(folder, name)
    if not path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()
    _sync_folder(folder)


def key_file(folder: Path, name: str) -> Path:
    """Where a key is kept."""
    if not name or not all(character.isalnum() or character == "-" for character in name):
        raise ValueError(f"a key's name has letters, digits and hyphens, not {name!r}")
    return folder / f"{name}.key"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
