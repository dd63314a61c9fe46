"""Everything without a mouse: getting past the navigation, seeing where one is, rating, and sending only once."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.readers import PHONE
from tests.browser.serving import PASSWORD, Site
from tests.browser.walking import Walker

pytestmark = pytest.mark.browser
HAS_OUTLINE = """element => {
  const style = getComputedStyle(element);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
}"""


def press_until(page: Page, key: str, selector: str, most: int = 60) -> None:
    """Press a key until something has the focus; whatever has it on the way can be seen."""
    for _press in range(most):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate("element => element.tagName") not in {"BODY", "MAIN"}:
            marked = focused.evaluate_handle("element => element.closest('label') || element").as_element()
            assert marked is not None
            seen = focused.evaluate(HAS_OUTLINE) or marked.evaluate(HAS_OUTLINE)
            assert seen, f"the focus on {focused.evaluate('element => element.outerHTML')[:120]} cannot be seen"
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} is not reached with {key}")


def test_the_sign_in_form_and_the_skip_link_work_by_keyboard(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(base_url=site.address, locale="en-US")
    page = context.new_page()
    page.goto("/sign-in")
    press_until(page, "Tab", "input[name=login]")
    page.keyboard.type("nancy")
    press_until(page, "Tab", "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip-link:focus")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))"), "the next stop is in the content"
    context.close()


def test_a_part_of_a_questionnaire_is_answered_by_keyboard_alone(chromium: Browser, own_site: Site) -> None:
    with Walker(chromium, own_site, "nancy", "en", PHONE) as nancy:
        page = nancy.page
        nancy.follow("/requests*")
        nancy.follow("/requests/*")
        nancy.follow("/1")
        scales = page.locator("fieldset.rating").all()
        for scale in scales:
            name = scale.get_attribute("id")
            press_until(page, "Tab", f"input[name='{name}']")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
            expect(page.locator(f"input[name='{name}'][value='3']")).to_be_checked()
        expect(page.locator("[data-save-state]")).to_have_text("Saved")
        expect(page.locator("[data-rating-answered]")).to_have_text(str(len(scales)))
        press_until(page, "Tab", "form.frame button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith("/2")
        nancy.look()


def test_the_menu_of_the_phone_opens_and_closes_by_keyboard(chromium: Browser, site: Site) -> None:
    with Walker(chromium, site, "andrew", "zh", PHONE) as andrew:
        page = andrew.page
        press_until(page, "Tab", "[data-menu]")
        page.keyboard.press("Enter")
        expect(page.locator("nav#navigation")).to_be_in_viewport()
        expect(page.locator("[data-menu]")).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(page.locator("[data-menu]")).to_have_attribute("aria-expanded", "false")
        expect(page.locator("[data-menu]")).to_be_focused()


def test_a_double_click_on_a_button_has_one_effect(chromium: Browser, own_site: Site) -> None:
    with Walker(chromium, own_site, "hr", "en") as hr:
        hr.open("/units/new")
        hr.write(code="north", name_zh="北区", name_en="North region")
        sent: list[str] = []
        hr.page.on("request", lambda request: sent.append(request.method))
        with hr.page.expect_navigation():
            hr.page.locator("main form.frame button[type=submit]").dblclick()
        hr.page.wait_for_load_state()
        assert sent.count("POST") == 1, "the second click is held back"
        hr.open("/units")
        assert hr.page.get_by_text("North region", exact=True).count() == 1


def test_without_scripts_a_second_send_has_no_second_effect(chromium: Browser, own_site: Site) -> None:
    with Walker(chromium, own_site, "hr", "en") as hr:
        hr.open("/units/new")
        hr.write(code="north", name_zh="北区", name_en="North region")
        fields = hr.page.locator("main form.frame").evaluate("form => Object.fromEntries(new FormData(form))")
        for _time in range(2):
            assert hr.page.context.request.post("/units/new", form=fields).status == 200, (
                "the answer is the same both times"
            )
        hr.open("/units")
        assert hr.page.get_by_text("North region", exact=True).count() == 1
