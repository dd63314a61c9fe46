"""From the grades to the plan: managers, the second line, HR, and the one whom it is about."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.walking import Walker


def grade_one(manager: Walker, name: str, *, grade: str = "", reason: str = "与平时工作表现一致。") -> None:
    """A manager grades somebody beside the evidence, and says why, as is due close to a cut."""
    manager.home()
    manager.follow("/to-grade")
    manager.page.get_by_role("row", name=name).get_by_role("link").last.click()
    manager.look()
    if grade:
        manager.mark("grade", grade)
    manager.write(reason=reason, comment="谢谢这半年的努力。")
    manager.send()
    manager.sees(".message-success")


def agree_with(second: Walker, name: str) -> None:
    """The second line, or HR where there is none, agrees with a grade."""
    second.home()
    second.follow("/to-review")
    second.page.get_by_role("row", name=name).get_by_role("link").last.click()
    second.look()
    second.mark("decision", "agree")
    second.write(reason="同意直属上级的判断。")
    second.send()
    second.sees(".message-success")


def confirm_and_release(hr: Walker) -> str:
    """HR confirms all grades and releases the results; returns the address of the cycle."""
    hr.home()
    hr.follow("/confirm")
    hr.send()
    address = hr.page.url
    hr.follow("/release")
    hr.send()
    hr.sees(".message-success")
    return address


def read_and_sign(employee: Walker, folder: Path) -> str:
    """An employee reads the result, asks why, takes the report home and signs; returns the result's address."""
    page = employee.page
    employee.home()
    employee.follow("/sign*")
    employee.follow("/results/*")
    address = urlsplit(page.url).path
    expect(page.locator("figure img").first).to_have_js_property("complete", value=True)
    assert page.locator("figure img").first.evaluate("image => image.naturalWidth") > 100, "the radar is drawn"
    employee.follow("/why*")
    employee.sees("main table, main dl")
    employee.open(address)
    with page.expect_download() as download:
        page.locator("a[href$='/report'], a[href*='report']").first.click()
    download.value.save_as(folder / "report.pdf")
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    employee.follow("/sign")
    employee.mark("agrees", "no")
    employee.write(note="I read it; the delivery figures need a talk.")
    employee.send()
    employee.reads("the delivery figures need a talk")
    return address


def draft_a_plan(employee: Walker, result: str) -> None:
    """The employee drafts a development plan from the gaps, adds a goal of their own and agrees to it."""
    employee.open(result)
    employee.follow("/plan")
    employee.send()
    employee.follow("/goals/new")
    employee.write(aim="Lead one negotiation with a key account", due_on="2027-06-30")
    employee.send()
    employee.reads("Lead one negotiation with a key account")
    employee.send("form.one-button[action$='/agreement'] button")


def agree_to_the_plan(manager: Walker, name: str) -> None:
    """The manager finds the plan at home, and agrees."""
    manager.home()
    manager.page.locator("main .todo").get_by_role("link").filter(visible=True).first.wait_for()
    manager.page.locator(f"main .todo > *:has-text('{name}') a").first.click()
    manager.look()
    manager.send("form.one-button[action$='/agreement'] button")
    assert manager.page.locator("form[action$='/agreement']").count() == 0, "both have agreed"
