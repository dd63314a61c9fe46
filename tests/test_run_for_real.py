"""`./run` as a newcomer starts it: the demonstration answers at the printed address, and the next start keeps it."""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house_rules.sources import ROOT

SECONDS = 120


@contextmanager
def running(instance: Path) -> Iterator[tuple[str, str]]:
    """The printed address of a started product, and everything that was printed before it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(instance),
        "STEELYARD_INSTANCE": str(instance),
        "PORT": str(port),
    }
    command = [sys.executable, str(ROOT / "run")]
    pipe, together = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=together, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"answers at (http://\S+)", line):
                break
        assert said, "run said nothing"
        assert found, "".join(said)
        try:
            yield found[1], "".join(said)
        finally:
            process.terminate()
            process.wait(SECONDS)


def page(address: str) -> str:
    """What the server answers, waited for while it starts."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=SECONDS) as answer:
                return str(answer.read().decode("utf-8"))
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


def test_run_shows_the_demonstration_and_the_next_start_keeps_it(tmp_path: Path) -> None:
    with running(tmp_path) as (address, said):
        assert "Loading the demonstration" in said
        assert "\n  nancy " in said, "the cast is introduced on the terminal"
        assert "nancy" in page(f"{address}sign-in").lower(), "the cast is introduced on the sign-in page"
    start = time.monotonic()
    with running(tmp_path) as (address, said):
        assert "Loading the demonstration" not in said
        assert "Installing" not in said
        assert "nancy" in page(f"{address}sign-in").lower()
    assert time.monotonic() - start < SECONDS / 4, "a second start takes seconds"
