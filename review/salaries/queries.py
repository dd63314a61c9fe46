"""Salaries of people and raises of approved rounds, for those who may see them; pay ranges for those who set them."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import contains_eager

from people.organisation.models import Employment, Person, Position
from people.organisation.queries import is_main_on
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from review.cycles.models import Participant
from review.pay.models import PayLine, PayRange, PayRound, RoundState, Salary
from review.pay.queries import with_people
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing, in_language


def raises_visible_to(viewer: Viewer) -> Listing:
    """The raises of approved rounds that the viewer may see: their own people's, or everyone's they work for."""
    statement = select(PayLine).join(PayLine.round).where(PayRound.state == RoundState.APPROVED)
    statement = with_people(statement.where(PayLine.is_excluded.is_(False), Participant.person_id != viewer.person_id))
    return Listing(
        scope(viewer, Permission.PAY_READ, statement.options(contains_eager(PayLine.round)), Participant.person_id),
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column("round", _l("Round"), order_by=in_language(PayRound.name), search=in_language(PayRound.name)),
            Column("effective_on", _l("Takes effect on"), order_by=PayRound.effective_on),
            Column("raise", _l("Raise"), order_by=PayLine.raise_amount, kind="number"),
            Column("lump_sum", _l("Lump sum"), order_by=PayLine.lump_sum, kind="number"),
            Column("after", _l("New salary"), order_by=PayLine.salary_before + PayLine.raise_amount, kind="number"),
        ),
        caption=_l("Raises of my people"),
        default_sort="name",
        tie_breaker=PayLine.id,
    )


def salaries_visible_to(viewer: Viewer) -> Listing:
    """Everyone employed today whom the viewer may see, with the salary that holds today, if there is one."""
    latest = (
        select(Salary.person_id, func.max(Salary.starts_on).label("starts_on"))
        .where(Salary.starts_on <= viewer.today)
        .group_by(Salary.person_id)
        .subquery()
    )
    statement = (
        select(Person, Position, Salary)
        .select_from(Person)
        .join(Employment, and_(Employment.person_id == Person.id, is_main_on(viewer.today)))
        .join(Position, Position.id == Employment.position_id)
        .outerjoin(latest, latest.c.person_id == Person.id)
        .outerjoin(Salary, and_(Salary.person_id == Person.id, Salary.starts_on == latest.c.starts_on))
    )
    missing = {"missing": Salary.id.is_(None), "known": Salary.id.is_not(None)}
    return Listing(
        scope(viewer, Permission.PAY_READ, statement, Person.id),
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column(
                "position", _l("Position"), order_by=in_language(Position.title), search=in_language(Position.title)
            ),
            Column("level", _l("Job level"), order_by=Position.job_level, kind="number"),
            Column("salary", _l("Salary a year"), kind="number"),
            Column("starts_on", _l("Since"), order_by=Salary.starts_on),
        ),
        caption=_l("Salaries"),
        default_sort="name",
        tie_breaker=Person.id,
        filters=(
            Choice(
                "salary",
                _l("Salary"),
                (("missing", _l("Not entered yet")), ("known", _l("Entered"))),
                conditions=missing,
            ),
        ),
    )


def ranges_listing() -> Listing:
    """Every pay range, the highest job level first, also those that held before."""
    return Listing(
        select(PayRange),
        (
            Column("job_level", _l("Job level"), order_by=PayRange.job_level, kind="number"),
            Column("starts_on", _l("From"), order_by=PayRange.starts_on),
            Column("minimum", _l("Minimum"), order_by=PayRange.minimum, kind="number"),
            Column("midpoint", _l("Midpoint"), order_by=PayRange.midpoint, kind="number"),
            Column("maximum", _l("Maximum"), order_by=PayRange.maximum, kind="number"),
        ),
        caption=_l("Pay ranges"),
        default_sort="-job_level",
        tie_breaker=(PayRange.currency, PayRange.starts_on, PayRange.id),
    )
