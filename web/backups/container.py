"""The form of a backup file: one line with the checksum of all that follows, then a ZIP archive with a manifest."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from web.backups.errors import DamagedBackupError, FileExistsAlreadyError, NotABackupError, OtherFormatError

FORMAT = 1
HEADER_LENGTH = 128
BLOCK = 1024 * 1024
MANIFEST = "manifest.json"
DATA, KEYS = b"STEELYARD-BACKUP", b"STEELYARD-KEYS"


class Writer:
    """An archive that is being written; every member's checksum goes into the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Begin without members."""
        self._archive = archive
        self.checksums: dict[str, str] = {}

    def add(self, name: str, blocks: Iterable[bytes | memoryview]) -> None:
        """Add a member from its blocks."""
        checksum = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for block in blocks:
                checksum.update(block)
                member.write(block)
        self.checksums[name] = checksum.hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Add a member from a file."""
        with path.open("rb") as file:
            self.add(name, _blocks(file))

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest."""
        text = json.dumps({**manifest, "format": FORMAT, "files": self.checksums}, sort_keys=True, indent=1)
        self._archive.writestr(MANIFEST, text)


@contextmanager
def written(path: Path, kind: bytes) -> Iterator[Writer]:
    """Write a container beside the path and move it there when it is whole and on disk; nothing stays if that fails."""
    if path.exists():
        raise FileExistsAlreadyError(path=path)
    beside = path.with_name(f"{path.name}.partial")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            file.write(b"\n" * HEADER_LENGTH)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield Writer(archive)
            header = _header_of(file, kind)
            file.seek(0)
            file.write(header)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces a file that appeared meanwhile.
        path.hardlink_to(beside)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def opened(path: Path, kind: bytes) -> Iterator[tuple[dict[str, Any], zipfile.ZipFile]]:
    """Read a container after its checksum was found right: its manifest and its archive."""
    try:
        file = path.open("rb")
    except OSError:
        raise NotABackupError(path=path) from None
    with file:
        header = file.read(HEADER_LENGTH)
        _check_kind(path, header, kind)
        if header != _header_of(file, kind):
            raise DamagedBackupError(path=path)
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise OtherFormatError(path=path)
            yield manifest, archive


def extract(archive: zipfile.ZipFile, folder: Path, inside: str) -> None:
    """Unpack the members below a name into a folder, each under the name that it had there."""
    for name in archive.namelist():
        parts = PurePosixPath(name).parts
        if parts[0] != inside or ".." in parts or PurePosixPath(name).is_absolute():
            continue
        target = folder.joinpath(*parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as member, target.open("wb") as file:
            for block in _blocks(member):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())


def _check_kind(path: Path, header: bytes, kind: bytes) -> None:
    name, _space, rest = header.partition(b" ")
    if name != kind:
        raise NotABackupError(path=path)
    number = rest.partition(b" ")[0]
    if number.isdigit() and int(number) > FORMAT:
        raise OtherFormatError(path=path)


def _header_of(file: BinaryIO, kind: bytes) -> bytes:
    """The first line: kind, format, and the checksum of everything after it, padded to one length."""
    file.seek(HEADER_LENGTH)
    checksum = hashlib.sha256()
    for block in _blocks(file):
        checksum.update(block)
    line = b"%s %d sha256 %s" % (kind, FORMAT, checksum.hexdigest().encode())
    return line.ljust(HEADER_LENGTH - 1) + b"\n"


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
