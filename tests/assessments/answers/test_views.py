"""The rater's pages: without JavaScript, in both languages, for the invited rater alone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select, text

from assessments.answers.actions import answer
from assessments.answers.queries import answer_of, asked_form
from assessments.surveys.actions import edit_survey
from assessments.surveys.models import Question, RatingRequest, RequestState, Survey, SurveySubject
from people.audit.models import AuditEvent
from tests.assessments.survey_cases import Find, opened, request_of
from web.database import db
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields that a browser would send back."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2])
    return {name: value for name, value in found if name != "csrf_token"}


def test_a_rater_walks_through_the_whole_questionnaire(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}"
    assert "Steven Buchanan" in client.get("/requests").text
    assert "Nobody will learn what you answered" in client.get(address).text
    form = asked_form(request)
    for number, (_dimension, items) in enumerate(form.parts, 1):
        page = client.get(f"{address}/{number}")
        ratings = {f"item-{item.place}": "4" for item in items}
        sent = client.post(f"{address}/{number}", data={**hidden(page.text), **ratings})
        assert sent.status_code == 303
    page = client.get(sent.location)
    sent = client.post(sent.location, data={**hidden(page.text), "keep": "倾听\r\n客户", "name_keep": "y"})
    assert sent.location == f"{address}/review"
    assert "Everything is answered" in client.get(sent.location).text
    assert client.post(sent.location, data={}).location == f"{address}/thanks"
    assert client.get(f"{address}/thanks").status_code == 200
    db.session.refresh(request)
    answer = answer_of(request, form)
    assert answer.is_submitted
    assert answer.comments[Question.KEEP].text == "倾听\n客户"
    assert answer.comments[Question.KEEP].is_named


def test_autosave_takes_part_of_a_part_and_says_no_more_than_that(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}/1"
    item = asked_form(request).items[0]
    fields = hidden(client.get(address).text)
    for rating in ("3", "5"):
        saved = client.post(f"{address}/autosave", data={**fields, f"item-{item.place}": rating})
        assert (saved.status_code, saved.data) == (204, b"")
    assert answer_of(request, asked_form(request)).rating(item) == 5
    assert db.session.scalar(text("SELECT count(*) FROM submitted_form")) == 0


@pytest.mark.parametrize("rating", ["0", "6", "-1", "4.5", "٤", "true", " 5", "1e0"])
def test_what_is_no_level_is_refused_beside_its_item(
    app_on_sqlite: Flask, person: Find, client_of: Clients, rating: str
) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}/1"
    item = asked_form(request).items[0]
    answer = client.post(address, data={**hidden(client.get(address).text), f"item-{item.place}": rating})
    assert answer.status_code == 422
    assert f'id="item-{item.place}-error"' in answer.text
    db.session.refresh(request)
    assert request.state == RequestState.ASKED


def test_another_forms_version_is_refused(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}/1"
    item = asked_form(request).items[0]
    fields = {**hidden(client.get(address).text), "form_id": "2345678923456789", f"item-{item.place}": "4"}
    answer = client.post(address, data=fields)
    assert answer.status_code == 409
    assert "another version of the form" in answer.text


def test_a_second_window_is_shown_both_versions_and_decides(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}/1"
    item = asked_form(request).items[0]
    first, second = (hidden(client.get(address).text) for _window in range(2))
    name = f"item-{item.place}"
    assert client.post(address, data={**first, name: "2"}).status_code == 303
    refused = client.post(address, data={**second, name: "5"})
    assert refused.status_code == 409
    assert "another window" in refused.text
    assert answer_of(request, asked_form(request)).rating(item) == 2
    assert client.post(address, data={**hidden(refused.text), name: "5"}).status_code == 303
    assert answer_of(request, asked_form(request)).rating(item) == 5


def test_a_late_answer_is_refused_and_told_in_the_readers_language(
    app: Flask, person: Find, client_of: Clients, frozen: Callable[[str], object]
) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    client, address = client_of("nancy", "zh"), f"/requests/{request.public_id}/1"
    fields = hidden(client.get(address).text)
    place = asked_form(request).items[0].place
    late = survey.closes_at
    in_transaction(lambda: edit_survey(survey, threshold=4))
    with_clock = frozen(late.isoformat())
    with with_clock:  # type: ignore[attr-defined]  # the fixture gives a context manager
        late_client = client_of("nancy", "zh")
        answer = late_client.post(address, data={**fields, f"item-{place}": "4"})
        assert answer.status_code == 409
        assert late_client.get(address).status_code == 303
    db.session.refresh(request)
    assert request.state == RequestState.ASKED


def test_a_request_exists_for_nobody_but_its_rater(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    unknown = client_of("steven").get("/requests/2345678923456789")
    for stranger in ("steven", "andrew", "hr", "administrator", "auditor"):
        answer = client_of(stranger).get(f"/requests/{request.public_id}")
        assert answer.status_code == 404
    assert client_of("steven").get(f"/requests/{request.public_id}").status_code == unknown.status_code


def main_of(page: str) -> str:
    """What a page says, without navigation and names."""
    return page.partition("<main")[2].partition("</main>")[0]


def close(survey: Survey) -> None:
    """What the close does to invitations: they are deleted."""

    def delete_requests() -> None:
        subjects = select(SurveySubject.id).where(SurveySubject.survey_id == survey.id)
        db.session.execute(delete(RatingRequest).where(RatingRequest.subject_id.in_(subjects)))

    in_transaction(delete_requests)


@pytest.mark.parametrize("path", ["", "/1", "/review", "/thanks"])
def test_who_is_late_and_who_was_never_asked_read_the_same_page(
    app: Flask, person: Find, client_of: Clients, path: str
) -> None:
    survey = opened(person)
    address = f"/requests/{request_of(person, survey, 'nancy').public_id}{path}"
    stranger = client_of("steven").get(address)
    close(survey)
    rater = client_of("nancy", "zh").get(address)
    assert (stranger.status_code, rater.status_code) == (404, 404)
    assert "This questionnaire is closed, or the invitation is not yours" in stranger.text
    assert 'href="/requests"' in stranger.text.partition("<main")[2]
    assert "内容未保存" in rater.text
    assert main_of(client_of("steven", "zh").get(address).text) == main_of(rater.text)
    assert "access.denied" not in db.session.scalars(select(AuditEvent.event)).all()


@pytest.mark.parametrize("path", ["/1", "/1/autosave", "/review", "/decline"])
def test_what_is_sent_after_the_close_is_refused_and_said(
    app: Flask, person: Find, client_of: Clients, path: str
) -> None:
    survey = opened(person)
    client, address = client_of("nancy"), f"/requests/{request_of(person, survey, 'nancy').public_id}"
    fields = hidden(client.get(f"{address}/1").text)
    close(survey)
    answer = client.post(f"{address}{path}", data=fields)
    assert answer.status_code == 404
    assert "Nothing was saved." in answer.text
    assert (answer.mimetype == "text/plain") == path.endswith("autosave")


def test_autosave_says_in_a_sentence_why_it_did_not_save(
    app: Flask, person: Find, client_of: Clients, frozen: Callable[[str], object]
) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    address, place = f"/requests/{request.public_id}/1", asked_form(request).items[0].place
    fields = hidden(client_of("nancy").get(address).text)
    with frozen(survey.closes_at.isoformat()):  # type: ignore[attr-defined]  # the fixture gives a context manager
        answer = client_of("nancy").post(f"{address}/autosave", data={**fields, f"item-{place}": "4"})
    assert (answer.status_code, answer.mimetype) == (409, "text/plain")
    assert answer.text.startswith("This survey closed at")


def test_after_the_deadline_the_invitation_says_that_the_time_is_over(
    app: Flask, person: Find, client_of: Clients, frozen: Callable[[str], object]
) -> None:
    survey = opened(person)
    address = f"/requests/{request_of(person, survey, 'nancy').public_id}"
    with frozen(survey.closes_at.isoformat()):  # type: ignore[attr-defined]  # the fixture gives a context manager
        page = client_of("nancy").get(address)
        assert page.status_code == 200
        assert "The time for answers is over." in page.text


def test_an_empty_questionnaire_offers_no_submit_button(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}/review"
    page = client.get(address).text
    assert "Nothing is answered yet." in page
    assert "You may submit all the same" not in page
    assert "data-once" not in page.partition("<main")[2]
    assert client.post(address, data={}).status_code == 422


def test_the_invitation_says_that_answers_are_submitted(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client, address = client_of("nancy"), f"/requests/{request.public_id}"
    assert "Your answers are submitted." not in client.get(address).text
    in_transaction(lambda: answer(request, dict.fromkeys(asked_form(request).places, 4)))
    assert "Your answers are submitted." in client.get(address).text


def test_nobody_declines_to_rate_themselves(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "steven")
    client, address = client_of("steven"), f"/requests/{request.public_id}"
    assert "I cannot rate this person" not in client.get(address).text
    refused = client.post(f"{address}/decline")
    assert refused.status_code == 422
    assert "cannot be declined" in refused.text
    db.session.refresh(request)
    assert request.state == RequestState.ASKED


def test_declining_is_possible_until_submitting(app: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "nancy")
    client = client_of("nancy")
    assert client.post(f"/requests/{request.public_id}/decline").status_code == 303
    db.session.refresh(request)
    assert request.state == RequestState.DECLINED
    assert "Declined" in client.get("/requests").text


@pytest.mark.parametrize("path", ["/requests", "/requests/{}", "/requests/{}/1", "/requests/{}/review"])
def test_no_page_of_raters_asks_the_database_more_than_twelve_times(
    app_on_sqlite: Flask, person: Find, client_of: Clients, path: str
) -> None:
    survey = opened(person)
    request = request_of(person, survey, "andrew")
    client, statements = client_of("andrew"), list[str]()
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert client.get(path.format(request.public_id)).status_code == 200
    assert len(statements) <= 12, statements


def test_the_named_manager_is_told_so(app_on_sqlite: Flask, person: Find, client_of: Clients) -> None:
    request = request_of(person, opened(person), "andrew")
    page = client_of("andrew").get(f"/requests/{request.public_id}").text
    assert "Your answers carry your name" in page
    assert "Nobody will learn" not in page
    assert len(asked_form(request).items) == 41
    assert select(1) is not None
