"""Comments after the close: HR withholds what is abusive, nobody decides about comments on themselves."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessments.answers.actions import answer
from assessments.answers.queries import asked_form
from assessments.closing.actions import begin_close
from assessments.closing.jobs import finish_close
from assessments.closing.models import StoredComment
from assessments.comments.queries import comments_of
from assessments.measurement.envelopes import Comment
from assessments.surveys.models import Question, Survey
from assessments.surveys.queries import subjects_of
from people.grants.actions import grant_role
from people.permissions import Role
from rubrics.frameworks.models import RaterGroup
from tests.assessments.survey_cases import STEVENS_RATERS, Find, opened, request_of
from web.database import db
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]
ALL = tuple(name for names in STEVENS_RATERS.values() for name in names)


def closed(
    person: Find, commenting: tuple[str, ...], named: tuple[str, ...] = (), answering: tuple[str, ...] = ALL
) -> Survey:
    """Steven's closed survey; some of its raters commented, some under their name."""
    survey = opened(person)
    for rater in answering:
        request = request_of(person, survey, rater)
        words = {Question.KEEP: Comment("keep", f"From {rater}", rater in named)} if rater in commenting else {}
        in_transaction(partial(answer, request, dict.fromkeys(asked_form(request).places, 4), words))
    in_transaction(lambda: begin_close(survey, early=True))
    finish_close(survey.id)
    return survey


def shown(survey: Survey) -> set[str]:
    return {row.text for row in comments_of(subjects_of(survey)[0])[Question.KEEP]}


@pytest.mark.parametrize(
    ("commenting", "expected"),
    [(("nancy", "janet"), 0), (("nancy", "janet", "michael"), 3), (("nancy", "janet", "andrew"), 1)],
)
def test_comments_need_three_of_five_respondents(
    app: Flask, person: Find, commenting: tuple[str, ...], expected: int
) -> None:
    assert len(shown(closed(person, commenting))) == expected


def test_four_respondents_are_too_few_for_any_comment(app: Flask, person: Find) -> None:
    answering = ("andrew", "nancy", "janet", "margaret", "laura")
    assert shown(closed(person, answering, answering=answering)) == {"From andrew"}


def test_who_chose_to_be_named_does_not_hide_the_others(app: Flask, person: Find) -> None:
    survey = closed(person, ("nancy", "janet", "michael"), named=("nancy",))
    assert shown(survey) == {"From nancy"}
    comment = db.session.scalars(select(StoredComment)).one()
    assert (comment.author_id, comment.author_group) == (person("nancy").id, RaterGroup.PEERS)


def test_hr_withholds_a_comment_with_a_reason_and_shows_it_again(app: Flask, person: Find, client_of: Clients) -> None:
    survey = closed(person, ALL)
    comment = next(row for row in db.session.scalars(select(StoredComment)) if row.author_id is None)
    client, address = client_of("hr"), f"/comments/{comment.public_id}"
    assert client.post(f"{address}/withhold", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/withhold", data={"reason": "Insults."}).status_code == 303
    assert comment.text not in shown(survey)
    assert client.post(f"{address}/withhold", data={"reason": "Again."}).status_code == 409
    page = client.get(f"/comments/surveys/{survey.public_id}").text
    assert "Insults." in page
    assert client.post(f"{address}/show").status_code == 303
    assert comment.text in shown(survey)
    assert "Annual 360 survey" in client.get("/comments").text


def test_only_hr_comes_here(app: Flask, person: Find, client_of: Clients) -> None:
    survey = closed(person, ALL)
    for stranger in ("nancy", "steven", "andrew", "partner", "administrator", "auditor"):
        assert client_of(stranger).get(f"/comments/surveys/{survey.public_id}").status_code == 403


def test_nobody_reads_comments_about_themselves_here(app: Flask, person: Find, client_of: Clients) -> None:
    survey = closed(person, ALL)
    in_transaction(lambda: grant_role(person("steven"), Role.HR, None, date(2020, 1, 1), None, granted_by=None))
    assert "From nancy" in client_of("hr").get(f"/comments/surveys/{survey.public_id}").text
    own = client_of("steven").get(f"/comments/surveys/{survey.public_id}")
    assert own.status_code == 200
    assert "From " not in own.text
