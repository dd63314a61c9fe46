"""Proposing a promotion, withdrawing it, and deciding on it; an approved one changes the post on its day."""

from dataclasses import replace
from datetime import date

from people.audit.actions import record
from people.organisation.models import Employment, Position, post_of
from people.organisation.queries import employment_of
from people.posts.actions import change_post
from review.cycles.models import Participant, ParticipantState
from review.pay.errors import ChangedSinceSeenError, DecisionNoteError, OwnProposalError
from review.promotions.errors import (
    NoNextProfileError,
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
from review.promotions.queries import NextStep, fingerprint_of, next_step, promotions_of, standing_of
from review.results.models import Result
from review.rewards.promotion import Readiness, Standing
from rubrics.frameworks.queries import dimensions_of, published_framework
from rubrics.profiles.queries import positions_of_profiles
from web.database import db, utc_now
from web.language import localized
from web.transactions import locked


def propose_promotion(
    result: Result, position: Position, *, effective_on: date, reason: str, by_id: int, today: date
) -> Promotion:
    """Propose someone for the next profile; nobody for themselves, and nobody who does not meet it."""
    participant = result.participant
    if by_id == participant.person_id:
        raise OwnProposalError
    if participant.state not in {ParticipantState.RELEASED, ParticipantState.SIGNED}:
        raise NotReleasedError
    step = next_step(result)
    if step is None:
        raise NoNextProfileError
    _require_sound(step, position, effective_on, reason, today)
    _employment(participant, position, effective_on)
    locked(participant.person)
    if promotions_of(participant.person_id, PromotionState.PROPOSED):
        raise PromotionPendingError
    promotion = Promotion(
        participant_id=participant.id,
        participant=participant,
        profile_id=step.profile.id,
        position_id=position.id,
        effective_on=effective_on,
        readiness=step.readiness.readiness.value,
        standing={"requirements": [standing_of(entry) for entry in step.readiness.requirements]},
        reason=reason.strip(),
        proposed_by_id=by_id,
        fingerprint="",
    )
    promotion.fingerprint = fingerprint_of(promotion)
    db.session.add(promotion)
    db.session.flush()
    record("promotion.proposed", about=promotion, details={"position": position.code})
    return promotion


def withdraw_promotion(promotion: Promotion) -> Promotion:
    """Take a proposal back before anybody decides."""
    _require_proposed(promotion)
    promotion.state = PromotionState.WITHDRAWN
    record("promotion.withdrawn", about=promotion)
    return promotion


def approve_promotion(promotion: Promotion, seen: str, note: str, by_id: int) -> Promotion:
    """Approve exactly what was seen; the post changes on the day of effect, which is written down now."""
    _decide(promotion, seen, note, by_id)
    if seen != promotion.fingerprint:
        raise ChangedSinceSeenError
    if promotion.effective_on <= utc_now().date():
        raise PromotionDateError
    promotion.state = PromotionState.APPROVED
    employment = _employment(promotion.participant, promotion.position, promotion.effective_on)
    change_post(employment, promotion.effective_on, replace(post_of(employment), position_id=promotion.position_id))
    record("promotion.approved", about=promotion)
    return promotion


def refuse_promotion(promotion: Promotion, seen: str, note: str, by_id: int) -> Promotion:
    """Refuse a proposal with a note."""
    if not note.strip():
        raise DecisionNoteError
    _decide(promotion, seen, note, by_id)
    promotion.state = PromotionState.REFUSED
    record("promotion.refused", about=promotion)
    return promotion


def _require_sound(step: NextStep, position: Position, effective_on: date, reason: str, today: date) -> None:
    if step.readiness.readiness is Readiness.NOT_YET:
        raise NotReadyError(names=_unmet(step))
    if position.code not in positions_of_profiles(effective_on).get(step.profile.code, []):
        raise PositionNotInProfileError
    if effective_on <= today:
        raise PromotionDateError
    if not reason.strip():
        raise PromotionReasonError


def _unmet(step: NextStep) -> str:
    names = {dimension.code: localized(dimension.short_name) for dimension in dimensions_of(published_framework())}
    unmet = [entry.dimension for entry in step.readiness.requirements if entry.standing is Standing.NOT_MET]
    return ", ".join(names.get(code, code) for code in unmet)


def _employment(participant: Participant, position: Position, effective_on: date) -> Employment:
    employment = employment_of(participant.person_id, effective_on)
    if employment is None or not participant.person.is_employed(effective_on):
        raise NotEmployedThenError(name=participant.person.name)
    if employment.position_id == position.id:
        raise PositionHeldError(name=participant.person.name)
    return employment


def _decide(promotion: Promotion, seen: str, note: str, by_id: int) -> None:
    _require_proposed(promotion)
    if by_id in {promotion.proposed_by_id, promotion.participant.person_id}:
        raise OwnProposalError
    if not seen or seen != fingerprint_of(promotion):
        raise ChangedSinceSeenError
    promotion.decided_by_id, promotion.decided_at, promotion.decision_note = by_id, utc_now(), note.strip()


def _require_proposed(promotion: Promotion) -> None:
    locked(promotion)
    if promotion.state is not PromotionState.PROPOSED:
        raise PromotionStateError
