"""Reliability of sums of items: alpha, its relatives, omega with one factor and with several."""

# A test that meets a reason instead of a number fails by itself.
# mypy: disable-error-code=union-attr

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessments.measurement.errors import MeasurementError
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.alpha import cronbach_alpha, cronbach_alpha_of_covariance
from assessments.measurement.reliability.covariances import pairwise_covariances
from assessments.measurement.reliability.errors import CovarianceError, FactorsError, LevelError, ScoresError
from assessments.measurement.reliability.factors import least_residual_factors, likely_factors
from assessments.measurement.reliability.hierarchical_omega import hierarchical_omega, hierarchical_omega_of_covariance
from assessments.measurement.reliability.intraclass import intraclass_correlations
from assessments.measurement.reliability.omega import omega, omega_of_covariance
from assessments.measurement.reliability.omega_interval import omega_interval
from assessments.measurement.reliability.rotation import oblique_factors
from assessments.measurement.reliability.smc import multiple_correlations
from tests.oracles import FOLDER, oracle

ratings = arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(2, 6)), elements=st.integers(1, 5).map(float))


def rows_of(name, skip=0):
    with (FOLDER / name).open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return head[skip:], np.array([row[skip:] for row in rows], dtype=np.float64)


@pytest.fixture(name="attitude", scope="module")
def fixture_attitude():
    return rows_of("attitude.csv")


def test_alpha_of_the_oracle(attitude):
    case = oracle("alpha_omega_attitude")
    expected, tolerance = case["expected"], case["tolerance"]
    names, scores = attitude
    found = cronbach_alpha(scores)
    assert len(scores) == case["data"]["n_rows"] == found.people
    assert found.value == pytest.approx(expected["raw_alpha"], abs=tolerance["abs"])
    assert found.standardised == pytest.approx(expected["std_alpha"], abs=tolerance["abs"])
    assert found.guttman_6 == pytest.approx(expected["G6"], abs=tolerance["abs"])
    assert found.average_correlation == pytest.approx(expected["average_r"], abs=tolerance["abs"])
    ends = [found.interval.low, found.interval.high]
    assert ends == pytest.approx(expected["feldt95"], abs=tolerance["feldt_abs"])
    rest = [expected["r_drop"][name] for name in names]
    assert found.items.rest_correlation == pytest.approx(rest, abs=tolerance["abs"])


def test_omega_of_the_oracle(attitude):
    case = oracle("alpha_omega_attitude")
    expected, tolerance = case["expected"], case["tolerance"]
    found = omega(attitude[1])
    assert found.loadings == pytest.approx(expected["ml1_loadings"], abs=tolerance["loadings_abs"])
    assert found.standardised == pytest.approx(expected["omega_standardized"], abs=tolerance["abs"])
    assert found.value == pytest.approx(expected["omega_raw_metric"], abs=tolerance["abs"])
    over_observed = expected["omega_raw_over_observed_total_variance"]
    assert found.over_observed == pytest.approx(over_observed, abs=tolerance["abs"])


def test_hierarchical_omega_of_the_oracle():
    case = oracle("omega_thurstone9")
    expected, tolerance = case["expected"], case["tolerance"]
    correlation = rows_of("thurstone9.csv", skip=1)[1]
    alpha = cronbach_alpha_of_covariance(correlation, people=case["data"]["n_obs"])
    assert alpha.standardised == pytest.approx(expected["alpha_std"], abs=tolerance["alpha_abs"])
    assert alpha.guttman_6 == pytest.approx(expected["G6"], abs=tolerance["alpha_abs"])
    found = hierarchical_omega_of_covariance(correlation, factors=3)
    assert found.general == pytest.approx(expected["omega_h"], abs=tolerance["omega_abs"])
    assert found.total == pytest.approx(expected["omega_t"], abs=tolerance["omega_abs"])
    assert found.general_loadings == pytest.approx(expected["g_loadings"], abs=tolerance["g_abs"])
    explained = np.square(found.general_loadings) + np.square(found.group_loadings).sum(axis=1)
    assert explained + found.uniquenesses == pytest.approx(1, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(ratings)
def test_alpha_is_the_consistency_of_the_mean_of_all(scores):
    alpha, forms = cronbach_alpha(scores), intraclass_correlations(scores)
    if isinstance(alpha, NotEstimable) or isinstance(forms, NotEstimable):
        assert alpha == NotEstimable(Reason.NO_VARIATION)
        return
    form = forms.consistency_mean
    if scores.sum(axis=1).min() < scores.sum(axis=1).max():
        assert form.value == pytest.approx(alpha.value, rel=1e-9, abs=1e-9)
        assert form.interval.low == pytest.approx(alpha.interval.low, rel=1e-9, abs=1e-9)
        assert form.interval.high == pytest.approx(alpha.interval.high, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(ratings, st.floats(0.1, 10), st.floats(-20, 20), st.randoms())
def test_alpha_knows_neither_unit_nor_order(scores, unit, shift, random):
    people, items = list(range(scores.shape[0])), list(range(scores.shape[1]))
    random.shuffle(people)
    random.shuffle(items)
    before, after = cronbach_alpha(scores), cronbach_alpha(scores[people][:, items] * unit + shift)
    if isinstance(before, NotEstimable):
        assert after == before
        return
    assert after.value == pytest.approx(before.value, rel=1e-6, abs=1e-6)
    assert after.items.alpha_without == pytest.approx(before.items.alpha_without[items], rel=1e-6, abs=1e-6)
    assert after.items.rest_reason.tolist() == before.items.rest_reason[items].tolist()


@settings(deadline=None, max_examples=40)
@given(arrays(np.float64, (10, 4), elements=st.integers(0, 1).map(float)))
def test_alpha_of_right_and_wrong_is_kr_20(scores):
    found = cronbach_alpha(scores)
    if isinstance(found, NotEstimable):
        assert found.reason is Reason.NO_VARIATION
        return
    share = scores.mean(axis=0)
    kr_20 = 4 / 3 * (1 - (share * (1 - share)).sum() / scores.sum(axis=1).var())
    assert found.value == pytest.approx(kr_20)


def test_alpha_without_an_item_is_alpha_of_the_others(attitude):
    scores = attitude[1]
    found = cronbach_alpha(scores).items
    for item in range(7):
        others = np.delete(scores, item, axis=1)
        assert found.alpha_without[item] == pytest.approx(cronbach_alpha(others).value)
        with_rest = np.corrcoef(scores[:, item], others.sum(axis=1))[0, 1]
        assert found.rest_correlation[item] == pytest.approx(with_rest)


def test_missing_answers_leave_out_pairs_not_people(attitude):
    scores = attitude[1].copy()
    scores[:5, 0] = scores[3:9, 4] = np.nan
    covariance = pairwise_covariances(scores)
    masked = np.ma.cov(np.ma.masked_invalid(scores), rowvar=False, allow_masked=True)
    pairs = [np.isfinite(scores[:, [i, j]]).all(axis=1) for i in range(7) for j in range(7)]
    expected = [np.cov(scores[pair][:, [k // 7, k % 7]].T)[0, 1] for k, pair in enumerate(pairs)]
    assert covariance.covariance.ravel() == pytest.approx(expected)
    assert masked.shape == covariance.covariance.shape
    found = cronbach_alpha(scores)
    assert found.value == pytest.approx(cronbach_alpha_of_covariance(covariance.covariance).value)
    assert 20 < found.people < 30
    empty_row = np.vstack([scores, np.full(7, np.nan)])
    assert cronbach_alpha(empty_row).value == pytest.approx(found.value)


def test_repeated_items_tell_each_other_all():
    correlation = np.array([[1, 1, 0.3], [1, 1, 0.3], [0.3, 0.3, 1]])
    assert multiple_correlations(correlation) == pytest.approx([1, 1, 0.09])


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.ones((4, 1)), Reason.TOO_FEW_ITEMS),
        (np.ones((1, 3)), Reason.TOO_FEW_VALUES),
        (np.ones((0, 3)), Reason.TOO_FEW_VALUES),
        (np.full((4, 3), 0.1), Reason.NO_VARIATION),
        ([[1, 5], [2, 4], [3, 3]], Reason.NO_VARIATION),
        ([[1, np.nan], [2, np.nan], [np.nan, 3]], Reason.TOO_FEW_VALUES),
    ],
)
def test_what_cannot_be_told_has_a_reason(scores, reason):
    assert cronbach_alpha(scores) == NotEstimable(reason)


def test_an_item_that_does_not_vary_leaves_alpha_but_not_its_relatives():
    scores = np.array([[1, 2, 3], [2, 3, 3], [4, 3, 3], [5, 5, 3]])
    found = cronbach_alpha(scores)
    assert found.value == pytest.approx(1.5 * (1 - scores.var(axis=0).sum() / scores.sum(axis=1).var()))
    assert found.standardised == found.guttman_6 == NotEstimable(Reason.NO_VARIATION)
    assert found.items.rest_reason.tolist() == [0, 0, Reason.NO_VARIATION]
    assert cronbach_alpha_of_covariance(np.eye(2)).interval == NotEstimable(Reason.TOO_FEW_VALUES)
    assert cronbach_alpha(scores[:, :2]).items.without_reason.tolist() == [Reason.TOO_FEW_ITEMS] * 2
    assert omega(scores) == NotEstimable(Reason.NO_VARIATION)
    assert omega(scores[:, :2]) == NotEstimable(Reason.TOO_FEW_ITEMS)
    assert hierarchical_omega(np.hstack([scores, scores[::-1], scores + 1])) == NotEstimable(Reason.NO_VARIATION)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: cronbach_alpha([1, 2]), ScoresError),
        (lambda: cronbach_alpha(np.array([["a", "b"]])), ScoresError),
        (lambda: cronbach_alpha(np.array([[1, np.inf], [2, 3]])), ScoresError),
        (lambda: cronbach_alpha([[1, 2], [2, 3]], level=1), LevelError),
        (lambda: cronbach_alpha_of_covariance([[1, 2, 3]]), CovarianceError),
        (lambda: cronbach_alpha_of_covariance([[1, 0.5], [0.4, 1]]), CovarianceError),
        (lambda: cronbach_alpha_of_covariance([[-1, 0], [0, 1]]), CovarianceError),
        (lambda: omega_of_covariance([["a"]]), CovarianceError),
        (lambda: hierarchical_omega_of_covariance(np.eye(9), factors=1), FactorsError),
        (lambda: likely_factors(np.eye(4), factors=3), FactorsError),
    ],
)
def test_bad_input_is_named(call, error):
    with pytest.raises(error) as raised:
        call()
    assert isinstance(raised.value, MeasurementError)
    assert raised.value.code == error.code


@settings(max_examples=20, deadline=None)
@given(arrays(np.float64, st.integers(3, 8), elements=st.floats(0.2, 0.95)))
def test_both_ways_find_the_one_factor_that_made_the_correlations(loadings):
    correlation = np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1.0)
    for found in (likely_factors(correlation), least_residual_factors(correlation, factors=1)):
        assert found.loadings[:, 0] == pytest.approx(loadings, abs=2e-3)
    total = loadings.sum() ** 2
    assert omega_of_covariance(correlation).value == pytest.approx(total / correlation.sum(), abs=2e-3)


@pytest.mark.parametrize("factors", [2, 3, 4])
def test_hierarchical_omega_finds_the_blocks_that_made_the_correlations(factors):
    correlation = 0.3 + 0.3 * np.kron(np.eye(factors), np.ones((4, 4)))
    np.fill_diagonal(correlation, 1.0)
    found = hierarchical_omega_of_covariance(correlation, factors=factors)
    assert found.general == pytest.approx(0.3 * (4 * factors) ** 2 / correlation.sum(), abs=1e-4)
    assert found.total == pytest.approx(1 - 0.4 * 4 * factors / correlation.sum(), abs=1e-4)
    sign = np.where(np.arange(4 * factors) % 5 == 0, -1.0, 1.0)
    turned = hierarchical_omega_of_covariance(correlation * np.outer(sign, sign), factors=factors)
    assert turned.general == pytest.approx(found.general, abs=1e-4)
    assert turned.is_reversed.sum() == (sign < 0).sum()


def test_oblique_factors_explain_what_the_factors_explained():
    loadings = np.random.default_rng(4).normal(size=(10, 3))
    found = oblique_factors(loadings)
    both = found.loadings @ found.correlations @ found.loadings.T
    np.testing.assert_allclose(both, loadings @ loadings.T, atol=1e-9)
    np.testing.assert_allclose(np.diagonal(found.correlations), 1)
    np.testing.assert_array_equal(found.loadings, oblique_factors(loadings).loadings)


def test_an_interval_of_omega_is_the_same_for_the_same_seed_and_unit(attitude):
    scores, value = attitude[1], omega(attitude[1]).value
    found = omega_interval(scores, resamples=300)
    assert found.low < value < found.high
    assert omega_interval(scores, resamples=300) == found
    assert omega_interval(scores, resamples=300, seed=2) != found
    moved = omega_interval(2 * scores - 7, resamples=300)
    assert (moved.low, moved.high) == pytest.approx((found.low, found.high))
    wider = omega_interval(scores, resamples=300, level=0.99)
    assert wider.low < found.low < found.high < wider.high


def test_an_interval_of_omega_has_the_reasons_of_omega(attitude):
    scores = attitude[1].copy()
    assert omega_interval(scores[:, :2]) == NotEstimable(Reason.TOO_FEW_ITEMS)
    scores[4:9, 2] = np.nan
    with_gaps = omega_interval(scores, resamples=100)
    assert with_gaps.low < omega(scores).value < with_gaps.high
    scores[:, 0] = 3
    scores[0, 0] = 4
    assert omega_interval(scores, resamples=100) == NotEstimable(Reason.NO_VARIATION)
