"""Salaries and ranges that hold on a day, and rounds of raises with their lines."""

import hashlib
import json
from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from review.cycles.models import Participant
from review.pay.models import PayLine, PayRange, PayRound, Salary
from web.database import db


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


def round_by_public_id(public_id: str) -> PayRound | None:
    """The round behind an address, with its cycle."""
    return db.session.scalar(
        select(PayRound)
        .where(PayRound.public_id == public_id)
        .options(joinedload(PayRound.cycle), joinedload(PayRound.proposed_by), joinedload(PayRound.decided_by))
    )


def rounds() -> list[PayRound]:
    """All rounds of raises, the newest first."""
    statement = select(PayRound).options(joinedload(PayRound.cycle)).order_by(PayRound.id.desc())
    return list(db.session.scalars(statement))


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
