"""Severity with several dimensions: mean squares, brute force, and what cannot be told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.crossed import crossed_effects
from assessments.measurement.severity.errors import LabelError, MethodError
from assessments.measurement.severity.ratee_dimensions import DimensionEffects, dimension_effects


def estimated(value, ratee, rater, dimension, **options):
    """A result that must be there."""
    found = dimension_effects(value, ratee=ratee, rater=rater, dimension=dimension, **options)
    assert isinstance(found, DimensionEffects)
    return found


def test_balanced_ratings_give_the_answer_of_mean_squares():
    random = np.random.default_rng(2)
    cube = 3 + random.normal(size=(8, 1, 1)) + random.normal(size=(8, 3, 1)) + random.normal(size=5)
    cube = cube + [[0.0], [0.5], [1.0]] + 0.5 * random.normal(size=(8, 3, 5))
    ratee, dimension, rater = np.indices(cube.shape).reshape(3, -1)
    found = estimated(cube.ravel(), ratee, rater, dimension)
    pair, person, side, judge = (
        cube.mean(axis=2),
        cube.mean(axis=(1, 2)),
        cube.mean(axis=(0, 2)),
        cube.mean(axis=(0, 1)),
    )
    between = 15 * person.var(ddof=1)
    interaction = pair - person[:, None] - side + cube.mean()
    pairs = 5 * np.sum(interaction**2) / 14
    left = cube - pair[:, :, None] - judge + cube.mean()
    error = np.sum(left**2) / (120 - 24 - 4)
    expected = [(between - pairs) / 15, (pairs - error) / 5, (24 * judge.var(ddof=1) - error) / 24, error]
    parts = [found.crossed.ratee_variance, found.pair_variance, found.crossed.rater_variance]
    np.testing.assert_allclose([*parts, found.crossed.residual_variance], expected, rtol=1e-6)
    np.testing.assert_allclose(found.crossed.fixed.coefficient, [side[0], side[1] - side[0], side[2] - side[0]])
    drawn = (1 - error / pairs) * interaction + (1 - error / between) * (person - person.mean())[:, None] + side
    assert found.scores.ratee.tolist() == np.repeat(np.arange(8), 3).tolist()
    np.testing.assert_allclose(found.scores.value, drawn.ravel(), rtol=1e-5)


@pytest.mark.parametrize(("ratees", "raters"), [(7, 6), (5, 60)])
def test_scores_and_their_errors_by_brute_force(ratees, raters):
    random = np.random.default_rng(3)
    ratee, rater, side = (random.integers(0, size, 150) for size in (ratees, raters, 3))
    given = random.normal(size=150)
    value = 10 + given + random.normal(size=ratees)[ratee] + 0.7 * random.normal(size=(ratees, 3))[ratee, side]
    value = value + 0.6 * random.normal(size=raters)[rater] + 0.5 * random.normal(size=150)
    found = estimated(value, ratee, rater, side, design=given)
    columns = (ratee, 3 * ratee + side, rater)
    members = [(column[:, None] == np.unique(column)).astype(float) for column in columns]
    parts = [found.crossed.ratee_variance, found.pair_variance, found.crossed.rater_variance]
    covariance = found.crossed.residual_variance * np.eye(150)
    covariance += sum(part * z @ z.T for part, z in zip(parts, members, strict=True))
    inverse = np.linalg.inv(covariance)
    fixed = np.column_stack([np.ones(150), side == 1, side == 2, given])
    spread = np.linalg.inv(fixed.T @ inverse @ fixed)
    coefficients = spread @ fixed.T @ inverse @ value
    person, place = np.divmod(np.unique(columns[1]), 3)
    rows = np.column_stack([np.ones(len(place)), place == 1, place == 2, np.full(len(place), given.mean())])
    # Each score is a sum of two effects: their covariance with the values, and their own variance.
    toward = parts[0] * members[0].T[person] + parts[1] * members[1].T
    left = rows - toward @ inverse @ fixed
    error = parts[0] + parts[1] - np.sum((toward @ inverse) * toward, axis=1) + np.sum((left @ spread) * left, axis=1)
    score = rows @ coefficients + toward @ inverse @ (value - fixed @ coefficients)
    np.testing.assert_allclose(found.scores.value, score, rtol=1e-9)
    np.testing.assert_allclose(found.scores.standard_error, np.sqrt(error), rtol=1e-8)
    np.testing.assert_allclose(found.scores.high - found.scores.low, 2 * 1.6448536 * np.sqrt(error), rtol=1e-6)
    adjusted = found.crossed.adjusted
    moved = adjusted.moved_by_mix + adjusted.moved_by_severity + adjusted.moved_by_shrinkage
    np.testing.assert_allclose(adjusted.moved, moved, atol=1e-10)


def test_dimensions_that_do_not_differ_within_people_change_nothing():
    random = np.random.default_rng(5)
    table = random.normal(size=(9, 1, 1)) + 0.5 * random.normal(size=4) + 0.4 * random.normal(size=(9, 2, 4))
    table = table - table.mean(axis=2, keepdims=True) + table.mean(axis=(1, 2), keepdims=True)
    ratee, dimension, rater = np.indices(table.shape).reshape(3, -1)
    found = estimated(table.ravel(), ratee, rater, dimension)
    plain = crossed_effects(table.ravel(), ratee=ratee, rater=rater, design=dimension)
    assert found.pair_variance == 0
    assert not isinstance(plain, NotEstimable)
    assert found.crossed.criterion == pytest.approx(plain.criterion, abs=1e-8)
    np.testing.assert_allclose(found.crossed.raters.effect, plain.raters.effect, atol=1e-7)
    assert not found.scores.effect.any()


def test_what_cannot_be_told_apart_has_a_reason():
    assert dimension_effects([], ratee=[], rater=[], dimension=[]) == NotEstimable(Reason.NO_ANSWERS)
    one_side: dict[str, Any] = {"ratee": [0, 0, 1, 1, 2, 2], "rater": [0, 1, 0, 1, 0, 1], "dimension": ["a"] * 6}
    assert dimension_effects([1, 2, 4, 3, 5, 5], **one_side) == NotEstimable(Reason.TOO_FEW_VALUES)
    alike = one_side | {"dimension": [0, 0, 1, 1, 0, 1]}
    assert isinstance(dimension_effects([2] * 6, **alike), NotEstimable)


def test_bad_input_is_refused_by_name():
    columns: dict[str, Any] = {"ratee": [0, 1], "rater": [0, 1], "dimension": [0.5, 1.0]}
    with pytest.raises(LabelError):
        dimension_effects([1.0, 2.0], **columns)
    with pytest.raises(MethodError):
        dimension_effects([1.0, 2.0], **columns | {"dimension": [0, 1]}, method="bayes")
