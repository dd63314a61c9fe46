"""Tests of two rates: by the normal distribution, exact, unconditional, of larger tables, and of several at once."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, factorial, inf, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.conditional_odds import exact_test, one_sided_bounds
from review.rewards.fairness.contingency import (
    Side,
    barnard_test,
    boschloo_test,
    holm_adjusted,
    standard_deviations,
    two_proportion_test,
)
from review.rewards.fairness.errors import CountsError, LevelError, RateError
from review.rewards.fairness.exact_tables import exact_table_test
from tests.estimates import estimated
from tests.oracles import oracle

TABLES = st.lists(st.integers(0, 12), min_size=4, max_size=4).map(lambda cells: [cells[:2], cells[2:]])


def conditional_tail(table, odds, *, is_upper):
    """Chance, in fractions, of a first cell at least (or at most) that seen under an odds ratio."""
    (a, b), (c, d) = table
    weights = {
        first: comb(a + b, first) * comb(c + d, a + c - first) * Fraction(odds) ** first
        for first in range(max(0, a - d), min(a + b, a + c) + 1)
    }
    tail = sum(weight for first, weight in weights.items() if (first >= a if is_upper else first <= a))
    return float(tail / sum(weights.values()))


def test_castaneda_against_partida():
    case = oracle("ai_castaneda_v_partida")
    data, expected, tolerance = case["data"], case["expected"], case["tolerance"]
    found = estimated(standard_deviations(data["observed"], number=data["n"], share=data["p"]))
    assert found.expected == pytest.approx(expected["expected"], abs=tolerance["expected_abs"])
    assert found.deviation == pytest.approx(expected["sd"], abs=tolerance["sd_abs"])
    assert found.z == pytest.approx(expected["z"], abs=tolerance["z_abs"])
    assert found.is_significant


def test_hazelwood_against_the_united_states():
    # 433 U.S. 299 (1977), note 17: 15 of 405 teachers; 15.4 % of the area with the city, 5.7 % without it.
    with_the_city = estimated(standard_deviations(15, number=405, share=0.154))
    without = estimated(standard_deviations(15, number=405, share=0.057))
    assert (with_the_city.z < -6, without.z > -2, without.is_significant) == (True, True, False)


def test_fishers_examples_in_the_documentation_of_r():
    case = oracle("ai_fisher_R_docs")
    data, expected, relative = case["data"], case["expected"], case["tolerance"]["rel"]
    tea, convictions = estimated(exact_test(data["tea"])), estimated(exact_test(data["convictions"]))
    found = [tea.greater, tea.two_sided, convictions.less, convictions.two_sided, convictions.odds_ratio]
    named = ["tea_greater", "tea_two_sided", "convictions_less", "convictions_two", "convictions_or_cond_mle"]
    assert found == pytest.approx([expected[name] for name in named], rel=relative)
    assert convictions.high == pytest.approx(expected["convictions_ci"][1], rel=relative)
    # R looks for the bounds with a tolerance of 2^-13 and prints 0.0033258; the exact one is 0.0033172.
    assert convictions.low == pytest.approx(expected["convictions_ci"][0], abs=2**-13)
    jobs = estimated(exact_table_test(data["job_satisfaction_rows"]))
    assert jobs.p_value == pytest.approx(expected["job_p"], rel=relative)


def test_the_bounds_of_an_odds_ratio_have_exactly_the_chance_of_the_level():
    table = oracle("ai_fisher_R_docs")["data"]["convictions"]
    found = estimated(exact_test(table))
    assert conditional_tail(table, found.low, is_upper=True) == pytest.approx(0.025, rel=1e-9)
    assert conditional_tail(table, found.high, is_upper=False) == pytest.approx(0.025, rel=1e-9)
    low, high = estimated(one_sided_bounds(table))
    assert conditional_tail(table, low, is_upper=True) == pytest.approx(0.05, rel=1e-9)
    # R's fisher.test(convictions, alternative = "less"): 0 to 0.2849601.
    assert high == pytest.approx(0.2849601, rel=1e-4)


@given(TABLES)
def test_exact_p_values_are_those_of_scipy_and_turn_with_the_groups(table):
    found = exact_test(table)
    if isinstance(found, NotEstimable):
        assert found.reason is Reason.NO_VARIATION
        return
    for name, value in ((Side.LESS, found.less), (Side.GREATER, found.greater), (Side.TWO_SIDED, found.two_sided)):
        assert value == pytest.approx(stats.fisher_exact(table, alternative=name.value).pvalue, rel=1e-9)
    turned = estimated(exact_test(table[::-1]))
    assert (turned.less, turned.two_sided) == pytest.approx((found.greater, found.two_sided), rel=1e-9)
    assert found.mid_less + found.mid_greater == pytest.approx(1)
    assert 0 <= found.mid_two_sided <= found.two_sided
    assert found.low <= found.odds_ratio <= found.high
    if 0 < found.odds_ratio < inf:
        assert 1 / turned.odds_ratio == pytest.approx(found.odds_ratio, rel=1e-9)
        peer = stats.contingency.odds_ratio(np.array(table)).statistic
        assert found.odds_ratio == pytest.approx(peer, rel=1e-6)


def test_exact_tests_hold_for_large_counts():
    found = estimated(exact_test([[40_000, 60_000], [41_000, 59_000]]))
    near = estimated(two_proportion_test([[40_000, 60_000], [41_000, 59_000]]))
    assert found.two_sided == pytest.approx(near.corrected_p_value, rel=0.005)
    assert found.odds_ratio == pytest.approx(40_000 * 59_000 / (60_000 * 41_000), rel=1e-5)


def test_margins_that_leave_one_table_have_no_test():
    for table in ([[0, 5], [0, 3]], [[3, 2], [0, 0]], [[0, 0], [0, 0]]):
        assert exact_test(table) == NotEstimable(Reason.NO_VARIATION)
        assert one_sided_bounds(table) == NotEstimable(Reason.NO_VARIATION)
        assert boschloo_test(table) == barnard_test(table) == NotEstimable(Reason.NO_VARIATION)
        assert exact_table_test(table) == NotEstimable(Reason.NO_VARIATION)
    assert two_proportion_test([[3, 2], [0, 0]]) == NotEstimable(Reason.ZERO_DENOMINATOR)
    assert two_proportion_test([[3, 0], [2, 0]]) == NotEstimable(Reason.NO_VARIATION)
    assert standard_deviations(0, number=3, share=0) == NotEstimable(Reason.NO_VARIATION)


@given(TABLES)
def test_z_is_the_root_of_pearsons_chi_squared(table):
    found = two_proportion_test(table)
    if not isinstance(found, NotEstimable):
        for value, is_corrected in ((found.z, False), (found.corrected_z, True)):
            peer = stats.chi2_contingency(table, correction=is_corrected)
            assert value**2 == pytest.approx(peer.statistic, rel=1e-9, abs=1e-12)
        turned = estimated(two_proportion_test(table[::-1]))
        assert (turned.z, turned.p_value, turned.shortfall) == pytest.approx(
            (-found.z, found.p_value, -found.shortfall)
        )


def test_unconditional_tests_are_those_of_the_documentation_of_scipy():
    # Barnard: scipy.stats.barnard_exact, vaccine example, one-sided .03407; Boschloo: professors, .0355.
    vaccine = estimated(barnard_test([[7, 8], [12, 3]], side=Side.LESS))
    assert vaccine.p_value == pytest.approx(0.034074, abs=1e-5)
    professors = estimated(boschloo_test([[74, 43], [31, 32]], side=Side.GREATER))
    assert professors.p_value == pytest.approx(0.0355, abs=1e-4)


def all_tables(rows, columns):
    """Every table with these margins."""
    ranges = [range(min(row, column) + 1) for row in rows for column in columns]
    for cells in product(*ranges):
        table = np.array(cells).reshape(len(rows), len(columns))
        if (table.sum(axis=0) == columns).all() and (table.sum(axis=1) == rows).all():
            yield table


@pytest.mark.parametrize("cells", [[[2, 1, 0], [0, 1, 3]], [[3, 0], [1, 2], [0, 2]], [[1, 0, 2], [2, 1, 0], [0, 1, 1]]])
def test_the_p_value_of_a_larger_table_is_the_sum_over_all_tables(cells):
    table = np.array(cells)

    def chance(counts):
        return Fraction(1, prod(factorial(count) for count in counts.ravel().tolist()))

    chances = [chance(other) for other in all_tables(table.sum(axis=1), table.sum(axis=0))]
    expected = sum(other for other in chances if other <= chance(table)) / sum(chances)
    for turned in (table, table.T):
        assert estimated(exact_table_test(turned)).p_value == pytest.approx(float(expected), rel=1e-9)
    drawn = estimated(exact_table_test(table, most_work=0, simulations=20_000, seed=3))
    assert drawn.p_value == pytest.approx(float(expected), abs=0.015)
    assert drawn == exact_table_test(table, most_work=0, simulations=20_000, seed=3)


@settings(max_examples=40)
@given(TABLES)
def test_a_two_by_two_table_has_the_same_p_value_by_both_ways(table):
    found, other = exact_table_test(table), exact_test(table)
    if not isinstance(other, NotEstimable):
        assert estimated(found).p_value == pytest.approx(other.two_sided, rel=1e-9)


def test_holms_p_values_are_those_of_r():
    # R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and an example with ties.
    assert holm_adjusted([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm_adjusted([0.9, 0.01, 0.01]) == pytest.approx([0.9, 0.03, 0.03])
    assert holm_adjusted([]).size == 0


@given(st.lists(st.floats(0, 1), max_size=9), st.randoms())
def test_holms_p_values_keep_the_order_and_do_not_depend_on_it(p_values, random):
    found = holm_adjusted(p_values)
    assert ((found >= p_values) & (found <= 1)).all()
    order = random.sample(range(len(p_values)), len(p_values))
    np.testing.assert_array_equal(holm_adjusted([p_values[place] for place in order]), found[order])


def test_impossible_input_is_refused():
    impossible: list[ArrayLike] = [
        [[1, 2]],
        [[1, -1], [2, 2]],
        [[0.5, 1.0], [2.0, 2.0]],
        [["a", "b"], ["c", "d"]],
        [[np.nan, 1.0], [1.0, 1.0]],
    ]
    for table in impossible:
        with pytest.raises(CountsError):
            exact_test(table)
    for function in (two_proportion_test, boschloo_test, barnard_test):
        with pytest.raises(CountsError):
            function([[[1, 2], [3, 4]], [[1, 2], [3, 4]]])
    with pytest.raises(LevelError):
        exact_test([[1, 2], [3, 4]], confidence=1)
    with pytest.raises(RateError):
        holm_adjusted([1.5])
    with pytest.raises(RateError):
        standard_deviations(1, number=2, share=1.5)
    with pytest.raises(CountsError):
        standard_deviations(3, number=2, share=0.5)
    with pytest.raises(CountsError):
        exact_table_test([1, 2, 3])
