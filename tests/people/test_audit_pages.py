"""Auditors read the trail and nobody else does; commands verify it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from people.audit.actions import erase_details, record
from people.audit.jobs import KEY, seal_trail
from people.audit.models import AuditEvent
from people.organisation.models import Person
from web.database import db
from web.sealing import key_file
from web.transactions import in_transaction

Client = Callable[..., FlaskClient]


def last_event() -> AuditEvent:
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_an_auditor_reads_what_happened_in_words(client_of: Client, person: Callable[[str], Person]) -> None:
    in_transaction(lambda: record("person.left", about=person("nancy"), details={"left_on": "2026-11-30"}))
    page = client_of("auditor").get("/audit").text
    assert "Noted that the person leaves on 2026-11-30" in page
    assert "Nancy Davolio" in page
    assert "离职" in client_of("auditor", "zh-CN").get("/audit").text


@pytest.mark.parametrize(
    ("query", "found"), [("q=person.left", True), ("q=account", False), ("area=person", True), ("area=account", False)]
)
def test_the_trail_can_be_searched_and_filtered(
    client_of: Client, person: Callable[[str], Person], query: str, found: bool
) -> None:
    in_transaction(lambda: record("person.left", about=person("nancy"), details={"left_on": "2026-11-30"}))
    assert ("leaves on 2026-11-30" in client_of("auditor").get(f"/audit?{query}").text) is found


def test_hostile_words_in_the_trail_are_shown_literally(client_of: Client) -> None:
    in_transaction(lambda: record("person.left", details={"left_on": "<script>alert(1)</script>"}))
    client = client_of("auditor")
    for address in ("/audit", f"/audit/events/{last_event().id - 1}"):
        assert "<script>alert" not in client.get(address).text


def test_an_event_shows_its_details_and_its_seal(client_of: Client, person: Callable[[str], Person]) -> None:
    event = in_transaction(lambda: record("person.left", about=person("nancy"), details={"left_on": "2026-11-30"}))
    client = client_of("auditor")
    assert "not sealed yet" in client.get(f"/audit/events/{event.id}").text
    seal_trail()
    assert "batch 1, position" in client.get(f"/audit/events/{event.id}").text
    in_transaction(lambda: erase_details(person("nancy")))
    page = client.get(f"/audit/events/{event.id}").text
    assert "The details were erased" in page
    assert "2026-11-30" not in page


@pytest.mark.parametrize("number", ["999999", "99999999999999999999", "-1", "x"])
def test_an_event_that_does_not_exist_is_not_found(client_of: Client, number: str) -> None:
    assert client_of("auditor").get(f"/audit/events/{number}").status_code == 404


def test_taking_the_trail_away_as_a_file_is_itself_recorded(client_of: Client) -> None:
    in_transaction(lambda: record("person.left", details={"left_on": "=HYPERLINK(1)"}))
    response = client_of("auditor").post("/audit/export")
    assert response.headers["Content-Disposition"].startswith("attachment")
    text = response.get_data().decode("utf-8-sig")
    assert "person.left" in text
    assert last_event().event == "audit.exported"


def test_reading_the_trail_writes_nothing(client_of: Client) -> None:
    client = client_of("auditor")
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    client.get("/audit")
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_the_command_line_seals_and_verifies(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    for left in (settings.instance / "audit-head.jsonl", key_file(settings.keys, KEY)):
        left.unlink(missing_ok=True)
    runner = app.test_cli_runner()
    assert "Nothing is sealed" in runner.invoke(args=["audit", "head"]).output
    in_transaction(lambda: record("person.left", details={"left_on": "2026-11-30"}))
    assert runner.invoke(args=["audit", "seal"]).output == "Sealed 1 new batches.\n"
    assert '"batch": 1' in runner.invoke(args=["audit", "head"]).output
    verified = runner.invoke(args=["audit", "verify"])
    assert (verified.exit_code, "The trail is whole: 1 batches" in verified.output) == (0, True)
    with (settings.instance / "audit-head.jsonl").open("a") as file:
        file.write('{"batch": 2, "events": 1, "code": "x"}\n')
    damaged = runner.invoke(args=["audit", "verify"])
    assert (damaged.exit_code, "Batch 2 was cut off" in damaged.output) == (1, True)
    key_file(settings.keys, KEY).unlink()
    lost = runner.invoke(args=["audit", "verify"])
    assert (lost.exit_code, "put it back to" in lost.output) == (2, True)
