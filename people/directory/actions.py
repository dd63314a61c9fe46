"""Taking people on, keeping their details right, and letting them go without losing what they left behind."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, or_, select, update

from people.accounts.actions import end_sessions_of_person
from people.audit.actions import record
from people.organisation.actions import lock_reporting_lines, require_sound
from people.organisation.errors import (
    AlreadyLeftError,
    CodeNotUsableError,
    EmailTakenError,
    LeavingBeforeHiringError,
    NumberTakenError,
    OwnManagerError,
    SuccessorNeededError,
)
from people.organisation.models import Employment, Person, Post, post_of
from people.organisation.queries import employment_of, posts_under
from people.posts.actions import opened
from people.roles.models import RoleGrant
from web.database import db
from web.formats import format_date
from web.texts import identifier, sort_key, stored_text, unique_key

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Details:
    """What is known of a person apart from where they sit."""

    employee_number: str
    name: str
    email: str
    hired_on: date


def add_person(details: Details, post: Post) -> Person:
    """Take someone on, with a first post from the day they come."""
    lock_reporting_lines()
    person = Person()
    _set_details(person, details)
    db.session.add(person)
    db.session.flush()
    opened(person.id, details.hired_on, None, post)
    require_sound([person.id])
    record("person.added", about=person, details={"employee_number": person.employee_number})
    return person


def edit_person(person: Person, details: Details) -> Person:
    """Put a person's own details right; a first post that began with the employment moves along with it."""
    lock_reporting_lines()
    before = Details(person.employee_number, person.name, person.email, person.hired_on)
    first = select(Employment).where(Employment.person_id == person.id, Employment.starts_on == before.hired_on)
    starting = list(db.session.scalars(first))
    _set_details(person, details)
    for post in starting:
        if post.ends_on is not None and post.ends_on < details.hired_on:
            raise LeavingBeforeHiringError(name=person.name, hired_on=format_date(details.hired_on))
        post.starts_on = details.hired_on
    require_sound([person.id])
    changed = [name for name, value in asdict(details).items() if asdict(before)[name] != value]
    record("person.edited", about=person, details={"changed": changed})
    return person


def record_leaving(person: Person, left_on: date, successor: Person | None, today: date) -> Person:
    """Write down a last day: posts and grants end, plans after it fall away, reports go to the successor."""
    lock_reporting_lines()
    if left_on < person.hired_on:
        raise LeavingBeforeHiringError(name=person.name, hired_on=format_date(person.hired_on))
    if successor is not None and successor.id == person.id:
        raise OwnManagerError
    _hand_over(person, left_on, successor)
    _close_posts(person, left_on)
    _close_grants(person, left_on)
    person.left_on = left_on
    require_sound([person.id])
    if left_on < today:
        end_sessions_of_person(person.id)
    record("person.left", about=person, details={"left_on": left_on.isoformat()})
    return person


def record_return(person: Person, on: date, post: Post) -> Person:
    """Take someone on again who had left; the time between stays empty."""
    lock_reporting_lines()
    if person.left_on is None or on <= person.left_on:
        raise AlreadyLeftError
    person.left_on = None
    opened(person.id, on, None, post)
    require_sound([person.id])
    record("person.returned", about=person, details={"on": on.isoformat()})
    return person


def _set_details(person: Person, details: Details) -> None:
    number, email = identifier(details.employee_number), identifier(details.email)
    if not unique_key(number):
        raise CodeNotUsableError
    others = select(Person).where(
        Person.id != (person.id or 0),
        or_(Person.employee_number_key == unique_key(number), Person.email_key == unique_key(email)),
    )
    for other in db.session.scalars(others):
        if other.employee_number_key == unique_key(number):
            raise NumberTakenError(number=number, name=other.name)
        raise EmailTakenError(email=email, name=other.name)
    person.employee_number, person.employee_number_key = number, unique_key(number)
    person.email, person.email_key = email, unique_key(email)
    person.name, person.sort_key = stored_text(details.name), sort_key(details.name)
    person.hired_on = details.hired_on


def _hand_over(person: Person, left_on: date, successor: Person | None) -> None:
    """Move whoever reports to a leaver after the last day; dotted lines to them simply end."""
    lasting = [post for post in posts_under(person.id) if post.ends_on is None or post.ends_on > left_on]
    solid = {post.person_id for post in lasting if post.manager_id == person.id}
    if solid and successor is None:
        raise SuccessorNeededError(count=len(solid), name=person.name)
    above = employment_of(person.id, left_on)
    for post in lasting:
        # A successor who was among the reports moves up to the leaver's own manager.
        heir = successor.id if successor else None
        solid_line = heir if post.person_id != heir else (above.manager_id if above else None)
        changed = replace(
            post_of(post),
            manager_id=solid_line if post.manager_id == person.id else post.manager_id,
            dotted_manager_id=None if post.dotted_manager_id == person.id else post.dotted_manager_id,
        )
        if post.starts_on > left_on:
            post.manager_id, post.dotted_manager_id = changed.manager_id, changed.dotted_manager_id
        else:
            opened(post.person_id, left_on + ONE_DAY, post.ends_on, changed)
            post.ends_on = left_on
    if lasting:
        require_sound({post.person_id for post in lasting})


def _close_posts(person: Person, left_on: date) -> None:
    """End what lasts beyond the last day; posts that ended with an earlier noted last day move with it."""
    posts = list(db.session.scalars(select(Employment).where(Employment.person_id == person.id)))
    for post in posts:
        if post.starts_on > left_on:
            db.session.delete(post)
        elif post.ends_on is None or post.ends_on > left_on or post.ends_on == person.left_on:
            post.ends_on = left_on


def _close_grants(person: Person, left_on: date) -> None:
    own = RoleGrant.person_id == person.id
    db.session.execute(delete(RoleGrant).where(own, RoleGrant.starts_on > left_on))
    lasting = or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on > left_on)
    db.session.execute(update(RoleGrant).where(own, lasting).values(ends_on=left_on))
