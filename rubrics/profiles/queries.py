"""Reading profiles: the one of a position, the next on the ladder, and which items a group is asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from people.organisation.models import Position
from rubrics.frameworks.models import (
    ANONYMOUS_GROUPS,
    NAMED_GROUPS,
    Dimension,
    Framework,
    Item,
    RaterGroup,
    VersionState,
)
from rubrics.frameworks.queries import dimensions_of, items_of, published_framework
from rubrics.profiles.models import PositionProfile, Profile, Requirement
from web.database import db


def profiles() -> list[Profile]:
    """The version in force of every profile, from the first step of the ladder up."""
    newest = (
        select(Profile.code, func.max(Profile.number).label("number"))
        .where(Profile.state == VersionState.PUBLISHED)
        .group_by(Profile.code)
        .subquery()
    )
    return list(
        db.session.scalars(
            select(Profile)
            .join(newest, (Profile.code == newest.c.code) & (Profile.number == newest.c.number))
            .options(selectinload(Profile.requirements))
            .order_by(Profile.place, Profile.code)
        )
    )


def profile_by_code(code: str) -> Profile | None:
    """The version in force of one profile."""
    return db.session.scalars(
        select(Profile)
        .where(Profile.code == code, Profile.state == VersionState.PUBLISHED)
        .options(selectinload(Profile.requirements))
        .order_by(Profile.number.desc())
        .limit(1)
    ).first()


def profile_by_public_id(public_id: str) -> Profile | None:
    """One version of a profile by the id in its address."""
    return db.session.scalars(
        select(Profile).where(Profile.public_id == public_id).options(selectinload(Profile.requirements))
    ).first()


def versions_of_profile(code: str) -> list[Profile]:
    """All versions of a profile, the newest first."""
    return list(db.session.scalars(select(Profile).where(Profile.code == code).order_by(Profile.number.desc())))


def next_profile(profile: Profile) -> Profile | None:
    """The profile one step up the ladder; None at its top."""
    return profile_by_code(profile.next_code) if profile.next_code else None


def profile_of_position(position_code: str, on: date) -> Profile | None:
    """The profile that people in a position are judged by on a day, in its version in force now."""
    return profiles_of_positions([position_code], on).get(position_code)


def profiles_of_positions(position_codes: Collection[str], on: date) -> dict[str, Profile]:
    """The profile of each position on a day; positions without one are left out."""
    latest = (
        select(PositionProfile.position_code, func.max(PositionProfile.starts_on).label("starts_on"))
        .where(PositionProfile.position_code.in_(position_codes), PositionProfile.starts_on <= on)
        .group_by(PositionProfile.position_code)
        .subquery()
    )
    mapping = aliased(PositionProfile)
    rows = db.session.execute(
        select(mapping.position_code, mapping.profile_code).join(
            latest, (mapping.position_code == latest.c.position_code) & (mapping.starts_on == latest.c.starts_on)
        )
    ).all()
    in_force = {profile.code: profile for profile in profiles()}
    return {position: in_force[code] for position, code in rows if code in in_force}


def positions_of_profiles(on: date) -> dict[str, list[str]]:
    """The codes of the positions that each profile serves on a day, by profile code."""
    mappings = db.session.scalars(
        select(PositionProfile).where(PositionProfile.starts_on <= on).order_by(PositionProfile.starts_on)
    )
    # Later rows overwrite earlier ones: the newest mapping of a position counts.
    newest = {mapping.position_code: mapping.profile_code for mapping in mappings}
    served: dict[str, list[str]] = {}
    for position, code in sorted(newest.items()):
        served.setdefault(code, []).append(position)
    return served


def titles_of_positions(on: date) -> dict[str, list[dict[str, str]]]:
    """The titles of the positions that each profile serves on a day, by profile code."""
    served = positions_of_profiles(on)
    titles = {
        position.code: position.title
        for position in db.session.scalars(select(Position).order_by(Position.job_level, Position.code))
    }
    return {
        code: [title for position, title in titles.items() if position in positions]
        for code, positions in served.items()
    }


def positions_with_profiles(positions: Iterable[Position], on: date) -> list[tuple[Position, Profile | None]]:
    """Each position with its profile on a day, or None where nobody has said which."""
    listed = list(positions)
    found = profiles_of_positions([position.code for position in listed], on)
    return [(position, found.get(position.code)) for position in listed]


def mappings_of(position_code: str) -> list[PositionProfile]:
    """Which profiles a position has and had, the newest first."""
    return list(
        db.session.scalars(
            select(PositionProfile)
            .where(PositionProfile.position_code == position_code)
            .order_by(PositionProfile.starts_on.desc())
        )
    )


def position_by_public_id(public_id: str) -> Position | None:
    """One position by the id in its address."""
    return db.session.scalars(select(Position).where(Position.public_id == public_id)).first()


@dataclass(frozen=True)
class ProfileRow:
    """One dimension and what each of some profiles requires of it; None where a profile leaves it out."""

    dimension: Dimension
    requirements: tuple[Requirement | None, ...]


def profile_rows(some_profiles: Sequence[Profile], framework: Framework) -> list[ProfileRow]:
    """What several profiles require, dimension by dimension; dimensions that none of them has are left out."""
    required = requirements_of(some_profiles)
    by_code = [{one.dimension_code: one for one in required[profile.id]} for profile in some_profiles]
    rows = [
        ProfileRow(dimension, tuple(codes.get(dimension.code) for codes in by_code))
        for dimension in dimensions_of(framework)
    ]
    return [row for row in rows if any(row.requirements)]


def requirements_of(some_profiles: Iterable[Profile]) -> dict[int, list[Requirement]]:
    """The requirements of several profiles in dimension order, by the profile's number in the database."""
    found: dict[int, list[Requirement]] = {profile.id: [] for profile in some_profiles}
    for requirement in db.session.scalars(
        select(Requirement).where(Requirement.profile_id.in_(found)).order_by(Requirement.place)
    ):
        found[requirement.profile_id].append(requirement)
    return found


def items_for(profile: Profile, group: RaterGroup, framework: Framework | None = None) -> list[Item]:
    """The items that a group is asked about somebody in this role, in the order of the form."""
    pinned = framework or published_framework()
    return _asked(items_of(pinned), requirements_of([profile])[profile.id], group)


def item_places(
    some_profiles: Collection[Profile], framework: Framework
) -> dict[tuple[int, RaterGroup], tuple[int, ...]]:
    """The places in the form of the items that each group is asked, for several profiles at once."""
    items, requirements = items_of(framework), requirements_of(some_profiles)
    return {
        (profile.id, group): tuple(item.place for item in _asked(items, requirements[profile.id], group))
        for profile in some_profiles
        for group in (*NAMED_GROUPS, *ANONYMOUS_GROUPS)
    }


def _asked(items: list[Item], requirements: list[Requirement], group: RaterGroup) -> list[Item]:
    if not group.is_anonymous:
        return items
    asked = {requirement.dimension_code for requirement in requirements if requirement.asks(group)}
    return [item for item in items if item.dimension.code in asked and item.dimension.is_observed_by(group)]
