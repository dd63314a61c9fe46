"""Which scheme reviews whom on a day, what each says, and how much each part of it weighs in the end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from people.organisation.models import Employment, Position
from people.organisation.queries import is_valid_on, reports_of
from people.roles.models import Viewer
from review.schemes.models import (
    DistributionRule,
    GradeBand,
    Scheme,
    SchemeState,
    SecondLine,
    SectionKind,
    VisiblePart,
)
from rubrics.frameworks.models import RaterGroup
from rubrics.frameworks.queries import dimensions_of, latest_published
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import positions_of_profiles, profiles
from web.database import db


@dataclass(frozen=True)
class BandContent:
    """A grade as someone wants it: lowest points (None for the lowest grade), coefficient, share, raises by band."""

    grade: str
    points: Decimal | None
    coefficient: Decimal
    share: int | None = None
    raises: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class SchemeContent:
    """A scheme as someone wants it; grades stand from the best down."""

    name: Mapping[str, str]
    job_level_from: int
    job_level_to: int
    starts_on: date
    sections: Mapping[SectionKind, int]
    bands: tuple[BandContent, ...]
    ends_on: date | None = None
    kpi_continues_line: bool = False
    gate_cap: str | None = None
    distribution: DistributionRule = DistributionRule.GUIDANCE
    smallest_team: int = 10
    second_line: SecondLine = SecondLine.REVIEWS
    second_line_weight: int = 0
    visibility: tuple[VisiblePart, ...] = tuple(VisiblePart)
    merit_cuts: tuple[Decimal, ...] = ()


def default_scheme_content(
    *, name: Mapping[str, str], job_level_from: int, job_level_to: int, starts_on: date, competency: int = 40
) -> SchemeContent:
    """The contract's bands and coefficients, guidance shares, and a merit matrix of five compa-ratio bands."""
    rows = (
        ("S", "112", "1.5", 10, ("9", "8", "7", "6", "4")),
        ("A", "104", "1.2", 20, ("7", "6", "5", "4", "2")),
        ("B", "92", "1.0", 50, ("5", "4", "3", "2", "0")),
        ("C", "75", "0.7", 15, ("2", "1", "0", "0", "0")),
        ("D", None, "0", 5, ("0", "0", "0", "0", "0")),
    )
    bands = tuple(
        BandContent(grade, None if cut is None else Decimal(cut), Decimal(factor), share, tuple(map(Decimal, raises)))
        for grade, cut, factor, share, raises in rows
    )
    return SchemeContent(
        name=name,
        job_level_from=job_level_from,
        job_level_to=job_level_to,
        starts_on=starts_on,
        sections={SectionKind.COMPETENCY: competency, SectionKind.KPI: 100 - competency},
        bands=bands,
        gate_cap="C",
        merit_cuts=tuple(map(Decimal, ("0.80", "0.95", "1.05", "1.20"))),
    )


@dataclass(frozen=True)
class Validity:
    """The days on which a published version is in force, both included."""

    scheme: Scheme
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class EffectiveWeight:
    """How much one source of one part weighs in the total: section times dimension times rater group."""

    section: SectionKind
    dimension_code: str | None
    group: RaterGroup | None
    share: Fraction


def content_of(scheme: Scheme) -> SchemeContent:
    """What a scheme says, as it can be written again."""
    return SchemeContent(
        name=dict(scheme.name),
        job_level_from=scheme.job_level_from,
        job_level_to=scheme.job_level_to,
        starts_on=scheme.starts_on,
        ends_on=scheme.ends_on,
        sections={section.kind: section.weight for section in scheme.sections},
        bands=tuple(_band_content(band, scheme) for band in scheme.bands),
        kpi_continues_line=scheme.kpi_continues_line,
        gate_cap=scheme.gate_cap,
        distribution=scheme.distribution,
        smallest_team=scheme.smallest_team,
        second_line=scheme.second_line,
        second_line_weight=scheme.second_line_weight,
        visibility=tuple(VisiblePart(part) for part in scheme.visibility),
        merit_cuts=tuple(Decimal(cut) for cut in scheme.merit_cuts),
    )


def _band_content(band: GradeBand, scheme: Scheme) -> BandContent:
    raises = tuple(Decimal(percent) for percent in scheme.merit_percents[band.grade])
    return BandContent(band.grade, band.points, band.coefficient, band.share, raises)


def scheme_for(job_level: int, on: date) -> Scheme | None:
    """The scheme that reviews a job level on a day."""
    return schemes_for_levels([job_level], on).get(job_level)


def schemes_for_levels(job_levels: Collection[int], on: date) -> dict[int, Scheme]:
    """By job level: the scheme that reviews it on a day; levels without one are left out."""
    in_force = published_schemes(on)
    return {level: scheme for level in job_levels for scheme in in_force if scheme.covers(level)}


def published_schemes(on: date) -> list[Scheme]:
    """The version of each scheme that is in force on a day, by job level."""
    published = db.session.scalars(select(Scheme).where(Scheme.state == SchemeState.PUBLISHED))
    in_force = [
        entry.scheme
        for entries in validities(published.all()).values()
        for entry in entries
        if entry.starts_on <= on <= entry.ends_on
    ]
    return sorted(in_force, key=lambda scheme: (scheme.job_level_from, scheme.code))


def validities(schemes: Iterable[Scheme]) -> dict[str, list[Validity]]:
    """By code: from when to when each version is in force; a later version takes over on its first day."""
    versions: dict[str, list[Scheme]] = defaultdict(list)
    for scheme in schemes:
        versions[scheme.code].append(scheme)
    result: dict[str, list[Validity]] = {}
    for code, unordered in versions.items():
        ordered = sorted(unordered, key=lambda scheme: (scheme.starts_on, scheme.number))
        following: Sequence[Scheme | None] = [*ordered[1:], None]
        entries = [_validity(scheme, after) for scheme, after in zip(ordered, following, strict=True)]
        result[code] = [entry for entry in entries if entry.starts_on <= entry.ends_on]
    return result


def _validity(scheme: Scheme, after: Scheme | None) -> Validity:
    ends_on = scheme.ends_on or date.max
    if after is not None:
        ends_on = min(ends_on, after.starts_on - timedelta(days=1))
    return Validity(scheme, scheme.starts_on, ends_on)


def versions_of(code: str) -> list[Scheme]:
    """All versions of a scheme, the first one first."""
    return list(db.session.scalars(select(Scheme).where(Scheme.code == code).order_by(Scheme.number)))


def scheme_by_public_id(public_id: str) -> Scheme | None:
    """One version by the id in its address."""
    return db.session.scalars(select(Scheme).where(Scheme.public_id == public_id)).one_or_none()


def levels_near(viewer: Viewer) -> frozenset[int]:
    """The job levels of a viewer and of everyone below them today."""
    statement = (
        select(Position.job_level)
        .join(Employment, Employment.position_id == Position.id)
        .where(
            is_valid_on(viewer.today),
            (Employment.person_id == viewer.person_id)
            | Employment.person_id.in_(reports_of(viewer.person_id, viewer.today)),
        )
        .distinct()
    )
    return frozenset(db.session.scalars(statement))


def all_versions() -> list[Scheme]:
    """Every version of every scheme, by job level, the newest first."""
    return list(db.session.scalars(select(Scheme).order_by(Scheme.job_level_from, Scheme.code, Scheme.number.desc())))


def effective_weights(scheme: Scheme, profile: Profile, group_weights: Mapping[str, int]) -> list[EffectiveWeight]:
    """How much each rater group of each dimension, and the KPIs, weigh in the total of a role profile.

    Section weight times dimension weight times the group's share among the groups that the profile asks.
    """
    weights = dict(group_weights)
    if scheme.second_line is SecondLine.RATES:
        weights[RaterGroup.SECOND_LINE] = scheme.second_line_weight
    competency = Fraction(scheme.weight_of(SectionKind.COMPETENCY), 100)
    result = []
    for requirement in profile.requirements:
        asked = [RaterGroup(group) for group in requirement.groups]
        if scheme.second_line is SecondLine.RATES:
            asked = [*asked, RaterGroup.SECOND_LINE]
        shares = {group: weights.get(group, 0) for group in dict.fromkeys(asked) if weights.get(group, 0)}
        whole = sum(shares.values())
        dimension = competency * Fraction(requirement.weight_percent, 100)
        result += [
            EffectiveWeight(SectionKind.COMPETENCY, requirement.dimension_code, group, dimension * weight / whole)
            for group, weight in shares.items()
        ]
    kpi = Fraction(scheme.weight_of(SectionKind.KPI), 100)
    return [*result, EffectiveWeight(SectionKind.KPI, None, None, kpi)] if kpi else result


@dataclass(frozen=True)
class ProfileWeights:
    """The effective weights for one role profile, with the short names of its competencies and areas."""

    profile: Profile
    weights: list[EffectiveWeight]
    names: Mapping[str, Mapping[str, str]]


def weights_by_profile(scheme: Scheme, on: date) -> list[ProfileWeights]:
    """The effective weights for each role profile whose positions the scheme covers on a day."""
    framework = latest_published()
    if framework is None:
        return []
    names = {dimension.code: dimension.short_name for dimension in dimensions_of(framework)}
    levels = {code: level for code, level in db.session.execute(select(Position.code, Position.job_level))}  # noqa: C416 - rows are no pairs to mypy
    positions = positions_of_profiles(on)
    return [
        ProfileWeights(profile, effective_weights(scheme, profile, framework.group_weights), names)
        for profile in profiles()
        if any(scheme.covers(levels[code]) for code in positions.get(profile.code, []) if code in levels)
    ]
