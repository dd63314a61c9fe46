"""Results of a cycle and of one participant, with every value their grades have had."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from assessments.surveys.models import Survey, SurveySubject
from people.organisation.models import Person, Unit
from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import scope
from review.aggregation.bands import boundary_zone
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.results.access import CALCULATED, SHOWN_TO_SUBJECT
from review.results.models import GradeStep, Result, ResultSeal, Signature
from review.schemes.models import GradeBand, Scheme, VisiblePart
from rubrics.measures.models import Measure
from web.database import db
from web.language import LazyString, localized
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing, in_language

STATE_CHOICES = [
    (state.value, state.label)
    for state in ParticipantState
    if state not in {ParticipantState.PLANNED, ParticipantState.COLLECTING, ParticipantState.EXCLUDED}
]


def result_of(participant: Participant) -> Result | None:
    """What a participant's evidence came to, once the cycle is closed."""
    return db.session.scalar(
        select(Result)
        .where(Result.participant_id == participant.id)
        .options(joinedload(Result.participant).joinedload(Participant.scheme), joinedload(Result.formula_version))
    )


def results_of(cycle: Cycle) -> list[Result]:
    """All results of a cycle with their participants."""
    statement = (
        select(Result)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle.id)
        .options(
            joinedload(Result.participant).joinedload(Participant.person),
            joinedload(Result.participant).joinedload(Participant.scheme),
            joinedload(Result.participant).joinedload(Participant.profile),
            joinedload(Result.formula_version),
        )
        .order_by(Result.id)
    )
    return list(db.session.scalars(statement))


def grade_steps_of(result: Result) -> list[GradeStep]:
    """Every value that a grade has had, the first one first."""
    statement = (
        select(GradeStep)
        .where(GradeStep.result_id == result.id)
        .options(joinedload(GradeStep.decided_by))
        .order_by(GradeStep.number)
    )
    return list(db.session.scalars(statement))


def signature_of(result: Result) -> Signature | None:
    """The subject's signature, once given."""
    return db.session.scalar(select(Signature).where(Signature.result_id == result.id))


def seals_of(result: Result) -> list[ResultSeal]:
    """The seals of a result, one a release."""
    return list(
        db.session.scalars(select(ResultSeal).where(ResultSeal.result_id == result.id).order_by(ResultSeal.release))
    )


def grade_counts(cycle: Cycle) -> Counter[str]:
    """How many results of a cycle stand at each grade now."""
    statement = (
        select(Result.grade).join(Result.participant).where(Participant.cycle_id == cycle.id, Result.grade.is_not(None))
    )
    return Counter(grade for grade in db.session.scalars(statement) if grade)


def result_by_public_id(participant_id: str) -> tuple[Participant, Result, Signature | None] | None:
    """The result of the participant behind an address, with all that its pages say about the person."""
    statement = (
        select(Participant, Result, Signature)
        .join(Result, Result.participant_id == Participant.id)
        .outerjoin(Signature, Signature.result_id == Result.id)
        .where(Participant.public_id == participant_id)
        .options(
            joinedload(Participant.person),
            joinedload(Participant.cycle).joinedload(Cycle.survey).joinedload(Survey.framework),
            joinedload(Participant.manager),
            joinedload(Participant.second_line),
            joinedload(Participant.unit),
            joinedload(Participant.position),
            joinedload(Participant.scheme).options(joinedload(Scheme.sections), joinedload(Scheme.bands)),
            joinedload(Participant.subject).joinedload(SurveySubject.survey),
            joinedload(Result.formula_version),
        )
    )
    row = db.session.execute(statement).unique().one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def result_before(participant: Participant) -> Result | None:
    """The newest released result of the same person from an earlier period."""
    return db.session.scalar(
        select(Result)
        .join(Result.participant)
        .join(Participant.cycle)
        .where(
            Participant.person_id == participant.person_id,
            Participant.id != participant.id,
            Cycle.state == CycleState.RELEASED,
            Cycle.period_ends_on < participant.cycle.period_ends_on,
        )
        .options(joinedload(Result.participant).joinedload(Participant.cycle))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
        .limit(1)
    )


def measures_of(result: Result) -> dict[int, Measure]:
    """The pinned versions of the measures that a result counts, by number."""
    numbers = [line["measure_id"] for line in result.steps["key_figures"]]
    if not numbers:
        return {}
    return {measure.id: measure for measure in db.session.scalars(select(Measure).where(Measure.id.in_(numbers)))}


def visible_parts(viewer: Viewer, participant: Participant) -> frozenset[VisiblePart]:
    """What of a result a viewer is shown: the subject what the scheme says, those who decide all that may be shown."""
    scheme = participant.scheme
    if scheme is None or participant.person_id != viewer.person_id:
        return frozenset(VisiblePart)
    return frozenset(part for part in VisiblePart if scheme.shows(part))


def grades_near(result: Result) -> tuple[str, ...]:
    """The grades that a total within one standard error of a cut may get, the best first; () away from every cut."""
    scheme = result.participant.scheme
    if scheme is None or result.total is None or result.total_error is None or result.has_failed_gate:
        return ()
    return boundary_zone(result.total, result.total_error, bands=scheme.grade_bands)


def own_results(viewer: Viewer) -> list[Participant]:
    """The cycles in which the viewer has a result that they may see, the newest first."""
    statement = (
        select(Participant)
        .join(Participant.cycle)
        .where(Participant.person_id == viewer.person_id, Participant.state.in_(SHOWN_TO_SUBJECT))
        .options(joinedload(Participant.cycle))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
    )
    return list(db.session.scalars(statement))


def duties_of(viewer: Viewer) -> list[tuple[Cycle, int, int]]:
    """Every calculated cycle with how many people the viewer grades and how many they review in it, newest first."""
    is_other = Participant.person_id != viewer.person_id
    is_manager = and_(Participant.manager_id == viewer.person_id, is_other)
    is_reviewer = and_(_is_reviewed_by(viewer), is_other)
    counts = (
        select(
            Participant.cycle_id,
            func.sum(case((is_manager, 1), else_=0)).label("graded"),
            func.sum(case((is_reviewer, 1), else_=0)).label("reviewed"),
        )
        .where(Participant.state != ParticipantState.EXCLUDED)
        .group_by(Participant.cycle_id)
        .subquery()
    )
    statement = (
        select(Cycle, counts.c.graded, counts.c.reviewed)
        .join(counts, counts.c.cycle_id == Cycle.id)
        .where(Cycle.state.in_(CALCULATED))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
    )
    rows = [(cycle, int(graded), int(reviewed)) for cycle, graded, reviewed in db.session.execute(statement)]
    sees_all = viewer.can(Permission.PROGRESS_READ)
    return [row for row in rows if sees_all or row[1] or row[2]]


def _is_reviewed_by(viewer: Viewer) -> ColumnElement[bool]:
    """The people of whom the viewer is the second line; HR is where there is none."""
    if viewer.holds(Role.HR):
        is_other = Participant.manager_id.is_distinct_from(viewer.person_id)
        return or_(Participant.second_line_id == viewer.person_id, and_(Participant.second_line_id.is_(None), is_other))
    return Participant.second_line_id == viewer.person_id


def results_to_grade(viewer: Viewer, cycle: Cycle) -> Select[Any]:
    """The results of a viewer's own people of the snapshot, as their manager."""
    return _results_with_people(cycle).where(
        Participant.manager_id == viewer.person_id, Participant.person_id != viewer.person_id
    )


def results_to_review(viewer: Viewer, cycle: Cycle) -> Select[Any]:
    """The results that a viewer reviews: as the second line; as HR those of people who have none."""
    return _results_with_people(cycle).where(_is_reviewed_by(viewer), Participant.person_id != viewer.person_id)


def visible_results(viewer: Viewer, cycle: Cycle) -> Select[Any]:
    """All results of a cycle that a viewer may see; their own only once it is released."""
    statement = _results_with_people(cycle).where(
        or_(Participant.person_id != viewer.person_id, Participant.state.in_(SHOWN_TO_SUBJECT))
    )
    return scope(viewer, Permission.RESULT_READ, statement, Participant.person_id)


def _results_with_people(cycle: Cycle) -> Select[Any]:
    return (
        select(Result)
        .join(Result.participant)
        .join(Participant.person)
        .join(Participant.unit)
        .where(Participant.cycle_id == cycle.id, Participant.state != ParticipantState.EXCLUDED)
        .options(
            # A line of a list needs a few numbers; the steps behind them are fifty times as much.
            *(defer(long, raiseload=True) for long in (Result.dimensions, Result.sections, Result.steps)),
            contains_eager(Result.participant).options(
                contains_eager(Participant.person),
                contains_eager(Participant.unit),
                joinedload(Participant.position),
                joinedload(Participant.manager),
                joinedload(Participant.scheme),
            ),
        )
    )


def units_in(cycle: Cycle) -> list[Unit]:
    """The units that the people of a cycle sat in on the day of the snapshot."""
    sat_in = select(Participant.unit_id).where(Participant.cycle_id == cycle.id)
    return list(db.session.scalars(select(Unit).where(Unit.id.in_(sat_in)).order_by(Unit.code)))


def states_of(statement: Select[Any]) -> Counter[ParticipantState]:
    """How many people of a list stand at each state."""
    rows = db.session.execute(
        statement.with_only_columns(Participant.state, func.count(), maintain_column_froms=True)
        .order_by(None)
        .group_by(Participant.state)
    )
    return Counter({row[0]: int(row[1]) for row in rows})


def grades_of_list(statement: Select[Any]) -> dict[str, int]:
    """How many results of a list stand at each grade, the best grade first; those without one are left out."""
    rows = db.session.execute(
        statement.join(GradeBand, (GradeBand.scheme_id == Participant.scheme_id) & (GradeBand.grade == Result.grade))
        .with_only_columns(Result.grade, func.count(), maintain_column_froms=True)
        .group_by(Result.grade)
        .order_by(None)
        .order_by(func.min(GradeBand.place), Result.grade)
    )
    return {grade: count for grade, count in rows if grade is not None}


def people_listing(statement: Select[Any], caption: LazyString, units: Sequence[Unit] = ()) -> Listing:
    """A list of results with their people: searched by name and number, filtered by where they stand."""
    filters = [Choice("state", _l("Where it stands"), STATE_CHOICES, Participant.state)]
    if len(units) > 1:
        unit_choices = [(unit.public_id, localized(unit.name)) for unit in units]
        filters.append(Choice("unit", _l("Unit"), unit_choices, Unit.public_id))
    return Listing(
        statement,
        (
            Column("name", _l("Employee"), Person.sort_key, (Person.name, Person.employee_number)),
            Column("unit", _l("Unit"), in_language(Unit.name)),
            Column("total", _l("Total points"), Result.total, kind="number"),
            Column("calculated", _l("Calculated grade"), Result.calculated_grade),
            Column("grade", _l("Grade"), Result.grade),
            Column("state", _l("Where it stands"), Participant.state),
            Column("action", _l("Action"), kind="actions"),
        ),
        caption=caption,
        default_sort="name",
        tie_breaker=Person.id,
        filters=filters,
    )
