"""Severity as crossed random effects: published values, brute force, and what must not change."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.errors import MeasurementError
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.crossed import CrossedEffects, crossed_effects
from assessments.measurement.severity.errors import LabelError, MethodError, NotFiniteError
from tests.oracles import FOLDER, oracle


def estimated(value, ratee, rater, **options):
    """A result that must be there."""
    found = crossed_effects(value, ratee=ratee, rater=rater, **options)
    assert isinstance(found, CrossedEffects)
    return found


def penicillin(method):
    """The data of the oracle, plates as ratees and samples as raters."""
    with (FOLDER / "penicillin.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [[row[name] for row in rows] for name in ("diameter", "plate", "sample")]
    return estimated(np.array(columns[0], dtype=float), columns[1], columns[2], method=method)


def test_restricted_likelihood_of_the_oracle():
    case = oracle("penicillin_crossed")
    expected, tolerance, found = case["expected"]["REML"], case["tolerance"], penicillin("reml")
    sds = [expected["sd_plate"], expected["sd_sample"], expected["sd_resid"]]
    assert found.standard_deviations == pytest.approx(sds, abs=tolerance["sd_abs"])
    assert found.standard_deviations == pytest.approx(np.sqrt(expected["var"]).tolist(), abs=tolerance["sd_abs"])
    assert found.criterion == pytest.approx(expected["criterion"], abs=tolerance["crit_abs"])
    assert found.fixed.coefficient == pytest.approx([expected["intercept"]], abs=1e-6)
    blups = dict(zip(found.raters.level.tolist(), found.raters.effect.tolist(), strict=True))
    assert blups == pytest.approx(expected["sample_blup"], abs=tolerance["blup_abs"])


def test_full_likelihood_of_the_oracle():
    case = oracle("penicillin_crossed")
    expected, tolerance, found = case["expected"]["ML"], case["tolerance"], penicillin("ml")
    assert found.standard_deviations == pytest.approx(expected["sd"], abs=tolerance["sd_abs"])
    assert found.criterion == pytest.approx(expected["deviance"], abs=tolerance["crit_abs"])


PASTES = """
62.8 62.6 60.1 62.3 62.7 63.1 60.0 61.4 57.5 56.9 61.1 58.9 58.7 57.5 63.9 63.1 65.4 63.7 57.1 56.4 56.9 58.6 64.7 64.5
55.1 55.1 54.7 54.2 58.8 57.5 63.4 64.9 59.3 58.1 60.5 60.0 62.5 62.6 61.0 58.7 56.9 57.7 59.2 59.4 65.2 66.0 64.8 64.1
54.8 54.8 64.0 64.0 57.7 56.8 58.3 59.3 59.2 59.2 58.9 56.6
"""


@pytest.mark.parametrize("swapped", [False, True])
def test_nested_samples_as_in_the_manual_of_lme4(swapped):
    """Pastes: 10 batches, 3 casks of each, 2 assays; Davies & Goldsmith (1972), printed by lme4 (246.99; 247.99)."""
    value, row = np.array(PASTES.split(), dtype=float), np.arange(60)
    batch, cask = (row // 2, row // 6) if swapped else (row // 6, row // 2)
    found = estimated(value, batch, cask)
    sds = (2.9041, 1.2874, 0.8234) if swapped else (1.2874, 2.9041, 0.8234)
    assert found.standard_deviations == pytest.approx(sds, abs=1e-4)
    assert found.criterion == pytest.approx(246.9907, abs=1e-3)
    assert found.fixed.coefficient == pytest.approx([60.0533], abs=1e-4)
    assert found.fixed.standard_error == pytest.approx([0.6769], abs=1e-4)
    assert estimated(value, batch, cask, method="ml").criterion == pytest.approx(247.9945, abs=1e-4)


def ratings(seed, *, ratees=9, raters=12, rows=70, spread=(1.0, 1.0, 0.5)):
    """Values, ratees and raters of sparse ratings with repeated pairs."""
    random = np.random.default_rng(seed)
    ratee, rater = random.integers(0, ratees, rows), random.integers(0, raters, rows)
    value = 50 + spread[0] * random.standard_normal(ratees)[ratee] + spread[1] * random.standard_normal(raters)[rater]
    return value + spread[2] * random.standard_normal(rows), ratee, rater


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_model_equations_by_brute_force(method, swapped):
    """Every output equals its definition with the full covariance matrix of all rows."""
    value, ratee, rater = ratings(3)
    ratee, rater = (rater, ratee) if swapped else (ratee, rater)
    design = np.random.default_rng(4).normal(size=(len(value), 2))
    found = estimated(value, ratee, rater, design=design, method=method)
    members = [(index[:, None] == np.unique(index)).astype(float) for index in (ratee, rater)]
    variances = [found.ratee_variance, found.rater_variance]
    covariance = found.residual_variance * np.eye(len(value))
    covariance += sum(variance * z @ z.T for variance, z in zip(variances, members, strict=True))
    inverse, fixed = np.linalg.inv(covariance), np.column_stack([np.ones(len(value)), design])
    spread = np.linalg.inv(fixed.T @ inverse @ fixed)
    coefficients = spread @ fixed.T @ inverse @ value
    np.testing.assert_allclose(found.fixed.coefficient, coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.fixed.standard_error, np.sqrt(np.diag(spread)), rtol=1e-9)
    projection = inverse - inverse @ fixed @ spread @ fixed.T @ inverse
    degrees = len(value) - (3 if method == "reml" else 0)
    criterion = np.linalg.slogdet(covariance)[1] + value @ projection @ value + degrees * np.log(2 * np.pi)
    criterion -= np.linalg.slogdet(spread)[1] if method == "reml" else 0
    assert found.criterion == pytest.approx(criterion, abs=1e-7)
    for variance, z, effects in zip(variances, members, (found.ratees, found.raters), strict=True):
        np.testing.assert_allclose(effects.effect, variance * z.T @ projection @ value, atol=1e-9)
        error = variance - variance**2 * np.diag(z.T @ projection @ z)
        np.testing.assert_allclose(effects.error_variance, error, rtol=1e-8)
    row = fixed.mean(axis=0)
    left = row - variances[0] * members[0].T @ inverse @ fixed
    error = variances[0] - variances[0] ** 2 * np.diag(members[0].T @ inverse @ members[0])
    error += np.sum((left @ spread) * left, axis=1)
    np.testing.assert_allclose(found.adjusted.standard_error, np.sqrt(error), rtol=1e-8)
    np.testing.assert_allclose(found.adjusted.value, row @ coefficients + found.ratees.effect, rtol=1e-10)


def test_no_other_variances_fit_better():
    """The criterion rises along every direction from the lowest point, by brute force."""
    value, ratee, rater = ratings(5)
    found = estimated(value, ratee, rater)
    members = [(index[:, None] == np.unique(index)).astype(float) for index in (ratee, rater)]
    best = np.array([found.ratee_variance, found.rater_variance, found.residual_variance])
    for step in np.random.default_rng(1).normal(0, 0.05, (40, 3)):
        parts = best * np.exp(step)
        covariance = parts[2] * np.eye(70) + sum(v * z @ z.T for v, z in zip(parts[:2], members, strict=True))
        inverse = np.linalg.inv(covariance)
        total = inverse.sum()
        mean = inverse.sum(axis=0) @ value / total
        squares = (value - mean) @ inverse @ (value - mean)
        criterion = np.linalg.slogdet(covariance)[1] + np.log(total) + squares + 69 * np.log(2 * np.pi)
        assert criterion > found.criterion


@given(seed=st.integers(0, 10**6), ratees=st.integers(3, 9), raters=st.integers(3, 9), items=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_balanced_ratings_give_the_answer_of_mean_squares(seed, ratees, raters, items):
    random = np.random.default_rng(seed)
    cube = 3 + random.normal(size=(ratees, 1, 1)) + 2 * random.normal(size=(1, raters, 1))
    cube = cube + 0.7 * random.normal(size=(ratees, raters, items))
    index = np.indices(cube.shape)
    mean_ratee, mean_rater = cube.mean(axis=(1, 2)), cube.mean(axis=(0, 2))
    square_ratee = raters * items * mean_ratee.var(ddof=1)
    square_rater = ratees * items * mean_rater.var(ddof=1)
    left = cube - mean_ratee[:, None, None] - mean_rater[None, :, None] + cube.mean()
    error = np.sum(left**2) / (cube.size - ratees - raters + 1)
    found = estimated(cube.ravel(), index[0].ravel(), index[1].ravel())
    if min(square_ratee, square_rater) > error:
        expected = [(square_ratee - error) / (raters * items), (square_rater - error) / (ratees * items), error]
        variances = [found.ratee_variance, found.rater_variance, found.residual_variance]
        np.testing.assert_allclose(variances, expected, rtol=1e-5)
    keeps = np.argsort(found.ratees.effect, kind="stable") == np.argsort(mean_ratee, kind="stable")
    assert keeps.all() or found.ratee_variance == 0
    assert (np.abs(found.ratees.effect) <= np.abs(mean_ratee - cube.mean()) + 1e-12).all()


@given(seed=st.integers(0, 10**6), shift=st.floats(-100, 100), scale=st.floats(0.01, 50))
@settings(max_examples=15, deadline=None)
def test_order_origin_and_unit_do_not_matter(seed, shift, scale):
    value, ratee, rater = ratings(seed, spread=(0.6, 0.4, 0.8))
    found = estimated(value, ratee, rater)
    order = np.random.default_rng(seed).permutation(len(value))
    moved = estimated(shift + scale * value[order], ratee[order], rater[order])
    tolerance = 1e-5 * scale
    np.testing.assert_allclose(moved.standard_deviations, scale * np.array(found.standard_deviations), atol=tolerance)
    np.testing.assert_allclose(moved.raters.effect, scale * found.raters.effect, atol=tolerance)
    np.testing.assert_allclose(moved.adjusted.value, shift + scale * found.adjusted.value, atol=tolerance)
    np.testing.assert_allclose(moved.adjusted.moved, scale * found.adjusted.moved, atol=tolerance)
    assert moved.rater_test.p_value == pytest.approx(found.rater_test.p_value, abs=1e-5)


def test_why_a_score_moves_adds_up():
    value, ratee, rater = ratings(6)
    design = (rater % 3 == 0).astype(float)
    adjusted = (found := estimated(value, ratee, rater, design=design)).adjusted
    parts = adjusted.moved_by_mix + adjusted.moved_by_severity + adjusted.moved_by_shrinkage
    np.testing.assert_allclose(adjusted.moved, parts, atol=1e-10)
    counts = np.bincount(ratee)
    np.testing.assert_allclose(adjusted.raw_mean, np.bincount(ratee, value) / counts)
    leniency = np.bincount(ratee, found.raters.effect[rater]) / counts
    np.testing.assert_allclose(adjusted.moved_by_severity, -leniency, atol=1e-10)
    np.testing.assert_allclose((adjusted.high - adjusted.low) / adjusted.standard_error, 2 * 1.6448536, rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_raters_who_do_not_differ_have_a_variance_of_zero(seed):
    random = np.random.default_rng(seed)
    table = random.normal(size=(8, 1)) + 0.1 * random.normal(size=(8, 5))
    table = table - table.mean(axis=0)
    ratee, rater = np.indices(table.shape).reshape(2, -1)
    found = estimated(table.ravel(), ratee, rater)
    assert found.rater_variance == 0
    assert found.ratee_variance > 0
    assert not found.raters.effect.any()
    assert not found.raters.error_variance.any()
    assert not found.raters.shrinkage.any()
    assert (found.rater_test.statistic, found.rater_test.p_value) == (0.0, 1.0)
    np.testing.assert_allclose(found.adjusted.moved_by_severity, 0, atol=1e-12)


def test_people_who_do_not_differ_are_legal_too():
    random = np.random.default_rng(7)
    table = random.normal(size=5) + 0.3 * random.normal(size=(8, 5))
    table = table - table.mean(axis=1, keepdims=True) + 4
    ratee, rater = np.indices(table.shape).reshape(2, -1)
    found = estimated(table.ravel(), ratee, rater)
    assert found.ratee_variance == 0
    np.testing.assert_allclose(found.adjusted.value, 4)
    assert (found.adjusted.standard_error > 0).all()


@pytest.mark.parametrize(
    ("value", "ratee", "rater", "reason"),
    [
        ([], [], [], Reason.NO_ANSWERS),
        ([3.0], [0], [0], Reason.TOO_FEW_VALUES),
        ([3.7] * 6, [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], Reason.NO_VARIATION),
        ([1.0, 2, 2, 3, 3, 4], [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], Reason.NO_VARIATION),
        ([1.0, 2, 3, 5], [0, 0, 0, 0], [0, 1, 2, 2], Reason.TOO_FEW_VALUES),
        ([1.0, 2, 3, 5], [0, 1, 2, 2], [0, 0, 0, 0], Reason.TOO_FEW_VALUES),
        ([1.0, 2, 3, 5], [0, 0, 1, 1], [0, 1, 2, 3], Reason.TOO_FEW_VALUES),
        ([1.0, 2, 3, 5], ["a", "a", "b", "b"], ["x", "x", "y", "y"], Reason.TOO_FEW_VALUES),
    ],
)
def test_what_cannot_be_estimated_has_a_reason(value, ratee, rater, reason):
    assert crossed_effects(value, ratee=ratee, rater=rater) == NotEstimable(reason)


def test_repeated_columns_have_a_reason_and_change_nothing():
    value, ratee, rater = ratings(8)
    group = (rater < 6).astype(float)
    plain = estimated(value, ratee, rater, design=group)
    doubled = estimated(value, ratee, rater, design=np.column_stack([group, 1 - group, np.zeros(len(value))]))
    assert doubled.fixed.reason.tolist() == [Reason.ESTIMATED, Reason.ESTIMATED, Reason.COLLINEAR, Reason.COLLINEAR]
    np.testing.assert_allclose(doubled.fixed.coefficient[:2], plain.fixed.coefficient, rtol=1e-9)
    assert doubled.criterion == pytest.approx(plain.criterion, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"value": [1.0, float("nan"), 2.0]}, NotFiniteError),
        ({"value": [1.0, 1e200, 2.0]}, NotFiniteError),
        ({"ratee": [0, 1]}, MeasurementError),
        ({"rater": [0.5, 1.0, 2.0]}, LabelError),
        ({"rater": [None, "a", "b"]}, LabelError),
        ({"design": [[1.0], [2.0]]}, MeasurementError),
        ({"design": [1.0, float("inf"), 0.0]}, NotFiniteError),
        ({"method": "bayes"}, MethodError),
    ],
)
def test_bad_input_is_refused_by_name(change, error):
    inputs = {"value": [1.0, 2.0, 3.0], "ratee": [0, 0, 1], "rater": [0, 1, 1]} | change
    with pytest.raises(error):
        crossed_effects(inputs.pop("value"), **inputs)


def test_labels_are_names_or_numbers_and_keep_their_order():
    value, ratee, rater = ratings(9)
    names = np.array([f"rater {9 - number:02}" if number < 10 else f"z{number}" for number in range(12)], dtype=object)
    numbered, named = estimated(value, ratee * 10, rater), estimated(value, ratee, names[rater])
    assert numbered.ratees.level.tolist() == [10 * number for number in range(9)]
    assert named.raters.level.tolist() == sorted(names)
    place = [named.raters.level.tolist().index(name) for name in names]
    np.testing.assert_allclose(named.raters.effect[place], numbered.raters.effect, atol=1e-8)
    assert numbered.raters.ratings.tolist() == np.bincount(rater).tolist()


def test_sparse_and_dense_crossings_agree_with_the_larger_factor_on_either_side():
    random = np.random.default_rng(10)
    ratee = np.repeat(np.arange(400), 3)
    rater = (ratee // 4 + random.integers(0, 3, 1200)) % 100
    value = random.normal(size=400)[ratee] + random.normal(size=100)[rater] + random.normal(size=1200)
    found, turned = estimated(value, ratee, rater), estimated(value, rater, ratee)
    assert found.criterion == pytest.approx(turned.criterion, abs=1e-8)
    np.testing.assert_allclose(found.raters.effect, turned.ratees.effect, atol=1e-8)
    np.testing.assert_allclose(found.raters.error_variance, turned.ratees.error_variance, rtol=1e-7)
    np.testing.assert_allclose(found.ratees.error_variance, turned.raters.error_variance, rtol=1e-7)
