"""Planning a round of raises, proposing it and deciding on it; an approved round is the only way pay changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import delete

from people.audit.actions import record
from review.cycles.models import Cycle, CycleState
from review.pay.errors import (
    BudgetZeroError,
    ChangedSinceSeenError,
    CycleNotReleasedError,
    DecisionNoteError,
    EffectiveDateError,
    EffectPassedError,
    LeavesBeforeError,
    NobodyToPayError,
    OwnProposalError,
    RangeMissingError,
    ReasonForExclusionError,
    RoundStateError,
    SalaryChangedError,
)
from review.pay.models import PayLine, PayRange, PayRound, RoundState, Salary
from review.pay.queries import fingerprint_of, latest_salaries, lines_of, ranges_on
from review.results.models import Result
from review.results.queries import results_of
from review.rewards.allocation import RaiseRequest, allocate
from review.rewards.merit import compa_ratio
from web.database import db, utc_now
from web.transactions import locked


@dataclass(frozen=True)
class RoundPlan:
    """What HR says when a round is planned."""

    name: Mapping[str, str]
    currency: str
    budget: int
    effective_on: date


def plan_round(cycle: Cycle, plan: RoundPlan) -> PayRound:
    """Draft a round: a line for everyone with a grade and a salary, by the merit matrix within the budget."""
    if cycle.state is not CycleState.RELEASED:
        raise CycleNotReleasedError
    _check(cycle, plan)
    pay_round = PayRound(
        cycle_id=cycle.id,
        name=dict(plan.name),
        currency=plan.currency,
        budget=plan.budget,
        effective_on=plan.effective_on,
    )
    db.session.add(pay_round)
    db.session.flush()
    _add_lines(pay_round, results_of(cycle))
    share_out(pay_round)
    record("pay.round_planned", about=pay_round, details={"lines": len(lines_of(pay_round))})
    return pay_round


def change_round(pay_round: PayRound, plan: RoundPlan) -> PayRound:
    """Change name, budget or day of a round that is not proposed, and share out again."""
    _require(pay_round, RoundState.DRAFT, RoundState.REFUSED)
    _check(pay_round.cycle, plan)
    pay_round.name, pay_round.budget, pay_round.effective_on = dict(plan.name), plan.budget, plan.effective_on
    pay_round.currency = plan.currency
    db.session.execute(delete(PayLine).where(PayLine.round_id == pay_round.id))
    _add_lines(pay_round, results_of(pay_round.cycle))
    share_out(pay_round)
    pay_round.state = RoundState.DRAFT
    record("pay.round_changed", about=pay_round)
    return pay_round


def exclude_from_round(line: PayLine, excluded: bool, reason: str) -> PayLine:
    """Leave someone out of the round with a reason, or take them in again; the budget is shared out anew."""
    _require(line.round, RoundState.DRAFT, RoundState.REFUSED)
    if excluded and not reason.strip():
        raise ReasonForExclusionError
    line.is_excluded, line.reason = excluded, reason.strip() if excluded else ""
    line.round.state = RoundState.DRAFT
    share_out(line.round)
    record("pay.line_excluded" if excluded else "pay.line_included", about=line.round)
    return line


def share_out(pay_round: PayRound) -> None:
    """Compute every raise of a round from the guidelines and the budget, exact to the minor unit."""
    db.session.flush()
    lines = lines_of(pay_round)
    paid = [line for line in lines if not line.is_excluded]
    for line in lines:
        line.raise_amount = line.lump_sum = 0
    if not paid:
        raise NobodyToPayError
    allocation = allocate(
        [
            RaiseRequest(line.public_id, line.salary_before, Fraction(line.guideline), range_maximum=line.range_maximum)
            for line in paid
        ],
        budget=pay_round.budget,
    )
    for line, share in zip(paid, allocation.raises, strict=True):
        line.raise_amount, line.lump_sum = share.base, share.lump_sum
    pay_round.factor = str(allocation.factor)


def propose_round(pay_round: PayRound, by_id: int) -> PayRound:
    """Put a round before an approver, exactly as it stands."""
    _require(pay_round, RoundState.DRAFT, RoundState.REFUSED)
    pay_round.state = RoundState.PROPOSED
    pay_round.proposed_by_id, pay_round.proposed_at = by_id, utc_now()
    pay_round.decided_by_id, pay_round.decided_at, pay_round.decision_note = None, None, ""
    pay_round.fingerprint = fingerprint_of(pay_round, lines_of(pay_round))
    record("pay.round_proposed", about=pay_round)
    return pay_round


def approve_round(pay_round: PayRound, seen: str, note: str, by_id: int) -> PayRound:
    """Approve exactly what was seen; salaries change on the day of effect."""
    lines = _decide(pay_round, seen, note, by_id)
    if seen != pay_round.fingerprint:
        raise ChangedSinceSeenError
    _require_month(pay_round.effective_on)
    paid = [line for line in lines if not line.is_excluded]
    _require_unchanged(pay_round, paid)
    # The database takes a salary only from a round that is approved already.
    pay_round.state = RoundState.APPROVED
    db.session.flush()
    for line in paid:
        if line.raise_amount:
            db.session.add(
                Salary(
                    person_id=line.participant.person_id,
                    amount=line.salary_after,
                    currency=pay_round.currency,
                    starts_on=pay_round.effective_on,
                    pay_line_id=line.id,
                    entered_by_id=by_id,
                )
            )
    record("pay.round_approved", about=pay_round)
    return pay_round


def refuse_round(pay_round: PayRound, seen: str, note: str, by_id: int) -> PayRound:
    """Send a round back with a note; it can be changed and proposed again."""
    if not note.strip():
        raise DecisionNoteError
    _decide(pay_round, seen, note, by_id)
    pay_round.state = RoundState.REFUSED
    record("pay.round_refused", about=pay_round)
    return pay_round


def _decide(pay_round: PayRound, seen: str, note: str, by_id: int) -> list[PayLine]:
    _require(pay_round, RoundState.PROPOSED)
    lines = lines_of(pay_round)
    if by_id == pay_round.proposed_by_id or by_id in {line.participant.person_id for line in lines}:
        raise OwnProposalError
    if not seen or seen != fingerprint_of(pay_round, lines):
        raise ChangedSinceSeenError
    pay_round.decided_by_id, pay_round.decided_at, pay_round.decision_note = by_id, utc_now(), note.strip()
    return lines


def _require_unchanged(pay_round: PayRound, lines: Sequence[PayLine]) -> None:
    """Refuse a round that was planned on salaries or people that are not as they were."""
    salaries = latest_salaries([line.participant.person_id for line in lines])
    for line in lines:
        person, present = line.participant.person, salaries.get(line.participant.person_id)
        if not person.is_employed(pay_round.effective_on):
            raise LeavesBeforeError(name=person.name)
        is_same = present is not None and (present.amount, present.currency) == (line.salary_before, pay_round.currency)
        if present is None or not is_same or present.starts_on >= pay_round.effective_on:
            raise SalaryChangedError(name=person.name)


def _require_month(effective_on: date) -> None:
    if effective_on < utc_now().date().replace(day=1):
        raise EffectPassedError


def _require(pay_round: PayRound, *states: RoundState) -> None:
    locked(pay_round)
    if pay_round.state not in states:
        raise RoundStateError


def _check(cycle: Cycle, plan: RoundPlan) -> None:
    if plan.budget <= 0:
        raise BudgetZeroError
    if plan.effective_on <= cycle.period_ends_on:
        raise EffectiveDateError
    _require_month(plan.effective_on)


def _add_lines(pay_round: PayRound, results: Sequence[Result]) -> None:
    graded = [result for result in results if result.grade is not None]
    salaries = latest_salaries([result.participant.person_id for result in graded])
    ranges = ranges_on(pay_round.effective_on, pay_round.currency)
    for result in graded:
        salary = salaries.get(result.participant.person_id)
        stays = result.participant.person.is_employed(pay_round.effective_on)
        if salary is None or salary.currency != pay_round.currency or not stays:
            continue
        pay_range = ranges.get(result.participant.job_level)
        if pay_range is None:
            raise RangeMissingError(job_level=result.participant.job_level, currency=pay_round.currency)
        if salary.starts_on >= pay_round.effective_on:
            raise EffectiveDateError
        db.session.add(_line(pay_round, result, salary, pay_range))
    db.session.flush()


def _line(pay_round: PayRound, result: Result, salary: Salary, pay_range: PayRange) -> PayLine:
    ratio = compa_ratio(salary.amount, pay_range.midpoint)
    scheme = result.participant.scheme
    assert scheme is not None, "a graded participant has a scheme"
    assert result.grade is not None, "only graded participants get a line"
    return PayLine(
        round_id=pay_round.id,
        participant_id=result.participant_id,
        grade=result.grade,
        salary_before=salary.amount,
        range_minimum=pay_range.minimum,
        range_midpoint=pay_range.midpoint,
        range_maximum=pay_range.maximum,
        compa_ratio=str(ratio),
        guideline=str(scheme.merit_matrix.guideline(result.grade, ratio)),
    )
