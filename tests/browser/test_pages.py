"""Every page that someone can reach by links, opened in Chromium in both languages at three widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import Witness, barriers, looks_of, sideways
from tests.browser.readers import DESKTOP, PHONE, TABLET, become, browsing, reachable_pages
from tests.browser.serving import Site

pytestmark = pytest.mark.browser
SMALLER = (("tablet", TABLET), ("phone", PHONE))
# One of each kind: the other representatives reach the pages that Nancy and Michael reach.
READERS = ("nancy", "michael", "steven", "andrew", "hr", "partner", "approver", "auditor", "administrator")


def wrong_on(page: Page, witness: Witness, path: str, language: str, *, thoroughly: bool) -> list[str]:
    """Open a page, look at it on a desktop and on a phone, and say what is wrong.

    Thoroughly: also on a tablet, and what axe finds. Axe takes longest: it looks at the English page on a desktop and
    at the Chinese page on a phone.
    """
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a mapping of two numbers is what it is
    answer = page.goto(path)
    assert answer is not None
    found = [] if answer.status == 200 else [f"answers {answer.status}"]
    found += looks_of(page, language) + sideways(page)
    if thoroughly and language == "en":
        found += barriers(page)
    for name, size in SMALLER if thoroughly else SMALLER[1:]:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # as above
        found += [f"{name}: {fault}" for fault in sideways(page)]
    if thoroughly and language == "zh":
        found += barriers(page)
    return found + witness.told()


def next_look(first_to_look: Callable[[str], bool], endpoint: str, language: str) -> int | None:
    """Which look this is at a page in a language: 1, 2, 3, or none where enough readers have been shown it."""
    return next((look for look in (1, 2, 3) if first_to_look(f"{endpoint}-{language}-{look}")), None)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reader", READERS)
def test_every_page_that_a_member_of_the_cast_can_reach_is_whole(
    chromium: Browser, site: Site, first_to_look: Callable[[str], bool], reader: str, language: str
) -> None:
    with browsing(chromium, site, language) as context:
        page = context.new_page()
        witness = Witness(page, site.address)
        become(page, reader)
        pages = reachable_pages(site.product(), context)
        assert len(pages) > 5, "the home page leads somewhere"
        wrong = {}
        for endpoint, reached in pages.items():
            # What another reader was shown in the same words needs no second look, and what three were shown no fourth.
            if first_to_look(f"{reached.content}-{language}") and (
                look := next_look(first_to_look, endpoint, language)
            ):
                is_first = look == 1
                found = wrong_on(page, witness, reached.path, language, thoroughly=is_first)
                wrong[f"{endpoint} {reached.path}"] = found
    assert not any(wrong.values()), "\n".join(
        f"{where}\n    " + "\n    ".join(found) for where, found in wrong.items() if found
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_visitor_sees_whole_pages(chromium: Browser, site: Site, language: str) -> None:
    with browsing(chromium, site, language) as context:
        page = context.new_page()
        witness = Witness(page, site.address)
        assert wrong_on(page, witness, "/sign-in", language, thoroughly=True) == []
