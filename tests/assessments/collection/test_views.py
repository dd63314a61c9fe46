"""Following a collection: how many, for those who remind also who; never what, and nothing below their scope."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from assessments.answers.actions import answer
from assessments.answers.queries import asked_form
from tests.assessments.survey_cases import Find, opened, request_of
from web.database import db
from web.outbox.models import Mail
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]


def test_hr_sees_who_has_answered_but_not_what(app: Flask, person: Find, client_of: Clients) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    in_transaction(lambda: answer(request, dict.fromkeys(asked_form(request).places, 5)))
    page = client_of("hr").get(f"/surveys/{survey.public_id}").text
    assert "Nancy Davolio" in page
    assert "1 of 4" in page
    assert request.public_id not in page
    assert "Annual 360 survey" in client_of("hr").get("/surveys").text


def test_an_auditor_sees_numbers_without_names(app: Flask, person: Find, client_of: Clients) -> None:
    survey = opened(person)
    page = client_of("auditor").get(f"/surveys/{survey.public_id}").text
    assert "Nancy Davolio" not in page
    assert "Requests by the unit of the rater" not in page
    assert "Requests by the unit of the rater" in client_of("hr").get(f"/surveys/{survey.public_id}").text
    assert client_of("auditor").post(f"/surveys/{survey.public_id}/remind").status_code == 403
    assert client_of("nancy").get(f"/surveys/{survey.public_id}").status_code == 403


def test_an_hr_partner_sees_the_raters_of_their_unit_alone(app: Flask, person: Find, client_of: Clients) -> None:
    survey = opened(person, raters={"peers": ["nancy", "hr"]})  # type: ignore[dict-item]  # the word of the group
    page = client_of("partner").get(f"/surveys/{survey.public_id}").text
    assert "Nancy Davolio" in page
    assert "林慧敏" not in page


def test_a_reminder_goes_to_those_who_have_not_answered_once_a_day(
    app: Flask, person: Find, client_of: Clients
) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    in_transaction(lambda: answer(request, dict.fromkeys(asked_form(request).places, 5)))
    client = client_of("hr")
    for _time in range(2):
        assert client.post(f"/surveys/{survey.public_id}/remind").status_code == 303
    recipients = list(db.session.scalars(select(Mail.recipient)))
    assert len(recipients) == 8
    assert "nancy@northwind.example" not in recipients
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 8


def test_the_progress_page_costs_the_same_however_many_are_asked(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    survey, client = opened(person), client_of("hr")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert client.get(f"/surveys/{survey.public_id}").status_code == 200
    assert len(statements) <= 12, statements
