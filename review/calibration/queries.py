"""Reading the evidence for calibration, and the list of standings."""

from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from review.calibration.models import Calibration, RoleReliability, Severity, Standing
from review.cycles.models import Cycle, Participant
from review.results.access import SHOWN_TO_SUBJECT
from rubrics.frameworks.models import Dimension
from rubrics.profiles.models import Profile
from web.database import db
from web.language import lazy_gettext as _l
from web.tables import Column, Listing


def calibration_of(cycle: Cycle) -> Calibration | None:
    """What was stored at the close; nothing for cycles that were closed before there was evidence."""
    return db.session.get(Calibration, cycle.id)


def severities_of(calibration: Calibration) -> list[Severity]:
    """The named raters in the order of their names."""
    lines = {line["person_id"]: line for line in calibration.severities}
    found = db.session.scalars(select(Person).where(Person.id.in_(lines)).order_by(Person.sort_key, Person.id))
    return [
        Severity(person, line["people"], line.get("leniency"), line.get("error"))
        for person in found
        for line in (lines[person.id],)
    ]


def roles_of(calibration: Calibration) -> list[RoleReliability]:
    """The roles of the cycle in the order of their codes."""
    lines = {line["profile_id"]: line for line in calibration.roles}
    found = db.session.scalars(select(Profile).where(Profile.id.in_(lines)).order_by(Profile.code))
    return [
        RoleReliability(profile, line["people"], line.get("reliability"), line.get("error"))
        for profile in found
        for line in (lines[profile.id],)
    ]


def dimension_names(cycle: Cycle) -> dict[str, dict[str, str]]:
    """What the competencies and areas of the cycle's form are called, by code."""
    statement = select(Dimension.code, Dimension.name).where(Dimension.framework_id == cycle.survey.framework_id)
    return {row.code: row.name for row in db.session.execute(statement)}


def standings_statement(cycle: Cycle, viewer: Viewer) -> Select[Any]:
    """The standings of a cycle's people; the viewer's own line only once it is released."""
    statement = (
        select(Standing)
        .join(Standing.participant)
        .join(Participant.person)
        .where(
            Participant.cycle_id == cycle.id,
            or_(Participant.person_id != viewer.person_id, Participant.state.in_(SHOWN_TO_SUBJECT)),
        )
        .options(
            contains_eager(Standing.participant).options(
                contains_eager(Participant.person), joinedload(Participant.position)
            )
        )
    )
    return scope(viewer, Permission.RESULT_READ, statement, Participant.person_id)


def has_hidden_line(cycle: Cycle, viewer: Viewer) -> bool:
    """Whether the viewer has a standing of their own that is not released yet."""
    own = (
        select(Standing)
        .join(Standing.participant)
        .where(
            Participant.cycle_id == cycle.id,
            Participant.person_id == viewer.person_id,
            Participant.state.not_in(SHOWN_TO_SUBJECT),
        )
    )
    return bool(db.session.scalar(select(own.exists())))


def standings_listing(cycle: Cycle, viewer: Viewer) -> Listing:
    """The list of standings: searched by name and number, sorted by any of its numbers.

    Expected ranks have a known sum: the ranks of all others would tell the viewer's own, so they are left out with it.
    """
    rank = (Column("rank", _l("Expected rank"), Standing.rank, kind="number"),)
    return Listing(
        standings_statement(cycle, viewer),
        (
            Column("name", _l("Employee"), Person.sort_key, (Person.name, Person.employee_number)),
            Column("overall", _l("Overall score"), Standing.overall, kind="number"),
            Column("met", _l("Requirement met"), Standing.met, kind="number"),
            *(() if has_hidden_line(cycle, viewer) else rank),
            Column("without_severity", _l("Without severity"), Standing.without_severity, kind="number"),
            Column("predicted", _l("With missing groups"), Standing.predicted, kind="number"),
        ),
        caption=_l("How firm the order of people is"),
        default_sort="name",
        tie_breaker=Standing.participant_id,
    )
