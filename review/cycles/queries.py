"""Cycles, who is in them as they stood on the day, and who should rate whom."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from assessments.surveys.models import RatingRequest, SurveySubject
from assessments.surveys.queries import groups_asked
from people.organisation.models import Employment, Person
from people.organisation.queries import employments_on, units_below
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState, ParticipationStatus
from review.schemes.models import Scheme, SecondLine
from review.schemes.queries import schemes_for_levels
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import profiles_of_positions
from web.database import db

SUGGESTED_PEERS = 6


@dataclass(frozen=True)
class Snapshot:
    """One person as employed on the day of the snapshot, with what follows from the position."""

    person: Person
    employment: Employment
    status: ParticipationStatus
    second_line_id: int | None
    profile: Profile | None
    scheme: Scheme | None


def cycles() -> list[Cycle]:
    """All cycles, the newest period first."""
    statement = select(Cycle).options(joinedload(Cycle.survey)).order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
    return list(db.session.scalars(statement))


def cycle_by_public_id(public_id: str) -> Cycle | None:
    """The cycle behind an address."""
    statement = select(Cycle).where(Cycle.public_id == public_id)
    return db.session.scalar(statement.options(joinedload(Cycle.survey), joinedload(Cycle.unit)))


def cycles_named(name: str) -> list[Cycle]:
    """The cycles that have this name in one of the languages."""
    return [cycle for cycle in cycles() if name.strip() in cycle.name.values()]


def participants_of(cycle: Cycle) -> list[Participant]:
    """Everyone in a cycle in the order of names, with what a page or a computation needs of them."""
    statement = (
        select(Participant)
        .join(Participant.person)
        .where(Participant.cycle_id == cycle.id)
        .options(
            joinedload(Participant.person),
            joinedload(Participant.unit),
            joinedload(Participant.position),
            joinedload(Participant.manager),
            joinedload(Participant.profile),
            joinedload(Participant.scheme),
            joinedload(Participant.subject),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(statement))


def participation_of(cycle: Cycle, person_id: int) -> tuple[Participant | None, list[Participant]]:
    """How a person is in a cycle: as the one it is about, and as manager or second line of others, by name."""
    statement = (
        select(Participant)
        .join(Participant.person)
        .where(
            Participant.cycle_id == cycle.id,
            or_(
                Participant.person_id == person_id,
                Participant.manager_id == person_id,
                Participant.second_line_id == person_id,
            ),
        )
        .options(joinedload(Participant.person), joinedload(Participant.position), joinedload(Participant.manager))
        .order_by(Person.sort_key, Person.id)
    )
    rows = list(db.session.scalars(statement))
    own = next((row for row in rows if row.person_id == person_id), None)
    return own, [row for row in rows if row is not own]


def participant_by_public_id(public_id: str) -> Participant | None:
    """The participant behind an address, with person, cycle, profile and scheme."""
    return db.session.scalar(
        select(Participant)
        .where(Participant.public_id == public_id)
        .options(
            joinedload(Participant.person),
            joinedload(Participant.cycle).joinedload(Cycle.survey),
            joinedload(Participant.profile),
            joinedload(Participant.scheme),
            joinedload(Participant.subject),
        )
    )


def unfinished(cycle: Cycle, needed: ParticipantState) -> int:
    """How many graded participants have not reached a state."""
    order = list(ParticipantState)
    earlier = [state for state in order[: order.index(needed)] if state is not ParticipantState.EXCLUDED]
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Participant)
            .where(Participant.cycle_id == cycle.id, Participant.state.in_(earlier))
        )
        or 0
    )


def latest_participation(person_id: int, *states: CycleState) -> Participant | None:
    """The newest cycle of a person in one of these phases."""
    return db.session.scalar(
        select(Participant)
        .join(Participant.cycle)
        .where(Participant.person_id == person_id, Cycle.state.in_(states))
        .options(joinedload(Participant.cycle).joinedload(Cycle.survey), joinedload(Participant.person))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
        .limit(1)
    )


def people_on(cycle: Cycle) -> list[Snapshot]:
    """Everyone of the cycle's unit employed on the day of the snapshot, with profile and scheme of their main post."""
    main: dict[int, Employment] = {}
    for employment in db.session.scalars(employments_on(cycle.snapshot_on)):
        known = main.get(employment.person_id)
        if known is None or (employment.share, known.id) > (known.share, employment.id):
            main[employment.person_id] = employment
    profiles = profiles_of_positions({row.position.code for row in main.values()}, cycle.snapshot_on)
    schemes = schemes_for_levels({row.position.job_level for row in main.values()}, cycle.snapshot_on)
    within = None if cycle.unit_id is None else set(db.session.scalars(units_below(cycle.unit_id)))
    return [
        Snapshot(
            person=row.person,
            employment=row,
            status=_status(row.person, cycle),
            second_line_id=_second_line(row, main),
            profile=profiles.get(row.position.code),
            scheme=schemes.get(row.position.job_level),
        )
        for row in main.values()
        if within is None or row.unit_id in within
    ]


def _status(person: Person, cycle: Cycle) -> ParticipationStatus:
    if person.left_on is not None and person.left_on <= cycle.snapshot_on:
        return ParticipationStatus.LEFT
    if person.hired_on > cycle.period_starts_on:
        return ParticipationStatus.JOINED_LATE
    return ParticipationStatus.IN


def _second_line(row: Employment, main: dict[int, Employment]) -> int | None:
    manager = main.get(row.manager_id) if row.manager_id is not None else None
    return manager.manager_id if manager is not None else None


def suggested_raters(participants: Sequence[Participant]) -> list[tuple[int, int, RaterGroup]]:
    """Who rates whom by the org chart, as (survey subject, rater, group).

    Self; the manager; the second line where the scheme lets it rate; up to six colleagues under the same manager, each
    asked about equally often; all direct reports. Partner departments and customers are nominated by people. Groups
    that a role profile asks about nothing are left out, and nobody is suggested who is away.
    """
    subjects = [row.subject for row in participants if row.subject is not None]
    asked = groups_asked(subjects[0].survey, subjects) if subjects else {}
    teams: dict[int, list[Participant]] = defaultdict(list)
    for row in participants:
        if row.manager_id is not None:
            teams[row.manager_id].append(row)
    return [
        (subject_id, rater_id, group)
        for row in participants
        if row.subject is not None
        for subject_id, rater_id, group in _raters_of(row, teams)
        if group in asked[row.subject.profile_id]
    ]


def _raters_of(row: Participant, teams: dict[int, list[Participant]]) -> Iterator[tuple[int, int, RaterGroup]]:
    subject_id = row.subject_id or (row.subject.id if row.subject is not None else 0)
    yield subject_id, row.person_id, RaterGroup.SELF
    if row.manager_id is not None:
        yield subject_id, row.manager_id, RaterGroup.MANAGER
        for peer in _next_in_turn(row, teams[row.manager_id]):
            yield subject_id, peer.person_id, RaterGroup.PEERS
    if row.second_line_id is not None and row.scheme is not None and row.scheme.second_line is SecondLine.RATES:
        yield subject_id, row.second_line_id, RaterGroup.SECOND_LINE
    for report in filter(_is_here, teams.get(row.person_id, ())):
        yield subject_id, report.person_id, RaterGroup.REPORTS


def _next_in_turn(row: Participant, team: Sequence[Participant]) -> list[Participant]:
    """The colleagues after this one in a ring, so that everybody is asked about equally often."""
    here = team.index(row)
    ring = [*team[here + 1 :], *team[:here]]
    return list(filter(_is_here, ring))[:SUGGESTED_PEERS]


def _is_here(row: Participant) -> bool:
    return row.status not in {ParticipationStatus.LEAVE, ParticipationStatus.LEFT}


def manager_request(subject: SurveySubject, person_id: int) -> list[RatingRequest]:
    """What stands in the way of a new manager: the former manager's request, and what the new one is asked already."""
    return list(
        db.session.scalars(
            select(RatingRequest).where(
                RatingRequest.subject_id == subject.id,
                or_(RatingRequest.group == RaterGroup.MANAGER, RatingRequest.rater_id == person_id),
            )
        )
    )
