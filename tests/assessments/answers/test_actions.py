"""Saving, submitting, declining: what is acknowledged is there, what is refused changes nothing, no moment is kept."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from assessments.answers.actions import answer, decline, save_answers, submit_answers
from assessments.answers.errors import (
    AlreadySubmittedError,
    ChangedElsewhereError,
    CollectionClosedEarlyError,
    CollectionOverError,
    CommentTooLongError,
    ItemNotAskedError,
    NothingAnsweredError,
    OtherFormError,
    RatingRefusedError,
)
from assessments.answers.queries import OpenedPage, answer_of, asked_form
from assessments.measurement.envelopes import Comment
from assessments.surveys.errors import SurveyKeyMissingError
from assessments.surveys.models import Question, RequestState, SealedAnswer, SealedComment, Survey, SurveyState
from people.audit.models import AuditEvent
from tests.assessments.survey_cases import Find, opened, request_of
from web.database import db, utc_now
from web.errors import SteelyardError
from web.sealing import key_file
from web.transactions import in_transaction


def test_answers_are_saved_piece_by_piece_and_read_back_by_the_rater(app: Flask, person: Find) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    first, second = form.items[0], form.items[1]
    in_transaction(lambda: save_answers(request, form, {first.code: 4}))
    in_transaction(
        lambda: save_answers(request, form, {second.code: 9}, {Question.KEEP: Comment("keep", "倾听。😀 Listens.")})
    )
    kept = answer_of(request, form)
    assert (kept.rating(first), kept.rating(second)) == (4, 9)
    assert kept.comments[Question.KEEP].text == "倾听。😀 Listens."
    assert request.state == RequestState.STARTED
    assert not kept.is_submitted


def test_the_same_content_again_is_the_same_answer(app: Flask, person: Find) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    ratings = dict.fromkeys(form.places, 5)
    in_transaction(lambda: submit_answers(request, form, ratings))
    before = db.session.scalars(select(SealedAnswer.sealed)).all()
    in_transaction(lambda: submit_answers(request, form, ratings))
    assert db.session.scalars(select(SealedAnswer.sealed)).all() == before
    assert request.state == RequestState.SUBMITTED


def test_a_submitted_answer_is_changed_until_the_close_and_then_no_more(app: Flask, person: Find) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    form = asked_form(request)
    code = form.items[0].code
    in_transaction(lambda: submit_answers(request, form, {code: 2}))
    in_transaction(lambda: save_answers(request, form, {code: 3}))
    assert answer_of(request, form).is_submitted
    late = survey.closes_at
    with pytest.raises(CollectionOverError):
        in_transaction(lambda: save_answers(request, form, {code: 5}, now=late))
    in_transaction(lambda: save_answers(request, form, {code: 4}, now=late - timedelta(milliseconds=1)))
    assert answer_of(request, form).rating(form.items[0]) == 4


def test_after_closing_has_begun_nothing_is_taken(app: Flask, person: Find) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    form = asked_form(request)

    def begin_closing() -> None:
        row = db.session.get_one(Survey, survey.id)
        row.state = SurveyState.CLOSING
        row.close_step = "measure"  # type: ignore[assignment]  # the column takes the value of the enum

    in_transaction(begin_closing)
    with pytest.raises(CollectionClosedEarlyError):
        in_transaction(lambda: save_answers(request, form, {form.items[0].code: 4}))
    assert db.session.scalar(select(func.count()).select_from(SealedAnswer)) == 0


@pytest.mark.parametrize("rating", [0, 6, -1, 8, 10])
def test_a_rating_that_is_no_level_is_refused(app: Flask, person: Find, rating: int) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    with pytest.raises(RatingRefusedError):
        in_transaction(lambda: save_answers(request, form, {form.items[0].code: rating}))
    assert request.state == RequestState.ASKED


def refused(error: type[SteelyardError], action: object) -> None:
    with pytest.raises(error):
        in_transaction(action)  # type: ignore[arg-type]  # a lambda of the test
    assert db.session.scalar(select(func.count()).select_from(SealedAnswer)) == 0


def test_answers_to_something_else_are_refused(app: Flask, person: Find) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    code = form.items[0].code
    page = OpenedPage(form_id="another-version", number=1, seen="")
    refused(OtherFormError, lambda: save_answers(request, form, {code: 4}, page=page))
    refused(ItemNotAskedError, lambda: save_answers(request, form, {"R1.1": 4}))
    refused(NothingAnsweredError, lambda: submit_answers(request, form, {}))
    long = {Question.KEEP: Comment("keep", "x" * 501)}
    refused(CommentTooLongError, lambda: save_answers(request, form, {}, long))


def test_two_windows_do_not_overwrite_each_other_unseen(app: Flask, person: Find) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    item = form.items[0]
    blank = answer_of(request, form).fingerprint([item.place])

    def page(number: int) -> OpenedPage:
        return OpenedPage(form.form_id, number, blank, (item.place,))

    in_transaction(lambda: save_answers(request, form, {item.code: 2}, page=page(1)))
    in_transaction(lambda: save_answers(request, form, {item.code: 3}, page=page(1)))
    with pytest.raises(ChangedElsewhereError):
        in_transaction(lambda: save_answers(request, form, {item.code: 5}, page=page(2)))
    in_transaction(lambda: save_answers(request, form, {item.code: 3}, page=page(2)))
    assert answer_of(request, form).rating(item) == 3


def test_declining_throws_the_draft_away_but_not_a_submitted_answer(app: Flask, person: Find) -> None:
    request = request_of(person, opened(person), "nancy")
    form = asked_form(request)
    in_transaction(lambda: save_answers(request, form, {form.items[0].code: 4}))
    in_transaction(lambda: decline(request))
    assert request.state == RequestState.DECLINED
    assert db.session.scalar(select(func.count()).select_from(SealedComment)) == 0
    in_transaction(lambda: answer(request, {form.items[0].code: 4}))
    with pytest.raises(AlreadySubmittedError):
        in_transaction(lambda: decline(request))


def test_every_sealed_answer_has_the_same_length_and_tells_nothing(app: Flask, person: Find) -> None:
    survey = opened(person)
    for rater, wordy in (("nancy", True), ("janet", False), ("andrew", False)):
        request = request_of(person, survey, rater)
        form = asked_form(request)
        comments = {Question.MORE: Comment("more", "很多" * 250)} if wordy else {}
        in_transaction(partial(answer, request, dict.fromkeys(form.places, 4), comments))
    tables: tuple[type[SealedAnswer | SealedComment], ...] = (SealedAnswer, SealedComment)
    for table in tables:
        sealed = db.session.scalars(select(table.sealed)).all()
        assert len({len(content) for content in sealed}) == 1
        assert len(sealed) == 3
    columns = {column.name for table in (SealedAnswer, SealedComment) for column in table.__table__.columns}
    assert columns == {"survey_id", "name", "sealed"}


def test_answering_leaves_no_trace_of_its_moment(app: Flask, person: Find) -> None:
    survey = opened(person)
    events = db.session.scalar(select(func.count()).select_from(AuditEvent))
    request = request_of(person, survey, "nancy")
    in_transaction(lambda: answer(request, {asked_form(request).items[0].code: 4}))
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == events
    assert db.session.scalar(text("SELECT count(*) FROM submitted_form")) == 0


def test_a_missing_key_says_which_file_to_bring_back(app: Flask, person: Find) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    path: Path = key_file(app.config["SETTINGS"].keys, survey.key_name)
    path.unlink()
    with pytest.raises(SurveyKeyMissingError) as raised:
        in_transaction(lambda: answer(request, {asked_form(request).items[0].code: 4}))
    assert path.name in str(raised.value)
    assert raised.value.status == 503
    assert utc_now() < survey.closes_at
