"""A real Chromium, and the demonstration behind a real server."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.fonts import font_folder
from tests.browser.serving import Site, loaded_once, served

# No test looks at what only a graphics card draws, and to imitate one takes time.
PLAIN_DRAWING = ("--disable-gpu", "--disable-software-rasterizer")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The installed browser, with the product's own font so that Chinese is drawn on every machine."""
    data = font_folder(tmp_path_factory.mktemp("fonts"))
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, "XDG_DATA_HOME": str(data)}
        browser = playwright.chromium.launch(executable_path=path, env=environment, args=list(PLAIN_DRAWING))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with the loaded demonstration, shared by all processes of this run; nobody changes it."""
    base = tmp_path_factory.getbasetemp()
    return loaded_once(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="session")
def first_to_look(demonstration: Path) -> Callable[[str], bool]:
    """Whether nobody has looked at something yet in this run, in whichever process: what takes long is done once."""

    def is_first(what: str) -> bool:
        try:
            (demonstration.parent / f"{what}.looked-at").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return is_first


@pytest.fixture(scope="session")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server for tests that only read."""
    with served(demonstration, tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture
def own_site(demonstration: Path, tmp_path: Path) -> Iterator[Site]:
    """A server on a copy of its own, for a test that changes things."""
    with served(demonstration, tmp_path) as started:
        yield started
