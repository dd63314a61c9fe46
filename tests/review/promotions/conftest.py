"""A released cycle in which one participant's scores are written as a test needs them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from people.organisation.models import Person, Position
from review.cycles.models import Cycle, Participant
from review.promotions.actions import propose_promotion
from review.promotions.models import Promotion
from review.promotions.queries import next_step, positions_of
from review.results.models import Result
from review.results.queries import result_of
from tests.review.worlds import participant_of
from web.database import utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]


def in_a_month() -> date:
    """A day on which a promotion can take effect."""
    return utc_now().date() + timedelta(days=30)


def found(participant: Participant) -> Result:
    """The result of a participant, which is there."""
    result = result_of(participant)
    assert result is not None
    return result


def score(participant: Participant, value: float, error: float = 0.2) -> None:
    """Let every dimension, also those that the next profile alone asks for, come to this score with this error."""
    numbers = {"score": value, "standard_error": error, "low": value - 1.645 * error, "high": value + 1.645 * error}

    def write() -> None:
        result = found(participant)
        step = next_step(result)
        asked = [entry.dimension for entry in step.readiness.requirements] if step is not None else []
        known = {entry["code"]: entry for entry in result.dimensions}
        missing = {code: {"code": code, "weight": 0, "required": None} for code in asked if code not in known}
        result.dimensions = [{**entry, **numbers, "reason": ""} for entry in (known | missing).values()]

    in_transaction(write)


def next_position(participant: Participant) -> Position:
    """The position that the next profile of a participant serves."""
    step = next_step(found(participant))
    assert step is not None
    return positions_of(step.profile, utc_now().date())[0]


def proposal(participant: Participant, by: Person, **changes: object) -> Promotion:
    """A proposal as a manager would make it."""
    values = {"effective_on": in_a_month(), "reason": "Leads the region already"} | changes
    today = utc_now().date()
    return in_transaction(
        lambda: propose_promotion(
            found(participant),
            next_position(participant),
            by_id=by.id,
            today=today,
            **values,  # type: ignore[arg-type]  # tests vary them
        )
    )


@pytest.fixture
def nancy(released_cycle: Cycle, person: Find) -> Participant:
    """A sales representative whose evidence meets every requirement of the next profile."""
    participant = participant_of(released_cycle, person("nancy"))
    score(participant, 4.8)
    return participant


@pytest.fixture
def proposed(nancy: Participant, person: Find) -> Promotion:
    """A proposal that waits for an approver."""
    return proposal(nancy, person("andrew"))
