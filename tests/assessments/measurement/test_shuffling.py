"""What is kept of the answers: just what the shown cells count, each dimension of a cell in an order of its own."""

import os
import random
from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from assessments.measurement.closing import ClosedCells, cells_of_answers, closed_cells
from assessments.measurement.conduct import SEVERITY_BANDS, Conduct, conduct
from assessments.measurement.ratings import FormLayout
from assessments.measurement.shuffling import KeptAnswers, answers_by_dimension, cells_of_rows, kept_answers

LAYOUT = FormLayout(("C1", "C2", "R1"), (3, 3, 4))
ASKED = np.zeros((1, 7, 3), dtype=np.bool_)
ASKED[0, :2] = True
ASKED[0, 3:5, :2] = True
GROUPS = np.array([0, 1, 3, 3, 3, 3, 4, 4])
SUBJECTS = 40

Answers = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]


def answers(seed: int, severity: NDArray[np.float64] | None = None) -> Answers:
    """Forty people, each with self, manager, four peers and two reports; some items unable or unanswered."""
    draw = np.random.default_rng(seed)
    group = np.tile(GROUPS, SUBJECTS)
    shift = 0 if severity is None else severity[:, None]
    ratings = np.clip(np.rint(draw.normal(3.2, 0.8, (len(group), 10)) + shift), 1, 5).astype(np.uint8)
    ratings[draw.random(ratings.shape) < 0.1] = 9
    ratings[draw.random(ratings.shape) < 0.1] = 0
    ratings[group >= 3, 6:] = 0
    return ratings, np.repeat(np.arange(SUBJECTS), len(GROUPS)), group


def closed(data: Answers) -> ClosedCells:
    ratings, subject, group = data
    return closed_cells(
        ratings, subject=subject, group=group, profile_of_subject=np.zeros(SUBJECTS, int), asked=ASKED, layout=LAYOUT,
        threshold=3,
    )  # fmt: skip


def kept(data: Answers, result: ClosedCells, *, seed: int = 1) -> KeptAnswers:
    ratings, subject, group = data
    cell = cells_of_rows(subject=subject, group=group, closed=result)
    return kept_answers(ratings, group=group, cell=cell, table=result.cells, random_bytes=random.Random(seed).randbytes)


@pytest.mark.parametrize("seed", range(5))
def test_the_kept_answers_give_the_same_cells_again(seed: int) -> None:
    data = answers(seed)
    result = closed(data)
    table, remaining = result.cells, kept(data, result)
    pieces = [remaining.of_cell(cell) for cell in range(len(table.subject))]
    again = cells_of_answers(
        layout=LAYOUT, subjects=SUBJECTS, subject=table.subject, groups=table.groups, rows=remaining.rows,
        answers=answers_by_dimension(pieces, remaining.rows, layout=LAYOUT),
    )  # fmt: skip
    assert np.array_equal(again.total, table.total)
    assert np.array_equal(again.raters, table.raters)


def test_shuffling_changes_orders_but_no_answer() -> None:
    data = answers(3)
    result = closed(data)
    first, second = kept(data, result, seed=1), kept(data, result, seed=2)
    assert first.ratings != second.ratings
    for cell in range(len(result.cells.subject)):
        assert Counter(first.of_cell(cell)) == Counter(second.of_cell(cell))


def test_what_no_cell_shows_is_not_kept() -> None:
    ratings, subject, group = answers(4)
    ratings[:, 0:6] = 0
    ratings[group < 3, 0:6] = 3
    result = closed((ratings, subject, group))
    remaining = kept((ratings, subject, group), result)
    assert set(result.cells.groups.tolist()) <= {1, 2}
    assert remaining.rows.sum() == 3 * len(result.cells.subject)


def test_the_operating_system_draws_by_default() -> None:
    data = answers(5)
    ratings, subject, group = data
    result = closed(data)
    cell = cells_of_rows(subject=subject, group=group, closed=result)
    drawn = {kept_answers(ratings, group=group, cell=cell, table=result.cells).ratings for _time in range(3)}
    assert len(drawn) == 3
    assert kept_answers.__kwdefaults__ == {"random_bytes": os.urandom}


def test_a_company_without_answers_keeps_nothing() -> None:
    nothing = (np.zeros((0, 10), np.uint8), np.zeros(0, np.int64), np.zeros(0, np.int64))
    result = closed(nothing)
    assert kept(nothing, result).ratings == b""


def conduct_of(data: Answers, rater: NDArray[np.int64]) -> Conduct:
    ratings, subject, group = data
    result = closed(data)
    asked_items = np.where(group >= 3, 6, 10)
    cell = cells_of_rows(subject=subject, group=group, closed=result)
    return conduct(ratings, group=group, rater=rater, cell=cell, asked_items=asked_items, table=result.cells)


def test_severity_is_seen_as_counts_and_carried_from_subject_to_subject() -> None:
    rater = np.tile(np.arange(8), SUBJECTS) + 8 * (np.repeat(np.arange(SUBJECTS), 8) % 5)
    severity = np.random.default_rng(9).normal(0, 0.7, 40)[rater]
    found = conduct_of(answers(6, severity), rater)
    assert sum(found.severity) == 30
    assert len(found.severity) == len(SEVERITY_BANDS)
    assert found.shared_variance[:2].min() > 0.15
    strangers = conduct_of(answers(6), np.arange(8 * SUBJECTS))
    assert strangers.shared_variance.tolist() == [0, 0, 0]


def conduct_of_peers(values: NDArray[np.float64], subject: NDArray[np.int64], rater: NDArray[np.int64]) -> Conduct:
    """One dimension, peers only: each row a rater who gives the same to all of its three items."""
    layout, subjects = FormLayout(("C1",), (3,)), int(subject.max()) + 1
    ratings = np.repeat(np.clip(np.rint(values), 1, 5).astype(np.uint8)[:, None], 3, axis=1)
    group, asked = np.full(len(rater), 3), np.ones((1, 7, 1), dtype=np.bool_)
    result = closed_cells(
        ratings, subject=subject, group=group, profile_of_subject=np.zeros(subjects, int), asked=asked, layout=layout,
        threshold=3,
    )  # fmt: skip
    cell = cells_of_rows(subject=subject, group=group, closed=result)
    items = np.full(len(rater), 3)
    return conduct(ratings, group=group, rater=rater, cell=cell, asked_items=items, table=result.cells)


def test_one_rater_of_many_people_is_not_told_apart_by_what_raters_carry_along() -> None:
    subject = np.repeat(np.arange(10), 3)
    rater = np.where(np.arange(30) % 3 == 0, 0, np.arange(30))
    values = np.where(rater == 0, 5.0, 3.0)
    found = conduct_of_peers(values, subject, rater)
    assert found.shared_variance.tolist() == [0]
    assert found.shared_pairs.tolist() == [0]


def test_severity_is_counted_only_from_ten_raters_who_have_others_beside_them() -> None:
    subject = np.concatenate([np.zeros(3, int), np.arange(1, 11)])
    found = conduct_of_peers(np.array([4.0, 4, 4, *[3.0] * 10]), subject, np.arange(13))
    assert found.severity == (0,) * len(SEVERITY_BANDS)
    assert found.forms == 13


def test_small_teams_who_all_rate_each_other_carry_no_more_than_they_do() -> None:
    found = []
    for seed in range(6):
        draw = np.random.default_rng(seed)
        teams = 60
        # Six colleagues, each rated by the five others.
        subject, rater = (part.ravel() for part in np.nonzero(np.kron(np.eye(teams), 1 - np.eye(6))))
        value = draw.normal(3, 0.3, teams * 6)[rater] + draw.normal(0, 0.3, len(rater))
        ratings = np.clip(np.rint(value[:, None] + draw.normal(0, 0.5, (len(rater), 10))), 1, 5).astype(np.uint8)
        group = np.full(len(rater), 3)
        asked = np.ones((1, 7, 3), dtype=np.bool_)
        result = closed_cells(
            ratings, subject=subject, group=group, profile_of_subject=np.zeros(teams * 6, int), asked=asked,
            layout=LAYOUT, threshold=3,
        )  # fmt: skip
        cell = cells_of_rows(subject=subject, group=group, closed=result)
        items = np.full(len(rater), 10)
        found.append(conduct(ratings, group=group, rater=rater, cell=cell, asked_items=items, table=result.cells))
    mean = np.mean([one.shared_variance for one in found])
    # Of 0.09; without regard to the others whom two cells have in common it would be a fifth more.
    assert 0.082 < mean < 0.098


def test_below_ten_raters_nothing_is_counted() -> None:
    rater = np.tile(np.arange(8), SUBJECTS)
    found = conduct_of(answers(7), rater)
    assert (found.forms, sum(found.severity)) == (0, 0)
