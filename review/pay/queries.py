"""Salaries and ranges that hold on a day, and rounds of raises with their lines."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from review.cycles.models import Cycle, CycleState, Participant
from review.pay.access import may_read_ranges, may_read_rounds, may_read_salaries, may_work_on_pay
from review.pay.models import PayLine, PayRange, PayRound, RoundState, Salary
from review.results.models import Result
from web.database import db
from web.language import lazy_gettext as _l
from web.tables import Column, Listing, in_language


def salaries_on(person_ids: Collection[int], on: date) -> dict[int, Salary]:
    """The salary of each person that holds on a day."""
    latest = (
        select(Salary.person_id, func.max(Salary.starts_on).label("starts_on"))
        .where(Salary.person_id.in_(person_ids), Salary.starts_on <= on)
        .group_by(Salary.person_id)
        .subquery()
    )
    statement = select(Salary).join(
        latest, (Salary.person_id == latest.c.person_id) & (Salary.starts_on == latest.c.starts_on)
    )
    return {row.person_id: row for row in db.session.scalars(statement)}


def latest_salaries(person_ids: Collection[int]) -> dict[int, Salary]:
    """The newest salary of each person, also one that is approved and begins later."""
    return salaries_on(person_ids, date.max)


def salary_history(person_id: int) -> list[Salary]:
    """Every salary of a person, the newest first, with the round it came from."""
    statement = (
        select(Salary)
        .where(Salary.person_id == person_id)
        .options(joinedload(Salary.pay_line).joinedload(PayLine.round))
        .order_by(Salary.starts_on.desc())
    )
    return list(db.session.scalars(statement))


def ranges_on(on: date, currency: str) -> dict[int, PayRange]:
    """The pay range of each job level that holds on a day."""
    statement = (
        select(PayRange)
        .where(PayRange.starts_on <= on, PayRange.currency == currency)
        .order_by(PayRange.job_level, PayRange.starts_on)
    )
    return {row.job_level: row for row in db.session.scalars(statement)}


def has_range_from(job_level: int, currency: str, starts_on: date) -> bool:
    """Whether a job level has a range that begins on exactly this day."""
    statement = select(PayRange.id).where(
        PayRange.job_level == job_level, PayRange.currency == currency, PayRange.starts_on == starts_on
    )
    return db.session.scalar(statement) is not None


def round_by_public_id(public_id: str) -> PayRound | None:
    """The round behind an address, with its cycle."""
    return db.session.scalar(
        select(PayRound)
        .where(PayRound.public_id == public_id)
        .options(
            joinedload(PayRound.cycle).joinedload(Cycle.survey),
            joinedload(PayRound.proposed_by),
            joinedload(PayRound.decided_by),
        )
    )


def states_visible_to(viewer: Viewer) -> frozenset[RoundState]:
    """The states at which the viewer sees rounds: HR also drafts, approvers and auditors from the proposal on."""
    if may_work_on_pay(viewer):
        return frozenset(RoundState)
    return frozenset(RoundState) - {RoundState.DRAFT} if may_read_rounds(viewer) else frozenset()


def places_for(viewer: Viewer) -> list[str]:
    """The parts of pay that the viewer has a page for, in their order."""
    is_open = {
        "my_pay": True,
        "raises": viewer.can(Permission.PAY_READ),
        "rounds": may_read_rounds(viewer),
        "salaries": may_read_salaries(viewer),
        "ranges": may_read_ranges(viewer),
    }
    return [place for place, opens in is_open.items() if opens]


def rounds_listing(states: Collection[RoundState]) -> Listing:
    """The rounds of raises in some states, the newest first."""
    statement = select(PayRound).join(PayRound.cycle).where(PayRound.state.in_(states))
    return Listing(
        statement.options(contains_eager(PayRound.cycle).joinedload(Cycle.survey)),
        (
            Column("name", _l("Round"), order_by=in_language(PayRound.name), search=in_language(PayRound.name)),
            Column("cycle", _l("Cycle"), order_by=Cycle.period_ends_on),
            Column("state", _l("State"), order_by=PayRound.state),
            Column("effective_on", _l("Takes effect on"), order_by=PayRound.effective_on),
        ),
        caption=_l("Rounds of raises"),
        default_sort="-effective_on",
        tie_breaker=PayRound.id,
    )


def lines_of(pay_round: PayRound) -> list[PayLine]:
    """The lines of a round with their people, in the order of names."""
    statement = (
        select(PayLine)
        .join(PayLine.participant)
        .join(Participant.person)
        .where(PayLine.round_id == pay_round.id)
        .options(
            joinedload(PayLine.participant).joinedload(Participant.person),
            joinedload(PayLine.participant).joinedload(Participant.position),
        )
        .order_by(Participant.person_id)
        .execution_options(populate_existing=True)
    )
    return sorted(db.session.scalars(statement), key=lambda line: (line.participant.person.sort_key, line.id))


def fingerprint_of(pay_round: PayRound, lines: Collection[PayLine]) -> str:
    """A digest of exactly the values that an approval is about."""
    content = [
        [pay_round.public_id, pay_round.currency, pay_round.budget, pay_round.effective_on.isoformat()],
        *sorted(
            [line.public_id, line.salary_before, line.raise_amount, line.lump_sum, line.is_excluded] for line in lines
        ),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def lines_listing(pay_round: PayRound) -> Listing:
    """The lines of a round as a list that can be searched and sorted."""
    return Listing(
        with_people(select(PayLine).where(PayLine.round_id == pay_round.id)),
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column("grade", _l("Grade"), order_by=PayLine.grade),
            Column("salary", _l("Salary"), order_by=PayLine.salary_before, kind="number"),
            Column("ratio", _l("Compa-ratio"), kind="number"),
            Column("guideline", _l("Guideline"), kind="number"),
            Column("raise", _l("Raise"), order_by=PayLine.raise_amount, kind="number"),
            Column("lump_sum", _l("Lump sum"), order_by=PayLine.lump_sum, kind="number"),
            Column("after", _l("New salary"), order_by=PayLine.salary_before + PayLine.raise_amount, kind="number"),
        ),
        caption=_l("Raises"),
        default_sort="name",
        tie_breaker=PayLine.id,
    )


def line_by_public_id(public_id: str) -> PayLine | None:
    """The line behind an address, with its round, person and scheme."""
    return db.session.scalar(
        select(PayLine)
        .where(PayLine.public_id == public_id)
        .options(
            joinedload(PayLine.round).joinedload(PayRound.cycle).joinedload(Cycle.survey),
            joinedload(PayLine.participant).joinedload(Participant.person),
            joinedload(PayLine.participant).joinedload(Participant.scheme),
        )
    )


def own_lines(person_id: int) -> list[PayLine]:
    """What approved rounds brought a person, the newest first."""
    statement = (
        select(PayLine)
        .join(PayLine.round)
        .join(PayLine.participant)
        .where(
            Participant.person_id == person_id,
            PayRound.state == RoundState.APPROVED,
            PayLine.is_excluded.is_(False),
        )
        .options(contains_eager(PayLine.round))
        .order_by(PayRound.effective_on.desc())
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True)
class RaiseSteps:
    """How a raise comes about, in exact minor units: every number of the page that says why."""

    guideline_sum: Fraction
    factor: Fraction
    exact_amount: Fraction
    rounded_up: int
    room: int


def steps_of(line: PayLine) -> RaiseSteps:
    """The steps from the guideline to the raise, computed anew from the lines as they are stored."""
    rows = db.session.execute(
        select(PayLine.salary_before, PayLine.guideline).where(
            PayLine.round_id == line.round_id, PayLine.is_excluded.is_(False)
        )
    )
    total = sum((salary * Fraction(rate) for salary, rate in rows), Fraction(0))
    factor = min(Fraction(1), Fraction(line.round.budget) / total) if total else Fraction(1)
    exact_amount = line.guideline_amount * factor
    room = max(line.range_maximum - line.salary_before, 0)
    return RaiseSteps(total, factor, exact_amount, line.amount - floor(exact_amount), room)


def paid_person_ids(pay_round: PayRound) -> set[int]:
    """Everyone who has a line in a round, also those who are left out with a reason."""
    statement = select(Participant.person_id).join(PayLine).where(PayLine.round_id == pay_round.id)
    return set(db.session.scalars(statement))


def cost_of(pay_round: PayRound) -> int:
    """What all lines of a round take from its budget, in minor units."""
    amounts = select(PayLine.raise_amount, PayLine.lump_sum).where(PayLine.round_id == pay_round.id)
    return sum(raised + once for raised, once in db.session.execute(amounts))


def graded_without_line(pay_round: PayRound) -> list[str]:
    """The names of those who have a grade in the cycle and no line: no salary in the currency, or leaving before."""
    lines = select(PayLine.participant_id).where(PayLine.round_id == pay_round.id)
    statement = (
        select(Person.name)
        .join(Participant, Participant.person_id == Person.id)
        .join(Result, Result.participant_id == Participant.id)
        .where(Participant.cycle_id == pay_round.cycle_id, Result.grade.is_not(None), Participant.id.not_in(lines))
        .order_by(Person.sort_key)
    )
    return list(db.session.scalars(statement))


def released_cycles() -> list[Cycle]:
    """The cycles that raises can follow from, the newest period first."""
    statement = (
        select(Cycle)
        .where(Cycle.state == CycleState.RELEASED)
        .options(joinedload(Cycle.survey))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
    )
    return list(db.session.scalars(statement))


def with_people(statement: Select[Any]) -> Select[Any]:
    """A select of lines, with the people they are about."""
    people: Select[Any] = (
        statement.join(PayLine.participant)
        .join(Participant.person)
        .options(contains_eager(PayLine.participant).contains_eager(Participant.person))
    )
    return people
