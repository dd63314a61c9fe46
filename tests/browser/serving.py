"""The product as it is served: the demonstration loaded once, and a real server on a copy of it."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from tests.databases import MIGRATED, settings_for
from tests.house_rules.sources import ROOT
from web.database import Base, db
from web.settings import Mode, Settings
from wsgi import create_app

PASSWORD = "steelyard"


@dataclass(frozen=True)
class Site:
    """A server that answers: its address, and the folder with its database and keys."""

    address: str
    instance: Path

    def product(self) -> Flask:
        """The same product in this process, on the database of the server; its jobs are left to the server."""
        app = create_app(settings_in(self.instance))
        app.config["JOBS_IMMEDIATE"] = False
        return app


def settings_in(instance: Path) -> Settings:
    """The settings of a server of the demonstration that keeps everything in one folder."""
    return replace(settings_for(f"sqlite:///{instance / 'steelyard.sqlite3'}", instance), mode=Mode.DEMONSTRATION)


def loaded_once(shared: Path) -> Path:
    """A folder with the demonstration: the first process that asks loads it, the others wait and use it."""
    instance, finished = shared / "demonstration", shared / "demonstration.loaded"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            shutil.rmtree(instance, ignore_errors=True)
            instance.mkdir()
            load(instance)
            finished.touch()
    return instance


def load(instance: Path) -> None:
    """Make the schema and load the demonstration through its command."""
    app = create_app(settings_in(instance))
    with app.app_context():
        if MIGRATED:
            upgrade()
        else:
            Base.metadata.create_all(db.engine)
        db.engine.dispose()
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demonstration", "load"],
        cwd=ROOT, env=environment_of(instance), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr


def environment_of(instance: Path) -> dict[str, str]:
    """What a process of the product finds in its environment."""
    mine = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "XDG_DATA_HOME"}}
    database = f"sqlite:///{instance / 'steelyard.sqlite3'}"
    settings = {"STEELYARD_MODE": "demonstration", "STEELYARD_INSTANCE": str(instance), "DATABASE_URL": database}
    # The key is the one of the settings of this process, so that both open what the other has signed.
    return mine | settings | {"SECRET_KEY": settings_in(instance).secret_key}


@contextmanager
def served(loaded: Path, folder: Path) -> Iterator[Site]:
    """A server of its own on a copy of the demonstration."""
    instance = folder / "instance"
    shutil.copytree(loaded, instance)
    with socket.socket() as listener, (folder / "server.log").open("w") as log:
        listener.bind(("127.0.0.1", 0))
        # Whoever connects from now on waits for the server instead of being refused.
        listener.listen(128)
        command = [sys.executable, "-m", "gunicorn", "wsgi:create_app()", "--bind", f"fd://{listener.fileno()}"]
        command += ["--workers", "1", "--threads", "8", "--no-control-socket", "--log-level", "warning"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment_of(instance), pass_fds=[listener.fileno()], stdout=log, stderr=log
        ) as server:
            try:
                yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", instance)
            finally:
                server.terminate()
                server.wait(30)
