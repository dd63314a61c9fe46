"""Selection rates and impact ratios: exact fractions, small and unknown groups, odd tables."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, CountsError, FigureError, RateError
from review.rewards.fairness.selection import impact_ratios, is_below_four_fifths, selection_table
from review.rewards.fairness.selection_people import (
    impact_ratios_at_cuts,
    intersections,
    is_above_median,
    scoring_table,
    table_of_people,
    tables_of_people,
)
from review.rewards.fairness.standardised_difference import (
    difference_of_moments,
    implied_ratios,
    standardised_difference,
)
from tests.estimates import estimated
from tests.oracles import oracle

COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), min_size=1, max_size=7)


def table(applicants, selected, **rules):
    return selection_table(applicants, selected=selected, names=list("abcdefghij"[: len(applicants)]), **rules)


def test_the_rates_of_the_guidelines_questions_and_answers():
    case = oracle("ai_ugesp_qa")
    ratios = estimated(impact_ratios(list(case["data"]["rates"].values())))
    found = dict(zip(case["data"]["rates"], ratios, strict=True))
    assert found == pytest.approx(case["expected"]["impact_ratio"], abs=case["tolerance"]["abs"])
    assert [name for name, ratio in found.items() if is_below_four_fifths(ratio)] == case["expected"]["flag_below_0_8"]


@pytest.mark.parametrize("attribute", ["sex", "race"])
def test_the_table_of_the_new_york_rule(attribute):
    case = oracle("ai_ll144_rule_table")
    counts = case["data"][attribute]
    applicants, selected = zip(*counts.values(), strict=True)
    found = selection_table(applicants, selected=selected, names=list(counts))
    ratios = {group.name: float(estimated(group.impact_ratio)) for group in found.groups}
    assert ratios == pytest.approx(case["expected"][attribute], abs=case["tolerance"]["abs"])
    assert (found.flagged, found.is_comparable) == ((), True)


def test_exactly_four_fifths_is_not_flagged_and_one_person_less_is():
    assert table([100, 100], [60, 48]).flagged == ()
    assert table([100, 100], [60, 47]).flagged == ("b",)
    assert table([3, 15], [3, 12]).groups[1].impact_ratio == Fraction(4, 5)


@given(COUNTS)
def test_ratios_are_exact_and_do_not_depend_on_the_order(counts):
    selected, applicants = zip(*counts, strict=True)
    found = table(applicants, selected)
    rates = [Fraction(of, number) for of, number in counts if number]
    for group, (of, number) in zip(found.groups, counts, strict=True):
        if number and max(rates) > 0:
            assert group.impact_ratio == Fraction(of, number) / max(rates)
            assert group.is_below_threshold == (5 * Fraction(of, number) < 4 * max(rates))
        else:
            assert group.impact_ratio == NotEstimable(Reason.ZERO_DENOMINATOR)
    assert sum(group.shortfall for group in found.groups) == 0
    turned = selection_table(
        applicants[::-1], selected=selected[::-1], names=[group.name for group in found.groups][::-1]
    )
    assert turned.groups[::-1] == found.groups


@given(COUNTS, st.integers(2, 9))
def test_ratios_do_not_depend_on_the_scale(counts, times):
    selected, applicants = zip(*counts, strict=True)
    many = table([number * times for number in applicants], [of * times for of in selected])
    assert [group.impact_ratio for group in many.groups] == [
        group.impact_ratio for group in table(applicants, selected).groups
    ]


def test_nobody_selected_gives_rates_and_no_ratios():
    found = table([10, 20], [0, 0])
    assert [group.rate for group in found.groups] == [0, 0]
    assert [group.impact_ratio for group in found.groups] == [NotEstimable(Reason.ZERO_DENOMINATOR)] * 2
    assert (found.is_comparable, found.flagged) == (False, ())


def test_everybody_selected_gives_ratios_of_one():
    found = table([10, 20, 3], [10, 20, 3])
    assert [group.impact_ratio for group in found.groups] == [1, 1, 1]
    assert found.best == ("a", "b", "c")


def test_one_group_is_compared_with_nobody():
    found = table([3], [1])
    assert (found.groups[0].impact_ratio, found.is_comparable, found.groups[0].is_small) == (1, False, True)


def test_a_tie_at_the_top_names_all_of_the_best():
    found = table([10, 20, 30], [5, 10, 6])
    assert (found.best, found.flagged) == (("a", "b"), ("c",))


def test_groups_below_two_percent_are_shown_and_may_be_left_out_of_the_ratio():
    kept = table([2, 98, 100], [2, 49, 60])
    assert (kept.best, kept.flagged, kept.groups[0].is_below_share) == (("a",), ("b", "c"), True)
    without = table([2, 98, 100], [2, 49, 60], leaves_out_small_shares=True)
    assert (without.best, without.flagged, without.groups[0].rate) == (("c",), (), 1)
    assert without.groups[0].impact_ratio == NotEstimable(Reason.TOO_FEW_VALUES)
    assert table([2, 98], [2, 49], leaves_out_small_shares=True).groups[0].is_in_ratio, "exactly 2 % is not below"


def test_small_groups_are_marked_and_not_hidden():
    found = table([30, 29, 0], [20, 3, 0])
    assert [group.is_small for group in found.groups] == [False, True, True]
    assert found.groups[2].rate == NotEstimable(Reason.ZERO_DENOMINATOR)


def test_unknown_people_are_counted_and_in_no_rate():
    found = table([10, 10], [5, 5], unknown_applicants=7, unknown_selected=2)
    assert (found.applicants, found.rate, found.unknown_applicants, found.unknown_selected) == (20, 0.5, 7, 2)


def test_the_flip_of_one_selection_tells_whether_the_flag_stands():
    firm = table([100, 100], [60, 30]).groups[1].flip
    assert (firm.ratio, firm.ends_flag, firm.turns_order) == (Fraction(31, 59), False, False)
    shaky = table([4, 3], [2, 1]).groups[1].flip
    assert (shaky.ratio, shaky.ends_flag, shaky.turns_order) == (Fraction(8, 3), True, True)
    assert table([3, 3], [1, 0]).groups[1].flip.ratio == NotEstimable(Reason.ZERO_DENOMINATOR)
    assert table([100, 100], [60, 48]).groups[1].flip is None


def test_the_shortfall_is_expected_less_selected():
    found = table([80, 40], [48, 12])
    assert [(group.expected, group.shortfall) for group in found.groups] == [(40, -8), (20, 8)]


@pytest.mark.parametrize(("applicants", "selected"), [([3], [4]), ([-1], [0]), ([2.5], [1]), ([3, 3], [1])])
def test_impossible_counts_are_refused(applicants, selected):
    with pytest.raises(CountsError):
        selection_table(applicants, selected=selected, names=["a"])


def test_impossible_names_and_rates_are_refused():
    with pytest.raises(CategoryError):
        selection_table([1, 1], selected=[0, 0], names=["a", "a"])
    with pytest.raises(RateError):
        impact_ratios([0.5, 1.1])
    with pytest.raises(RateError):
        table([1], [1], least_share=2)
    assert impact_ratios([]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert impact_ratios([0, 0]) == NotEstimable(Reason.ZERO_DENOMINATOR)


def test_tables_by_sex_by_race_and_by_both():
    sex, race = ["f", "m", "f", None, "m"], ["x", "x", "y", "y", None]
    found = tables_of_people([True, True, False, True, False], attributes={"sex": sex, "race": race})
    assert list(found) == ["sex", "race", "sex / race"]
    assert [(group.name, group.applicants, group.selected) for group in found["sex / race"].groups] == [
        ("f / x", 1, 1),
        ("f / y", 1, 0),
        ("m / x", 1, 1),
    ]
    unknown = [(name, entry.unknown_applicants, entry.unknown_selected) for name, entry in found.items()]
    assert unknown == [("sex", 1, 1), ("race", 1, 0), ("sex / race", 2, 1)]


def test_people_and_their_groups_must_be_as_many():
    with pytest.raises(CategoryError):
        table_of_people([True], groups=["f", "m"])
    with pytest.raises(CategoryError):
        intersections(["f"], ["x", "y"])
    assert table_of_people([], groups=[]).groups == ()


def test_the_scoring_rate_is_the_share_above_the_median_of_all():
    found = scoring_table([10, 20, 30, 40, 50], groups=["f", "f", "m", "m", "m"])
    assert [group.rate for group in found.groups] == [0, Fraction(2, 3)]
    assert is_above_median([5, 5, 5]).tolist() == [False] * 3
    assert is_above_median([]).tolist() == []
    with pytest.raises(FigureError):
        is_above_median([1.0, float("nan")])


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.randoms())
def test_at_most_half_score_above_the_median_in_any_order(scores, random):
    above = is_above_median(scores)
    assert 2 * above.sum() <= len(scores)
    groups = [random.choice("ab") for _ in scores]
    order = random.sample(range(len(scores)), len(scores))
    mixed = scoring_table([scores[place] for place in order], groups=[groups[place] for place in order])
    assert mixed == scoring_table(scores, groups=groups)


def test_each_cut_has_its_table():
    first, second = impact_ratios_at_cuts([50, 60, 70, 80], groups=["f", "m", "f", "m"], cuts=[60, 90])
    assert (first.flagged, second.is_comparable) == (("f",), False)


def test_the_difference_of_a_published_example():
    # Borenstein, Hedges, Higgins and Rothstein (2009), chapter 4: d = .5970, J = .9923, g = .5924.
    found = estimated(difference_of_moments((103, 100), deviations=(5.5, 4.5), numbers=(50, 50)))
    assert (found.uncorrected, found.value) == pytest.approx((0.5970, 0.5924), abs=1e-4)
    assert found.low < found.value < found.high


def test_the_difference_turns_with_the_groups_and_keeps_with_the_unit():
    random = np.random.default_rng(1)
    one, other = random.normal(0, 1, 12), random.normal(0.5, 1, 9)
    found = estimated(standardised_difference(one, other=other))
    turned = estimated(standardised_difference(other, other=one))
    stretched = estimated(standardised_difference(7 + 3 * one, other=7 + 3 * other))
    assert isclose(found.value, -turned.value)
    assert isclose(stretched.value, found.value)


def test_differences_that_cannot_be_told_have_a_reason():
    assert standardised_difference([1, 1], other=[2, 2]) == NotEstimable(Reason.NO_VARIATION)
    assert standardised_difference([], other=[2, 3, 4, 5]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert standardised_difference([1], other=[2, 3]) == NotEstimable(Reason.TOO_FEW_VALUES)


def test_the_ratio_that_a_difference_implies_falls_with_the_cut():
    # One standard deviation: 16 % pass where half of the others do (Sackett and Ellingson 1997).
    found = implied_ratios(-1.0, other_rates=[0.99, 0.5, 0.1])
    assert found.rates == pytest.approx([0.9076, 0.1587, 0.0113], abs=1e-4)
    assert (np.diff(found.ratios) < 0).all()
    assert found.is_below_threshold.tolist() == [False, True, True]
    with pytest.raises(RateError):
        implied_ratios(-1.0, other_rates=[0.0])
