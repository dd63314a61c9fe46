"""How far cycles are: their phases, how many people stand where, and grades beside what is advised."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from assessments.surveys.models import Survey
from people.organisation.models import Person
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.results.models import Result
from review.rewards.grades import Guidance, distribution_guidance
from review.running.actions import CLOSE, close_key
from review.schemes.models import DistributionRule, Scheme
from web.database import db
from web.formats import format_moment
from web.jobs.models import Job
from web.language import gettext as _

ORDER = tuple(CycleState)


@dataclass(frozen=True)
class GradingProgress:
    """How far one manager's people are."""

    manager: Person | None
    counts: Counter[ParticipantState]

    @property
    def people(self) -> int:
        """Everyone whom this manager grades."""
        return self.counts.total()

    @property
    def graded(self) -> int:
        """Those whom the manager has graded."""
        return self.people - self.counts[ParticipantState.CALCULATED]

    @property
    def reviewed(self) -> int:
        """Those whom the second line has reviewed, too."""
        return self.graded - self.counts[ParticipantState.GRADED]


@dataclass(frozen=True)
class GradeCounts:
    """How many people have each grade in some teams together, and how many are advised; None without guidance."""

    scheme: Scheme
    managers: tuple[str, ...]
    people: int
    ungraded: int
    counts: Counter[str]
    advised: Mapping[str, int] | None


def cycles_statement(*, with_drafts: bool) -> Select[Cycle]:
    """The cycles as a list shows them: for those who run them with drafts, for all others from the opening on."""
    statement = select(Cycle).join(Cycle.survey).options(contains_eager(Cycle.survey))
    return statement if with_drafts else statement.where(Cycle.state != CycleState.DRAFT)


def phases_of(cycle: Cycle) -> list[tuple[str, str, str | None]]:
    """The phases of a cycle in their order: label, done, current or upcoming, and until when."""
    survey = cycle.survey
    phases = (
        (_("Plan"), _("until %(moment)s", moment=_local(survey.opens_at, survey))),
        (_("Answers"), _("until %(moment)s", moment=_local(survey.closes_at, survey))),
        (_("Calculation"), None),
        (_("Grades and review"), _("until %(moment)s", moment=_local(cycle.grading_ends_at, survey))),
        (_("Confirmation"), None),
        (_("Release and signature"), None),
    )
    here = ORDER.index(cycle.state)
    return [
        (label, "done" if place < here else "current" if place == here else "upcoming", note)
        for place, (label, note) in enumerate(phases)
    ]


def _local(moment: datetime, survey: Survey) -> str:
    return format_moment(moment, survey.time_zone)


def state_counts(cycles: Sequence[Cycle]) -> dict[int, Counter[ParticipantState]]:
    """How many participants stand at each state, by cycle."""
    rows = db.session.execute(
        select(Participant.cycle_id, Participant.state, func.count())
        .where(Participant.cycle_id.in_([cycle.id for cycle in cycles]))
        .group_by(Participant.cycle_id, Participant.state)
    )
    counts: dict[int, Counter[ParticipantState]] = {cycle.id: Counter() for cycle in cycles}
    for cycle_id, state, count in rows:
        counts[cycle_id][state] = count
    return counts


def closing_job(cycle: Cycle) -> Job | None:
    """The work that closes a cycle, once somebody has asked for it."""
    return db.session.scalar(select(Job).where(Job.key == close_key(cycle)))


def closed_cycle(job_public_id: str) -> Cycle | None:
    """The cycle that a piece of work closed."""
    job = db.session.scalar(select(Job).where(Job.public_id == job_public_id, Job.name == CLOSE))
    return None if job is None else db.session.get(Cycle, job.arguments["cycle_id"])


def grading_progress(participants: Sequence[Participant]) -> list[GradingProgress]:
    """How far each manager's people are, those who are furthest behind first."""
    teams: dict[int | None, list[Participant]] = defaultdict(list)
    for row in participants:
        if row.is_graded:
            teams[row.manager_id].append(row)
    found = [GradingProgress(rows[0].manager, Counter(row.state for row in rows)) for rows in teams.values()]
    return sorted(found, key=lambda team: (team.reviewed - team.people, team.manager.sort_key if team.manager else ""))


def grade_counts(cycle: Cycle, participants: Sequence[Participant]) -> list[GradeCounts]:
    """The grades of each scheme beside what is advised; small teams are counted together."""
    grades = _grades(cycle)
    teams: dict[int, dict[str, list[Participant]]] = defaultdict(lambda: defaultdict(list))
    schemes = {row.scheme.id: row.scheme for row in participants if row.is_graded and row.scheme is not None}
    for row in participants:
        if row.is_graded and row.scheme is not None:
            teams[row.scheme.id][str(row.manager_id or 0)].append(row)
    return [
        _counts_of(schemes[scheme_id], pool, teams[scheme_id], grades)
        for scheme_id in sorted(schemes, key=lambda number: schemes[number].job_level_from)
        for pool in _pools(schemes[scheme_id], teams[scheme_id])
    ]


def _grades(cycle: Cycle) -> dict[int, str | None]:
    rows = db.session.execute(
        select(Result.participant_id, Result.grade).join(Result.participant).where(Participant.cycle_id == cycle.id)
    )
    return {row.participant_id: row.grade for row in rows}


def _pools(scheme: Scheme, teams: Mapping[str, Sequence[Participant]]) -> Sequence[Guidance]:
    sizes = {team: len(rows) for team, rows in teams.items()}
    shares = scheme.guidance_shares
    if scheme.distribution is DistributionRule.NONE or sum(shares.values()) != 100:
        return [Guidance(tuple(sorted(sizes)), sum(sizes.values()), {})]
    return distribution_guidance(sizes, shares=shares, least_team=scheme.smallest_team)


def _counts_of(
    scheme: Scheme,
    pool: Guidance,
    teams: Mapping[str, Sequence[Participant]],
    grades: Mapping[int, str | None],
) -> GradeCounts:
    rows = [row for team in pool.teams for row in teams[team]]
    managers = {row.manager.name for row in rows if row.manager is not None}
    counts = Counter(grade for row in rows if (grade := grades.get(row.id)))
    return GradeCounts(
        scheme=scheme,
        managers=tuple(sorted(managers)),
        people=len(rows),
        ungraded=len(rows) - counts.total(),
        counts=counts,
        advised=pool.counts or None,
    )
