"""The verbs between the phases in the browser and on the command line."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from people.accounts.models import SignIn
from people.organisation.models import Person
from review.cycles.models import Cycle, CycleState
from review.cycles.queries import participants_of
from review.running.queries import grade_counts, grading_progress
from tests.review.worlds import (
    answer_all,
    close_northwind_cycle,
    confirmed_northwind_cycle,
    grade_all,
    open_northwind_cycle,
    plan_northwind_cycle,
)
from web.database import db, new_public_id, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def sent(client: FlaskClient, cycle: Cycle, step: str, **data: str) -> int:
    form = {"version": str(cycle.version), "idempotency_key": new_public_id(), **data}
    address = f"/cycles/{cycle.public_id}/{step}"
    # Closing empties the journal of SQLite, which waits for whoever still reads.
    db.session.rollback()
    status = client.post(address, data=form).status_code
    db.session.refresh(cycle)
    return status


def test_hr_leads_a_cycle_through_all_phases(app: Flask, person: Find, client_of: Clients) -> None:
    cycle, client = plan_northwind_cycle(person), client_of("hr")
    assert (sent(client, cycle, "open"), cycle.state) == (303, CycleState.OPEN)
    answer_all(cycle)
    assert (sent(client, cycle, "close"), cycle.state) == (409, CycleState.OPEN)
    assert (sent(client, cycle, "close", early="y"), cycle.state) == (303, CycleState.CLOSED)
    assert (sent(client, cycle, "confirm"), cycle.state) == (409, CycleState.CLOSED)
    grade_all(cycle)
    assert (sent(client, cycle, "confirm"), cycle.state) == (303, CycleState.CONFIRMED)
    assert (sent(client, cycle, "release"), cycle.state) == (303, CycleState.RELEASED)


def test_a_step_sent_twice_happens_once(app: Flask, person: Find, client_of: Clients) -> None:
    cycle, client = plan_northwind_cycle(person), client_of("hr")
    form = {"version": str(cycle.version), "idempotency_key": new_public_id()}
    address = f"/cycles/{cycle.public_id}/open"
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert client.post(address, data={**form, "idempotency_key": new_public_id()}).status_code == 409


def test_closing_and_releasing_ask_for_the_password_again(app: Flask, person: Find, client_of: Clients) -> None:
    cycle, client = open_northwind_cycle(person), client_of("hr")
    long_ago = utc_now() - timedelta(hours=1)
    in_transaction(lambda: db.session.execute(update(SignIn).values(confirmed_at=long_ago)))
    for step in ("close", "release"):
        response = client.post(f"/cycles/{cycle.public_id}/{step}", data={"early": "y"})
        assert "confirm-password" in response.headers["Location"]
    db.session.refresh(cycle)
    assert cycle.state is CycleState.OPEN


def test_the_work_of_closing_leads_to_the_grades(app: Flask, person: Find, client_of: Clients) -> None:
    cycle, client = open_northwind_cycle(person), client_of("hr")
    form = {"version": str(cycle.version), "idempotency_key": new_public_id(), "early": "y"}
    address = f"/cycles/{cycle.public_id}"
    db.session.rollback()
    job = client.post(f"{address}/close", data=form).headers["Location"].rpartition("/")[2]
    assert client.get(f"/cycles/closed-by/{job}").headers["Location"].endswith(f"{address}/grading")
    assert client.get("/cycles/closed-by/2345678923456789").status_code == 404


def test_deadlines_move_in_the_zone_of_the_cycle(app: Flask, person: Find, client_of: Clients) -> None:
    cycle, client = open_northwind_cycle(person), client_of("hr")
    day = utc_now().date() + timedelta(days=50)
    later = {"closes_at": f"{day}T18:00", "grading_ends_at": f"{day}T19:00"}
    assert sent(client, cycle, "deadlines", **later) == 303
    assert cycle.survey.closes_at.hour == 10
    past = {"closes_at": "2020-01-01T18:00", "grading_ends_at": f"{day}T19:00"}
    assert sent(client, cycle, "deadlines", **past) == 422


def test_grades_are_counted_beside_what_is_advised(app: Flask, person: Find) -> None:
    cycle = close_northwind_cycle(person)
    participants = participants_of(cycle)
    (pool,) = grade_counts(cycle, participants)
    assert pool.people == 8
    assert pool.managers == ("Andrew Fuller", "Steven Buchanan")
    assert pool.advised is not None
    assert sum(pool.advised.values()) == sum(pool.counts.values()) == 8
    assert [(team.people, team.graded, team.reviewed) for team in grading_progress(participants)] == [
        (5, 0, 0),
        (3, 0, 0),
    ]


def test_the_command_line_leads_a_cycle_too(app: Flask, person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    run = app.test_cli_runner().invoke
    assert cycle.public_id in run(args=["cycles", "list"]).output
    opened = run(args=["cycles", "open", "Review of the first half of 2026"])
    assert (opened.exit_code, opened.output.splitlines()[-1]) == (0, "Review of the first half of 2026: open")
    early = run(args=["cycles", "close", cycle.public_id, "--yes"])
    assert early.exit_code == 1
    assert "Answers can still be given" in early.output
    closed = run(args=["cycles", "close", cycle.public_id, "--early", "--yes"])
    assert (closed.exit_code, closed.output.strip()) == (0, "Review of the first half of 2026: closed")
    assert run(args=["cycles", "confirm", cycle.public_id]).exit_code == 1
    assert run(args=["cycles", "close", "no such cycle", "--yes"]).exit_code == 1


def test_the_command_line_releases_what_is_confirmed(app: Flask, person: Find) -> None:
    cycle = confirmed_northwind_cycle(person)
    run = app.test_cli_runner().invoke
    assert run(args=["cycles", "release", cycle.public_id], input="n\n").exit_code == 1
    assert run(args=["cycles", "release", cycle.public_id, "--yes"]).exit_code == 0
    db.session.refresh(cycle)
    assert cycle.state is CycleState.RELEASED
