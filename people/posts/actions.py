"""Changing where someone sits: every change closes the old row and opens a new one, so that history stays."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from people.audit.actions import record
from people.organisation.actions import lock_reporting_lines, require_sound
from people.organisation.errors import (
    ChangeBeforeStartError,
    LastPostError,
    NothingChangedError,
    NotPlannedError,
)
from people.organisation.models import Employment, Person, Post, post_of
from people.organisation.queries import posts_before
from people.posts.errors import SeveralChangesError
from web.database import db
from web.formats import format_date

ONE_DAY = timedelta(days=1)


def change_post(employment: Employment, on: date, post: Post) -> Employment:
    """Put someone elsewhere from a day on, which may be planned ahead; the old post ends the day before."""
    lock_reporting_lines()
    db.session.refresh(employment)
    if on <= employment.starts_on or (employment.ends_on is not None and on > employment.ends_on):
        raise ChangeBeforeStartError(
            starts_on=format_date(employment.starts_on), ends_on=format_date(employment.ends_on)
        )
    before = post_of(employment)
    if post == before:
        raise NothingChangedError
    later = opened(employment.person_id, on, employment.ends_on, post)
    employment.ends_on = on - ONE_DAY
    require_sound([employment.person_id])
    record("post.changed", about=employment.person, details=_difference(before, post) | {"on": on.isoformat()})
    return later


def add_post(person: Person, starts_on: date, ends_on: date | None, post: Post) -> Employment:
    """Give someone a further post beside the others, or the first one."""
    lock_reporting_lines()
    added = opened(person.id, starts_on, ends_on or person.left_on, post)
    require_sound([person.id])
    record("post.added", about=person, details=_difference(None, post) | {"on": starts_on.isoformat()})
    return added


def correct_post(employment: Employment, starts_on: date, post: Post) -> Employment:
    """Put right what was recorded wrongly; what came before ends the day before the right beginning."""
    lock_reporting_lines()
    db.session.refresh(employment)
    before = post_of(employment)
    details = _difference(before, post)
    if starts_on != employment.starts_on:
        details["starts_on"] = [employment.starts_on.isoformat(), starts_on.isoformat()]
        _move_start(employment, starts_on)
    if not details:
        raise NothingChangedError
    for name, value in asdict(post).items():
        setattr(employment, name, value)
    require_sound([employment.person_id])
    record("post.corrected", about=employment.person, details=details)
    return employment


def withdraw_planned_post(employment: Employment, today: date) -> None:
    """Take a change back before it begins; what it would have replaced goes on."""
    lock_reporting_lines()
    db.session.refresh(employment)
    if employment.starts_on <= today:
        raise NotPlannedError
    same_day = select(Employment.id).where(
        Employment.person_id == employment.person_id,
        Employment.starts_on == employment.starts_on,
        Employment.id != employment.id,
    )
    replaced = posts_before(employment)
    if replaced and (len(replaced) > 1 or db.session.scalar(same_day) is not None):
        raise SeveralChangesError
    person, starts_on = employment.person, employment.starts_on
    for earlier in replaced:
        earlier.ends_on = employment.ends_on
    db.session.delete(employment)
    require_sound([person.id])
    record("post.withdrawn", about=person, details={"on": starts_on.isoformat()})


def end_post(employment: Employment, ends_on: date) -> None:
    """End one of several posts; the last one ends by leaving."""
    lock_reporting_lines()
    db.session.refresh(employment)
    person = employment.person
    if ends_on < employment.starts_on or (person.left_on is not None and ends_on > person.left_on):
        raise ChangeBeforeStartError(starts_on=format_date(employment.starts_on), ends_on=format_date(person.left_on))
    goes_on = select(Employment.id).where(
        Employment.person_id == person.id,
        Employment.id != employment.id,
        Employment.starts_on <= ends_on + ONE_DAY,
        (Employment.ends_on.is_(None)) | (Employment.ends_on > ends_on),
    )
    if ends_on != person.left_on and db.session.scalar(goes_on.limit(1)) is None:
        raise LastPostError(name=person.name)
    employment.ends_on = ends_on
    require_sound([person.id])
    record("post.ended", about=person, details={"on": ends_on.isoformat()})


def opened(person_id: int, starts_on: date, ends_on: date | None, post: Post) -> Employment:
    """A new row of employment, added but not yet checked."""
    employment = Employment(person_id=person_id, starts_on=starts_on, ends_on=ends_on, **asdict(post))
    db.session.add(employment)
    return employment


def _move_start(employment: Employment, starts_on: date) -> None:
    if employment.ends_on is not None and starts_on > employment.ends_on:
        raise ChangeBeforeStartError(
            starts_on=format_date(employment.starts_on), ends_on=format_date(employment.ends_on)
        )
    earlier = posts_before(employment)
    if len(earlier) == 1:
        if starts_on <= earlier[0].starts_on:
            raise ChangeBeforeStartError(
                starts_on=format_date(earlier[0].starts_on), ends_on=format_date(employment.ends_on)
            )
        earlier[0].ends_on = starts_on - ONE_DAY
    employment.starts_on = starts_on


def _difference(before: Post | None, after: Post) -> dict[str, Any]:
    """What a change changed, for the audit trail."""
    old: Mapping[str, Any] = asdict(before) if before else {}
    return {name: [old.get(name), value] for name, value in asdict(after).items() if old.get(name) != value}
