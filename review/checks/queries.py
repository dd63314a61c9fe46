"""The data check before a cycle opens: set-based, a fixed number of queries however many people there are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from assessments.scorecards.models import Scorecard, ScorecardLine, ScorecardState
from assessments.scorecards.queries import actuals_missing
from assessments.surveys.models import MOST_ANONYMOUS_ITEMS, RatingRequest, SurveySubject
from assessments.surveys.queries import PlannedPartition, RaterLoad, planned_cells, planned_load
from people.accounts.models import Account, AccountState
from people.organisation.models import Employment, Person, Position
from people.organisation.queries import is_main_on, units_below
from review.checks.models import Finding, FindingCode
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.cycles.queries import participants_of
from review.schemes.models import SectionKind
from rubrics.measures.models import Measure
from web.database import db, utc_now
from web.language import localized


@dataclass(frozen=True)
class Evidence:
    """What the check has read about everyone in a cycle."""

    cards: Mapping[int, Scorecard]
    missing: Mapping[int, Mapping[int, tuple[str, ...]]]
    measures: Mapping[int, dict[str, str]]
    without_account: frozenset[int]


def data_check(cycle: Cycle) -> list[Finding]:
    """Everything that is missing before a cycle opens: what blocks first, then by person."""
    participants = [row for row in participants_of(cycle) if row.is_graded]
    evidence = _evidence(participants)
    findings = [
        *_dates(cycle),
        *_in_other_cycles(cycle),
        *_positions_without_profile(cycle),
        *(finding for row in participants for finding in _about(row, cycle, evidence)),
        *_managers_without_account(participants, evidence.without_account),
        *_cells(participants, planned_cells(cycle.survey)),
        *_loads(planned_load(cycle.survey)),
        *_raters_without_account(cycle),
    ]
    return sorted(findings, key=lambda finding: not finding.is_blocking)


def blocking(findings: Iterable[Finding]) -> int:
    """How many findings must be settled before opening."""
    return sum(finding.is_blocking for finding in findings)


def _evidence(participants: Sequence[Participant]) -> Evidence:
    ids = [row.scorecard_id for row in participants if row.scorecard_id is not None]
    cards = {card.id: card for card in db.session.scalars(select(Scorecard).where(Scorecard.id.in_(ids)))}
    missing = actuals_missing(ids)
    lines = [line_id for card in missing.values() for line_id in card]
    names = db.session.execute(
        select(ScorecardLine.id, Measure.name).join(ScorecardLine.measure).where(ScorecardLine.id.in_(lines))
    )
    managers = {row.manager_id for row in participants if row.manager_id is not None}
    return Evidence(
        cards=cards,
        missing=missing,
        measures={row.id: row.name for row in names},
        without_account=_without_account(managers),
    )


def _without_account(person_ids: Iterable[int]) -> frozenset[int]:
    ids = set(person_ids)
    active = select(Account.person_id).where(Account.person_id.in_(ids), Account.state == AccountState.ACTIVE)
    return frozenset(ids - set(db.session.scalars(active)))


def _dates(cycle: Cycle) -> Iterator[Finding]:
    closes_at = cycle.survey.closes_at
    if closes_at <= utc_now():
        yield Finding(FindingCode.CLOSES_IN_THE_PAST)
    if closes_at.date() < cycle.period_ends_on:
        yield Finding(FindingCode.CLOSES_BEFORE_PERIOD_ENDS)
    if not cycle.period_starts_on <= cycle.snapshot_on <= cycle.period_ends_on:
        yield Finding(FindingCode.SNAPSHOT_OUTSIDE_PERIOD)


def _in_other_cycles(cycle: Cycle) -> Iterator[Finding]:
    """People who would be reviewed twice for the same time, counted by the other cycle."""
    planned = select(Participant.person_id).where(
        Participant.cycle_id == cycle.id, Participant.state != ParticipantState.EXCLUDED
    )
    statement = (
        select(Cycle, func.count())
        .join(Participant, Participant.cycle_id == Cycle.id)
        .where(
            Cycle.id != cycle.id,
            Cycle.state.not_in([CycleState.DRAFT, CycleState.RELEASED]),
            Cycle.period_starts_on <= cycle.period_ends_on,
            Cycle.period_ends_on >= cycle.period_starts_on,
            Participant.state != ParticipantState.EXCLUDED,
            Participant.person_id.in_(planned),
        )
        .group_by(Cycle.id)
        .order_by(Cycle.period_starts_on, Cycle.id)
    )
    for other, count in db.session.execute(statement):
        parameters = {"cycle": localized(other.name), "count": count}
        yield Finding(FindingCode.IN_ANOTHER_CYCLE, parameters=parameters, mended_at=other.public_id)


def _positions_without_profile(cycle: Cycle) -> Iterator[Finding]:
    """People whose position is judged by nothing, counted by position."""
    taken = select(Participant.person_id).where(Participant.cycle_id == cycle.id)
    statement = (
        select(Position)
        .join(Employment, Employment.position_id == Position.id)
        .where(is_main_on(cycle.snapshot_on), Employment.person_id.not_in(taken))
        .order_by(Position.job_level, Position.code)
    )
    if cycle.unit_id is not None:
        statement = statement.where(Employment.unit_id.in_(units_below(cycle.unit_id)))
    for position, count in Counter(db.session.scalars(statement)).items():
        parameters = {"count": count, "position": localized(position.title)}
        yield Finding(FindingCode.NO_PROFILE, parameters=parameters, mended_at=position.public_id)


def _about(row: Participant, cycle: Cycle, evidence: Evidence) -> Iterator[Finding]:
    if row.manager is None:
        yield Finding(FindingCode.NO_MANAGER, row, mended_at=row.public_id)
    elif row.manager.left_on is not None and row.manager.left_on < cycle.grading_ends_at.date():
        yield Finding(FindingCode.MANAGER_LEFT, row, {"manager": row.manager.name}, row.public_id)
    if row.scheme is None:
        yield Finding(FindingCode.NO_SCHEME, row, {"level": row.job_level})
    elif row.scheme.weight_of(SectionKind.KPI):
        yield from _about_card(row, evidence)


def _about_card(row: Participant, evidence: Evidence) -> Iterator[Finding]:
    card = evidence.cards.get(row.scorecard_id or 0)
    if card is None:
        yield Finding(FindingCode.NO_SCORECARD, row)
        return
    if card.state is ScorecardState.DRAFT:
        yield Finding(FindingCode.SCORECARD_DRAFT, row, mended_at=card.public_id)
    if missing := evidence.missing.get(card.id):
        names = [localized(evidence.measures[line_id]) for line_id in missing]
        count = sum(len(months) for months in missing.values())
        yield Finding(FindingCode.ACTUALS_MISSING, row, {"count": count, "measures": names}, card.public_id)
    elif card.state is ScorecardState.AGREED:
        yield Finding(FindingCode.SCORECARD_NOT_LOCKED, row, mended_at=card.public_id)


def _managers_without_account(participants: Sequence[Participant], without: frozenset[int]) -> Iterator[Finding]:
    managers = {row.manager.id: row.manager for row in participants if row.manager is not None}
    for manager in sorted(managers.values(), key=lambda person: person.sort_key):
        if manager.id in without:
            yield Finding(
                FindingCode.MANAGER_WITHOUT_ACCOUNT, parameters={"manager": manager.name}, mended_at=manager.public_id
            )


def _cells(participants: Sequence[Participant], planned: Iterable[PlannedPartition]) -> Iterator[Finding]:
    by_subject = {row.subject_id: row for row in participants}
    for partition in planned:
        row = by_subject.get(partition.subject.id)
        if row is None:
            continue
        if partition.has_no_cell:
            yield Finding(FindingCode.NO_ANONYMOUS_CELL, row, mended_at=row.public_id)
        elif small := partition.groups_below_five:
            groups = [group.label for group in small]
            yield Finding(FindingCode.SMALL_GROUPS, row, {"groups": groups}, row.public_id)


def _loads(loads: Iterable[RaterLoad]) -> Iterator[Finding]:
    for load in loads:
        if load.items > MOST_ANONYMOUS_ITEMS:
            parameters = {"name": load.person.name, "items": load.items, "most": MOST_ANONYMOUS_ITEMS}
            yield Finding(FindingCode.LOAD_TOO_HIGH, parameters=parameters)


def _raters_without_account(cycle: Cycle) -> Iterator[Finding]:
    raters = (
        select(RatingRequest.rater_id)
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == cycle.survey_id)
        .distinct()
    )
    active = select(Account.person_id).where(Account.state == AccountState.ACTIVE)
    absent = select(Person.id).where(Person.id.in_(raters), Person.id.not_in(active))
    if count := len(db.session.scalars(absent).all()):
        yield Finding(FindingCode.RATERS_WITHOUT_ACCOUNT, parameters={"count": count})
