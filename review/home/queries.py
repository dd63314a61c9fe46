"""What waits for a reader and where cycles stand: a fixed number of queries, however many people there are."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager

from assessments.collection.access import may_remind
from assessments.collection.queries import late_raters
from assessments.scorecards.models import Scorecard, ScorecardState
from assessments.surveys.queries import waiting_requests
from people.accounts.models import Account
from people.audit.models import AuditEvent
from people.organisation.models import Person
from people.organisation.queries import direct_reports_of
from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import scope
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.pay.models import PayRound, RoundState
from review.plans.models import DevelopmentPlan, PlanState
from review.promotions.models import Promotion, PromotionState
from web.database import db
from web.jobs.models import Job, JobState

EXPORT_EVERY = timedelta(days=7)


class Task(StrEnum):
    """What can wait for someone."""

    ANSWER = "answer"
    READ_TARGETS = "read_targets"
    AGREE_TARGETS = "agree_targets"
    GRADE = "grade"
    REVIEW = "review"
    SIGN = "sign"
    AGREE_PLAN = "agree_plan"
    DECIDE_PAY = "decide_pay"
    DECIDE_PROMOTION = "decide_promotion"
    OPEN_CYCLE = "open_cycle"
    CLOSE_CYCLE = "close_cycle"
    CONFIRM_CYCLE = "confirm_cycle"
    RELEASE_CYCLE = "release_cycle"
    REMIND = "remind"
    FAILED_WORK = "failed_work"
    GIVE_ACCOUNTS = "give_accounts"
    EXPORT_TRAIL = "export_trail"


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: how many of it, until when, and what it is about."""

    task: Task
    count: int = 1
    due: datetime | None = None
    name: dict[str, str] | None = None
    public_id: str = ""


def waiting_for(viewer: Viewer, cycles: list[Cycle], now: datetime) -> list[Waiting]:
    """Everything that waits for a viewer, the most urgent first and what has no date last."""
    found = [
        *_answers(viewer, now),
        *_results(viewer),
        *_targets(viewer),
        *_plans(viewer),
        *(_decisions(viewer) if viewer.can(Permission.PAY_APPROVE) else ()),
        *(_next_steps(cycles, now) if viewer.can(Permission.CYCLE_RUN) else ()),
        *_raters_to_remind(viewer, cycles, now),
        *(_failed_work() if viewer.can(Permission.JOBS_OPERATE) else ()),
        *(_people_without_account(viewer) if viewer.can(Permission.ACCOUNTS_OPERATE) else ()),
        *(_trail_to_export(viewer, now) if viewer.can(Permission.AUDIT_READ) else ()),
    ]
    return sorted(found, key=lambda one: (one.due is None, one.due or now))


def cycles_under_way(viewer: Viewer) -> list[Cycle]:
    """The cycles that concern a viewer: those under way, the newest first, and the one that was released last."""
    statement = (
        select(Cycle)
        .join(Cycle.survey)
        .where(true() if viewer.can(Permission.PROGRESS_READ) else _concerns(viewer.person_id))
        .options(contains_eager(Cycle.survey))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
    )
    found = list(db.session.scalars(statement))
    finished = [cycle for cycle in found if cycle.state is CycleState.RELEASED]
    return [cycle for cycle in found if cycle.state is not CycleState.RELEASED or cycle is finished[0]]


def _concerns(person_id: int) -> ColumnElement[bool]:
    """Cycles in which someone is graded, grades or reviews; whoever follows cycles is concerned by all."""
    people = (Participant.person_id, Participant.manager_id, Participant.second_line_id)
    return exists().where(Participant.cycle_id == Cycle.id, or_(*(column == person_id for column in people)))


def _answers(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    counts = Counter(request.subject.survey for request in waiting_requests(viewer.person_id, now))
    for survey, count in counts.items():
        yield Waiting(Task.ANSWER, count, survey.closes_at, survey.name)


def _results(viewer: Viewer) -> Iterator[Waiting]:
    """What the viewer has to grade, review and sign, by cycle."""
    to_grade = and_(Participant.manager_id == viewer.person_id, Participant.state == ParticipantState.CALCULATED)
    reviewer = Participant.second_line_id == viewer.person_id
    if viewer.holds(Role.HR):
        is_other = Participant.manager_id.is_distinct_from(viewer.person_id)
        reviewer = or_(reviewer, and_(Participant.second_line_id.is_(None), is_other))
    to_review = and_(reviewer, Participant.person_id != viewer.person_id, Participant.state == ParticipantState.GRADED)
    to_sign = and_(Participant.person_id == viewer.person_id, Participant.state == ParticipantState.RELEASED)
    statement = (
        select(Participant)
        .join(Participant.cycle)
        .where(or_(to_grade, to_review, to_sign))
        .options(contains_eager(Participant.cycle).joinedload(Cycle.survey))
        .order_by(Cycle.grading_ends_at, Participant.id)
    )
    found: dict[tuple[Task, int], list[Participant]] = defaultdict(list)
    tasks = {ParticipantState.CALCULATED: Task.GRADE, ParticipantState.GRADED: Task.REVIEW}
    for row in db.session.scalars(statement):
        found[tasks.get(row.state, Task.SIGN), row.cycle_id].append(row)
    for (task, _cycle_id), rows in found.items():
        cycle = rows[0].cycle
        if task is Task.SIGN:
            yield Waiting(task, 1, None, cycle.name, rows[0].public_id)
        else:
            yield Waiting(task, len(rows), cycle.grading_ends_at, cycle.name, cycle.public_id)


def _targets(viewer: Viewer) -> Iterator[Waiting]:
    """Scorecards that are still drafts: one's own to read, those of direct reports to agree on."""
    reports = direct_reports_of(viewer.person_id, viewer.today)
    owners = list(
        db.session.scalars(
            select(Scorecard.person_id).where(
                Scorecard.state == ScorecardState.DRAFT,
                or_(Scorecard.person_id == viewer.person_id, Scorecard.person_id.in_(reports)),
            )
        )
    )
    own = owners.count(viewer.person_id)
    if own:
        yield Waiting(Task.READ_TARGETS, own)
    if len(owners) > own:
        yield Waiting(Task.AGREE_TARGETS, len(owners) - own)


def _plans(viewer: Viewer) -> Iterator[Waiting]:
    mine, theirs = Participant.person_id == viewer.person_id, Participant.manager_id == viewer.person_id
    statement = (
        select(DevelopmentPlan)
        .join(DevelopmentPlan.participant)
        .where(
            DevelopmentPlan.state == PlanState.DRAFT,
            or_(
                and_(mine, DevelopmentPlan.agreed_by_subject_at.is_(None)),
                and_(theirs, DevelopmentPlan.agreed_by_manager_at.is_(None)),
            ),
        )
        .options(contains_eager(DevelopmentPlan.participant).joinedload(Participant.person))
        .order_by(DevelopmentPlan.id)
    )
    for plan in db.session.scalars(statement):
        name = plan.participant.person.name
        yield Waiting(Task.AGREE_PLAN, 1, None, {"zh": name, "en": name}, plan.participant.public_id)


def _decisions(viewer: Viewer) -> Iterator[Waiting]:
    """Proposals that the viewer may decide: not their own, and not about themselves."""
    rounds = select(PayRound).where(PayRound.state == RoundState.PROPOSED, PayRound.proposed_by_id != viewer.person_id)
    for pay_round in db.session.scalars(rounds.order_by(PayRound.id)):
        yield Waiting(Task.DECIDE_PAY, 1, None, pay_round.name, pay_round.public_id)
    proposals = (
        select(Promotion)
        .join(Promotion.participant)
        .where(
            Promotion.state == PromotionState.PROPOSED,
            Promotion.proposed_by_id != viewer.person_id,
            Participant.person_id != viewer.person_id,
        )
        .options(contains_eager(Promotion.participant).joinedload(Participant.person))
        .order_by(Promotion.id)
    )
    for promotion in db.session.scalars(proposals):
        name = promotion.participant.person.name
        yield Waiting(Task.DECIDE_PROMOTION, 1, None, {"zh": name, "en": name}, promotion.public_id)


def _next_steps(cycles: list[Cycle], now: datetime) -> Iterator[Waiting]:
    """The verb that each cycle waits for; confirming waits until everyone has been reviewed."""
    behind = _not_reviewed([cycle.id for cycle in cycles if cycle.state is CycleState.CLOSED])
    for cycle in cycles:
        survey = cycle.survey
        step: tuple[Task, datetime | None] | None = {
            CycleState.DRAFT: (Task.OPEN_CYCLE, survey.opens_at),
            CycleState.OPEN: (Task.CLOSE_CYCLE, None) if survey.closes_at <= now else None,
            CycleState.CLOSED: (Task.CONFIRM_CYCLE, cycle.grading_ends_at) if not behind[cycle.id] else None,
            CycleState.CONFIRMED: (Task.RELEASE_CYCLE, None),
        }.get(cycle.state)
        if step is not None:
            yield Waiting(step[0], 1, step[1], cycle.name, cycle.public_id)


def _not_reviewed(cycle_ids: list[int]) -> Counter[int]:
    if not cycle_ids:
        return Counter()
    rows = db.session.execute(
        select(Participant.cycle_id, func.count())
        .where(
            Participant.cycle_id.in_(cycle_ids),
            Participant.state.in_([ParticipantState.CALCULATED, ParticipantState.GRADED]),
        )
        .group_by(Participant.cycle_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def _failed_work() -> Iterator[Waiting]:
    if count := db.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)):
        yield Waiting(Task.FAILED_WORK, count)


def _raters_to_remind(viewer: Viewer, cycles: list[Cycle], now: datetime) -> Iterator[Waiting]:
    """Raters in the viewer's scope who have not answered everything, in the cycle that collects answers now."""
    cycle = next((cycle for cycle in cycles if may_remind(viewer, cycle.survey, now)), None)
    if cycle is not None and (late := len(late_raters(viewer, cycle.survey))):
        yield Waiting(Task.REMIND, late, cycle.survey.closes_at, cycle.name, cycle.survey.public_id)


def _people_without_account(viewer: Viewer) -> Iterator[Waiting]:
    """People who work here and can answer nothing, because nobody has invited them."""
    is_here = and_(Person.hired_on <= viewer.today, or_(Person.left_on.is_(None), Person.left_on >= viewer.today))
    statement = select(func.count()).select_from(Person).where(is_here, ~exists().where(Account.person_id == Person.id))
    if count := db.session.scalar(scope(viewer, Permission.ACCOUNTS_OPERATE, statement, Person.id)):
        yield Waiting(Task.GIVE_ACCOUNTS, count)


def _trail_to_export(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    """The trail, where this auditor has taken no copy of it out of the system for a week."""
    is_own = and_(AuditEvent.event == "audit.exported", AuditEvent.actor_id == viewer.person_id)
    statement = select(AuditEvent).where(is_own).order_by(AuditEvent.id.desc()).limit(1)
    last = db.session.scalar(statement)
    if last is None or last.at < now - EXPORT_EVERY:
        later = select(func.count()).select_from(AuditEvent).where(AuditEvent.id > (last.id if last else 0))
        yield Waiting(Task.EXPORT_TRAIL, db.session.scalar(later) or 0)
