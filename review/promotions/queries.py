"""How a participant stands against the next profile, and proposals."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from people.organisation.models import Person, Position
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import is_in_scope, scope
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.plans.queries import estimate_of
from review.promotions.access import may_see_all
from review.promotions.models import Promotion, PromotionState
from review.results.models import Result
from review.rewards.promotion import ReadinessResult, RequirementStanding, readiness
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import next_profile, positions_of_profiles
from web.database import db
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing, in_language


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
        for requirement in following.requirements
        if requirement.weight_percent > 0
    }
    scores = {entry["code"]: estimate_of(entry) for entry in result.dimensions}
    return NextStep(following, readiness(required, scores=scores))


def judged(participant_public_id: str) -> Result | None:
    """The result of the participant behind an address, with person, cycle and profile."""
    found: Result | None = db.session.scalar(
        _with_profile(select(Result))
        .where(Participant.public_id == participant_public_id)
        .options(
            contains_eager(Result.participant).joinedload(Participant.person),
            contains_eager(Result.participant).joinedload(Participant.cycle).joinedload(Cycle.survey),
        )
    )
    return found


def present_result(promotion: Promotion) -> Result | None:
    """The result that a proposal was made on, as it stands now."""
    found: Result | None = db.session.scalar(
        _with_profile(select(Result)).where(Result.participant_id == promotion.participant_id)
    )
    return found


def _with_profile(statement: Select[Any]) -> Select[Any]:
    found: Select[Any] = statement.join(Result.participant).options(
        contains_eager(Result.participant).joinedload(Participant.profile)
    )
    return found


def standing_of(entry: RequirementStanding) -> dict[str, Any]:
    """How one requirement stands, as pages show it and proposals keep it."""
    score = entry.score
    return {
        "code": entry.dimension,
        "required": entry.required,
        "standing": entry.standing.value,
        "score": score.value if score is not None else None,
        "low": score.low if score is not None else None,
        "high": score.high if score is not None else None,
        "probability": entry.probability,
    }


def positions_of(profile: Profile, on: date) -> list[Position]:
    """The positions that a profile serves on a day, from the lowest job level up."""
    codes = positions_of_profiles(on).get(profile.code, [])
    statement = select(Position).where(Position.code.in_(codes)).order_by(Position.job_level, Position.code)
    return list(db.session.scalars(statement))


def promotion_by_public_id(public_id: str) -> Promotion | None:
    """The proposal behind an address, with whom it is about."""
    return db.session.scalar(
        select(Promotion)
        .where(Promotion.public_id == public_id)
        .options(
            joinedload(Promotion.participant).joinedload(Participant.person),
            joinedload(Promotion.participant).joinedload(Participant.cycle).joinedload(Cycle.survey),
            joinedload(Promotion.participant).joinedload(Participant.profile),
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
        promotion.standing,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def promotions_visible_to(viewer: Viewer) -> Listing:
    """The proposals that the viewer may see, the newest day of effect first; one's own only once it is approved."""
    statement = (
        select(Promotion)
        .join(Promotion.participant)
        .join(Participant.person)
        .join(Promotion.position)
        .where(or_(Participant.person_id != viewer.person_id, Promotion.state == PromotionState.APPROVED))
        .options(
            contains_eager(Promotion.participant).contains_eager(Participant.person),
            contains_eager(Promotion.position),
        )
    )
    if not may_see_all(viewer):
        below = is_in_scope(viewer, Permission.PROMOTION_PROPOSE, Participant.person_id)
        statement = statement.where(or_(below, Promotion.proposed_by_id == viewer.person_id))
    title = in_language(Position.title)
    return Listing(
        statement,
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column("position", _l("New position"), order_by=title, search=title),
            Column("effective_on", _l("Takes effect on"), order_by=Promotion.effective_on),
            Column("state", _l("State"), order_by=Promotion.state),
        ),
        caption=_l("Promotions"),
        default_sort="-effective_on",
        tie_breaker=Promotion.id,
        filters=(Choice("state", _l("State"), [(each.value, each.label) for each in PromotionState], Promotion.state),),
    )


def people_to_propose(viewer: Viewer) -> Listing:
    """Everyone with a released result whom the viewer may propose, each by the newest one and its profile."""
    statement = (
        select(Participant)
        .join(Participant.person)
        .join(Participant.cycle)
        .join(Participant.profile)
        .where(
            Participant.id == _newest_released(),
            Participant.person_id != viewer.person_id,
        )
        .options(
            contains_eager(Participant.person),
            contains_eager(Participant.cycle).joinedload(Cycle.survey),
            contains_eager(Participant.profile),
        )
    )
    return Listing(
        scope(viewer, Permission.PROMOTION_PROPOSE, statement, Participant.person_id),
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column("profile", _l("Role profile"), order_by=Profile.place),
            Column("cycle", _l("Cycle"), order_by=Cycle.period_ends_on),
        ),
        caption=_l("People with a released result"),
        default_sort="name",
        tie_breaker=(Cycle.period_ends_on, Participant.id),
    )


def _newest_released() -> Any:
    """The newest result of the same person that is released."""
    later, its_cycle = aliased(Participant), aliased(Cycle)
    return (
        select(later.id)
        .join(its_cycle, later.cycle_id == its_cycle.id)
        .where(
            later.person_id == Participant.person_id,
            later.state != ParticipantState.EXCLUDED,
            its_cycle.state == CycleState.RELEASED,
        )
        .order_by(its_cycle.period_ends_on.desc(), later.id.desc())
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )
