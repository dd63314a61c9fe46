"""The close: what it shows, what it leaves, and that it can be stopped anywhere and started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from assessments.answers.actions import answer, save_answers
from assessments.answers.queries import asked_form
from assessments.closing.actions import begin_close
from assessments.closing.errors import NotOverYetError, SealBrokenError
from assessments.closing.jobs import finish_close
from assessments.closing.models import GroupCount, NamedRater, StoredCell
from assessments.collection.actions import remind
from assessments.comments.queries import comments_of
from assessments.evidence.queries import (
    cell_counts_of,
    cells_of,
    closed_survey,
    cycle_means_of,
    item_means_of,
    named_raters_of,
    named_ratings_of,
    recomputed_cells,
    spread_of,
)
from assessments.measurement.envelopes import Comment
from assessments.surveys.errors import SurveyKeyMissingError
from assessments.surveys.models import CloseStep, Question, RatingRequest, SealedAnswer, Survey, SurveyState
from assessments.surveys.queries import subjects_of
from people.audit.models import AuditEvent
from rubrics.frameworks.models import RaterGroup
from tests.assessments.survey_cases import Find, opened, request_of
from web.database import db
from web.outbox.actions import send
from web.outbox.models import Mail
from web.sealing import has_key, key_file
from web.transactions import in_transaction

LEVELS = {
    "steven": 5, "andrew": 3, "nancy": 4, "janet": 3, "margaret": 5, "laura": 2, "michael": 4, "robert": 2, "anne": 3,
}  # fmt: skip
WORDS = {Question.KEEP: Comment("keep", "Clear goals.")}


def answered(person: Find, silent: tuple[str, ...] = (), threshold: int = 3, lowest: tuple[str, ...] = ()) -> Survey:
    """Steven's survey with everybody's answers but those of the silent, who have only begun; some items at the end."""
    survey = opened(person, threshold=threshold)
    for rater, level in LEVELS.items():
        request = request_of(person, survey, rater)
        form = asked_form(request)
        if rater in silent:
            in_transaction(partial(save_answers, request, form, {form.items[0].code: 1}, WORDS))
        else:
            levels = {code: 1 if code in lowest else level for code in form.places}
            in_transaction(partial(answer, request, levels, WORDS))
    return survey


def close(survey: Survey) -> None:
    in_transaction(lambda: begin_close(survey, early=True))
    finish_close(survey.id)


def test_a_closed_survey_shows_its_cells_and_nothing_else_is_left(app: Flask, person: Find) -> None:
    survey = answered(person)
    close(survey)
    survey = db.session.scalars(select(Survey)).one()
    assert survey.state == SurveyState.CLOSED
    cells = {cell.groups: cell for cell in cells_of(subjects_of(survey)[0])}
    assert set(cells) == {
        (group,) for group in (RaterGroup.SELF, RaterGroup.MANAGER, RaterGroup.PEERS, RaterGroup.REPORTS)
    }
    assert cells[RaterGroup.PEERS,].means["C3"] == pytest.approx(3.5)
    assert cells[RaterGroup.PEERS,].raters["C3"] == 4
    assert cells[RaterGroup.REPORTS,].means["C3"] == pytest.approx(3.0)
    for table in ("rating_request", "sealed_answer", "sealed_comment"):
        assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    assert not has_key(app.config["SETTINGS"].keys, survey.key_name)


def test_reminders_do_not_outlive_the_close(app: Flask, person: Find, as_viewer: Any) -> None:
    survey = answered(person, silent=("nancy",))
    viewer = as_viewer("hr")
    assert in_transaction(lambda: remind(viewer, survey, viewer.today)) == 1
    in_transaction(lambda: send("nancy@northwind.example", "Something else", "Text", key="other"))
    close(survey)
    assert list(db.session.scalars(select(Mail.key))) == ["other"]


def test_groups_below_the_threshold_are_shown_together(app: Flask, person: Find) -> None:
    survey = answered(person, silent=("michael",))
    close(survey)
    subject = subjects_of(survey)[0]
    pooled = (RaterGroup.PEERS, RaterGroup.REPORTS)
    cells = {cell.groups: cell for cell in cells_of(subject)}
    assert set(cells) == {(RaterGroup.SELF,), (RaterGroup.MANAGER,), pooled}
    assert cells[pooled].raters["C3"] == 6
    counts = {count.groups: (count.asked, count.answered) for count in cell_counts_of(subject)}
    assert counts[pooled] == (7, 6)


def test_what_no_cell_shows_is_deleted(app: Flask, person: Find) -> None:
    survey = answered(person, threshold=9)
    close(survey)
    subject = subjects_of(survey)[0]
    assert {cell.groups for cell in cells_of(subject)} == {(RaterGroup.SELF,), (RaterGroup.MANAGER,)}
    assert {row.groups for row in db.session.scalars(select(StoredCell))} == {1, 2}
    assert [row.author is None for row in comments_of(subject)[Question.KEEP]] == [False, False]
    assert closed_survey(survey).deleted_groups.sum() == 2
    assert [count.is_deleted for count in cell_counts_of(subject)].count(True) == 1


def test_participation_becomes_counts_and_only_named_sources_keep_a_name(app: Flask, person: Find) -> None:
    survey = answered(person, silent=("anne",))
    close(survey)
    counts = {row.group: (row.asked, row.answered) for row in db.session.scalars(select(GroupCount))}
    assert counts[RaterGroup.REPORTS] == (3, 2)
    assert {row.group for row in db.session.scalars(select(NamedRater))} == {RaterGroup.SELF, RaterGroup.MANAGER}
    subject = subjects_of(survey)[0]
    assert named_raters_of(subject)[RaterGroup.MANAGER].name == "Andrew Fuller"
    assert set(named_ratings_of(subject)[RaterGroup.MANAGER].values()) == {3}
    closing = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "survey.closed")).one()
    assert closing.details == {"asked": 9, "answered": 8}


def test_items_and_comments_are_shown_over_all_anonymous_raters_from_five_on(app: Flask, person: Find) -> None:
    survey = answered(person)
    close(survey)
    subject = subjects_of(survey)[0]
    items = item_means_of(subject)
    assert items["C3.1"].raters == 7
    assert items["C3.1"].mean == pytest.approx(23 / 7)
    assert "R1.1" not in items
    comments = comments_of(subject)[Question.KEEP]
    assert len(comments) == 9
    assert sum(comment.author is None for comment in comments) == 7


def test_an_item_at_the_bottom_hides_the_items_beside_it_from_which_it_could_be_told(app: Flask, person: Find) -> None:
    survey = answered(person, lowest=("C3.2",))
    close(survey)
    items = item_means_of(subjects_of(survey)[0])
    assert not {"C3.1", "C3.2", "C3.3"} & set(items)
    assert "C4.1" in items


def test_the_kept_answers_give_the_same_cells_again(app: Flask, person: Find) -> None:
    survey = answered(person)
    close(survey)
    closed = closed_survey(survey)
    again = recomputed_cells(survey)
    assert np.array_equal(closed.table.total, again.total)
    assert np.array_equal(closed.table.raters, again.raters)
    means = cycle_means_of(survey, closed.frame.layout)
    assert means.value[3, closed.frame.layout.index("C3")] == pytest.approx(3.5)
    assert spread_of(survey, closed.frame.layout).rater_variance.tolist() == [closed.frame.default_variance] * 12


def test_a_close_before_the_promised_time_needs_the_wish_for_it(app: Flask, person: Find) -> None:
    survey = answered(person)
    with pytest.raises(NotOverYetError):
        in_transaction(lambda: begin_close(survey))
    in_transaction(lambda: begin_close(survey, survey.closes_at))


def test_without_its_key_a_close_stops_and_goes_on_when_the_key_is_back(app: Flask, person: Find) -> None:
    survey = answered(person)
    path = key_file(app.config["SETTINGS"].keys, survey.key_name)
    key = path.read_bytes()
    path.unlink()
    with pytest.raises(SurveyKeyMissingError):
        close(survey)
    assert db.session.scalar(select(func.count()).select_from(SealedAnswer)) == 9
    path.write_bytes(bytes(32))
    with pytest.raises(SealBrokenError):
        finish_close(survey.id)
    path.write_bytes(key)
    finish_close(survey.id)
    assert db.session.get_one(Survey, survey.id, populate_existing=True).is_closed


class StoppedError(Exception):
    """The process ends here."""


@contextmanager
def stopped_at(statement: int) -> Iterator[list[int]]:
    """End the work at its nth statement to the database, as a killed process would."""
    count = [0]

    def watch(*_arguments: Any) -> None:
        count[0] += 1
        if count[0] == statement:
            raise StoppedError

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        yield count
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)


def state(survey_id: int) -> tuple[Any, ...]:
    """What a close leaves, without what was drawn by chance."""
    survey = db.session.get_one(Survey, survey_id, populate_existing=True)
    subject = subjects_of(survey)[0]
    kept = sorted((row.groups, row.totals, sorted(row.answers)) for row in db.session.scalars(select(StoredCell)))
    counts = sorted((row.group, row.asked, row.answered) for row in db.session.scalars(select(GroupCount)))
    comments = sorted((row.text, str(row.author_id)) for rows in comments_of(subject).values() for row in rows)
    left = [db.session.scalar(select(func.count()).select_from(table)) for table in (SealedAnswer, RatingRequest)]
    found = (survey.state, survey.close_step, kept, counts, comments, left, has_key_of(survey))
    db.session.rollback()
    return found


def has_key_of(survey: Survey) -> bool:
    from flask import current_app

    return has_key(current_app.config["SETTINGS"].keys, survey.key_name)


def test_a_close_that_is_stopped_anywhere_ends_the_same_when_it_is_started_again(app: Flask, person: Find) -> None:
    survey = answered(person, silent=("anne",))
    in_transaction(lambda: begin_close(survey, early=True))
    number, stops = survey.id, 0
    while True:
        stops += 1
        try:
            with stopped_at(stops):
                finish_close(number)
        except StoppedError:
            db.session.rollback()
            continue
        break
    assert stops > 20
    left = state(number)
    assert left[:2] == (SurveyState.CLOSED, CloseStep.DONE)
    assert left[5:] == ([0, 0], False)
    assert [row[1:] for row in left[3] if row[0] == RaterGroup.REPORTS] == [(3, 2)]
    assert len(left[4]) == 8


def test_a_close_stopped_between_any_two_steps_leaves_what_an_unstopped_one_leaves(app: Flask, person: Find) -> None:
    survey = answered(person)
    in_transaction(lambda: begin_close(survey, early=True))
    number = survey.id

    class Stopping:
        """Ends the process before each step once."""

        seen: set[int] = set()

        def step(self, done: int, total: int) -> None:
            if done not in self.seen:
                self.seen.add(done)
                raise StoppedError

    stopping = Stopping()
    for _step in range(len(CloseStep)):
        with pytest.raises(StoppedError):
            finish_close(number, stopping)
    finish_close(number, stopping)
    assert state(number)[:2] == (SurveyState.CLOSED, CloseStep.DONE)
