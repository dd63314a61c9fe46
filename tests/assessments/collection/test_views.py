"""Following a collection: how many, for those who remind also who; never what, and nothing below their scope."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import delete, event, func, select

from assessments.answers.actions import answer
from assessments.answers.queries import asked_form
from people.accounts.models import Account
from people.audit.models import AuditEvent
from tests.assessments.survey_cases import Find, opened, request_of
from web.database import db
from web.formats import format_moment
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
    client, said = client_of("hr"), []
    for _time in range(2):
        assert client.post(f"/surveys/{survey.public_id}/remind").status_code == 303
        said.append(client.get(f"/surveys/{survey.public_id}").text)
    assert "8 people have been reminded." in said[0]
    assert "people have been reminded" not in said[1]
    assert "all who have not answered had their reminder today" in said[1]
    reminders = select(AuditEvent.details).where(AuditEvent.event == "survey.reminded")
    assert [details["people"] for details in db.session.scalars(reminders)] == [8]
    recipients = list(db.session.scalars(select(Mail.recipient)))
    assert len(recipients) == 8
    assert "nancy@northwind.example" not in recipients
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 8


def test_a_reminder_speaks_the_language_of_whom_it_goes_to(app: Flask, person: Find, client_of: Clients) -> None:
    survey = opened(person)

    def choose_languages() -> None:
        for name, language in (("nancy", "en"), ("janet", "zh")):
            account = db.session.scalars(select(Account).where(Account.person_id == person(name).id)).one()
            account.language = language

    in_transaction(choose_languages)
    with force_locale("en"):
        english = format_moment(survey.closes_at, survey.time_zone)
    with force_locale("zh"):
        chinese = format_moment(survey.closes_at, survey.time_zone)
    for language in ("zh", "en"):
        client = client_of("hr", language)
        assert client.post(f"/surveys/{survey.public_id}/remind").status_code == 303
        texts = {mail.recipient.partition("@")[0]: str(mail.text) for mail in db.session.scalars(select(Mail))}
        assert english in texts["nancy"]
        assert "still wait for you" in texts["nancy"]
        assert chinese in texts["janet"]
        assert "still wait for you" not in texts["janet"]
        in_transaction(lambda: db.session.execute(delete(Mail)))


def test_the_progress_page_costs_the_same_however_many_are_asked(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    survey, client = opened(person), client_of("hr")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert client.get(f"/surveys/{survey.public_id}").status_code == 200
    assert len(statements) <= 12, statements
