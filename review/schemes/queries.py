"""Which scheme a person is judged by on a day, and how much each part of it really weighs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import func, or_, select

from review.schemes.models import Scheme, SchemeState, SectionKind
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import requirements_of
from web.database import db


@dataclass(frozen=True)
class EffectiveWeight:
    """The share of the total that a dimension of a section carries."""

    section: SectionKind
    dimension_code: str | None
    share: Fraction


def schemes() -> list[Scheme]:
    """All versions of all schemes, the newest of each first."""
    return list(db.session.scalars(select(Scheme).order_by(Scheme.job_level_from, Scheme.code, Scheme.number.desc())))


def scheme_by_public_id(public_id: str) -> Scheme | None:
    """The scheme version behind an address."""
    return db.session.scalar(select(Scheme).where(Scheme.public_id == public_id))


def published_schemes(on: date) -> list[Scheme]:
    """The version of each scheme that is in force on a day, by job level."""
    latest = (
        select(Scheme.code, func.max(Scheme.number).label("number"))
        .where(Scheme.state == SchemeState.PUBLISHED, Scheme.starts_on <= on)
        .group_by(Scheme.code)
        .subquery()
    )
    statement = (
        select(Scheme)
        .join(latest, (Scheme.code == latest.c.code) & (Scheme.number == latest.c.number))
        .where(or_(Scheme.ends_on.is_(None), Scheme.ends_on >= on))
        .order_by(Scheme.job_level_from, Scheme.code)
    )
    return list(db.session.scalars(statement))


def schemes_for_levels(job_levels: Collection[int], on: date) -> dict[int, Scheme]:
    """The scheme of each of these job levels on a day."""
    in_force = published_schemes(on)
    return {level: scheme for level in job_levels for scheme in in_force if scheme.covers(level)}


def scheme_for(job_level: int, on: date) -> Scheme | None:
    """The scheme that people of a job level are judged by on a day."""
    return schemes_for_levels([job_level], on).get(job_level)


def effective_weights(scheme: Scheme, profile: Profile) -> list[EffectiveWeight]:
    """How much of the total each dimension of the profile and the scorecard as a whole carry, by their weights."""
    competency = Fraction(scheme.weight_of(SectionKind.COMPETENCY), 100)
    weights = [
        EffectiveWeight(
            SectionKind.COMPETENCY, requirement.dimension_code, competency * Fraction(requirement.weight_percent, 100)
        )
        for requirement in requirements_of([profile])[profile.id]
        if requirement.weight_percent > 0
    ]
    return [*weights, EffectiveWeight(SectionKind.KPI, None, Fraction(scheme.weight_of(SectionKind.KPI), 100))]
