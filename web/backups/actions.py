"""Making a backup, checking one, restoring one."""

import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.engine import make_url

from web.backups import sqlite
from web.backups.container import DATA, KEYS, Writer, extract, opened, written
from web.backups.errors import FileExistsAlreadyError, KeysMissingError, NotEmptyError, OtherKeysError
from web.backups.keys import fingerprint_of, keys_in, put_back_keys
from web.backups.postgresql import copy_out
from web.backups.restoring import fill_postgresql, is_empty, require_readable, revision_of
from web.database import db, new_public_id, utc_now

UPLOADS, BESIDE = "uploads", "beside"


@dataclass(frozen=True)
class Backup:
    """What a backup file says of itself."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def keys_path(self) -> Path:
        """Where its keys are looked for."""
        return keys_path_of(self.path)

    @property
    def created_at(self) -> str:
        """When it was made, as text in UTC."""
        return str(self.manifest["created_at"])


def keys_path_of(path: Path) -> Path:
    """The second file of a backup, which the operator keeps apart."""
    return path.with_name(f"{path.name}.keys")


def create_backup(path: Path, beside: Sequence[Path] = ()) -> Backup:
    """Write database and uploads into one file and the keys into another, while the product is in use.

    ``beside`` are further files of the instance folder that belong to the data. Keys are read before and after the
    database, so that none is missing of what the copy holds.
    """
    settings = current_app.config["SETTINGS"]
    if keys_path_of(path).exists():
        raise FileExistsAlreadyError(path=keys_path_of(path))
    keys = keys_in(settings.keys)
    manifest = {
        "id": new_public_id(),
        "product": product_version(),
        "created_at": utc_now().isoformat(timespec="seconds"),
        "database": db.engine.dialect.name,
    }
    with written(path, DATA) as writer:
        manifest |= _copy_database(writer)
        for file in beside:
            if file.is_file():
                writer.add_file(f"{BESIDE}/{file.name}", file)
        uploads = settings.instance / UPLOADS
        for file in sorted(uploads.rglob("*")) if uploads.is_dir() else ():
            if file.is_file():
                writer.add_file(f"{UPLOADS}/{file.relative_to(uploads).as_posix()}", file)
        keys = keys_in(settings.keys) | keys
        writer.finish(manifest | {"keys": {name: fingerprint_of(key) for name, key in keys.items()}})
        _write_keys(keys_path_of(path), str(manifest["id"]), keys)
    return checked_backup(path)


def checked_backup(path: Path, *, without_keys: bool = False) -> Backup:
    """Read a backup as restoring would, and refuse what could not be restored."""
    with opened(path, DATA) as (manifest, archive):
        require_readable(manifest)
        _checked_keys(path, manifest, without_keys)
        with tempfile.TemporaryDirectory(prefix="steelyard-backup-") as folder:
            _unpacked_sqlite(archive, manifest, Path(folder))
        return Backup(path, manifest)


def restore_backup(path: Path, *, replace: bool = False, without_keys: bool = False) -> Backup:
    """Put a backup back into an empty database, or in place of everything with ``replace``.

    All checks come first; then the database changes in one transaction; then keys, uploads and files beside follow.
    """
    settings = current_app.config["SETTINGS"]
    settings.instance.mkdir(parents=True, exist_ok=True)
    with opened(path, DATA) as (manifest, archive):
        require_readable(manifest)
        keys = _checked_keys(path, manifest, without_keys)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.instance) as name:
            folder = Path(name)
            _unpacked_sqlite(archive, manifest, folder)
            extract(archive, folder / UPLOADS, UPLOADS)
            extract(archive, folder / BESIDE, BESIDE)
            if not replace and not is_empty():
                raise NotEmptyError
            _replace_database(archive, manifest, folder)
            put_back_keys(settings.keys, keys)
            _replace_files(folder, settings.instance)
        return Backup(path, manifest)


def product_version() -> str:
    """The version of the product, as pyproject.toml says."""
    project = tomllib.loads((Path(current_app.root_path) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _copy_database(writer: Writer) -> dict[str, Any]:
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            # One snapshot for all tables, whatever is written meanwhile.
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return {"revision": revision_of(snapshot), "tables": copy_out(snapshot, writer)}
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=current_app.config["SETTINGS"].instance) as folder:
        copy = Path(folder) / sqlite.MEMBER
        sqlite.copy_of(_sqlite_file(), copy)
        writer.add_file(f"database/{sqlite.MEMBER}", copy)
        return {"revision": sqlite.revision_in(copy)}


def _write_keys(path: Path, backup_id: str, keys: Mapping[str, bytes]) -> None:
    with written(path, KEYS) as writer:
        for name, key in keys.items():
            writer.add(f"keys/{name}", [key])
        writer.finish({"backup": backup_id})


def _checked_keys(path: Path, manifest: Mapping[str, Any], without_keys: bool) -> dict[str, bytes]:
    wanted: Mapping[str, str] = manifest["keys"]
    keys_path = keys_path_of(path)
    if without_keys or not wanted:
        return {}
    if not keys_path.exists():
        raise KeysMissingError(path=keys_path)
    with opened(keys_path, KEYS) as (told, archive):
        keys = {name: archive.read(f"keys/{name}") for name in wanted if f"keys/{name}" in archive.namelist()}
    if told["backup"] != manifest["id"] or {name: fingerprint_of(key) for name, key in keys.items()} != dict(wanted):
        raise OtherKeysError(path=keys_path)
    return keys


def _unpacked_sqlite(archive: zipfile.ZipFile, manifest: Mapping[str, Any], folder: Path) -> None:
    if manifest["database"] == "sqlite":
        extract(archive, folder, "database")
        sqlite.check(folder / sqlite.MEMBER)


def _replace_database(archive: zipfile.ZipFile, manifest: Mapping[str, Any], folder: Path) -> None:
    db.session.remove()
    if manifest["database"] == "postgresql":
        fill_postgresql(archive, manifest)
    else:
        sqlite.put_back(folder / sqlite.MEMBER, _sqlite_file())
    db.engine.dispose()


def _replace_files(folder: Path, instance: Path) -> None:
    if (instance / UPLOADS).exists():
        (instance / UPLOADS).rename(folder / "uploads-before")
    if (folder / UPLOADS).exists():
        (folder / UPLOADS).rename(instance / UPLOADS)
    for file in (folder / BESIDE).iterdir() if (folder / BESIDE).exists() else ():
        # What stands in these files already is never rewritten by a restore.
        if not (instance / file.name).exists():
            shutil.move(file, instance / file.name)


def _sqlite_file() -> Path:
    name = make_url(current_app.config["SETTINGS"].database_url).database
    assert name is not None
    return Path(name)
