"""Background work is seen by whom it is for; administrators see all of it and start failed work again."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from people.audit.models import AuditEvent
from people.organisation.models import Person
from web.database import db
from web.errors import SteelyardError
from web.jobs.actions import enqueue
from web.jobs.models import Job, JobState
from web.jobs.progress import Progress
from web.jobs.registry import job
from web.jobs.running import run_pending
from web.language import lazy_gettext as _l
from web.outbox.actions import send
from web.transactions import in_transaction

Client = Callable[..., FlaskClient]


class NotTodayError(SteelyardError):
    message = _l("This choice is no longer available.")


@job("test.refused-work", title="Refused work")
def refuse(progress: Progress) -> None:
    raise NotTodayError


@job("test.short-work", title="Short work", page="home.index")
def work(progress: Progress) -> None:
    progress.step(3, 3)


@pytest.fixture
def waiting(app: Flask) -> Iterator[Flask]:
    app.config["JOBS_IMMEDIATE"] = False
    yield app
    app.config["JOBS_IMMEDIATE"] = True


def asked_by(person: Person, name: str) -> str:
    return in_transaction(lambda: enqueue(name, owner_id=person.id)).public_id


def test_the_owner_follows_a_job_from_waiting_to_done(
    waiting: Flask, client_of: Client, person: Callable[[str], Person]
) -> None:
    address = f"/jobs/{asked_by(person('nancy'), 'test.short-work')}"
    client = client_of("nancy")
    page = client.get(address).text
    assert "Waits for its turn" in page
    assert f'hx-get="{address}"' in page
    run_pending()
    page = client.get(address).text
    assert "Finished" in page
    assert "hx-get" not in page.partition("<main")[2]
    assert "See what came of it" in page


def test_a_stranger_does_not_learn_that_a_job_exists(client_of: Client, person: Callable[[str], Person]) -> None:
    address = f"/jobs/{asked_by(person('nancy'), 'test.short-work')}"
    assert client_of("janet").get(address).status_code == 404
    assert client_of("administrator").get(address).status_code == 200


def test_a_failed_job_says_why_and_only_an_administrator_starts_it_again(
    client_of: Client, person: Callable[[str], Person]
) -> None:
    public_id = asked_by(person("nancy"), "test.refused-work")
    owner = client_of("nancy").get(f"/jobs/{public_id}").text
    assert "This choice is no longer available." in owner
    assert "Start again" not in owner
    administrator = client_of("administrator")
    assert "Start again" in administrator.get(f"/jobs/{public_id}").text
    assert client_of("nancy").post(f"/jobs/{public_id}/restart").status_code == 403
    assert administrator.post(f"/jobs/{public_id}/restart", data={"idempotency_key": "k" * 16}).status_code == 303
    assert administrator.post(f"/jobs/{public_id}/restart", data={"idempotency_key": "k" * 16}).status_code == 303
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "job.restarted")).all()
    assert [event.details for event in events] == [{"name": "test.refused-work"}]


def test_work_that_has_not_failed_cannot_be_started_again(client_of: Client, person: Callable[[str], Person]) -> None:
    public_id = asked_by(person("nancy"), "test.short-work")
    response = client_of("administrator").post(f"/jobs/{public_id}/restart", data={"idempotency_key": "k" * 16})
    assert response.status_code == 409
    assert "Only work that has failed" in response.text


def test_administrators_list_work_and_mail_but_do_not_read_what_mail_says(
    client_of: Client, person: Callable[[str], Person]
) -> None:
    asked_by(person("nancy"), "test.short-work")
    mail = in_transaction(lambda: send("nancy@northwind.example", "Your invitation", "secret link", language="en"))
    client = client_of("administrator")
    assert "Short work" in client.get("/jobs").text
    assert "Take up work that was interrupted" in client.get("/jobs").text
    page = client.get("/mails").text
    assert "Your invitation" in page
    assert "No mail server is set up" in page
    assert client.get(f"/mails/{mail.public_id}").status_code == 404


def test_the_command_line_runs_and_lists_work(waiting: Flask, person: Callable[[str], Person]) -> None:
    asked_by(person("nancy"), "test.short-work")
    runner = waiting.test_cli_runner()
    assert runner.invoke(args=["jobs", "run"]).output == "Ran 1 jobs.\n"
    listed = runner.invoke(args=["jobs", "list"])
    assert (listed.exit_code, "Short work" in listed.output) == (0, True)
    in_transaction(lambda: db.session.execute(update(Job).values(state=JobState.FAILED)))
    assert runner.invoke(args=["jobs", "list"]).exit_code == 1
