"""Every member of the cast walks their part in the browser: from the plan of a cycle to raises and promotions."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import deeds, story_of_answers, story_of_results, story_of_rewards
from tests.browser.readers import PHONE
from tests.browser.serving import Site
from tests.browser.walking import Walker

pytestmark = pytest.mark.browser
Walk = Callable[..., Walker]


def test_a_cycle_goes_from_its_plan_to_raises_and_promotions(chromium: Browser, own_site: Site, tmp_path: Path) -> None:
    walk: Walk = partial(Walker, chromium, own_site)
    people_answer(walk, own_site)
    managers_grade(walk, own_site)
    result = employee_reads(walk, tmp_path)
    people_are_rewarded(walk, own_site)
    others_see_what_is_theirs(walk, result)


def people_answer(walk: Walk, site: Site) -> None:
    """HR plans and opens a cycle; people answer on their phones; HR closes the other one."""
    with walk("hr", "zh") as hr:
        story_of_answers.plan_and_open(hr)
    with walk("nancy", "en", PHONE) as nancy:
        story_of_answers.answer_on_a_phone(nancy, 4, "Keep bringing the customers' view into the plan.")
    with walk("michael", "zh", PHONE) as michael:
        story_of_answers.answer_on_a_phone(michael, 3, "交接清楚，回复及时。")
        story_of_answers.decline_on_a_phone(michael)
    assert deeds.done(site, deeds.answer_the_rest) > 10
    with walk("hr", "zh") as hr:
        story_of_answers.close(hr)


def managers_grade(walk: Walk, site: Site) -> None:
    """Managers grade, the second line reviews, HR confirms and releases."""
    with walk("andrew", "en") as andrew:
        story_of_results.grade_one(andrew, "Nancy Davolio")
    with walk("steven", "zh") as steven:
        story_of_results.grade_one(steven, "Michael Suyama", grade="C", reason="交付延误两次，客户已投诉。")
    deeds.done(site, deeds.grade_the_rest)
    with walk("andrew", "zh") as andrew:
        story_of_results.agree_with(andrew, "Michael Suyama")
    with walk("hr", "en") as hr:
        story_of_results.agree_with(hr, "Nancy Davolio")
        deeds.done(site, deeds.review_the_rest)
        story_of_results.confirm_and_release(hr)


def employee_reads(walk: Walk, folder: Path) -> str:
    """Nancy reads, signs and plans on her phone; Andrew agrees; returns the address of the result."""
    with walk("nancy", "en", PHONE) as nancy:
        result = story_of_results.read_and_sign(nancy, folder)
        story_of_results.draft_a_plan(nancy, result)
    with walk("andrew", "en") as andrew:
        story_of_results.agree_to_the_plan(andrew, "Nancy Davolio")
    return result


def people_are_rewarded(walk: Walk, site: Site) -> None:
    """HR plans raises, a manager proposes a promotion, the approver decides on both."""
    with walk("hr", "zh") as hr:
        story_of_rewards.plan_raises(hr, "年度调薪 A")
    with walk("andrew", "en") as andrew:
        promotion = story_of_rewards.propose_a_promotion(andrew, but="Nancy Davolio")
    with walk("approver", "zh") as approver:
        deeds.done(site, deeds.forget_confirmations)
        story_of_rewards.approve_raises(approver, "年度调薪 A")
        story_of_rewards.decide_on_the_promotion(approver, promotion)


def others_see_what_is_theirs(walk: Walk, result: str) -> None:
    """A colleague finds nothing at the address; the auditor finds the trail; the administrator finds accounts."""
    with walk("laura", "en", PHONE) as laura:
        laura.open(result, status=404)
    with walk("auditor", "zh") as auditor:
        auditor.menu("/audit*")
        for name in ("周建国", "Andrew Fuller", "Nancy Davolio"):
            auditor.reads(name)
        auditor.follow("/events/*")
    with walk("administrator", "en") as administrator:
        for place in ("/surveys", "/comments", "/promotions"):
            assert administrator.page.locator(f"nav#navigation a[href$='{place}']").count() == 0
        administrator.open(result, status=404)
        administrator.home()
        administrator.menu("/accounts")
        administrator.write(q="nancy")
        administrator.page.keyboard.press("Enter")
        administrator.reads("Nancy Davolio")
        administrator.menu("/jobs")
        administrator.sees("main table")
