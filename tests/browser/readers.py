"""Members of the cast at a browser: contexts by language and width, signing in, and the pages they can reach."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.serving import Site

LOCALES = {"zh": "zh-CN", "en": "en-US"}
DESKTOP = {"width": 1280, "height": 800}
# The narrowest window in which tables keep their columns.
TABLET = {"width": 900, "height": 800}
PHONE = {"width": 360, "height": 740}
MOST_TRIES = 800
NAMES = {
    "nancy": "Nancy Davolio", "andrew": "Andrew Fuller", "janet": "Janet Leverling", "margaret": "Margaret Peacock",
    "steven": "Steven Buchanan", "michael": "Michael Suyama", "robert": "Robert King", "laura": "Laura Callahan",
    "anne": "Anne Dodsworth", "hr": "林慧敏", "partner": "陈思远", "approver": "周建国", "auditor": "吴雪",
    "administrator": "高磊",
}  # fmt: skip


@contextmanager
def browsing(
    browser: Browser, site: Site, language: str, size: dict[str, int] | None = None, **options: object
) -> Iterator[BrowserContext]:
    """A fresh browser profile in a language; leaving it closes its pages."""
    context = browser.new_context(
        base_url=site.address,
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        viewport=size or DESKTOP,  # type: ignore[arg-type]  # a mapping of two numbers is what it is
        reduced_motion="reduce",
        **options,  # type: ignore[arg-type]  # passed on as they are
    )
    # Generous where the machine is busy; nothing waits longer than it takes.
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


def become(page: Page, login: str) -> None:
    """Sign in as one of the demonstration's people, by the one click that the sign-in page offers."""
    page.goto("/sign-in")
    page.get_by_role("button", name=NAMES[login], exact=True).click()
    page.wait_for_url("**/")


@dataclass(frozen=True)
class Reached:
    """A page that can be reached by links, and its content as far as it is the same at every visit."""

    path: str
    content: str


def reachable_pages(app: Flask, context: BrowserContext) -> dict[str, Reached]:
    """Pages that can be reached by links from the home page: the first address of an endpoint, breadth first.

    The links of two addresses of an endpoint are followed: of two cycles one is open and the other is closed.
    """
    adapter = app.url_map.bind("localhost")
    waiting, known = ["/"], {"/"}
    visited: Counter[str] = Counter()
    found: dict[str, Reached] = {}
    for _try in range(MOST_TRIES):
        if not waiting:
            return found
        path = waiting.pop(0)
        endpoint = str(adapter.match(path, method="GET")[0])
        if endpoint == "static" or visited[endpoint] == 2:
            continue
        visited[endpoint] += 1
        answer = context.request.get(path)
        assert answer.ok, f"{path} ({endpoint}) is linked and answers {answer.status}"
        # A file to download is no page; neither is it followed.
        if "text/html" in answer.headers.get("content-type", "") and "content-disposition" not in answer.headers:
            found.setdefault(endpoint, Reached(path, lasting(answer.text())))
            links = [link for link in own_links(answer.text()) if link not in known]
            known.update(links)
            waiting += links
    raise AssertionError("the pages have no end")


def lasting(page: str) -> str:
    """A digest of the content of a page, without the frame around it and without what is drawn anew each time."""
    content = page[page.find("<main") : page.find("</main>")]
    return sha256(re.sub(r'<input[^>]*type="hidden"[^>]*>', "", content).encode()).hexdigest()[:20]


def own_links(text: str) -> list[str]:
    """Addresses of this server that a page links to, without their queries, in the order of the page.

    Not in the order of the addresses: those hold drawn names, and each run would look at other pages.
    """
    links = (re.split(r"[?#]", link)[0] for link in re.findall(r'href="(/[^"]*)"', text))
    return list(dict.fromkeys(link for link in links if not link.startswith("/static/")))
