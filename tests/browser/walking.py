"""A member of the cast at a browser: what they open, click, write and read, as a person does it."""

from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.looking import Witness, looks_of, sideways
from tests.browser.readers import DESKTOP, become, browsing
from tests.browser.serving import PASSWORD, Site

SUBMIT = "main form.frame button[type=submit]"


class Walker:
    """Somebody signed in, in a language, at a desktop or with a phone; every page they come to is looked at."""

    def __init__(
        self, browser: Browser, site: Site, login: str, language: str, size: dict[str, int] | None = None
    ) -> None:
        """Who walks, and with what."""
        self.site, self.login, self.language = site, login, language
        self.context = browsing(browser, site, language, size or DESKTOP)

    def __enter__(self) -> Self:
        """Open a browser and sign in."""
        self.page: Page = self.context.__enter__().new_page()
        self.witness = Witness(self.page, self.site.address)
        become(self.page, self.login)
        self.look()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the browser; whatever went wrong on the way is told first."""
        self.context.__exit__(kind, error, traceback)
        if error is not None:
            error.add_note(f"{self.login} was at {self.page.url}")

    def look(self) -> None:
        """See that the page is whole, once it is there."""
        self.page.wait_for_load_state()
        wrong = [*self.witness.told(), *looks_of(self.page, self.language), *sideways(self.page)]
        assert not wrong, "\n".join(wrong)

    def open(self, path: str, status: int = 200) -> None:
        """Go to an address, as from a bookmark or a letter."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{self.login} at {path}: {answer.status}"
        if status == 200:
            self.look()
        self.witness.told()

    def follow(self, link: str, within: str = "main") -> None:
        """Click the first link whose address ends so, or holds what stands before a star; confirm the password."""
        fitting = f"a[href*='{link[:-1]}']" if link.endswith("*") else f"a[href$='{link}']"
        self.page.locator(f"{within} {fitting}:visible").first.click()
        self.page.wait_for_load_state()
        if "/confirm-password" in self.page.url:
            self.write(password=PASSWORD)
            self.send()
        self.look()

    def home(self) -> None:
        """Go home."""
        self.open("/")

    def menu(self, link: str) -> None:
        """Choose a page from the navigation."""
        self.follow(link, within="nav#navigation")

    def write(self, **values: str) -> None:
        """Fill in fields by name."""
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").fill(value)

    def choose(self, **values: str) -> None:
        """Choose from lists by name."""
        for name, value in values.items():
            self.page.locator(f"main select[name='{name}']").select_option(value)

    def mark(self, name: str, value: str) -> None:
        """Click the label of one of several choices."""
        self.page.locator(f"main input[name='{name}'][value='{value}']").check()

    def send(self, button: str = SUBMIT) -> None:
        """Send the form; the page that answers is looked at."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.look()

    def reads(self, text: str, within: str = "main") -> None:
        """See that the page says something."""
        expect(self.page.locator(within)).to_contain_text(text)

    def sees(self, selector: str) -> Locator:
        """See something on the page."""
        found = self.page.locator(selector).first
        expect(found).to_be_visible()
        return found
