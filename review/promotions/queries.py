"""How a participant stands against the next profile, and proposals."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from review.cycles.models import Participant
from review.plans.queries import estimate_of
from review.promotions.models import Promotion, PromotionState
from review.results.models import Result
from review.rewards.promotion import ReadinessResult, readiness
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import next_profile, requirements_of
from web.database import db


@dataclass(frozen=True)
class NextStep:
    """The next profile of a participant and how each of its requirements stands."""

    profile: Profile
    readiness: ReadinessResult


def next_step(result: Result) -> NextStep | None:
    """Readiness for the next profile on the ladder, or nothing where the ladder ends."""
    profile = result.participant.profile
    following = next_profile(profile) if profile is not None else None
    if following is None:
        return None
    required = {
        requirement.dimension_code: float(requirement.required_level)
        for requirement in requirements_of([following])[following.id]
        if requirement.weight_percent > 0
    }
    scores = {entry["code"]: estimate_of(entry) for entry in result.dimensions}
    return NextStep(following, readiness(required, scores=scores))


def promotion_by_public_id(public_id: str) -> Promotion | None:
    """The proposal behind an address, with whom it is about."""
    return db.session.scalar(
        select(Promotion)
        .where(Promotion.public_id == public_id)
        .options(
            joinedload(Promotion.participant).joinedload(Participant.person),
            joinedload(Promotion.participant).joinedload(Participant.cycle),
            joinedload(Promotion.profile),
            joinedload(Promotion.position),
            joinedload(Promotion.proposed_by),
            joinedload(Promotion.decided_by),
        )
    )


def promotions_of(person_id: int, *states: PromotionState) -> list[Promotion]:
    """The proposals for a person in some states, the newest first."""
    statement = (
        select(Promotion)
        .join(Promotion.participant)
        .where(Participant.person_id == person_id, Promotion.state.in_(states))
        .order_by(Promotion.id.desc())
    )
    return list(db.session.scalars(statement))


def fingerprint_of(promotion: Promotion) -> str:
    """A digest of exactly what a decision is about."""
    content = [
        promotion.participant_id,
        promotion.profile_id,
        promotion.position_id,
        promotion.effective_on.isoformat(),
        promotion.reason,
        promotion.readiness,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
