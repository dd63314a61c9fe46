"""Planning and opening: what raters were told is never weakened, and wrong plans are refused with a reason."""

import stat
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from assessments.surveys.actions import ask, create_survey, edit_survey, open_survey, remove_subject, withdraw
from assessments.surveys.errors import (
    AnsweredRequestError,
    AskedInOtherGroupError,
    GroupNotAskedError,
    GroupWeightsError,
    NoRatersError,
    OwnGroupError,
    SurveyNotDraftError,
    ThresholdLoweredError,
    ThresholdOutOfRangeError,
    UnknownTimeZoneError,
    WindowError,
)
from assessments.surveys.models import RatingRequest, RequestState, Survey, SurveyState
from assessments.surveys.queries import planned_cells, planned_load, subjects_of
from rubrics.frameworks.models import RaterGroup
from tests.assessments.survey_cases import NAME, Find, drafted, opened, request_of
from web.database import db, utc_now
from web.errors import SteelyardError
from web.sealing import key_file
from web.transactions import in_transaction


def test_opening_pins_the_form_and_makes_a_key_only_the_server_can_read(app: Flask, person: Find) -> None:
    survey = opened(person)
    assert survey.state == SurveyState.OPEN
    assert survey.framework is not None
    key = key_file(app.config["SETTINGS"].keys, survey.key_name)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"threshold": 2}, ThresholdOutOfRangeError),
        ({"threshold": 11}, ThresholdOutOfRangeError),
        ({"time_zone": "Asia/Atlantis"}, UnknownTimeZoneError),
        ({"group_weights": {"peers": -1}}, GroupWeightsError),
        ({"group_weights": {"peers": 50, "self": 10}}, GroupWeightsError),
        ({"closes_at": utc_now() - timedelta(days=9)}, WindowError),
    ],
)
def test_a_survey_with_wrong_terms_is_refused(
    app: Flask, person: Find, change: dict[str, Any], error: type[SteelyardError]
) -> None:
    survey = drafted(person)
    with pytest.raises(error):
        in_transaction(lambda: edit_survey(survey, **change))


def test_after_opening_the_threshold_only_rises(app: Flask, person: Find) -> None:
    survey = opened(person, threshold=4)
    in_transaction(lambda: edit_survey(survey, threshold=5))
    with pytest.raises(ThresholdLoweredError):
        in_transaction(lambda: edit_survey(survey, threshold=4))
    with pytest.raises(SurveyNotDraftError):
        in_transaction(lambda: edit_survey(survey, name=NAME))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE survey SET threshold = threshold - 1",
        "UPDATE survey SET state = 'draft'",
        "UPDATE survey SET state = 'closed', close_step = 'done', closed_at = opens_at",
    ],
)
def test_the_database_itself_keeps_the_promise(app: Flask, person: Find, statement: str) -> None:
    opened(person, threshold=4)
    with pytest.raises(DBAPIError):
        in_transaction(lambda: db.session.execute(text(statement)))
    assert db.session.scalars(select(Survey)).one().threshold == 4


def test_only_the_subject_gives_the_self_assessment(app: Flask, person: Find) -> None:
    subject = subjects_of(drafted(person))[0]
    with pytest.raises(OwnGroupError):
        in_transaction(lambda: ask(subject, person("hr"), RaterGroup.SELF))
    with pytest.raises(OwnGroupError):
        in_transaction(lambda: ask(subject, person("steven"), RaterGroup.PEERS))


def test_asking_twice_is_asking_once_and_a_rater_has_one_group(app: Flask, person: Find) -> None:
    survey = drafted(person)
    subject = subjects_of(survey)[0]
    before = in_transaction(lambda: ask(subject, person("nancy"), RaterGroup.PEERS)).id
    assert in_transaction(lambda: ask(subject, person("nancy"), RaterGroup.PEERS)).id == before
    with pytest.raises(AskedInOtherGroupError):
        in_transaction(lambda: ask(subject, person("nancy"), RaterGroup.REPORTS))


def test_a_group_that_the_profile_asks_nothing_is_refused(app: Flask, person: Find) -> None:
    survey = drafted(person, raters={}, about="nancy", profile_code="sales-representative")
    subject = subjects_of(survey)[0]
    with pytest.raises(GroupNotAskedError):
        in_transaction(lambda: ask(subject, person("hr"), RaterGroup.REPORTS))


def test_who_has_begun_is_not_taken_off_the_list(app: Flask, person: Find) -> None:
    survey = opened(person)
    request = request_of(person, survey, "nancy")
    in_transaction(lambda: withdraw(request))
    assert db.session.get(RatingRequest, request.id) is None
    begun = request_of(person, survey, "janet")

    def begin() -> None:
        db.session.get_one(RatingRequest, begun.id).state = RequestState.STARTED

    in_transaction(begin)
    with pytest.raises(AnsweredRequestError):
        in_transaction(lambda: withdraw(begun))


def test_a_survey_that_asks_nobody_does_not_open(app: Flask, person: Find) -> None:
    survey = drafted(person, raters={})
    with pytest.raises(NoRatersError):
        in_transaction(lambda: open_survey(survey))
    in_transaction(lambda: remove_subject(subjects_of(survey)[0]))
    assert subjects_of(survey) == []


def test_weights_default_to_those_of_the_framework(app: Flask, person: Find) -> None:
    assert drafted(person).group_weights["manager"] == 50


def test_the_plan_shows_cells_and_load_before_opening(app: Flask, person: Find) -> None:
    survey = drafted(person)
    plan = planned_cells(survey)[0]
    assert plan.sizes == {RaterGroup.PEERS: 4, RaterGroup.REPORTS: 3}
    assert plan.cells == ((RaterGroup.PEERS,), (RaterGroup.REPORTS,))
    assert plan.groups_below_five == (RaterGroup.PEERS, RaterGroup.REPORTS)
    in_transaction(lambda: edit_survey(survey, threshold=4))
    assert planned_cells(survey)[0].cells == ((RaterGroup.PEERS, RaterGroup.REPORTS),)
    in_transaction(lambda: edit_survey(survey, threshold=8))
    assert planned_cells(survey)[0].has_no_cell
    loads = planned_load(survey)
    assert {load.person.name for load in loads} >= {"Nancy Davolio", "Anne Dodsworth"}
    assert all(0 < load.items <= 15 for load in loads)


def test_times_without_a_window_are_refused(app: Flask, person: Find) -> None:
    drafted(person)
    now = utc_now()
    with pytest.raises(WindowError):
        in_transaction(lambda: create_survey(name=NAME, opens_at=now, closes_at=now, time_zone="Asia/Shanghai"))
