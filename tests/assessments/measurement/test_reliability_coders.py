"""Agreement of coders and of orders: Krippendorff's alpha, Fleiss' and Conger's kappa, Kendall's W."""

# A test that meets a reason instead of a number fails by itself.
# mypy: disable-error-code=union-attr

import csv
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import friedmanchisquare, spearmanr

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.fleiss import fleiss_kappa, fleiss_kappa_of_counts
from assessments.measurement.reliability.kendall import kendall_w
from assessments.measurement.reliability.krippendorff import Metric, krippendorff_alpha
from tests.oracles import FOLDER, oracle

codes = arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(2, 4)), elements=st.integers(0, 4).map(float))
GAP = st.one_of(st.just(np.nan), st.integers(1, 5).map(float))
with_gaps = arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(2, 4)), elements=GAP)
each_metric = pytest.mark.parametrize("metric", list(Metric))


@each_metric
def test_krippendorff_of_the_oracle(metric):
    case = oracle("krippendorff_C")
    values = np.array(case["data"], dtype=np.float64).T
    expected = case["expected"][metric.value]
    assert krippendorff_alpha(values, metric=metric).value == pytest.approx(expected, abs=case["tolerance"]["abs"])
    missing = np.array(case["data"], dtype=object).T
    assert krippendorff_alpha(missing, metric=Metric.NOMINAL).units == 11


def by_definition(values, metric):
    """Alpha from the coincidences of all pairs, as the source writes it down."""
    units = [unit[np.isfinite(unit)] for unit in values]
    units = [unit for unit in units if len(unit) > 1]
    every = np.concatenate(units)
    totals = {value: (every == value).sum() for value in np.unique(every)}

    def apart(a, b):
        if metric is Metric.NOMINAL:
            return float(a != b)
        if metric is Metric.ORDINAL:
            low, high = min(a, b), max(a, b)
            between = sum(count for value, count in totals.items() if low <= value <= high)
            return float(between - (totals[a] + totals[b]) / 2) ** 2
        if metric is Metric.INTERVAL:
            return (a - b) ** 2
        return ((a - b) / (a + b)) ** 2 if a + b else 0.0

    observed = sum(apart(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2)) / len(every)
    expected = sum(apart(a, b) for a, b in permutations(every, 2)) / (len(every) * (len(every) - 1))
    return 1 - observed / expected


@each_metric
@settings(deadline=None, max_examples=40)
@given(values=with_gaps)
def test_krippendorff_is_its_definition(metric, values):
    found = krippendorff_alpha(values, metric=metric)
    paired = values[np.isfinite(values).sum(axis=1) > 1]
    if not len(paired):
        assert found == NotEstimable(Reason.TOO_FEW_VALUES)
    elif np.nanmin(paired) == np.nanmax(paired):
        assert found == NotEstimable(Reason.NO_VARIATION)
    else:
        assert found.value == pytest.approx(by_definition(values, metric))
        assert found.values == np.isfinite(paired).sum()


@given(codes, st.randoms())
@settings(deadline=None, max_examples=40)
def test_krippendorff_knows_no_order_and_its_scale(values, random):
    assume(np.ptp(values) > 0)
    rows, columns = list(range(values.shape[0])), list(range(values.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    for metric in Metric:
        moved = {"nominal": (values + 3) % 5, "ordinal": values**3 + 1, "interval": 7 - 2 * values, "ratio": 3 * values}
        one = krippendorff_alpha(values, metric=metric)
        other = krippendorff_alpha(moved[metric][rows][:, columns], metric=metric)
        assert other.value == pytest.approx(one.value, abs=1e-9)


@each_metric
def test_full_agreement_is_one(metric):
    values = np.array([[1, 1, np.nan], [3, 3, 3], [np.nan, np.nan, 9]])
    assert krippendorff_alpha(values, metric=metric).value == 1
    assert fleiss_kappa([[1, 1], [2, 2]]).value == 1
    assert kendall_w([[1, 10, 3], [2, 20, 4], [3, 30, 5]]).value == pytest.approx(1)


def test_words_are_categories_too():
    words = np.array([["b", "b"], ["a", "b"], [None, "a"], ["a", "a"]], dtype=object)
    numbers = np.array([[2, 2], [1, 2], [np.nan, 1], [1, 1]])
    of_words = krippendorff_alpha(words, metric=Metric.NOMINAL)
    assert of_words == krippendorff_alpha(numbers, metric=Metric.NOMINAL)
    with pytest.raises(ScoresError):
        krippendorff_alpha(np.array([["a", 1], [None, "b"]], dtype=object), metric=Metric.NOMINAL)
    with pytest.raises(ScoresError):
        krippendorff_alpha(np.array(["a", "b"]), metric=Metric.NOMINAL)
    with pytest.raises(ScoresError):
        krippendorff_alpha(words, metric=Metric.INTERVAL)
    with pytest.raises(ScoresError):
        krippendorff_alpha([[-1, 2], [2, 3]], metric=Metric.RATIO)


def diagnoses():
    case = oracle("fleiss_kappa_diagnoses")
    with (FOLDER / case["data"]["csv"]).open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == case["data"]["n_rows"]
    return case["expected"], case["tolerance"], rows


def test_kappa_of_the_oracle():
    expected, tolerance, rows = diagnoses()
    found = fleiss_kappa(rows)
    assert found.value == pytest.approx(expected["fleiss_kappa"], abs=tolerance["kappa_abs"])
    assert found.exact == pytest.approx(expected["exact_conger"], abs=tolerance["exact_abs"])
    assert found.test.z == pytest.approx(expected["z"], abs=tolerance["z_abs"])
    assert found.test.p < 1e-60
    # Fleiss (1971) prints the kappas of the five categories.
    assert found.of_categories.value == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)


@given(codes)
@settings(deadline=None, max_examples=40)
def test_kappa_of_counts_is_kappa_of_ratings(values):
    found = fleiss_kappa(values)
    counts = np.stack([(values == code).sum(axis=1) for code in range(5)], axis=1)
    of_counts = fleiss_kappa_of_counts(counts)
    if np.ptp(values) == 0:
        assert found == of_counts == NotEstimable(Reason.NO_VARIATION)
        return
    assert of_counts.value == found.value
    assert of_counts.test == found.test
    assert of_counts.of_categories.categories == tuple(np.unique(values).tolist())
    assert of_counts.exact == NotEstimable(Reason.PART_MISSING)
    share = counts.sum(axis=0)[counts.any(axis=0)] / values.size
    weight = share * (1 - share)
    assert found.value == pytest.approx(weight @ found.of_categories.value / weight.sum())


def test_exact_kappa_of_two_raters_is_cohens():
    first, second = np.array([0, 0, 1, 1, 2, 2, 2, 0]), np.array([0, 1, 1, 1, 2, 0, 2, 0])
    agreement = (first == second).mean()
    chance = sum((first == code).mean() * (second == code).mean() for code in range(3))
    found = fleiss_kappa(np.stack([first, second], axis=1))
    assert found.exact == pytest.approx((agreement - chance) / (1 - chance))


def test_uneven_numbers_of_raters_give_kappa_without_a_test():
    found = fleiss_kappa(
        np.array([["a", "a", None], ["a", "b", "b"], ["b", "b", "b"], ["a", None, None]], dtype=object)
    )
    assert found.test == found.exact == NotEstimable(Reason.PART_MISSING)
    assert found.subjects == 3
    chance = (3 / 8) ** 2 + (5 / 8) ** 2
    assert found.value == pytest.approx(((1 + 1 / 3 + 1) / 3 - chance) / (1 - chance))
    assert fleiss_kappa(np.array([["a", None]], dtype=object)) == NotEstimable(Reason.TOO_FEW_VALUES)
    for bad in ([[0.5, 1.0]], [[-1.0, 3.0]], [[np.nan, 1.0]]):
        with pytest.raises(ScoresError):
            fleiss_kappa_of_counts(bad)


@given(arrays(np.float64, st.tuples(st.integers(3, 10), st.integers(3, 5)), elements=st.integers(1, 6).map(float)))
@settings(deadline=None, max_examples=40)
def test_w_is_friedmans_statistic_rescaled(scores):
    found = kendall_w(scores)
    if (np.ptp(scores, axis=0) == 0).all():
        assert found == NotEstimable(Reason.NO_VARIATION)
        return
    statistic, p = friedmanchisquare(*scores)
    assert found.chi_squared == pytest.approx(statistic, abs=1e-9)
    assert found.p == pytest.approx(p, abs=1e-9)
    assert 0 <= found.uncorrected <= found.value <= 1 + 1e-12


def test_w_without_ties_is_the_mean_rank_correlation_stepped():
    scores = np.random.default_rng(3).normal(size=(9, 4))
    pairs = [spearmanr(scores[:, a], scores[:, b]).statistic for a in range(4) for b in range(a)]
    found = kendall_w(scores)
    assert (4 * found.value - 1) / 3 == pytest.approx(np.mean(pairs))
    assert found.uncorrected == pytest.approx(found.value)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.ones((3, 1)), Reason.TOO_FEW_VALUES),
        (np.ones((1, 3)), Reason.TOO_FEW_VALUES),
        ([[1, 2], [np.nan, 3]], Reason.PART_MISSING),
    ],
)
def test_orders_that_cannot_be_compared_have_a_reason(scores, reason):
    assert kendall_w(scores) == NotEstimable(reason)
