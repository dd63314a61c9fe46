"""Takes the pictures of the README from the real pages of the demonstration.

Run it by hand when the pages have changed, and look at every picture before committing it:

    .venv/bin/python -m tests.browser.pictures

It loads the demonstration into a temporary folder, serves it, opens the pages in the installed Chromium (or the one
that CHROMIUM names) and writes docs/pictures/*.png, 1280 pixels wide, or 390 where a phone is shown.
"""

import os
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.fonts import font_folder
from tests.browser.readers import become, browsing
from tests.browser.serving import loaded_once, served
from tests.house_rules.sources import ROOT

PICTURES = ROOT / "docs" / "pictures"
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 780}
COLOURS = 128


def home(page: Page) -> None:
    """What waits for a manager."""
    page.goto("/")


def result(page: Page) -> None:
    """The last result with its intervals."""
    page.goto("/results/mine")


def cycle(page: Page) -> None:
    """The cycle that collects answers now."""
    page.goto("/cycles")
    page.locator("main table a[href*='/cycles/']").first.click()


def questionnaire(page: Page) -> None:
    """The second part of a questionnaire, with one scale answered and its levels open."""
    page.goto("/requests")
    page.locator("main .todo a").first.click()
    page.goto(f"{page.url}/2")
    page.locator("fieldset.rating label.rating-choice").nth(3).click()
    page.locator("fieldset.rating summary").first.click()


SHOTS: tuple[tuple[str, str, dict[str, int], Callable[[Page], None]], ...] = (
    ("home", "andrew", DESK, home),
    ("result", "nancy", {"width": 1280, "height": 1240}, result),
    ("cycle", "hr", DESK, cycle),
    ("questionnaire", "nancy", PHONE, questionnaire),
)


def save(content: bytes, name: str) -> None:
    """Write a picture with few colours: the pages have no more."""
    picture = Image.open(BytesIO(content)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = PICTURES / f"{name}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def main() -> None:
    """Take all pictures in both languages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        environment: dict[str, str | float | bool] = {**os.environ, "XDG_DATA_HOME": str(font_folder(folder))}
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, env=environment)
        (folder / "site").mkdir()
        with served(loaded_once(folder), folder / "site") as site:
            for language in ("en", "zh"):
                for shot, login, size, show in SHOTS:
                    with browsing(browser, site, language, size) as context:
                        page = context.new_page()
                        become(page, login)
                        show(page)
                        page.wait_for_load_state("networkidle")
                        save(page.screenshot(), f"{shot}-{language}")


if __name__ == "__main__":
    main()
