"""What does not count: asked by one, decided by another, before the lock, while enough remains."""

from collections.abc import Callable

import pytest
from flask import Flask

from assessments.exemptions import errors
from assessments.exemptions.actions import (
    approve_not_applicable,
    ask_not_applicable,
    mark_not_delivered,
    refuse_not_applicable,
    restore_line,
)
from assessments.scorecards.actions import lock_scorecard
from assessments.scorecards.errors import LockedScorecardError, NotAgreedError, UndecidedLineError
from assessments.scorecards.models import LineStatus, Scorecard
from people.organisation.models import Person
from tests.assessments.scorecards.library import add_measures, agreed, contract_actuals, drafted, line
from web.database import db
from web.transactions import in_transaction

People = Callable[[str], Person]


@pytest.fixture
def card(app: Flask, person: People) -> Scorecard:
    in_transaction(add_measures)
    return agreed(person("nancy"))


def test_nobody_decides_on_their_own_request_or_scorecard(card: Scorecard, person: People) -> None:
    asker = person("andrew").id
    in_transaction(lambda: ask_not_applicable(card.lines[1], "The system was down", asker))
    for decider in (asker, person("nancy").id):
        with pytest.raises(errors.OwnApprovalError):
            in_transaction(lambda: approve_not_applicable(card.lines[1], decider))  # noqa: B023 - run at once
        with pytest.raises(errors.OwnApprovalError):
            in_transaction(lambda: refuse_not_applicable(card.lines[1], decider))  # noqa: B023 - run at once
    in_transaction(lambda: approve_not_applicable(card.lines[1], person("hr").id))
    assert card.lines[1].status is LineStatus.NOT_APPLICABLE
    assert card.lines[1].status_approved_by_id == person("hr").id


def test_at_least_sixty_percent_of_the_weights_must_remain(card: Scorecard, person: People) -> None:
    with pytest.raises(errors.TooLittleWeightError) as refusal:
        in_transaction(lambda: ask_not_applicable(card.lines[0], "No market", person("andrew").id))
    assert "40 %" in str(refusal.value)
    assert "60 %" in str(refusal.value)
    assert card.lines[0].status_reason is None


def test_two_approved_one_by_one_are_counted_together(app: Flask, person: People) -> None:
    in_transaction(add_measures)
    lines = lambda: [line("net-sales", 50, "10"), line("sales-outstanding", 25), line("complaints", 25, "0")]  # noqa: E731 - a name reads better
    card = agreed(person("nancy"), lines)
    for place in (1, 2):
        in_transaction(lambda: ask_not_applicable(card.lines[place], "No data", person("andrew").id))  # noqa: B023 - run at once
    in_transaction(lambda: approve_not_applicable(card.lines[1], person("hr").id))
    with pytest.raises(errors.TooLittleWeightError):
        in_transaction(lambda: approve_not_applicable(card.lines[2], person("hr").id))
    assert card.lines[2].status is LineStatus.NORMAL


def test_a_reason_is_needed_and_a_refusal_lets_the_kpi_count(card: Scorecard, person: People) -> None:
    with pytest.raises(errors.ReasonMissingError):
        in_transaction(lambda: ask_not_applicable(card.lines[1], "  ", person("andrew").id))
    with pytest.raises(errors.NothingAskedError):
        in_transaction(lambda: approve_not_applicable(card.lines[1], person("hr").id))
    in_transaction(lambda: ask_not_applicable(card.lines[1], "No data", person("nancy").id))
    in_transaction(lambda: refuse_not_applicable(card.lines[1], person("andrew").id))
    assert (card.lines[1].status, card.lines[1].status_reason) == (LineStatus.NORMAL, None)


def test_nothing_is_left_out_of_a_draft_or_after_the_lock(card: Scorecard, person: People) -> None:
    draft = drafted(person("janet"))
    with pytest.raises(NotAgreedError):
        in_transaction(lambda: ask_not_applicable(draft.lines[1], "No data", person("andrew").id))
    contract_actuals(person("nancy"))
    in_transaction(lambda: ask_not_applicable(card.lines[1], "No data", person("andrew").id))
    with pytest.raises(UndecidedLineError):
        in_transaction(lambda: lock_scorecard(card, None))
    in_transaction(lambda: refuse_not_applicable(card.lines[1], person("hr").id))
    in_transaction(lambda: lock_scorecard(card, None))
    with pytest.raises(LockedScorecardError):
        in_transaction(lambda: mark_not_delivered(card.lines[1], "Late", person("andrew").id))


def test_not_delivered_can_be_taken_back(card: Scorecard, person: People) -> None:
    in_transaction(lambda: mark_not_delivered(card.lines[0], "Never came", person("andrew").id))
    assert card.lines[0].status is LineStatus.NOT_DELIVERED
    in_transaction(lambda: restore_line(card.lines[0]))
    db.session.expire_all()
    assert (card.lines[0].status, card.lines[0].status_reason) == (LineStatus.NORMAL, None)


def test_gates_and_followed_kpis_cannot_be_left_out(app: Flask, person: People) -> None:
    in_transaction(add_measures)
    lines = lambda: [line("net-sales", 100, "10"), line("complaints", 0, "0", is_gate=True)]  # noqa: E731 - a name reads better
    card = agreed(person("nancy"), lines)
    with pytest.raises(errors.LineNotScoredError):
        in_transaction(lambda: ask_not_applicable(card.lines[1], "No data", person("andrew").id))
