"""`./run` and `./test`: what they do where something is missing, in one line that says what to do."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house_rules.sources import ROOT
from tests.house_rules.translations import load_script

run = load_script("run")
suite = load_script("test")
NO_REGISTRY = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script, its locks and the settings, and nothing set up."""
    folder = tmp_path / "checkout"
    (folder / "web").mkdir(parents=True)
    for name in ("run", "requirements.txt", "requirements-test.txt", "requirements-tools.txt", "web/settings.py"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


def started(folder: Path, python: str = sys.executable, **settings: str) -> tuple[int, str]:
    """The exit code of `./run` and what it says last."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PORT": str(free_port()), **settings}
    done = subprocess.run(
        [python, str(folder / "run")], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stderr or done.stdout).strip().splitlines()[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_busy_port_is_named_with_another_to_choose(checkout: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        code, line = started(checkout, PORT=str(port))
    assert (code, line) == (1, f"Port {port} is in use: choose another, for example PORT={port + 1} ./run.")


def test_production_without_a_key_is_refused_and_says_how_to_make_one(checkout: Path) -> None:
    for key in ("", "changeme", "a" * 40):
        code, line = started(checkout, STEELYARD_MODE="production", SECRET_KEY=key)
        assert code == 1
        assert "SECRET_KEY" in line
        assert "secrets.token_urlsafe" in line


def test_the_demonstration_listens_on_loopback_only(checkout: Path) -> None:
    code, line = started(checkout, HOST="0.0.0.0")
    assert code == 1
    assert "loopback" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("STEELYARD_MODE", "show"),
        ("STEELYARD_TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_an_unusable_setting_is_named(checkout: Path, name: str, value: str) -> None:
    code, line = started(checkout, **{name: value})
    assert code == 1
    assert line.startswith(name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(run.StartError, match=r"Cannot write to .*instance .*: make the folder yours"):
        run.require_writable(tmp_path / "file" / "instance")


def test_an_instance_folder_that_cannot_be_written_stops_the_start(checkout: Path) -> None:
    code, line = started(checkout, STEELYARD_INSTANCE=str(checkout / "run" / "instance"))
    assert code == 1
    assert line.startswith("Cannot write to")


def test_a_python_without_pip_is_told_how_to_get_it(checkout: Path) -> None:
    # The interpreter of an environment made without pip has none, as a bare system has none.
    code, line = started(checkout, python=str(run.PYTHON), PATH=str(checkout))
    assert (code, "no pip" in line, "apt-get install python3-pip" in line) == (1, True, True)


def test_without_network_the_line_says_what_to_check(checkout: Path) -> None:
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    code, line = started(checkout, python=str(base), **NO_REGISTRY)
    assert code == 1
    assert line.startswith(("Packages could not be downloaded: check the network", "python3 has no pip"))
    assert not (checkout / ".venv" / "installed").exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("Failed to establish a new connection: [Errno -2]", "check the network"),
        ("ERROR: No matching distribution found for typst", "typst"),
    ],
)
def test_what_pip_says_becomes_one_line(said: str, told: str) -> None:
    assert told in run.explained(f"Collecting x\n{said}\n")
    assert "\n" not in run.explained(said)


def test_an_unfit_python_is_refused_or_replaced_by_a_fit_one(tmp_path: Path) -> None:
    pretend = "import sys; sys.version_info = (3, 9, 0); sys.argv = ['run', 'x']; exec(open('run').read())"
    environment = {"PATH": str(tmp_path)}
    command = [sys.executable, "-c", pretend]
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Steelyard needs CPython 3.11, 3.12, 3.13 or 3.14")
    other = tmp_path / "python3.12"
    other.write_text('#!/bin/sh\necho "another Python runs $*"\n')
    other.chmod(0o755)
    replaced = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert replaced.stdout == "another Python runs run x\n"


@pytest.mark.parametrize("script", ["run", "test"])
def test_old_pythons_can_read_the_script_far_enough_to_refuse(script: str) -> None:
    ast.parse((ROOT / script).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_second_start_installs_nothing_until_a_lock_changes(checkout: Path) -> None:
    fresh: Any = load_script("run")
    fresh.ROOT, fresh.MARKER, fresh.BOOT = checkout, checkout / "installed", checkout / ".boot"
    fresh.LOG = checkout / "setup.log"
    assert not fresh.is_installed("requirements.txt")
    fresh.MARKER.write_text(fresh.fingerprint("requirements-test.txt"))
    assert fresh.is_installed("requirements.txt"), "the lock of the tests holds the product's"
    fresh.MARKER.write_text(fresh.fingerprint("requirements.txt"))
    assert fresh.is_installed("requirements.txt")
    assert not fresh.is_installed("requirements-test.txt")
    (checkout / "requirements.txt").write_text("flask==3.1.3\n")
    assert not fresh.is_installed("requirements.txt")
    fresh.PYTHON = checkout / "gone"
    fresh.MARKER.write_text(fresh.fingerprint("requirements.txt"))
    assert not fresh.is_installed("requirements.txt"), "the environment does not run any more"


def test_a_missing_browser_fails_in_ci_and_is_named_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(suite.run.StartError, match="Chromium is missing: install it"):
        suite.require_browser(strict=True)
    assert suite.require_browser(strict=False) is None
    assert "until then the browser tests are left out" in capsys.readouterr().out


def test_a_linter_that_complains_is_shown_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.check("quiet", [sys.executable, "-c", ""])
    assert not suite.check("loud", [sys.executable, "-c", "print('what is wrong'); raise SystemExit(1)"])
    said = capsys.readouterr().out
    assert "quiet: passed" in said
    assert "loud: FAILED" in said
    assert "what is wrong" in said


def test_continuous_integration_runs_the_same_command() -> None:
    for script in (".ci/run", "run", "test"):
        assert os.access(ROOT / script, os.X_OK)
    assert "exec ./test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
