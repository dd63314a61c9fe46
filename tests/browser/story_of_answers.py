"""From the plan of a cycle to its close: what HR does, and what raters do with their phones."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from review.demonstration.seasons import this_season
from tests.browser.walking import Walker

ZONE = ZoneInfo("Asia/Shanghai")
IN_FIVE_MINUTES = timedelta(minutes=5)


def plan_and_open(hr: Walker) -> None:
    """HR plans a cycle of the London region, looks at the check and the dry run, and opens it."""
    season = this_season(date.today(), ZONE)  # noqa: DTZ011  # the day on the wall, as the form shows it
    now = datetime.now(ZONE)
    hr.home()
    hr.menu("/cycles")
    hr.follow("/cycles/new")
    hr.write(name_zh="伦敦区域补充考核", name_en="London region, once more", snapshot_on=str(season.period[1]))
    hr.write(period_starts_on=str(season.period[0]), period_ends_on=str(season.period[1]))
    for name, moment in {
        "opens_at": now + IN_FIVE_MINUTES,
        "closes_at": now + timedelta(days=14),
        "grading_ends_at": now + timedelta(days=28),
    }.items():
        hr.write(**{name: f"{moment:%Y-%m-%dT%H:%M}"})
    hr.choose(unit="london")
    hr.send()
    hr.reads("Michael Suyama")
    hr.follow("/check")
    hr.reads("预计")
    hr.follow("/open")
    hr.send()
    hr.reads("伦敦区域补充考核")
    hr.reads("进行中")


def answer_on_a_phone(rater: Walker, level: int, comment: str) -> None:
    """A rater answers one questionnaire from the home page to the thanks."""
    page = rater.page
    rater.home()
    rater.follow("/requests*")
    rater.follow("/requests/*")
    rater.follow("/1")
    while page.locator("fieldset.rating").count():
        for scale in page.locator("fieldset.rating").all():
            scale.locator("label.rating-choice").nth(level - 1).click()
        rater.send()
    page.locator("textarea").first.fill(comment)
    rater.send()
    rater.send()
    assert page.url.endswith("/thanks")
    rater.sees(".message-success")


def decline_on_a_phone(rater: Walker) -> None:
    """A rater says that they cannot rate a colleague; it is asked once more."""
    rater.home()
    rater.follow("/requests*")
    waiting = [str(link.get_attribute("href")) for link in rater.page.locator("main .todo a").all()]
    for address in waiting:
        rater.open(address)
        if rater.page.locator("details.question").count():
            break
    rater.page.locator("details.question summary").click()
    rater.send("details.question form button")
    assert rater.page.locator("main .todo a").count() == len(waiting) - 1


def close(hr: Walker) -> None:
    """HR closes the cycle before its end and follows the work until it is done."""
    hr.home()
    hr.menu("/cycles")
    hr.page.get_by_role("link", name="销售部2026年5月").first.click()
    hr.follow("/close")
    hr.page.locator("input[name=early]").check()
    hr.send()
    outcome = hr.page.locator("a[href*='/cycles/closed-by/']")
    expect(outcome).to_be_visible(timeout=60_000)
    outcome.click()
    hr.page.wait_for_url("**/grading")
    hr.look()
