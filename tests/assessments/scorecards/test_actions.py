"""Scorecards are written, agreed and locked; what does not fit is refused by name and changes nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from assessments.actuals.errors import CurrencyMissingError
from assessments.scorecards import errors
from assessments.scorecards.actions import (
    LineDraft,
    agree_scorecard,
    draft_scorecard,
    lock_scorecard,
    reopen_scorecard,
    write_lines,
)
from assessments.scorecards.models import Scorecard, ScorecardLine, ScorecardState
from people.audit.models import AuditEvent
from people.organisation.models import Person
from tests.assessments.scorecards.library import (
    ENDS_ON,
    STARTS_ON,
    agreed,
    contract_actuals,
    contract_lines,
    drafted,
    line,
    measure,
)
from web.database import db
from web.errors import StaleEditError, SteelyardError
from web.transactions import in_transaction

People = Callable[[str], Person]


def test_the_default_curve_of_the_library_is_exact(app: Flask, person: People) -> None:
    card = drafted(person("nancy"), lambda: [line("net-sales", 100, "950.37")])
    figures = [("760.296", "60"), ("950.37", "100"), ("1235.481", "120")]
    db.session.expire_all()
    assert [(str(figure), str(points)) for figure, points in card.lines[0].curve_points] == figures
    assert drafted(person("janet"), lambda: [line("on-time-shipping", 100)]).lines[0].target == Decimal("0.95")


BAD_LINES: list[tuple[type[SteelyardError], Callable[[], Sequence[LineDraft]]]] = [
    (errors.WeightsSumError, lambda: [line("net-sales", 60, "10"), line("sales-outstanding", 39)]),
    (errors.WeightsSumError, lambda: [line("net-sales", 60, "10"), line("sales-outstanding", 41)]),
    (errors.WeightsSumError, lambda: [line("net-sales", 0)]),
    (errors.WeightRangeError, lambda: [line("net-sales", 101, "10"), line("sales-outstanding", -1)]),
    (errors.WeightRangeError, lambda: [line("net-sales", 100, "10", is_gate=True)]),
    (errors.RepeatedMeasureError, lambda: [line("net-sales", 60, "10"), line("net-sales", 40, "20")]),
    (errors.TargetMissingError, lambda: [line("net-sales", 100)]),
    (errors.TargetZeroError, lambda: [line("net-sales", 100, "0")]),
    (errors.TargetZeroError, lambda: [line("net-sales", 100, "-5")]),
    (errors.ThresholdOnWrongSideError, lambda: [line("net-sales", 100, "10", threshold="10")]),
    (errors.ThresholdOnWrongSideError, lambda: [line("sales-outstanding", 100, "45", threshold="40")]),
    (errors.CapOnWrongSideError, lambda: [line("net-sales", 100, "10", cap="9")]),
    (errors.CapOnWrongSideError, lambda: [line("sales-outstanding", 100, "45", cap="50")]),
    (errors.FigureTooFineError, lambda: [line("net-sales", 100, "10", threshold="9.12345678901")]),
    (errors.FigureTooFineError, lambda: [line("net-sales", 100, "1" + "0" * 18)]),
    (errors.CurveTurnsBackError, lambda: [line("net-sales", 100, "10", curve=((5, 60), (10, 100), (9, 120)))]),
    (errors.CurveTurnsBackError, lambda: [line("net-sales", 100, "10", curve=((5, 60), (10, 100), (20, 90)))]),
    (errors.ThresholdOnWrongSideError, lambda: [line("net-sales", 100, "10", curve=((20, 60), (10, 120)))]),
]


@pytest.mark.parametrize("case", BAD_LINES, ids=lambda case: case[0].__name__)
def test_lines_that_do_not_fit_are_refused_and_nothing_changes(app: Flask, person: People, case: Any) -> None:
    error, lines = case
    with pytest.raises(error) as refusal:
        drafted(person("nancy"), lines)
    assert "%(" not in str(refusal.value)
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 0
    card = drafted(person("nancy"))
    with pytest.raises(error):
        in_transaction(lambda: write_lines(card, lines()))
    db.session.expire_all()
    assert [(one.weight, str(one.target)) for one in card.lines] == [(60, "1000000"), (40, "45")]
    assert db.session.scalar(select(func.count()).select_from(ScorecardLine)) == 2


@pytest.mark.parametrize(
    "case",
    [
        (errors.EmptyPeriodError, date(2026, 3, 1), date(2026, 2, 28), "USD"),
        (errors.PeriodNotWholeMonthsError, date(2026, 1, 2), date(2026, 3, 31), "USD"),
        (errors.PeriodNotWholeMonthsError, date(2026, 1, 1), date(2026, 3, 30), "USD"),
        (errors.PeriodTooLongError, date(2024, 1, 1), date(2026, 1, 31), "USD"),
        (errors.OverlappingScorecardError, date(2026, 3, 1), date(2026, 6, 30), "USD"),
        (CurrencyMissingError, date(2025, 1, 1), date(2025, 3, 31), "US$"),
    ],
)
def test_a_period_that_does_not_fit_is_refused(app: Flask, person: People, case: Any) -> None:
    error, starts_on, ends_on, currency = case
    drafted(person("nancy"))
    with pytest.raises(error):
        in_transaction(
            lambda: draft_scorecard(person("nancy"), starts_on=starts_on, ends_on=ends_on, currency=currency)
        )
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 1


def test_periods_may_follow_each_other(app: Flask, person: People) -> None:
    drafted(person("nancy"))
    starts_on, ends_on = date(2026, 4, 1), date(2026, 6, 30)
    in_transaction(lambda: draft_scorecard(person("nancy"), starts_on=starts_on, ends_on=ends_on, currency="usd"))
    assert db.session.scalars(select(Scorecard.currency)).all() == ["USD", "USD"]


def test_a_draft_can_be_rewritten_and_counts_as_a_new_version(app: Flask, person: People) -> None:
    card = drafted(person("nancy"))
    before = card.version
    in_transaction(lambda: write_lines(card, [line("net-sales", 40, "500"), line("complaints", 60, "0")]))
    db.session.expire_all()
    assert [one.measure.code for one in card.lines] == ["net-sales", "complaints"]
    assert card.version == before + 1


def test_an_empty_scorecard_cannot_be_agreed(app: Flask, person: People) -> None:
    card = drafted(person("nancy"), list)
    with pytest.raises(errors.NoLinesError):
        in_transaction(lambda: agree_scorecard(card, None))


def test_what_is_agreed_is_taken_back_before_it_is_changed(app: Flask, person: People) -> None:
    card = agreed(person("nancy"))
    with pytest.raises(errors.NotDraftError):
        in_transaction(lambda: write_lines(card, contract_lines()))
    with pytest.raises(errors.NotDraftError):
        in_transaction(lambda: agree_scorecard(card, None))
    in_transaction(lambda: reopen_scorecard(card))
    in_transaction(lambda: write_lines(card, [line("net-sales", 100, "7")]))
    with pytest.raises(errors.NotAgreedError):
        in_transaction(lambda: lock_scorecard(card, None))


def test_a_period_without_actuals_cannot_be_locked(app: Flask, person: People) -> None:
    card = agreed(person("nancy"))
    with pytest.raises(errors.PeriodWithoutActualsError) as refusal:
        in_transaction(lambda: lock_scorecard(card, None))
    assert "Net sales, Sales outstanding" in str(refusal.value)
    contract_actuals(person("nancy"))
    in_transaction(lambda: lock_scorecard(card, person("hr").id))
    assert (card.state, card.locked_by_id) == (ScorecardState.LOCKED, person("hr").id)


def test_what_is_locked_cannot_change_not_even_in_the_database(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    in_transaction(lambda: lock_scorecard(card, None))
    for action in (
        lambda: reopen_scorecard(card),
        lambda: agree_scorecard(card, None),
        lambda: lock_scorecard(card, None),
        lambda: write_lines(card, contract_lines()),
    ):
        with pytest.raises(errors.LockedScorecardError):
            in_transaction(action)
    statements: list[Any] = [
        update(Scorecard).values(currency="EUR"),
        update(ScorecardLine).values(weight=50),
        delete(ScorecardLine),
        insert(ScorecardLine).values(
            public_id="x", scorecard_id=card.id, place=9, measure_id=measure("complaints").id, weight=0, curve=[],
            is_gate=False, status="normal",
        ),
    ]  # fmt: skip
    for statement in statements:
        with pytest.raises(DBAPIError):
            in_transaction(lambda: db.session.execute(statement))  # noqa: B023 - run at once, in this turn


def test_every_action_leaves_one_event_without_figures(app: Flask, person: People) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    in_transaction(lambda: lock_scorecard(card, None))
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.about_id == card.public_id)).all()
    assert [event.event for event in events] == ["scorecard.drafted", "scorecard.agreed", "scorecard.locked"]
    assert [event.details for event in events] == [{"lines": 2}, {}, {}]


def test_the_slower_of_two_editors_is_told(app: Flask, person: People) -> None:
    card = drafted(person("nancy"))
    other = update(Scorecard).where(Scorecard.id == card.id).values(version=Scorecard.version + 1)

    def action() -> None:
        card.continues_line = True
        db.session.execute(other, execution_options={"synchronize_session": False})
        card.currency = "EUR"

    with pytest.raises(StaleEditError):
        in_transaction(action)
    assert (card.starts_on, card.ends_on) == (STARTS_ON, ENDS_ON)
