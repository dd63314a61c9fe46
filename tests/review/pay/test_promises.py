"""What the database itself refuses about pay, whoever writes to it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from people.organisation.models import Person
from review.pay.actions import approve_round
from review.pay.models import PayRound
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
FREE = (
    "INSERT INTO salary (public_id, person_id, amount, currency, starts_on, pay_line_id, entered_at) "
    "SELECT 'abcdefgh23456789', {person}, 999, 'USD', '2031-01-01', {line}, '2026-01-01'"
)


def write(statement: str, **values: Any) -> None:
    in_transaction(lambda: db.session.execute(text(statement), values))


def refused(statement: str, **values: Any) -> None:
    with pytest.raises(DBAPIError):
        write(statement, **values)


@pytest.fixture
def approved(proposed: PayRound, person: Find) -> PayRound:
    return in_transaction(lambda: approve_round(proposed, proposed.fingerprint, "", person("approver").id))


def test_a_salary_is_never_changed_or_deleted(approved: PayRound) -> None:
    refused("UPDATE salary SET amount = amount + 1")
    refused("UPDATE salary SET starts_on = '2020-01-01'")
    refused("DELETE FROM salary")


def test_a_second_salary_comes_from_an_approved_round_alone(proposed: PayRound, person: Find) -> None:
    nancy = person("nancy").id
    refused(FREE.format(person=nancy, line="NULL"))
    line = "(SELECT MIN(id) FROM pay_line)"
    refused(FREE.format(person=nancy, line=line))
    in_transaction(lambda: approve_round(proposed, proposed.fingerprint, "", person("approver").id))
    refused(FREE.format(person=nancy, line=line))


def test_the_lines_of_a_proposal_and_of_an_approved_round_stay(proposed: PayRound, person: Find) -> None:
    for attempt in ("UPDATE pay_line SET raise_amount = raise_amount + 1", "DELETE FROM pay_line"):
        refused(attempt)
    in_transaction(lambda: approve_round(proposed, proposed.fingerprint, "", person("approver").id))
    for attempt in ("UPDATE pay_line SET lump_sum = 5", "DELETE FROM pay_line"):
        refused(attempt)
    refused("UPDATE pay_round SET budget = budget + 1")
    refused("UPDATE pay_round SET state = 'draft'")
    refused("DELETE FROM pay_round")


def test_a_draft_can_still_be_changed(draft: PayRound) -> None:
    write("UPDATE pay_line SET reason = 'checked'")
    write("DELETE FROM pay_line")


def test_nobody_approves_their_own_proposal_or_their_own_raise(proposed: PayRound, person: Find) -> None:
    decide = "UPDATE pay_round SET state = 'approved', decided_by_id = :person"
    refused(decide, person=proposed.proposed_by_id)
    refused(decide, person=person("nancy").id)
    refused("UPDATE pay_round SET state = 'approved', decided_by_id = NULL")
    write(decide, person=person("approver").id)
