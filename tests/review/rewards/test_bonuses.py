"""Bonuses are exact to the minor unit."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.apportionment import largest_remainder
from assessments.measurement.curves import Curve, curve_points, kpi_curve
from review.rewards.bonuses import (
    Tiers,
    bonuses,
    marginal_commissions,
    payout_multiples,
    pooled_bonuses,
    whole_period_commissions,
)
from review.rewards.errors import AmountError, AmountTooLargeError, BonusError, ProrationError
from review.rewards.exact_arrays import ExactArray, Rounding, exact_array, rounded_products
from review.rewards.proration import Stint, days_of, prorated_share, prorated_shares
from tests.oracles import oracle

QUICK = settings(max_examples=50, deadline=None)

TIERS = Tiers((0, 100_000, 250_000), ("0.02", "0.05", "0.08"))


def test_the_bonus_curve_of_the_oracle_pays_exactly():
    case = oracle("bonus_curve")
    data, expected = case["data"], case["expected"]
    multiples = payout_multiples(Curve(tuple(map(tuple, data["points"]))), data["attainment"])
    assert multiples.floats() == pytest.approx(expected["payout_multiple"], abs=case["tolerance"]["abs"])
    people = len(data["attainment"])
    found = bonuses([data["salary"]] * people, factors=[[data["target_pct"]] * people, multiples])
    assert found.amount.tolist() == expected["payout"]


def test_the_curve_of_a_measure_pays_exactly():
    case = oracle("kpi_curve_higher")
    multiples = payout_multiples(Curve(tuple(map(tuple, case["data"]["points"]))), case["data"]["actual"])
    assert multiples.floats() == pytest.approx(case["expected"]["score"], abs=case["tolerance"]["abs"])


CURVES = st.builds(
    lambda numbers, heights, lower, goes_on: Curve(
        tuple(zip(sorted(numbers, reverse=lower), sorted(heights), strict=False)), continues_line=goes_on
    ),
    st.lists(st.integers(-50, 50), min_size=5, max_size=5, unique=True),
    st.lists(st.integers(0, 30), min_size=2, max_size=5),
    st.booleans(),
    st.booleans(),
)


@QUICK
@given(CURVES, st.lists(st.fractions(-80, 80, max_denominator=20), min_size=1, max_size=8))
def test_multiples_are_the_points_of_the_curve(curve, figures):
    found = payout_multiples(curve, figures)
    assert found.floats() == pytest.approx(curve_points(curve, [float(figure) for figure in figures]), abs=1e-9)


def test_a_flat_line_that_is_continued_pays_below_the_threshold_too():
    curve = Curve(((10, 1), (20, 1), (30, 2)), continues_line=True)
    assert payout_multiples(curve, np.array([-5.0, 15.0, 25.0])).fractions() == [1, 1, Fraction(3, 2)]


def test_curves_of_very_fine_figures_are_exact_beyond_the_words_of_the_machine():
    figure = Fraction(10**17 + 1, 10**17)
    curve = Curve(((1, 0), (2, 1)))
    assert payout_multiples(curve, [figure]).fractions() == [Fraction(1, 10**17)]
    steep = Curve(((0, 0), (1, 2**61), (2, 2**62)))
    assert payout_multiples(steep, ["1.5"]).fractions() == [3 * 2**60]


def test_less_is_better_on_a_curve_that_descends():
    found = payout_multiples(kpi_curve(60, 45, 30), [61, 60, 50, 20])
    assert found.fractions() == [0, 60, Fraction(260, 3), 120]


AMOUNTS = st.lists(st.integers(0, 500_000), min_size=1, max_size=6)


@QUICK
@given(AMOUNTS)
def test_marginal_tiers_add_up_slices_and_whole_period_tiers_take_the_reached_rate(amounts):
    slices = [
        Fraction(2, 100) * min(amount, 100_000)
        + Fraction(5, 100) * min(max(amount - 100_000, 0), 150_000)
        + Fraction(8, 100) * max(amount - 250_000, 0)
        for amount in amounts
    ]
    rates = [Fraction(2 if amount < 100_000 else 5 if amount < 250_000 else 8, 100) for amount in amounts]
    assert marginal_commissions(TIERS, amounts).fractions() == slices
    whole = [rate * amount for rate, amount in zip(rates, amounts, strict=True)]
    assert whole_period_commissions(TIERS, amounts).fractions() == whole


@QUICK
@given(AMOUNTS)
def test_more_reached_never_pays_less_and_marginal_tiers_have_no_steps(amounts):
    ordered = sorted(amounts)
    for commissions in (marginal_commissions, whole_period_commissions):
        paid = commissions(TIERS, ordered).fractions()
        assert paid == sorted(paid)
    below, at = marginal_commissions(TIERS, [249_999, 250_000]).fractions()
    assert at - below == Fraction(5, 100)


@pytest.mark.parametrize(
    ("starts", "rates"),
    [((), ()), ((1,), (1,)), ((0, 5), (1,)), ((0, 5, 5), (1, 1, 1)), ((0,), (-1,)), ((0, 2**63), (0, 1))],
)
def test_tiers_that_cannot_be_are_refused(starts, rates):
    with pytest.raises(BonusError):
        Tiers(starts, rates)


SHARES = st.fractions(0, 2, max_denominator=60)


@QUICK
@given(st.lists(st.tuples(st.integers(0, 10**12), SHARES, SHARES), max_size=6), st.sampled_from(Rounding))
def test_a_bonus_is_the_product_rounded_once(people, rounding):
    bases = [base for base, _, _ in people]
    found = bonuses(bases, factors=[[one for _, one, _ in people], [two for _, _, two in people]], rounding=rounding)
    exactly = [base * one * two for base, one, two in people]
    assert [found.exact_amount(person) for person in range(len(people))] == exactly
    whole = {
        Rounding.HALF_UP: [(2 * part + 1) // 2 for part in exactly],
        Rounding.HALF_EVEN: [round(part) for part in exactly],
        Rounding.DOWN: [part // 1 for part in exactly],
        Rounding.UP: [-(-part // 1) for part in exactly],
    }
    assert found.amount.tolist() == whole[rounding]
    assert found.cost == sum(whole[rounding])


def test_a_cap_holds_after_rounding_to_whole_yuan():
    found = bonuses([100_049, 100_050, 500], factors=[], caps=[10**6, 100_090, 1], unit=100)
    assert (found.amount.tolist(), found.is_capped.tolist()) == ([100_000, 100_000, 0], [False, False, True])


def test_products_beyond_the_words_of_the_machine_are_exact_or_refused():
    third = ExactArray(np.array([2**61], dtype=object), 3 * 2**61)
    assert rounded_products([exact_array([2**61 + 1]), third]).tolist() == [(2 * 2**61 + 2 + 3) // 6]
    with pytest.raises(AmountTooLargeError):
        bonuses([2**61], factors=[[3]])


@pytest.mark.parametrize("wrong", [{"factors": [[-1]]}, {"factors": [[1, 1]]}, {"caps": [1, 1]}, {"unit": 0}])
def test_factors_caps_and_units_that_cannot_be_are_refused(wrong):
    with pytest.raises(BonusError):
        bonuses([10], **({"factors": []} | wrong))
    with pytest.raises(AmountError):
        bonuses([-10], factors=[])


@QUICK
@given(st.integers(0, 10_000), st.lists(st.integers(0, 900), min_size=1, max_size=8))
def test_a_pool_without_caps_is_the_largest_remainder(pool, weights):
    found = pooled_bonuses(pool, bases=weights, factors=[])
    assert found.tolist() == (largest_remainder(pool, weights) if sum(weights) else [0] * len(weights))


@QUICK
@given(st.integers(1, 10_000), st.lists(st.tuples(st.integers(1, 900), st.integers(0, 3_000)), min_size=1, max_size=8))
def test_a_pool_with_caps_is_used_up_unless_all_are_at_their_caps(pool, people):
    shares, caps = ([person[part] for person in people] for part in (0, 1))
    found = pooled_bonuses(
        pool, bases=shares, factors=[["0.5"] * len(people)], caps=caps, keys=list(range(len(people)))
    )
    assert (found <= caps).all()
    assert found.sum() == min(pool, sum(caps))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"pool": -1}, AmountError),
        ({"pool": 0.5}, AmountError),
        ({"caps": [1, 1]}, BonusError),
        ({"keys": [1, 1]}, BonusError),
    ],
)
def test_pools_that_cannot_be_are_refused(wrong, error):
    with pytest.raises(error):
        pooled_bonuses(**({"pool": 5, "bases": [3], "factors": []} | wrong))


START, END = date(2028, 1, 1), date(2028, 12, 31)


def test_days_are_counted_with_both_ends_and_leap_days():
    assert (days_of(START, END), days_of(date(2027, 1, 1), date(2027, 12, 31))) == (366, 365)
    assert prorated_share(START, END, stints=[Stint(date(2028, 2, 29), date(2028, 2, 29))]) == Fraction(1, 366)
    with pytest.raises(ProrationError):
        days_of(END, START)


def test_several_stints_part_time_and_leaves():
    stints = [Stint(date(2028, 7, 1), share="0.5"), Stint(date(2020, 1, 1), date(2028, 3, 31))]
    leaves = [Stint(date(2028, 3, 30), date(2028, 7, 2)), Stint(date(2028, 12, 31), share="0.5")]
    worked = (91 - 2) + Fraction(1, 2) * (184 - 2) - Fraction(1, 4)
    assert prorated_share(START, END, stints=stints, leaves=leaves) == worked / 366
    assert prorated_share(START, END, stints=[]) == 0
    assert prorated_share(START, END, stints=[Stint(START)], leaves=[Stint(START)]) == 0


DAYS = st.integers(-200, 700)


def is_on(stint, day):
    """Whether a stint holds on a day."""
    return stint.starts_on <= day <= stint.ends_on


@QUICK
@given(st.lists(st.tuples(DAYS, st.integers(1, 60), st.sampled_from(["1", "0.5", "0.8"])), max_size=5), st.data())
def test_the_share_is_the_mean_over_the_days(pieces, data):
    begins, stints = -200, []
    for gap, length, share in sorted(pieces):
        first = max(begins, gap)
        stints.append(Stint(START + timedelta(first), START + timedelta(first + length - 1), share))
        begins = first + length
    away = data.draw(st.integers(0, 400))
    leave = Stint(START + timedelta(away), START + timedelta(away + 30), "0.5")
    by_day = Fraction(0)
    for day in (START + timedelta(number) for number in range(366)):
        here = sum((Fraction(stint.share) for stint in stints if is_on(stint, day)), Fraction(0))
        by_day += here * (Fraction(1, 2) if is_on(leave, day) else 1)
    assert prorated_share(START, END, stints=stints, leaves=[leave]) == by_day / 366


@QUICK
@given(st.lists(st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 900))), max_size=6))
def test_a_company_has_the_shares_of_its_people(people):
    first = [START + timedelta(begins) for begins, _ in people]
    last = [None if length is None else day + timedelta(length) for day, (_, length) in zip(first, people, strict=True)]
    found = prorated_shares(
        START,
        END,
        first_days=np.array(first, dtype="datetime64[D]"),
        last_days=np.array(["NaT" if day is None else day for day in last], dtype="datetime64[D]"),
    )
    alone = [prorated_share(START, END, stints=[Stint(*days)]) for days in zip(first, last, strict=True)]
    assert found.fractions() == alone


def test_stints_that_overlap_turn_back_or_are_more_than_all_are_refused():
    for stints in (
        [Stint(START), Stint(END)],
        [Stint(START, END), Stint(END)],
        [Stint(END, START)],
        [Stint(START, share="1.1")],
    ):
        with pytest.raises(ProrationError):
            prorated_share(START, END, stints=stints)
    days = np.array(["2028-02-01"], dtype="datetime64[D]")
    for wrong in ({"last_days": days - 1}, {"last_days": days, "away": np.array([2])}, {"last_days": days[:0]}):
        with pytest.raises(ProrationError):
            prorated_shares(START, END, first_days=days, **wrong)
    away = prorated_shares(START, END, first_days=days, last_days=days + 9, away=np.array([4]))
    assert away.fractions() == [Fraction(6, 366)]
