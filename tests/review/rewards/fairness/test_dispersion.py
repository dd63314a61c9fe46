"""Dispersion of pay, quotas and attainment: published values, what does not change it, odd cases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.dispersion import dispersion, share_at_target, theil_parts
from review.rewards.fairness.errors import CategoryError, FigureError, LevelError, RateError
from review.rewards.fairness.territory_luck import territory_luck
from tests.estimates import estimated
from tests.oracles import oracle

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=30).filter(any)
MEASURES = ("gini", "gini_corrected", "theil", "atkinson", "variation", "sample_variation", "ricci_schutz")


def test_the_example_of_ineq():
    case = oracle("gini_ineq_example")
    found, expected = estimated(dispersion(case["data"])), case["expected"]
    values = {
        "gini": found.gini,
        "gini_n_corrected": found.gini_corrected,
        "atkinson_0_5": found.atkinson,
        "theil": found.theil,
        "ineq_var_coeff": found.variation,
        "ricci_schutz": found.ricci_schutz,
    }
    assert values == pytest.approx(expected, abs=case["tolerance"]["abs"])


@given(AMOUNTS)
def test_gini_is_half_the_mean_difference_over_the_mean(amounts):
    number, total = len(amounts), sum(amounts)
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    gini = float(Fraction(differences, 2 * number * total))
    assert estimated(dispersion(amounts)).gini == pytest.approx(gini, abs=1e-12)


@given(AMOUNTS, st.floats(1e-9, 1e9), st.randoms())
def test_measures_do_not_depend_on_unit_order_or_copies(amounts, unit, random):
    found = dispersion(amounts)
    mixed = dispersion([amount * unit for amount in random.sample(amounts, len(amounts))])
    for name in MEASURES:
        assert getattr(mixed, name) == pytest.approx(getattr(found, name), abs=1e-9)
    twice = dispersion(amounts * 2)
    for name in ("gini", "theil", "atkinson", "variation", "ricci_schutz"):
        assert getattr(twice, name) == pytest.approx(getattr(found, name), abs=1e-9)


@given(AMOUNTS, st.integers(0, 29), st.integers(0, 29))
def test_a_transfer_from_rich_to_poor_lowers_them(amounts, giver, taker):
    poor, rich = sorted((giver % len(amounts), taker % len(amounts)), key=amounts.__getitem__)
    if amounts[rich] - amounts[poor] < 2:
        return
    step = (amounts[rich] - amounts[poor]) // 2
    moved = list(amounts)
    moved[rich] -= step
    moved[poor] += step
    before, after = dispersion(amounts), dispersion(moved)
    for name in ("gini", "theil", "atkinson", "variation", "ricci_schutz"):
        assert getattr(after, name) <= getattr(before, name) + 1e-12


def test_equal_amounts_are_evenly_spread_and_one_owner_is_the_other_end():
    even, one = estimated(dispersion([7.1] * 5)), estimated(dispersion([0, 0, 0, 8]))
    assert [getattr(even, name) for name in MEASURES] == pytest.approx([0] * 7, abs=1e-15)
    assert even.p90_p10 == pytest.approx(1)
    assert (one.gini, one.gini_corrected, one.ricci_schutz) == (0.75, 1, 0.75)
    assert one.theil == pytest.approx(np.log(4))
    assert one.p90_p10 == NotEstimable(Reason.ZERO_DENOMINATOR)


@pytest.mark.parametrize("epsilon", [0.25, 0.5, 1.0, 1 + 1e-12, 2.0, 50.0, 3000.0])
def test_atkinson_of_any_epsilon_is_the_gap_to_the_equal_amount(epsilon):
    amounts = np.array([2.0, 3.0, 7.0])
    if epsilon > 100:
        expected = 1 - 2.0 / 4
    elif abs(epsilon - 1) < 1e-6:
        expected = 1 - np.cbrt(2 * 3 * 7) / 4
    else:
        expected = 1 - np.mean(amounts ** (1 - epsilon)) ** (1 / (1 - epsilon)) / 4
    found = estimated(dispersion(amounts, epsilon=epsilon))
    assert found.atkinson == pytest.approx(expected, rel=1e-3 if epsilon > 100 else 1e-9)


def test_who_has_nothing_makes_atkinson_one_from_epsilon_one_on():
    first, second = (estimated(dispersion([0, 1, 2], epsilon=epsilon)) for epsilon in (1, 2))
    assert first.atkinson == second.atkinson == 1
    assert estimated(dispersion([0, 4], epsilon=0.5)).atkinson == pytest.approx(0.5)


def test_percentiles_are_linear_between_the_amounts():
    amounts = list(range(1, 12))
    assert estimated(dispersion(amounts)).p90_p10 == pytest.approx(10 / 2)


def test_the_largest_amounts_do_not_overflow():
    found, plain = estimated(dispersion([1e308, 1e308, 5e307])), estimated(dispersion([2, 2, 1]))
    assert [getattr(found, name) for name in MEASURES] == pytest.approx([getattr(plain, name) for name in MEASURES])
    assert (found.mean, plain.mean) == pytest.approx((25 / 3 * 1e307, 5 / 3))


def test_one_person_and_nobody():
    alone = estimated(dispersion([5]))
    assert (alone.gini, alone.theil, alone.gini_corrected) == (0, 0, NotEstimable(Reason.TOO_FEW_VALUES))
    assert dispersion([]) == theil_parts([], groups=[]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert dispersion([0, 0]) == theil_parts([0, 0], groups=["a", "b"]) == NotEstimable(Reason.ZERO_DENOMINATOR)


@given(AMOUNTS, st.randoms())
def test_theils_parts_add_up(amounts, random):
    groups = [random.choice("abc") for _ in amounts]
    found = estimated(theil_parts(amounts, groups=groups))
    assert found.total == pytest.approx(estimated(dispersion(amounts)).theil, abs=1e-12)
    assert found.within + found.between == pytest.approx(found.total, abs=1e-12)
    assert found.share.sum() == pytest.approx(1)
    for name, index, share in zip(found.groups, found.index, found.share, strict=True):
        own = [amount for amount, group in zip(amounts, groups, strict=True) if group == name]
        assert share == pytest.approx(sum(own) / sum(amounts))
        assert index == pytest.approx(estimated(dispersion(own)).theil if any(own) else 0, abs=1e-12)


def test_all_of_it_may_lie_between_or_within():
    between = estimated(theil_parts([1, 1, 3, 3], groups=["n", "n", "s", "s"]))
    assert (between.within, between.between_share) == (0, 1)
    within = estimated(theil_parts([1, 3, 1, 3], groups=["n", "n", "s", "s"]))
    assert (within.between, within.between_share) == (0, 0)
    equal = estimated(theil_parts([2, 2], groups=["n", "s"]))
    assert equal.between_share == NotEstimable(Reason.NO_VARIATION)


def test_territory_luck_is_spearmans_correlation():
    # Hollander and Wolfe (1973), page 187, in R's help of cor.test: rho .6.
    lightness = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    assert estimated(territory_luck(lightness, potentials=panel)).correlation == pytest.approx(0.6)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=25))
def test_territory_luck_is_that_of_scipy(pairs):
    attained, potential = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    found = territory_luck(attained, potentials=potential)
    if np.ptp(attained) == 0 or np.ptp(potential) == 0:
        assert found == NotEstimable(Reason.NO_VARIATION)
        return
    found = estimated(found)
    peer, line = stats.spearmanr(attained, potential), stats.linregress(potential, attained)
    assert (found.correlation, found.slope) == pytest.approx((peer.statistic, line.slope), abs=1e-9)
    if abs(found.correlation) < 1 - 1e-9:
        assert found.p_value == pytest.approx(peer.pvalue, abs=1e-9)
        reach = stats.t.ppf(0.975, len(pairs) - 2) * line.stderr
        assert found.slope_high - found.slope == pytest.approx(reach, rel=1e-6, abs=1e-9)
    changed = estimated(territory_luck(attained * 3, potentials=potential**3))
    assert changed.correlation == pytest.approx(found.correlation)


def test_the_share_at_target_counts_who_is_exactly_there():
    assert share_at_target([0.99, 1.0, 1.01, 0.5]) == 0.5
    assert share_at_target([90, 110], target=100) == 0.5
    assert share_at_target([]) == NotEstimable(Reason.TOO_FEW_VALUES)


def test_impossible_input_is_refused():
    for amounts in ([-1, 2], [1, float("nan")], [[1, 2]]):
        with pytest.raises(FigureError):
            dispersion(amounts)
    for call in (
        lambda: dispersion([1, 2], epsilon=0),
        lambda: share_at_target([float("inf")]),
        lambda: territory_luck([1, 2, float("nan")], potentials=[1, 2, 3]),
    ):
        with pytest.raises(FigureError):
            call()
    with pytest.raises(CategoryError):
        theil_parts([1, 2], groups=["a"])
    with pytest.raises(CategoryError):
        territory_luck([1, 2, 3], potentials=[1, 2])
    with pytest.raises(LevelError):
        territory_luck([1, 2, 3], potentials=[1, 2, 3], confidence=1)
    with pytest.raises(RateError):
        share_at_target([1.0], target=float("nan"))
    assert territory_luck([1, 2], potentials=[1, 2]) == NotEstimable(Reason.TOO_FEW_VALUES)
