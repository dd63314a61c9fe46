"""What is done with role profiles: check them against the framework, add a version, map positions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from people.audit.actions import record
from people.organisation.models import Position
from rubrics.frameworks.models import (
    ANONYMOUS_GROUPS,
    ANONYMOUS_ITEM_LIMIT,
    LEVELS,
    RaterGroup,
    VersionOrigin,
    VersionState,
)
from rubrics.frameworks.queries import DimensionContent, digest_of
from rubrics.profiles.errors import (
    IncompleteRequirementError,
    LadderLoopError,
    NamedGroupMissingError,
    RepeatedDimensionError,
    TooManyAnonymousItemsError,
    UnchangedProfileError,
    UnknownDimensionError,
    UnknownProfileError,
    UnobservedDimensionError,
    WeightSumError,
)
from rubrics.profiles.models import (
    WHOLE_WEIGHT,
    PositionProfile,
    Profile,
    ProfileContent,
    Requirement,
    RequirementContent,
)
from rubrics.profiles.queries import profile_by_code
from web.database import db, utc_now
from web.errors import StaleEditError
from web.transactions import locked


def add_profile(content: ProfileContent, origin: VersionOrigin) -> Profile:
    """Write a checked content down as the next version and let it stand."""
    highest = db.session.scalar(select(func.max(Profile.number)).where(Profile.code == content.code))
    profile = Profile(
        code=content.code,
        number=(highest or 0) + 1,
        place=content.place,
        name=content.name,
        purpose=content.purpose,
        next_code=content.next_code,
        framework_code=content.framework_code,
        origin=origin,
        content_digest=digest_of(replace(content, place=0)),
        requirements=[
            Requirement(
                dimension_code=entry.dimension_code,
                place=place,
                required_level=entry.required_level,
                weight_percent=entry.weight_percent,
                groups=list(entry.groups),
            )
            for place, entry in enumerate(content.requirements)
        ],
    )
    db.session.add(profile)
    db.session.flush()
    profile.published_at = utc_now()
    profile.state = VersionState.PUBLISHED
    db.session.flush()
    record("profile.published", about=profile, details={"code": profile.code, "number": profile.number})
    return profile


def revise_profile(profile: Profile, content: ProfileContent, dimensions: Sequence[DimensionContent]) -> Profile:
    """Write the next version of a profile and let it stand; who started from an older version is told."""
    # The lock makes two people who revise the same profile at once wait for each other.
    locked(profile)
    present = profile_by_code(profile.code)
    if present is None or present.id != profile.id:
        raise StaleEditError
    if digest_of(replace(content, place=0)) == profile.content_digest:
        raise UnchangedProfileError(number=profile.number)
    require_sound(content, dimensions)
    return add_profile(content, VersionOrigin.OWN)


def map_position(position_code: str, profile_code: str, starts_on: date) -> PositionProfile:
    """Let people in a position be judged by a profile from a day on."""
    if profile_by_code(profile_code) is None:
        raise UnknownProfileError(code=position_code, profile=profile_code)
    # The lock makes two people who map the same position at once wait for each other.
    db.session.execute(select(Position.id).where(Position.code == position_code).with_for_update())
    mapping = db.session.scalars(
        select(PositionProfile).where(
            PositionProfile.position_code == position_code, PositionProfile.starts_on == starts_on
        )
    ).first()
    if mapping is None:
        mapping = PositionProfile(position_code=position_code, starts_on=starts_on)
        db.session.add(mapping)
    mapping.profile_code = profile_code
    db.session.flush()
    record(
        "profile.position_mapped",
        about=mapping,
        details={"position": position_code, "profile": profile_code, "from": starts_on.isoformat()},
    )
    return mapping


def require_sound(content: ProfileContent, dimensions: Sequence[DimensionContent]) -> None:
    """Refuse a profile that asks for what the framework lacks, a group for what it cannot see, or too much."""
    known = {dimension.code: dimension for dimension in dimensions}
    seen: set[str] = set()
    for entry in content.requirements:
        if entry.dimension_code not in known:
            raise UnknownDimensionError(code=content.code, dimension=entry.dimension_code)
        if entry.dimension_code in seen:
            raise RepeatedDimensionError(code=content.code, dimension=entry.dimension_code)
        seen.add(entry.dimension_code)
        if entry.required_level not in LEVELS or not 1 <= entry.weight_percent <= WHOLE_WEIGHT:
            raise IncompleteRequirementError(code=content.code, dimension=entry.dimension_code)
        _require_observers(content.code, entry, known[entry.dimension_code])
    total = sum(entry.weight_percent for entry in content.requirements)
    if total != WHOLE_WEIGHT:
        raise WeightSumError(code=content.code, total=total)
    for group in ANONYMOUS_GROUPS:
        asked = [known[entry.dimension_code] for entry in content.requirements if group in entry.groups]
        count = sum(len(dimension.items) for dimension in asked)
        if count > ANONYMOUS_ITEM_LIMIT:
            raise TooManyAnonymousItemsError(
                code=content.code, group=group.label, count=count, limit=ANONYMOUS_ITEM_LIMIT
            )


def require_ladder(next_codes: Mapping[str, str | None]) -> None:
    """Refuse steps to profiles that do not exist and steps that lead in a circle."""
    for code in next_codes:
        seen, step = {code}, next_codes[code]
        while step is not None:
            if step not in next_codes:
                raise UnknownProfileError(code=code, profile=step)
            if step in seen:
                raise LadderLoopError(code=code)
            seen.add(step)
            step = next_codes[step]


def _require_observers(code: str, entry: RequirementContent, dimension: DimensionContent) -> None:
    if not {RaterGroup.SELF, RaterGroup.MANAGER} <= set(entry.groups):
        raise NamedGroupMissingError(code=code, dimension=dimension.code)
    for group in entry.groups:
        if group not in dimension.observers:
            raise UnobservedDimensionError(code=code, group=RaterGroup(group).label, dimension=dimension.code)
