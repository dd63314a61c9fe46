"""What keeps the organisation whole while it changes: one change at a time, and checks after each."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from people.organisation.errors import (
    EndsBeforeStartError,
    ManagerLeftError,
    OutsideEmploymentError,
    OwnManagerError,
    ReportingLoopError,
    ShareTooHighError,
)
from people.organisation.models import Employment, Person
from people.organisation.queries import lines_above, loop_in
from web.database import db
from web.formats import format_date
from web.transactions import one_at_a_time


def lock_reporting_lines() -> None:
    """Let one change of the organisation pass at a time: two that are right alone can be a loop together."""
    one_at_a_time("organisation")


def require_sound(person_ids: Collection[int]) -> None:
    """Refuse what cannot be: posts outside the employment, above 100 %, under who has left, or in a circle."""
    _require_storable()
    db.session.flush()
    statement = (
        select(Employment)
        .where(Employment.person_id.in_(person_ids))
        .options(joinedload(Employment.person), joinedload(Employment.manager))
        .order_by(Employment.person_id, Employment.starts_on)
        .execution_options(populate_existing=True)
    )
    posts = list(db.session.scalars(statement))
    for post in posts:
        _require_own_time(post, post.person)
        _require_present_manager(post)
    _require_whole_shares(posts)
    _require_no_loop(person_ids)


def _require_storable() -> None:
    """Name what the database would refuse without a word for the reader."""
    unsaved = [row for row in (*db.session.new, *db.session.dirty) if isinstance(row, Employment)]
    with db.session.no_autoflush:
        concerned = select(Person).where(Person.id.in_({post.person_id for post in unsaved}))
        people = {person.id: person for person in db.session.scalars(concerned)}
    for post in unsaved:
        if post.person_id in (post.manager_id, post.dotted_manager_id):
            raise OwnManagerError
        if post.ends_on is not None and post.ends_on < post.starts_on:
            _require_own_time(post, people[post.person_id])
            raise EndsBeforeStartError


def _require_own_time(post: Employment, person: Person) -> None:
    too_late = person.left_on is not None and (post.ends_on is None or post.ends_on > person.left_on)
    too_late = too_late or (person.left_on is not None and post.starts_on > person.left_on)
    if post.starts_on < person.hired_on or too_late:
        raise OutsideEmploymentError(
            name=person.name, hired_on=format_date(person.hired_on), left_on=format_date(person.left_on)
        )


def _require_present_manager(post: Employment) -> None:
    manager = post.manager
    if manager is not None and manager.left_on is not None and manager.left_on < post.starts_on:
        raise ManagerLeftError(name=manager.name, left_on=format_date(manager.left_on), on=format_date(post.starts_on))


def _require_whole_shares(posts: list[Employment]) -> None:
    for post in posts:
        together = [
            other
            for other in posts
            if other.person_id == post.person_id
            and other.starts_on <= post.starts_on
            and (other.ends_on is None or other.ends_on >= post.starts_on)
        ]
        total = sum(other.share for other in together)
        if total > 100:
            raise ShareTooHighError(name=post.person.name, on=format_date(post.starts_on), total=total)


def _require_no_loop(person_ids: Collection[int]) -> None:
    loop = loop_in(lines_above(person_ids))
    if loop is None:
        return
    people = db.session.scalars(select(Person).where(Person.id.in_(loop.person_ids)))
    names = {person.id: person.name for person in people}
    raise ReportingLoopError(
        on=format_date(loop.on), names=" → ".join(names[person_id] for person_id in loop.person_ids)
    )
