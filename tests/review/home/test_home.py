"""Home: what waits for each of the cast in each phase, in a few queries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event

from people.accounts.models import Account
from people.organisation.models import Person
from people.roles.models import Viewer
from review.cycles.models import Cycle
from review.home.queries import Task, waiting_for
from tests.review.worlds import (
    answer_all,
    close_northwind_cycle,
    confirmed_northwind_cycle,
    grade_all,
    open_northwind_cycle,
    plan_northwind_cycle,
    released_northwind_cycle,
)
from web.database import db, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
Viewers = Callable[[str], Viewer]
MOST_QUERIES = 12
READERS = ("nancy", "steven", "andrew", "hr", "partner", "approver", "auditor", "administrator")


def queries_of(client: FlaskClient) -> int:
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counted)
    try:
        assert client.get("/").status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", counted)
    return count


@pytest.mark.parametrize(
    "world",
    [plan_northwind_cycle, open_northwind_cycle, close_northwind_cycle, released_northwind_cycle],
    ids=lambda world: world.__name__,
)
def test_home_takes_at_most_twelve_queries(
    app_on_sqlite: Flask, person: Find, client_of: Clients, world: Callable[..., Cycle]
) -> None:
    world(person)
    counts = {reader: queries_of(client_of(reader)) for reader in READERS}
    assert max(counts.values()) <= MOST_QUERIES, counts


def test_raters_find_their_questionnaires_until_they_have_answered(
    app: Flask, person: Find, client_of: Clients
) -> None:
    cycle = open_northwind_cycle(person)
    assert "questionnaires to answer" in client_of("nancy").get("/").text
    answer_all(cycle)
    assert "Nothing waits for you" in client_of("nancy").get("/").text


def test_managers_then_second_lines_then_hr_find_their_step(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = close_northwind_cycle(person)
    assert "3 people to grade" in client_of("steven").get("/").text
    assert "5 people to grade" in client_of("andrew").get("/").text
    assert "to grade" not in client_of("nancy").get("/").text
    assert "are reviewed" not in client_of("hr").get("/").text
    grade_all(cycle)
    assert "are reviewed" in client_of("hr").get("/").text


def test_people_find_their_released_result_to_sign(app: Flask, person: Find, client_of: Clients) -> None:
    confirmed_northwind_cycle(person)
    assert "Your result is there" not in client_of("nancy").get("/").text
    assert "are confirmed" in client_of("hr").get("/").text


def test_a_released_result_waits_for_its_signature(app: Flask, person: Find, client_of: Clients) -> None:
    released_northwind_cycle(person)
    assert "Your result is there" in client_of("nancy").get("/").text
    assert "Your result is there" not in client_of("hr").get("/").text


@pytest.mark.parametrize("reader", ["hr", "partner"])
def test_those_who_remind_find_how_many_have_not_answered(
    app_on_sqlite: Flask, person: Find, client_of: Clients, reader: str
) -> None:
    cycle = open_northwind_cycle(person)
    assert "people have not answered everything" in client_of(reader).get("/").text
    assert "not answered everything" not in client_of("andrew").get("/").text
    answer_all(cycle)
    assert "not answered everything" not in client_of(reader).get("/").text


def test_the_administrator_finds_how_many_people_cannot_sign_in(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    assert "without an account" not in client_of("administrator").get("/").text
    nancy = person("nancy").id
    in_transaction(lambda: db.session.execute(delete(Account).where(Account.person_id == nancy)))
    assert "1 person without an account" in client_of("administrator").get("/").text
    assert "without an account" not in client_of("hr").get("/").text


def test_an_auditor_who_has_exported_the_trail_has_it_for_a_week(
    app_on_sqlite: Flask, client_of: Clients, as_viewer: Viewers
) -> None:
    auditor = client_of("auditor")
    assert "since your last export of the audit trail" in auditor.get("/").text
    assert auditor.post("/audit/export").status_code == 200
    assert "Nothing waits for you" in auditor.get("/").text
    days = {days: waiting_for(as_viewer("auditor"), [], utc_now() + timedelta(days=days)) for days in (6, 8)}
    assert {day: [one.task for one in waiting] for day, waiting in days.items()} == {6: [], 8: [Task.EXPORT_TRAIL]}


def test_a_draft_is_seen_by_those_who_plan_it_alone(app_on_sqlite: Flask, person: Find, client_of: Clients) -> None:
    cycle = plan_northwind_cycle(person)
    assert cycle.public_id in client_of("hr").get("/").text
    for reader in ("nancy", "andrew", "auditor", "administrator"):
        assert cycle.public_id not in client_of(reader).get("/").text
        assert cycle.public_id not in client_of(reader).get("/cycles").text


def test_a_finished_cycle_is_shown_to_those_whom_it_concerns(
    released_cycle: Cycle, client_of: Callable[..., FlaskClient]
) -> None:
    name = released_cycle.name["en"]
    for who in ("nancy", "andrew", "hr", "auditor"):
        assert name in client_of(who).get("/").text, who
    for who in ("approver", "administrator"):
        assert name not in client_of(who).get("/").text, who
