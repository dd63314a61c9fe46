"""Whatever raters, HR and the clock do in whatever order: nothing acknowledged is lost, nothing refused is counted."""

import threading
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from assessments.answers.actions import decline, save_answers, submit_answers
from assessments.answers.errors import AlreadySubmittedError, CollectionClosedEarlyError, NothingAnsweredError
from assessments.answers.queries import AskedForm, answer_of, asked_form
from assessments.closing.actions import begin_close
from assessments.closing.jobs import finish_close
from assessments.closing.models import GroupCount
from assessments.evidence.queries import cells_of
from assessments.measurement.cells import rater_values
from assessments.surveys.models import RatingRequest, RequestState, Survey
from assessments.surveys.queries import subjects_of
from rubrics.frameworks.models import RaterGroup
from tests.assessments.survey_cases import STEVENS_RATERS, Find, opened, request_of
from web.database import db
from web.transactions import in_transaction

PEERS = tuple(STEVENS_RATERS[RaterGroup.PEERS])
LISTED = (*PEERS, *STEVENS_RATERS[RaterGroup.REPORTS])
RATERS = st.sampled_from(LISTED)
RATINGS = st.sampled_from([1, 2, 3, 4, 5, 9])


class Collecting(RuleBasedStateMachine):
    """A survey beside what its raters were told."""

    find: Find

    def __init__(self) -> None:
        super().__init__()
        self.survey = opened(self.find)
        self.requests = {rater: request_of(self.find, self.survey, rater) for rater in LISTED}
        self.forms: dict[str, AskedForm] = {rater: asked_form(row) for rater, row in self.requests.items()}
        self.saved: dict[str, dict[int, int]] = {}
        self.submitted: set[str] = set()
        self.is_open = True

    def do(self, action: Callable[[], Any]) -> bool:
        try:
            in_transaction(action)
        except CollectionClosedEarlyError:
            assert not self.is_open
            return False
        return True

    @rule(rater=RATERS, place=st.integers(0, 14), rating=RATINGS)
    def saves(self, rater: str, place: int, rating: int) -> None:
        form = self.forms[rater]
        item = form.items[place % len(form.items)]
        if self.do(lambda: save_answers(self.requests[rater], form, {item.code: rating})):
            self.saved.setdefault(rater, {})[item.place] = rating

    @rule(rater=RATERS)
    def submits(self, rater: str) -> None:
        try:
            done = self.do(lambda: submit_answers(self.requests[rater], self.forms[rater]))
        except NothingAnsweredError:
            assert not self.saved.get(rater)
            return
        if done:
            self.submitted.add(rater)

    @rule(rater=RATERS)
    def declines(self, rater: str) -> None:
        try:
            done = self.do(lambda: decline(self.requests[rater]))
        except AlreadySubmittedError:
            assert rater in self.submitted
            return
        if done:
            self.saved.pop(rater, None)

    @precondition(lambda self: self.is_open)
    @rule(early=st.just(True))
    def closes(self, early: bool) -> None:
        in_transaction(lambda: begin_close(self.survey, early=early))
        self.is_open = False

    @invariant()
    def everything_acknowledged_is_there(self) -> None:
        if not self.is_open:
            return
        for rater, ratings in self.saved.items():
            request = db.session.get_one(RatingRequest, self.requests[rater].id)
            given = answer_of(request, self.forms[rater]).ratings
            assert {place: code for place, code in enumerate(given) if code} == ratings
        db.session.rollback()

    def teardown(self) -> None:
        if self.is_open:
            in_transaction(lambda: begin_close(self.survey, early=True))
        layout = next(iter(self.forms.values())).layout
        finish_close(self.survey.id)
        survey = db.session.get_one(Survey, self.survey.id)
        subject = subjects_of(survey)[0]
        counts = db.session.scalars(select(GroupCount).where(GroupCount.subject_id == subject.id))
        assert sum(row.answered for row in counts) == len(self.submitted)
        shown = sum(cell.raters.get("C3", 0) for cell in cells_of(subject))
        told = [bytes(self.saved[rater].get(place, 0) for place in range(41)) for rater in self.submitted]
        values = rater_values(array_of(told), layout=layout)
        assert shown in {0, int(values.is_defined[:, layout.index("C3")].sum())}
        db.session.rollback()


def array_of(told: list[bytes]) -> Any:
    import numpy as np

    return np.frombuffer(b"".join(told), dtype=np.uint8).reshape(-1, 41)


def test_whatever_happens_in_whatever_order_nothing_acknowledged_is_lost(app: Flask, person: Find) -> None:
    run_state_machine_as_test(
        type("Bound", (Collecting,), {"find": staticmethod(person)}),
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_an_answer_at_the_moment_of_the_close_is_counted_or_refused(app: Flask, person: Find) -> None:
    survey = opened(person)
    numbers = {rater: request_of(person, survey, rater).id for rater in LISTED}
    told: list[str] = []
    gate = threading.Barrier(len(LISTED) + 1)

    def answers(rater: str) -> None:
        with app.app_context():
            request = db.session.get_one(RatingRequest, numbers[rater])
            form = asked_form(request)
            gate.wait()
            try:
                in_transaction(lambda: submit_answers(request, form, dict.fromkeys(form.places, 4)))
            except CollectionClosedEarlyError:
                return
            told.append(rater)

    threads = [threading.Thread(target=answers, args=(rater,)) for rater in LISTED]
    for thread in threads:
        thread.start()
    gate.wait()
    in_transaction(lambda: begin_close(survey, early=True))
    for thread in threads:
        thread.join()
    states = list(db.session.scalars(select(RatingRequest.state)))
    assert states.count(RequestState.SUBMITTED) == len(told)
    finish_close(survey.id)
    assert sum(row.answered for row in db.session.scalars(select(GroupCount))) == len(told)
