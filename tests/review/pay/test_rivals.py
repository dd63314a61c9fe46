"""Two decide at the same moment: on PostgreSQL they run side by side, and one decision counts."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from people.organisation.models import Person
from review.pay.actions import approve_round
from review.pay.errors import RoundStateError
from review.pay.models import PayRound, Salary
from review.pay.queries import lines_of, round_by_public_id
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]


def test_a_round_that_two_approve_at_once_is_approved_once(app: Flask, proposed: PayRound, person: Find) -> None:
    approver, seen, address = person("approver").id, proposed.fingerprint, proposed.public_id
    raised = [line for line in lines_of(proposed) if line.raise_amount]
    gate, outcomes = threading.Barrier(4), []

    def approve() -> PayRound:
        found = round_by_public_id(address)
        assert found is not None
        return approve_round(found, seen, "", approver)

    def decide() -> None:
        with app.app_context():
            gate.wait()
            try:
                in_transaction(approve)
                outcomes.append("approved")
            except RoundStateError:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=decide) for _ in range(4)]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "refused", "refused", "refused"]
    paid = select(func.count()).select_from(Salary).where(Salary.pay_line_id.is_not(None))
    assert db.session.scalar(paid) == len(raised)
