"""Promotions: readiness by evidence, proposed by one, decided by another on what they saw, in force on its day."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from people.organisation.models import Person
from people.organisation.queries import employment_of
from review.cycles.models import Cycle, Participant
from review.pay.errors import ChangedSinceSeenError, DecisionNoteError, OwnProposalError
from review.promotions.actions import approve_promotion, propose_promotion, refuse_promotion, withdraw_promotion
from review.promotions.errors import (
    NotEmployedThenError,
    NotReadyError,
    NotReleasedError,
    PositionHeldError,
    PositionNotInProfileError,
    PromotionDateError,
    PromotionPendingError,
    PromotionReasonError,
    PromotionStateError,
)
from review.promotions.models import Promotion, PromotionState
from review.promotions.queries import next_step
from review.rewards.promotion import Readiness
from tests.review.promotions.conftest import found, in_a_month, next_position, proposal, score
from tests.review.worlds import participant_of
from web.database import db, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [(4.8, 0.1, Readiness.ELIGIBLE), (3.5, 1.5, Readiness.GATHER_EVIDENCE), (1.2, 0.1, Readiness.NOT_YET)],
)
def test_readiness_follows_from_the_intervals(
    nancy: Participant, value: float, error: float, expected: Readiness
) -> None:
    score(nancy, value, error)
    step = next_step(found(nancy))
    assert step is not None
    assert step.profile.code == "senior-sales-representative"
    assert step.readiness.readiness is expected


def test_an_approved_promotion_changes_the_post_on_its_day(proposed: Promotion, person: Find) -> None:
    seen = proposed.fingerprint
    in_transaction(lambda: approve_promotion(proposed, seen, "Well earned", person("approver").id))
    nancy, day = person("nancy").id, proposed.effective_on
    before, after = employment_of(nancy, day - timedelta(days=1)), employment_of(nancy, day)
    assert before is not None
    assert after is not None
    assert (before.position.code, after.position_id) == ("sales-representative", proposed.position_id)
    assert (before.manager_id, before.unit_id, before.share) == (after.manager_id, after.unit_id, after.share)
    with pytest.raises(PromotionStateError):
        in_transaction(lambda: refuse_promotion(proposed, seen, "Too late", person("approver").id))


def test_who_does_not_meet_a_requirement_yet_is_not_proposed_and_told_which(nancy: Participant, person: Find) -> None:
    score(nancy, 1.2, 0.1)
    with pytest.raises(NotReadyError, match="Leadership"):
        proposal(nancy, person("andrew"))


def test_nobody_proposes_or_decides_for_themselves(proposed: Promotion, nancy: Participant, person: Find) -> None:
    seen = proposed.fingerprint
    with pytest.raises(OwnProposalError):
        proposal(nancy, person("nancy"))
    for who in ("andrew", "nancy"):
        for decide in (approve_promotion, refuse_promotion):
            with pytest.raises(OwnProposalError):
                in_transaction(partial(decide, proposed, seen, "A note", person(who).id))


def test_a_decision_is_about_what_was_seen(proposed: Promotion, person: Find) -> None:
    approver = person("approver").id
    for seen in ("", "0" * 64):
        with pytest.raises(ChangedSinceSeenError):
            in_transaction(partial(approve_promotion, proposed, seen, "", approver))
    in_transaction(lambda: db.session.execute(text("UPDATE promotion SET reason = 'Another'")))
    with pytest.raises(ChangedSinceSeenError):
        in_transaction(lambda: approve_promotion(proposed, proposed.fingerprint, "", approver))


def test_a_refusal_needs_a_note_and_a_new_proposal_a_new_decision(
    proposed: Promotion, nancy: Participant, person: Find
) -> None:
    approver, seen = person("approver").id, proposed.fingerprint
    with pytest.raises(DecisionNoteError):
        in_transaction(lambda: refuse_promotion(proposed, seen, " ", approver))
    with pytest.raises(PromotionPendingError):
        proposal(nancy, person("hr"))
    in_transaction(lambda: refuse_promotion(proposed, seen, "After the project", approver))
    assert proposal(nancy, person("andrew")).state is PromotionState.PROPOSED


def test_a_withdrawn_proposal_cannot_be_decided(proposed: Promotion, person: Find) -> None:
    in_transaction(lambda: withdraw_promotion(proposed))
    with pytest.raises(PromotionStateError):
        in_transaction(lambda: approve_promotion(proposed, proposed.fingerprint, "", person("approver").id))


def test_a_proposal_needs_a_day_a_reason_and_a_position_of_the_profile(nancy: Participant, person: Find) -> None:
    today, andrew = utc_now().date(), person("andrew")
    with pytest.raises(PromotionDateError):
        proposal(nancy, andrew, effective_on=today)
    with pytest.raises(PromotionReasonError):
        proposal(nancy, andrew, reason="  ")
    employment = employment_of(nancy.person_id, today)
    assert employment is not None
    with pytest.raises(PositionNotInProfileError):
        in_transaction(
            lambda: propose_promotion(
                found(nancy), employment.position, effective_on=in_a_month(), reason="x", by_id=andrew.id, today=today
            )
        )


def test_a_promotion_follows_from_a_released_result(closed_cycle: Cycle, person: Find) -> None:
    participant = participant_of(closed_cycle, person("nancy"))
    with pytest.raises(NotReleasedError):
        proposal(participant, person("andrew"))


def test_who_leaves_before_or_sits_there_already_is_not_promoted(nancy: Participant, person: Find) -> None:
    def leave() -> None:
        person("nancy").left_on = in_a_month() - timedelta(days=1)

    def move(position_id: int) -> None:
        employment = employment_of(nancy.person_id, utc_now().date())
        assert employment is not None
        employment.position_id = position_id

    in_transaction(leave)
    with pytest.raises(NotEmployedThenError):
        proposal(nancy, person("andrew"))
    in_transaction(lambda: setattr(person("nancy"), "left_on", None))
    position = next_position(nancy).id
    in_transaction(lambda: move(position))
    with pytest.raises(PositionHeldError):
        proposal(nancy, person("andrew"))


def test_the_database_keeps_a_decision_and_its_four_eyes(proposed: Promotion, person: Find) -> None:
    def refused(statement: str, **values: int) -> None:
        with pytest.raises(DBAPIError):
            in_transaction(lambda: db.session.execute(text(statement), values))

    decide = "UPDATE promotion SET state = 'approved', decided_by_id = :person"
    refused(decide, person=person("andrew").id)
    refused(decide, person=person("nancy").id)
    in_transaction(lambda: approve_promotion(proposed, proposed.fingerprint, "", person("approver").id))
    refused("UPDATE promotion SET reason = 'Another'")
    refused("DELETE FROM promotion")
