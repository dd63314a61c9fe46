"""Drawing means toward the mean: one-way effects, James and Stein, empirical Bayes."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.errors import MeasurementError
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.errors import MethodError, NotFiniteError, NotPositiveError
from assessments.measurement.severity.one_way import OneWayEffects, one_way_effects
from assessments.measurement.severity.shrinkage import (
    JamesSteinMeans,
    ShrunkenMeans,
    james_stein_means,
    shrunken_means,
)
from tests.oracles import FOLDER, oracle


def dyestuff(method):
    """The data of the oracle."""
    with (FOLDER / "dyestuff.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return one_way_effects([float(row["Yield"]) for row in rows], group=[row["Batch"] for row in rows], method=method)


def test_restricted_likelihood_of_the_oracle():
    case = oracle("dyestuff_oneway")
    expected, tolerance, found = case["expected"]["REML"], case["tolerance"], dyestuff("reml")
    assert found.group_variance == pytest.approx(expected["var_batch"], rel=tolerance["var_rel"])
    assert found.residual_variance == pytest.approx(expected["var_resid"], rel=tolerance["var_rel"])
    assert found.criterion == pytest.approx(expected["criterion"], abs=tolerance["crit_abs"])
    assert found.mean == pytest.approx(expected["mean"], abs=1e-9)
    effects = dict(zip(found.groups.level.tolist(), found.groups.effect.tolist(), strict=True))
    assert effects == pytest.approx(expected["blup"], abs=tolerance["blup_abs"])
    assert found.standard_deviations == pytest.approx((42.00, 49.51), abs=0.005)


def test_full_likelihood_of_the_oracle():
    case = oracle("dyestuff_oneway")
    expected, tolerance, found = case["expected"]["ML"], case["tolerance"], dyestuff("ml")
    assert found.group_variance == pytest.approx(expected["var_batch"], rel=tolerance["var_rel"])
    assert found.residual_variance == pytest.approx(expected["var_resid"], rel=tolerance["var_rel"])


DYESTUFF2 = """
7.298 3.846 2.434 9.566 7.990 5.220 6.556 0.608 11.788 -0.892 0.110 10.386 13.434 5.510 8.166
2.212 4.852 7.092 9.288 4.980 0.282 9.014 4.458 9.446 7.198 1.722 4.782 8.106 0.758 3.758
"""


def test_batches_that_do_not_differ_as_in_the_manual_of_lme4():
    """Dyestuff2: Box & Tiao (1973), printed by lme4: REML 161.83, residual 3.7157, mean 5.6656 (0.6784)."""
    found = one_way_effects(np.array(DYESTUFF2.split(), dtype=float), group=np.repeat(list("ABCDEF"), 5))
    assert isinstance(found, OneWayEffects)
    assert found.group_variance == 0
    assert found.criterion == pytest.approx(161.8283, abs=1e-4)
    assert found.standard_deviations == pytest.approx((0, 3.7157), abs=1e-4)
    assert found.mean == pytest.approx(5.6656, abs=1e-4)
    assert found.fixed.standard_error == pytest.approx([0.6784], abs=1e-4)


def test_batting_averages_of_the_oracle():
    case = oracle("efron_morris_baseball")
    expected, tolerance = case["expected"], case["tolerance"]["abs"]
    average = np.array(case["data"]["hits"]) / case["data"]["n"]
    mean = average.mean()
    found = james_stein_means(average, variance=mean * (1 - mean) / case["data"]["n"])
    assert isinstance(found, JamesSteinMeans)
    assert found.centre == pytest.approx(expected["grand_mean"], abs=1e-7)
    assert found.factor == pytest.approx(expected["shrink_c"], abs=1e-7)
    np.testing.assert_allclose(found.value, expected["JS"], atol=tolerance)


def test_transformed_batting_averages_of_the_oracle():
    case = oracle("efron_morris_baseball")
    expected, root = case["expected"], np.sqrt(case["data"]["n"])
    average = np.round(np.array(case["data"]["hits"]) / case["data"]["n"], 3)
    found = james_stein_means(root * np.arcsin(2 * average - 1), variance=1.0)
    assert isinstance(found, JamesSteinMeans)
    assert found.squares == pytest.approx(expected["arcsin_S"], abs=0.001)
    back = (np.sin(found.value / root) + 1) / 2
    np.testing.assert_allclose(back, expected["arcsin_JS"], atol=case["tolerance"]["abs"])


@given(seed=st.integers(0, 10**6), groups=st.integers(2, 12), each=st.integers(2, 6), spread=st.floats(0, 3))
@settings(max_examples=40, deadline=None)
def test_balanced_groups_give_the_answer_of_mean_squares(seed, groups, each, spread):
    random = np.random.default_rng(seed)
    table = spread * random.normal(size=(groups, 1)) + random.normal(size=(groups, each))
    between, within = each * table.mean(axis=1).var(ddof=1), table.var(axis=1, ddof=1).mean()
    found = one_way_effects(table.ravel(), group=np.repeat(np.arange(groups), each))
    assert isinstance(found, OneWayEffects)
    assert found.group_variance == pytest.approx(max((between - within) / each, 0), rel=1e-6, abs=1e-9)
    if between > within:
        assert found.residual_variance == pytest.approx(within, rel=1e-6)
        trust = 1 - within / between
        expected = table.mean() + trust * (table.mean(axis=1) - table.mean())
        np.testing.assert_allclose(found.shrunk.value, expected, rtol=1e-6, atol=1e-8)
    else:
        assert (found.test.statistic, found.test.p_value) == (0.0, 1.0)
        np.testing.assert_allclose(found.shrunk.value, table.mean())


def test_few_values_are_trusted_less():
    value = [5.0, 5.0, 5.2, 4.8, 5.1, 4.9, 5.0, 1.0, 1.2, 0.8, 1.1, 3.0, 3.1]
    found = one_way_effects(value, group=["a", *"b" * 6, *"c" * 4, "d", "d"])
    assert isinstance(found, OneWayEffects)
    kept = found.groups.effect / (np.array([5.0, 5.0, 1.025, 3.05]) - found.mean)
    assert 0 < kept[0] < kept[1] < 1
    assert found.shrunk.standard_error[0] > found.shrunk.standard_error[1]
    assert 0 < found.reliability < 1


@pytest.mark.parametrize(
    ("value", "group", "reason"),
    [
        ([], [], Reason.NO_ANSWERS),
        ([1.0, 2.0], [0, 0], Reason.TOO_FEW_VALUES),
        ([1.0, 2.0, 3.0], [0, 1, 2], Reason.TOO_FEW_VALUES),
        ([0.1] * 4, [0, 0, 1, 1], Reason.NO_VARIATION),
        ([1.0, 1.0, 2.0, 2.0], [0, 0, 1, 1], Reason.NO_VARIATION),
    ],
)
def test_groups_that_cannot_be_estimated_have_a_reason(value, group, reason):
    assert one_way_effects(value, group=group) == NotEstimable(reason)


def test_the_likeliest_variance_solves_its_equation():
    """Eight schools (Rubin, 1981): published restricted and full likelihood both have their peak at zero."""
    effect, error = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
    for method in ("reml", "ml", "paule_mandel"):
        found = shrunken_means(effect, standard_error=error, method=method)
        assert isinstance(found, ShrunkenMeans)
        assert found.variance == 0
        assert found.mean == pytest.approx(7.6856, abs=1e-4)
        assert found.mean_error == pytest.approx(4.0719, abs=1e-4)
        assert (found.high > found.low).all()


@given(seed=st.integers(0, 10**6), means=st.integers(4, 30), spread=st.floats(0, 4))
@settings(max_examples=40, deadline=None)
def test_each_variance_is_a_root_or_zero(seed, means, spread):
    random = np.random.default_rng(seed)
    error = random.uniform(0.3, 2.0, means)
    value = spread * random.normal(size=means) + error * random.normal(size=means)

    def slopes(between):
        weight = 1 / (between + error**2)
        squares = (weight * (value - weight @ value / weight.sum())) ** 2
        full = np.sum(weight) - np.sum(squares)
        root = np.sum(squares / weight) - (means - 1)
        return {"ml": full, "reml": full - np.sum(weight**2) / np.sum(weight), "paule_mandel": -root}

    for method in ("reml", "ml", "paule_mandel"):
        found = shrunken_means(value, standard_error=error, method=method)
        assert isinstance(found, ShrunkenMeans)
        slope = slopes(found.variance)[method]
        assert slope > -1e-8 if found.variance == 0 else abs(slope) < 1e-8
        assert (np.abs(found.value - found.mean) <= np.abs(value - found.mean) + 1e-12).all()
        assert ((found.trust >= 0) & (found.trust < 1)).all()


def test_alike_errors_give_james_and_stein_and_keep_the_order():
    value = np.random.default_rng(1).normal(0, 2, 12)
    corrected = shrunken_means(value, standard_error=np.ones(12))
    stein = james_stein_means(value, variance=1.0)
    assert isinstance(corrected, ShrunkenMeans)
    assert isinstance(stein, JamesSteinMeans)
    np.testing.assert_allclose(corrected.corrected_value, stein.value, rtol=1e-9)
    np.testing.assert_array_equal(np.argsort(stein.value), np.argsort(value))
    squares, factor = np.sum((value - value.mean()) ** 2), 1 - stein.factor
    error = 1 - 11 / 12 * factor + 2 / 9 * factor**2 * (value - value.mean()) ** 2
    np.testing.assert_allclose(corrected.standard_error**2, error, rtol=1e-9)
    assert factor == pytest.approx(9 / squares)


def test_equal_means_stay_and_a_known_centre_draws_them():
    same = james_stein_means([2.0] * 5, variance=1.0)
    assert isinstance(same, JamesSteinMeans)
    assert same.value.tolist() == [2.0] * 5
    drawn = james_stein_means([3.0, 4.0, 5.0], variance=0.5, centre=0.0)
    assert isinstance(drawn, JamesSteinMeans)
    assert drawn.factor == pytest.approx(1 - 0.5 / 50)
    equal = shrunken_means([2.0] * 5, standard_error=[1.0] * 5)
    assert isinstance(equal, ShrunkenMeans)
    assert (equal.variance, equal.value.tolist()) == (0.0, [2.0] * 5)


def test_too_few_means_have_a_reason():
    assert james_stein_means([1.0, 2.0, 3.0], variance=1.0) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert james_stein_means([], variance=1.0) == NotEstimable(Reason.NO_ANSWERS)
    assert shrunken_means([1.0, 2.0, 3.0], standard_error=[1.0] * 3) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert shrunken_means([], standard_error=[]) == NotEstimable(Reason.NO_ANSWERS)


def test_bad_input_is_refused_by_name():
    with pytest.raises(NotPositiveError):
        james_stein_means([1.0] * 4, variance=0.0)
    with pytest.raises(NotFiniteError):
        james_stein_means([1.0, float("inf"), 1.0, 2.0], variance=1.0)
    with pytest.raises(NotPositiveError):
        shrunken_means([1.0] * 4, standard_error=[1.0, 1.0, 0.0, 1.0])
    with pytest.raises(MeasurementError):
        shrunken_means([1.0] * 4, standard_error=[1.0] * 3)
    with pytest.raises(MethodError):
        shrunken_means([1.0] * 4, standard_error=[1.0] * 4, method="moments")
    with pytest.raises(MethodError):
        one_way_effects([1.0] * 4, group=[0, 0, 1, 1], method="moments")
