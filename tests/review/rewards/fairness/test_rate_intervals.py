"""Intervals of rates, of their differences and of their ratios, against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessments.measurement.reasons import Reason
from review.rewards.fairness.errors import CountsError, LevelError
from review.rewards.fairness.rate_intervals import (
    difference_intervals,
    exact_intervals,
    log_ratio_intervals,
    score_ratio_intervals,
    wilson_intervals,
)
from tests.oracles import oracle

# Newcombe (1998), Statistics in Medicine 17:873, table II, method 10: a/m, b/n, lower, upper.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]
TABLE = st.tuples(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40)).map(
    lambda counts: (min(counts[:2]), counts[1], min(counts[2:]), counts[3])
)


def pair(function, counts, **rules):
    first, number, other, other_number = counts
    return function(first, applicants=number, other_selected=other, other_applicants=other_number, **rules)


def test_wilsons_intervals_are_newcombes():
    case = oracle("ai_wilson_newcombe")
    selected, applicants = np.array(case["data"]).T
    found = wilson_intervals(selected, applicants=applicants)
    np.testing.assert_allclose(
        np.stack([found.low, found.high], axis=1), case["expected"]["wilson"], atol=case["tolerance"]["abs"]
    )


def test_the_exact_interval_is_that_of_clopper_and_pearson():
    case = oracle("ai_wilson_newcombe")
    found = exact_intervals(81, applicants=263)
    assert [found.low[0], found.high[0]] == pytest.approx(
        case["expected"]["clopper_81_263"], abs=case["tolerance"]["abs"]
    )


@given(st.integers(0, 30), st.integers(1, 30), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_of_rates_are_those_of_scipy_and_turn_with_the_outcome(selected, applicants, confidence):
    selected = min(selected, applicants)
    test = stats.binomtest(selected, applicants)
    for function, peer in (
        (wilson_intervals, test.proportion_ci(confidence, method="wilson")),
        (exact_intervals, test.proportion_ci(confidence, method="exact")),
    ):
        found = function(selected, applicants=applicants, confidence=confidence)
        assert (found.low[0], found.high[0]) == pytest.approx((peer.low, peer.high), abs=1e-9)
        turned = function(applicants - selected, applicants=applicants, confidence=confidence)
        assert (1 - turned.high[0], 1 - turned.low[0]) == pytest.approx((found.low[0], found.high[0]), abs=1e-12)


@pytest.mark.parametrize("case", NEWCOMBE)
def test_intervals_of_differences_are_newcombes(case):
    found = pair(difference_intervals, case[:4])
    assert (found.low[0], found.high[0]) == pytest.approx(case[4:], abs=5e-5)


def test_intervals_of_ratios_are_koopmans_and_katzs():
    # Koopman (1984), example 1: score 2.94 to 7.15, logarithmic 2.87 to 7.06.
    score, logarithmic = (pair(function, (36, 40, 16, 80)) for function in (score_ratio_intervals, log_ratio_intervals))
    assert (score.low[0], score.high[0]) == pytest.approx((2.94, 7.15), abs=5e-3)
    assert (logarithmic.low[0], logarithmic.high[0]) == pytest.approx((2.87, 7.06), abs=5e-3)


@settings(max_examples=40)
@given(TABLE)
def test_the_interval_of_a_ratio_turns_with_the_groups(counts):
    found = pair(score_ratio_intervals, counts)
    turned = pair(score_ratio_intervals, (*counts[2:], *counts[:2]))
    assert found.reason == turned.reason
    if found.reason[0] == Reason.ESTIMATED:
        assert found.low <= found.value <= found.high
        with np.errstate(divide="ignore"):
            assert 1 / turned.high[0] == pytest.approx(found.low[0], rel=1e-6, abs=1e-12)
            assert 1 / turned.low[0] == pytest.approx(found.high[0], rel=1e-6)


@settings(max_examples=25)
@given(TABLE)
def test_the_ends_of_a_ratios_interval_have_the_chi_squared_of_the_level(counts):
    found = pair(score_ratio_intervals, counts)
    first, number, other, other_number = counts
    for end in (found.low[0], found.high[0]):
        if 0 < end < np.inf:
            # The likeliest rates by a fine search, not by the formula.
            top = min(1.0, 1 / end)
            rates = np.linspace(0, top, 20001)[1:-1]
            logs = stats.binom.logpmf(first, number, end * rates) + stats.binom.logpmf(other, other_number, rates)
            rate = rates[np.argmax(logs)]
            near = [
                (chosen - people * share) ** 2 / (people * share * (1 - share))
                for chosen, people, share in ((first, number, end * rate), (other, other_number, rate))
            ]
            assert sum(near) == pytest.approx(3.841459, rel=0.02)


def test_ratios_without_an_upper_bound_are_infinite_and_without_a_count_have_a_reason():
    found = score_ratio_intervals(
        [3, 0, 0, 1], applicants=[10, 10, 10, 1], other_selected=[0, 3, 0, 0], other_applicants=[10, 10, 10, 0]
    )
    assert (found.value[0], found.high[0], found.low[1]) == (np.inf, np.inf, 0)
    assert found.low[0] == pytest.approx(1 / found.high[1])
    assert found.reason.tolist() == [0, 0, Reason.ZERO_DENOMINATOR, Reason.ZERO_DENOMINATOR]
    assert pair(log_ratio_intervals, (3, 10, 0, 10)).reason == [Reason.ZERO_DENOMINATOR]
    assert wilson_intervals(0, applicants=0).reason == [Reason.ZERO_DENOMINATOR]
    assert pair(difference_intervals, (3, 10, 0, 0)).reason == [Reason.ZERO_DENOMINATOR]


def test_impossible_counts_and_levels_are_refused():
    for selected, applicants in ((3, 2), (-1, 2), (0.5, 2), (float("nan"), 2), ([1, 2], [3, 3, 3])):
        with pytest.raises(CountsError):
            wilson_intervals(selected, applicants=applicants)
    with pytest.raises(CountsError):
        pair(difference_intervals, ([1, 2], [3, 3], [1, 1, 1], [2, 2, 2]))
    with pytest.raises(LevelError):
        exact_intervals(1, applicants=2, confidence=95)
