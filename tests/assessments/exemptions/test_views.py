"""The page that decides whether a KPI counts offers to each what they may do."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessments.scorecards.models import LineStatus, Scorecard
from people.organisation.models import Person
from tests.assessments.scorecards.library import add_measures, agreed, drafted
from web.database import db
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]


@pytest.fixture
def card(app: Flask, person: Callable[[str], Person]) -> Scorecard:
    in_transaction(add_measures)
    return agreed(person("nancy"))


def post(client: FlaskClient, card: Scorecard, decision: str, reason: str = "") -> int:
    db.session.expire_all()
    data = {"version": str(card.version), "decision": decision, "reason": reason}
    return client.post(f"/scorecard-lines/{card.lines[1].public_id}", data=data).status_code


def test_one_asks_and_another_approves(card: Scorecard, client_of: Clients) -> None:
    assert post(client_of("nancy"), card, "approve") == 422, "nothing was asked, and it is not hers to decide"
    assert post(client_of("nancy"), card, "ask") == 422, "a reason is missing"
    assert post(client_of("nancy"), card, "ask", "No invoices") == 303
    assert post(client_of("nancy"), card, "approve") == 422
    assert post(client_of("nancy"), card, "not_delivered", "x") == 422
    assert post(client_of("andrew"), card, "approve") == 303
    db.session.expire_all()
    assert card.lines[1].status is LineStatus.NOT_APPLICABLE
    page = client_of("nancy").get(f"/scorecards/{card.public_id}").text
    assert "Left out: No invoices (asked by Nancy Davolio, approved by Andrew Fuller)" in page


def test_a_manager_cannot_approve_what_they_asked(card: Scorecard, client_of: Clients) -> None:
    assert post(client_of("andrew"), card, "ask", "No invoices") == 303
    page = client_of("andrew").get(f"/scorecard-lines/{card.lines[1].public_id}").text
    assert "Leave it out: approve" not in page
    assert post(client_of("andrew"), card, "approve") == 422
    assert post(client_of("hr"), card, "refuse") == 303


def test_strangers_and_readers_are_turned_away(
    card: Scorecard, person: Callable[[str], Person], client_of: Clients
) -> None:
    address = f"/scorecard-lines/{card.lines[1].public_id}"
    assert client_of("janet").get(address).status_code == 404
    assert client_of("auditor").get(address).status_code == 403
    draft = drafted(person("margaret"))
    assert client_of("andrew").get(f"/scorecard-lines/{draft.lines[0].public_id}").status_code == 403
