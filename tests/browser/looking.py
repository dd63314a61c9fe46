"""What is looked for on every page: faults in the console, other hosts, overflow, language, and what axe finds."""

import re
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, Request

from review.demonstration.inventions import COMMENTS

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# What a template shows when a value was forgotten or a text was printed as it is stored.
RAW = re.compile(r"%\(\w+\)|\{'|\bNone\b|\bundefined\b|\bNaN\b|&lt;|&amp;|Markup\(|<\w+ object")
# Two words of a sentence on a Chinese page: names and formulas do not look like this.
ENGLISH = re.compile(r"\b[A-Za-z]{3,} [a-z]{2,}\b")
# What people of the demonstration write is in the language in which they write it.
WRITTEN = tuple(text for texts in COMMENTS.values() for text in texts)
AXE = Axe()

WIDER_THAN_WINDOW = """() => {
  const width = document.documentElement.clientWidth, cut = ["auto", "scroll", "hidden", "clip"];
  const isScrolled = (element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (cut.includes(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const isSticking = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > width + 1;
  };
  const sticking = [...document.body.querySelectorAll("*")].filter(
    (element) => isSticking(element) && element.checkVisibility() && !isScrolled(element));
  const told = sticking.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
  return document.documentElement.scrollWidth > width ? ["the page scrolls sideways", ...told] : told;
}"""

SHOWN = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest("script, style, textarea, [lang=en]")) continue;
    texts.push(walker.currentNode.textContent.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]"))
    if (!element.closest("[lang=en]"))
      for (const name of ["aria-label", "title", "alt", "placeholder"]) texts.push(element.getAttribute(name) || "");
  const headings = document.querySelectorAll("h1").length;
  return {language: document.documentElement.lang, title: document.title, headings, texts: texts.filter(Boolean)};
}"""


class Witness:
    """Notes what goes wrong on a page while it is used."""

    def __init__(self, page: Page, address: str) -> None:
        """Watch a page of the server at this address."""
        self.host = urlsplit(address).netloc
        self.seen: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._fault)
        page.on("request", self._request)

    def told(self) -> list[str]:
        """What was noted since the last time."""
        seen, self.seen = self.seen, []
        return seen

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.seen.append(f"console: {message.text}")

    def _fault(self, error: Error) -> None:
        self.seen.append(f"script: {error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != self.host:
            self.seen.append(f"another host: {request.url}")


def looks_of(page: Page, language: str) -> list[str]:
    """What is wrong with the language, the title and the texts of a page."""
    expected = {"zh": "zh-CN", "en": "en"}[language]
    wrong = []
    shown: dict[str, Any] = page.evaluate(SHOWN)
    if shown["language"] != expected:
        wrong.append(f"the language of the page is not {expected}")
    if not re.match(r"\S+.* · \S+", shown["title"]):
        wrong.append(f"the title says {shown['title']!r}")
    if shown["headings"] != 1:
        wrong.append("there is not one main heading")
    texts: list[str] = shown["texts"]
    wrong += [f"raw: {text[:120]!r}" for text in texts if RAW.search(text)]
    if language == "zh":
        wrong += [f"not in Chinese: {text[:120]!r}" for text in texts if is_english(text)]
    return wrong


def is_english(text: str) -> bool:
    """Whether a text of a Chinese page is an English sentence that nobody of the demonstration wrote."""
    is_in_both = " / " in text and not text.isascii()
    return bool(ENGLISH.search(text)) and not text.startswith(WRITTEN) and not is_in_both


def sideways(page: Page) -> list[str]:
    """What does not fit the width of the window."""
    return [f"too wide: {part}" for part in page.evaluate(WIDER_THAN_WINDOW)]


def barriers(page: Page) -> list[str]:
    """What axe finds by the rules of WCAG 2.2 AA."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
    found = AXE.run(page, options=options).response["violations"]
    return [f"axe {entry['id']}: {entry['help']} ({entry['nodes'][0]['html'][:160]})" for entry in found]
