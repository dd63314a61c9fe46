"""Who may open the pages of pay: HR plans, approvers decide, auditors read, managers see approved raises."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from review.pay.models import PayLine, PayRound, RoundState
from tests.matrix import SIGNED_IN, Row, only
from tests.review.cycles.rows import find, michael, the_cycle
from web.database import db, utc_now
from web.transactions import in_transaction

HR = only("hr")
READERS = only("hr", "approver", "auditor")
PAY = only("steven", "andrew", "hr", "partner", "approver", "auditor")


def the_round() -> PayRound:
    """A round that waits for an approver."""
    cycle, participant = the_cycle(), michael()
    known = db.session.scalars(select(PayRound)).first()
    if known is not None:
        return known
    amounts = {"range_minimum": 4_000_000, "range_midpoint": 5_000_000, "range_maximum": 6_000_000}

    def propose() -> PayRound:
        pay_round = PayRound(
            cycle_id=cycle.id,
            name={"zh": "调薪", "en": "Raises"},
            currency="USD",
            budget=100_000,
            effective_on=date(2031, 1, 1),
            factor="1",
        )
        db.session.add(pay_round)
        db.session.flush()
        line = {"grade": "B", "salary_before": 4_500_000, "compa_ratio": "9/10", "guideline": "1/50"}
        db.session.add(PayLine(round_id=pay_round.id, participant_id=participant.id, **line, **amounts))
        db.session.flush()
        pay_round.state = RoundState.PROPOSED
        pay_round.proposed_by_id, pay_round.proposed_at = find("hr").id, utc_now()
        return pay_round

    return in_transaction(propose)


def round_id() -> Mapping[str, str]:
    return {"round_id": the_round().public_id}


def line_id() -> Mapping[str, str]:
    statement = select(PayLine.public_id).where(PayLine.round_id == the_round().id)
    return {"line_id": db.session.scalars(statement).one()}


def person_id() -> Mapping[str, str]:
    return {"person_id": find("michael").public_id}


ROWS = {
    "pay.rounds": Row(READERS),
    "pay.new_round": Row(HR),
    "pay.pay_round": Row(READERS, round_id),
    "pay.change": Row(HR, round_id),
    "pay.propose": Row(HR, round_id),
    "pay.decide": Row(only("approver"), round_id),
    "pay.line": Row(READERS, line_id),
    "pay.exclude": Row(HR, line_id),
    "salaries.my_pay": Row(SIGNED_IN),
    "salaries.raises": Row(PAY),
    "salaries.salaries": Row(only("hr", "partner", "auditor")),
    "salaries.first_salary": Row(HR, person_id),
    "salaries.ranges": Row(only("hr", "partner", "approver", "auditor")),
    "salaries.new_range": Row(HR),
}
