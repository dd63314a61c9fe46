"""Taking a file in: it waits for its confirmation, then all of it is carried out at once or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import String, cast, delete, insert, literal, or_, select, update

from people.audit.actions import record
from people.comparison.models import Named, PersonChange, Plan, State
from people.organisation.models import Employment, Person, Position, Unit
from people.roles.models import RoleGrant
from people.roster.errors import PreviewOutdatedError
from people.roster.models import RosterUpload
from people.roster.queries import ids_by_number
from people.timelines.models import NamedPost, Stay
from web.database import db, new_public_id
from web.files.downloads import safe_name
from web.texts import sort_key, unique_key
from web.transactions import after_commit

Ids = dict[str, int]
Value = TypeVar("Value")
LARGEST_PART = 500


def keep_upload(content: bytes, filename: str, owner_id: int) -> RosterUpload:
    """Keep a file until its owner confirms or discards it."""
    upload = RosterUpload(owner_id=owner_id, filename=safe_name(filename)[:120])
    db.session.add(upload)
    db.session.flush()
    path = path_of(upload.public_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    record("people.file_uploaded", details={"bytes": len(content)})
    return upload


def discard_upload(upload: RosterUpload) -> None:
    """Forget a waiting file; its bytes go once that is on disk."""
    path = path_of(upload.public_id)
    db.session.delete(upload)
    after_commit(lambda: path.unlink(missing_ok=True))


def path_of(public_id: str) -> Path:
    """Where the bytes of a waiting file lie."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / "uploads" / public_id


def carry_out(plan: Plan, state: State, *, seen: str | None, actor_id: int | None = None) -> Plan:
    """Do everything a plan says; ``seen`` is the fingerprint of the plan that was confirmed."""
    if seen is not None and plan.fingerprint != seen:
        raise PreviewOutdatedError
    units = {key: known.id for key, known in state.units.items()}
    _write_units(plan.units, state, units)
    positions = {key: known.id for key, known in state.positions.items()}
    _write_positions(plan.positions, state, positions)
    people = {key: known.id for key, known in state.people.items()}
    _write_people(plan, people)
    _write_posts(plan.people, people, units, positions)
    _close_grants(plan.people, people)
    details = {"added": len(plan.added), "changed": len(plan.changed), "unchanged": plan.unchanged}
    record("people.imported", details=details | {"fingerprint": plan.fingerprint}, actor_id=actor_id)
    db.session.expire_all()
    return plan


def _write_units(changes: Iterable[tuple[str, Named]], state: State, ids: Ids) -> None:
    """Parents come first, so that each unit finds the one above it."""
    changed = list(changes)
    known = select(Unit).where(Unit.id.in_([ids[key] for key, _named in changed if key in state.units]))
    units = {unit.code_key: unit for unit in db.session.scalars(known)}
    for key, named in changed:
        unit = units.get(key) or Unit(code=named.code)
        unit.name = dict(named.text)
        unit.parent_id = ids[unique_key(named.parent)] if named.parent else None
        db.session.add(unit)
        db.session.flush()
        ids[key] = unit.id


def _write_positions(changes: Iterable[tuple[str, Named]], state: State, ids: Ids) -> None:
    changed = list(changes)
    known = select(Position).where(Position.id.in_([ids[key] for key, _named in changed if key in state.positions]))
    positions = {position.code_key: position for position in db.session.scalars(known)}
    for key, named in changed:
        position = positions.setdefault(key, Position(code=named.code))
        assert named.job_level is not None
        position.title, position.job_level = dict(named.text), named.job_level
        db.session.add(position)
    db.session.flush()
    ids |= {key: positions[key].id for key, _named in changed}


def _write_people(plan: Plan, ids: Ids) -> None:
    """Add and change people; addresses that change hands are first taken from all of them."""
    changed = [change for change in plan.changed if change.before and change.before.known != change.known]
    moving = [
        change.before.id for change in changed if change.before and change.before.known.email != change.known.email
    ]
    for ids_now in _in_parts(moving):
        parked = literal("~") + cast(Person.id, String)
        db.session.execute(update(Person).where(Person.id.in_(ids_now)).values(email_key=parked))
    if changed:
        db.session.execute(update(Person), [_person_row(change) | _identity(change) for change in changed])
    if plan.added:
        db.session.execute(insert(Person), [_person_row(change) for change in plan.added])
        ids |= ids_by_number()


def _identity(change: PersonChange) -> dict[str, int]:
    """Which row is meant, in which version; the mapper raises the version and refuses another one."""
    assert change.before is not None
    return {"id": change.before.id, "version": change.before.version}


def _person_row(change: PersonChange) -> dict[str, Any]:
    known = change.known
    row: dict[str, Any] = {
        "employee_number": known.employee_number,
        "employee_number_key": change.key,
        "name": known.name,
        "sort_key": sort_key(known.name),
        "email": known.email,
        "email_key": unique_key(known.email),
        "hired_on": known.hired_on,
        "left_on": known.left_on,
    }
    return row if change.before else row | {"public_id": new_public_id(), "version": 1}


def _write_posts(changes: Iterable[PersonChange], people: Ids, units: Ids, positions: Ids) -> None:
    """Rows that stay are left alone; those that begin the same day are changed; the rest goes or comes."""
    added: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    removed: list[int] = []
    for change in changes:
        old = list(change.before.stays) if change.before else []
        wanted = [stay for stay in change.timeline if stay not in {known for _id, _version, known in old}]
        free = [row for row in old if row[2] not in change.timeline]
        for stay in wanted:
            values = _employment_row(stay, people[change.key], people, units, positions)
            same_start = next((row for row in free if row[2].starts_on == stay.starts_on), None)
            if same_start is None:
                added.append(values | {"public_id": new_public_id(), "version": 1})
            else:
                free.remove(same_start)
                moved.append(values | {"id": same_start[0], "version": same_start[1]})
        removed += [row_id for row_id, _version, _stay in free]
    for part in _in_parts(removed):
        db.session.execute(delete(Employment).where(Employment.id.in_(part)))
    if moved:
        db.session.execute(update(Employment), moved)
    if added:
        db.session.execute(insert(Employment), added)


def _employment_row(stay: Stay, person_id: int, people: Ids, units: Ids, positions: Ids) -> dict[str, Any]:
    post: NamedPost = stay.post
    return {
        "person_id": person_id,
        "unit_id": units[post.unit],
        "position_id": positions[post.position],
        "manager_id": people[post.manager] if post.manager else None,
        "dotted_manager_id": people[post.dotted_manager] if post.dotted_manager else None,
        "share": post.share,
        "starts_on": stay.starts_on,
        "ends_on": stay.ends_on,
    }


def _close_grants(changes: Iterable[PersonChange], people: Mapping[str, int]) -> None:
    """Roles do not outlast the employment, however its end became known."""
    for left_on, ids in _leavers_by_day(changes, people).items():
        own = RoleGrant.person_id.in_(ids)
        db.session.execute(delete(RoleGrant).where(own, RoleGrant.starts_on > left_on))
        lasting = or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on > left_on)
        db.session.execute(update(RoleGrant).where(own, lasting).values(ends_on=left_on))


def _leavers_by_day(changes: Iterable[PersonChange], people: Mapping[str, int]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for change in changes:
        if change.before is not None and change.known.left_on is not None:
            days.setdefault(change.known.left_on, []).append(people[change.key])
    return days


def _in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Parts that fit into one statement on every database."""
    for start in range(0, len(values), LARGEST_PART):
        yield values[start : start + LARGEST_PART]
