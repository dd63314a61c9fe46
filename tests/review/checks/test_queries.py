"""What the data check finds before a cycle opens."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import event, select

from assessments.actuals.models import MonthlyActual
from people.accounts.models import Account, AccountState
from people.organisation.models import Person
from review.checks.models import SENTENCES, Finding, FindingCode
from review.checks.queries import blocking, data_check
from review.cycles.actions import edit_plan, link_scorecards, plan_cycle
from review.cycles.models import Cycle, ParticipationStatus
from review.cycles.queries import cycles
from review.participation.actions import set_participation
from review.schemes.models import Scheme
from rubrics.frameworks.models import RaterGroup
from tests.review.worlds import (
    cycle_plan,
    open_northwind_cycle,
    participant_of,
    plan_northwind_cycle,
    scorecards_for,
)
from web.database import db, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]


def found(findings: Iterable[Finding], code: FindingCode) -> set[str]:
    return {
        finding.participant.person.name.split()[0].lower() if finding.participant else ""
        for finding in findings
        if finding.code is code
    }


def test_a_sound_plan_has_only_notes(person: Find) -> None:
    findings = data_check(plan_northwind_cycle(person))
    assert blocking(findings) == 0
    assert {finding.code for finding in findings} == {
        FindingCode.NO_PROFILE,
        FindingCode.NO_ANONYMOUS_CELL,
        FindingCode.SMALL_GROUPS,
    }


def test_every_code_has_its_sentence() -> None:
    assert set(SENTENCES) == set(FindingCode)


def test_who_has_no_manager_blocks_the_opening(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    top = participant_of(cycle, person("andrew"))
    in_transaction(lambda: set_participation(top, ParticipationStatus.IN, "", True))
    findings = data_check(cycle)
    assert found(findings, FindingCode.NO_MANAGER) == {"andrew"}
    assert found(findings, FindingCode.NO_SCORECARD) == {"andrew"}
    assert blocking(findings) == 2
    assert findings[0].is_blocking


def test_a_manager_who_left_blocks_and_one_without_account_is_noted(person: Find) -> None:
    cycle = plan_northwind_cycle(person)

    def leave() -> None:
        person("steven").left_on = utc_now().date()
        account = db.session.scalars(select(Account).where(Account.person_id == person("andrew").id)).one()
        account.state = AccountState.DISABLED

    in_transaction(leave)
    findings = data_check(cycle)
    assert found(findings, FindingCode.MANAGER_LEFT) == {"michael", "robert", "anne"}
    notes = [finding.sentence for finding in findings if finding.code is FindingCode.MANAGER_WITHOUT_ACCOUNT]
    assert notes == ["The manager Andrew Fuller cannot sign in: there is no active account."]
    assert found(findings, FindingCode.RATERS_WITHOUT_ACCOUNT) == {""}


def test_scorecards_are_missing_drafts_or_not_locked(person: Find) -> None:
    cycle = plan_northwind_cycle(person, with_scorecards=False)
    assert len(found(data_check(cycle), FindingCode.NO_SCORECARD)) == 8
    scorecards_for(person, locked=False)
    in_transaction(lambda: link_scorecards(cycle))
    findings = data_check(cycle)
    assert found(findings, FindingCode.NO_SCORECARD) == set()
    missing = [finding for finding in findings if finding.code is FindingCode.ACTUALS_MISSING]
    assert len(missing) == 8
    expected = "Monthly figures of Anne Dodsworth are missing for Net sales, On-time shipping (12)."
    assert missing[0].sentence == expected


def test_a_month_without_a_figure_is_named(person: Find) -> None:
    cycle = plan_northwind_cycle(person)

    def lose() -> None:
        statement = select(MonthlyActual).where(
            MonthlyActual.person_id == person("nancy").id,
            MonthlyActual.measure_code == "net-sales",
            MonthlyActual.month == "2026-03",
        )
        db.session.delete(db.session.scalars(statement).one())

    in_transaction(lose)
    assert found(data_check(cycle), FindingCode.ACTUALS_MISSING) == {"nancy"}


def test_a_job_level_without_scheme_blocks(person: Find) -> None:
    cycle = plan_northwind_cycle(person)

    def lose() -> None:
        participant_of(cycle, person("nancy")).scheme_id = None

    in_transaction(lose)
    assert found(data_check(cycle), FindingCode.NO_SCHEME) == {"nancy"}
    assert db.session.scalars(select(Scheme)).all()


def test_small_teams_are_named_before_the_opening(person: Find) -> None:
    findings = data_check(plan_northwind_cycle(person))
    assert found(findings, FindingCode.NO_ANONYMOUS_CELL) == {"michael", "robert", "anne"}
    small = [finding for finding in findings if finding.code is FindingCode.SMALL_GROUPS]
    steven = next(one for one in small if one.participant and one.participant.person == person("steven"))
    assert set(steven.parameters["groups"]) == {str(RaterGroup.PEERS.label), str(RaterGroup.REPORTS.label)}


def test_positions_without_profile_are_counted(person: Find) -> None:
    findings = data_check(plan_northwind_cycle(person))
    sentences = [finding.sentence for finding in findings if finding.code is FindingCode.NO_PROFILE]
    assert "People in the position Head of HR (1) do not take part: it has no role profile." in sentences
    assert len(sentences) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": utc_now() - timedelta(days=9), "closes_at": utc_now() - timedelta(days=2)}, "closes_in_the_past"),
        ({"snapshot_on": date(2026, 7, 5)}, "snapshot_outside_period"),
        ({"period_ends_on": utc_now().date() + timedelta(days=60)}, "closes_before_period_ends"),
    ],
)
def test_dates_that_do_not_fit_are_found(person: Find, changes: dict[str, object], code: str) -> None:
    cycle = plan_northwind_cycle(person, with_scorecards=False, **changes)
    assert found(data_check(cycle), FindingCode(code)) == {""}


def test_a_deadline_in_the_past_can_be_mended_in_the_draft(person: Find) -> None:
    long_ago, yesterday = utc_now() - timedelta(days=9), utc_now() - timedelta(days=1)
    cycle = plan_northwind_cycle(person, opens_at=long_ago, closes_at=yesterday)
    in_transaction(lambda: edit_plan(cycle, cycle_plan()))
    assert found(data_check(cycle), FindingCode.CLOSES_IN_THE_PAST) == set()


def test_the_check_takes_a_fixed_number_of_queries(app_on_sqlite: Flask, person: Find) -> None:
    everyone = queries_of(plan_northwind_cycle(person))
    cycle = cycles()[0]
    for name in ("janet", "margaret", "laura", "michael", "robert"):
        row = participant_of(cycle, person(name))
        in_transaction(partial(set_participation, row, ParticipationStatus.LEAVE, "Away", False))
    assert queries_of(cycle) == everyone <= 40


def queries_of(cycle: Cycle) -> int:
    """How many queries a check takes that knows nothing from before."""
    key = cycle.id
    db.session.remove()
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counted)
    try:
        data_check(db.session.get_one(Cycle, key))
    finally:
        event.remove(db.engine, "before_cursor_execute", counted)
    return count


def test_who_is_under_review_for_an_overlapping_period_is_noted_and_blocks_nothing(person: Find) -> None:
    open_northwind_cycle(person)
    later = {
        "period_starts_on": date(2026, 7, 1),
        "period_ends_on": date(2026, 12, 31),
        "snapshot_on": date(2026, 7, 1),
    }
    for changes, noted in (({}, 1), (later, 0)):
        plan = cycle_plan(**changes)
        findings = data_check(in_transaction(partial(plan_cycle, plan)))
        others = [finding for finding in findings if finding.code is FindingCode.IN_ANOTHER_CYCLE]
        assert len(others) == noted
        assert not any(finding.is_blocking for finding in others)
        for finding in others:
            assert finding.sentence == (
                "People of this plan who are also in “Review of the first half of 2026”, "
                "which is under way for an overlapping period: 8."
            )
