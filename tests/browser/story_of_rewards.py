"""Raises and promotions: proposed by one, decided by another."""

from datetime import date, timedelta

from tests.browser.walking import Walker


def next_month() -> str:
    """The first day of next month."""
    return str((date.today().replace(day=1) + timedelta(days=32)).replace(day=1))  # noqa: DTZ011  # as in the form


def plan_raises(hr: Walker, name: str) -> None:
    """HR shares a budget out among those who were graded, and proposes it."""
    hr.home()
    hr.menu("/my-pay")
    hr.follow("/pay/rounds")
    hr.follow("/pay/rounds/new")
    hr.page.locator("select[name=cycle]").select_option(index=0)
    hr.write(name_zh=name, name_en=name, budget="12,345.67", effective_on=next_month())
    hr.send()
    hr.reads("12,345.67")
    hr.follow("/proposal")
    hr.send()
    hr.sees(".message-success")


def approve_raises(approver: Walker, name: str) -> None:
    """Somebody who neither proposed nor benefits approves, after the password."""
    approver.home()
    approver.page.locator(f"main .todo > *:has-text('{name}') a").first.click()
    approver.follow("/decision")
    approver.mark("decision", "approve")
    approver.send()
    approver.sees(".message-success")


def propose_a_promotion(manager: Walker, *, but: str) -> str:
    """A manager looks for somebody who is ready, and proposes them; returns the address of the proposal."""
    manager.home()
    manager.menu("/promotions")
    manager.follow("/promotions/people")
    links = manager.page.locator("main a[href$='/readiness']").filter(has_not_text=but).all()
    people = [link.get_attribute("href") for link in links]
    for address in people:
        manager.open(str(address))
        if manager.page.locator("main a[href$='/promotion']").count():
            break
    manager.follow("/promotion")
    manager.write(effective_on=next_month(), reason="已独立负责重点客户，并带教两名新同事。")
    manager.send()
    return manager.page.url


def decide_on_the_promotion(approver: Walker, address: str) -> None:
    """The approver decides on the proposal."""
    approver.open(address)
    approver.follow("/decision")
    approver.mark("decision", "approve")
    approver.send()
    approver.sees(".message-success")
