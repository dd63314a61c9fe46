"""Points of parts join to sections and totals as the contract says, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.reasons import Reason
from assessments.measurement.weighting import PartState, weighted_points
from review.aggregation.bands import (
    DEFAULT_BANDS,
    GradeBands,
    boundary_zone,
    effective_weights,
    expected_distribution,
    grade_probabilities,
)
from review.aggregation.errors import BandsError, UnknownGradeError, WeightsError
from review.aggregation.points import weights_of_100
from review.aggregation.totals import SectionEntry, cycle_totals, total_result
from tests.oracles import oracle


def test_the_scorecard_of_the_oracle():
    case = oracle("scorecard_weighted")
    points = [None if score is None else 100 * score for score in case["data"]["scores"]]
    states = [PartState.NOT_APPLICABLE if score is None else PartState.SCORED for score in points]
    result = weighted_points(points, weights=case["data"]["weights"], states=states)
    assert result.hundredths == round(case["expected"]["renormalized"] * 10_000)
    assert result.remaining_share == Fraction(4, 5)


def test_at_least_sixty_percent_of_the_weight_must_remain():
    states = [PartState.SCORED, PartState.NOT_APPLICABLE]
    assert weighted_points([90.0, None], weights=[60, 40], states=states).hundredths == 9000
    below = weighted_points([90.0, None], weights=["59.99", "40.01"], states=states)
    assert (below.hundredths, below.reason) == (None, Reason.TOO_LITTLE_WEIGHT)


def test_what_is_not_delivered_or_missing_leaves_no_points():
    states = [PartState.SCORED, PartState.NOT_DELIVERED]
    assert weighted_points([90.0, None], weights=[60, 40], states=states).reason is Reason.NOT_DELIVERED
    assert weighted_points([90.0, None], weights=[60, 40]).reason is Reason.PART_MISSING


@pytest.mark.parametrize("weights", [[60, 41], [60], ["59.9", 40], [-10, 110], []])
def test_weights_that_do_not_sum_to_100_are_refused(weights):
    with pytest.raises(WeightsError):
        weights_of_100(weights)
    with pytest.raises(WeightsError):
        total_result([SectionEntry(str(n), weight, 9000) for n, weight in enumerate(weights)])


def test_weights_of_three_thirds_are_read_exactly():
    assert sum(weights_of_100(["33.3", "33.3", "33.4"])) == 100


@given(st.lists(st.tuples(st.integers(0, 12_000_000), st.integers(1, 100)), min_size=1, max_size=6))
def test_the_mean_is_exact_and_between_its_parts(parts):
    points = [micro / 10**5 for micro, _ in parts]
    result = weighted_points(points, weights=[weight for _, weight in parts])
    exact = sum(Fraction(micro, 10**5) * w for micro, w in parts) / sum(w for _, w in parts)
    assert result.hundredths == int(exact * 100 + Fraction(1, 2))
    assert min(points) - 0.01 <= result.hundredths / 100 <= max(points) + 0.01


def test_the_grade_is_decided_on_the_shown_number():
    almost = total_result([SectionEntry("one", 50, 9199), SectionEntry("other", 50, 9200)])
    assert (almost.hundredths, almost.grade) == (9200, "B")


def test_gates_cap_the_grade_and_are_never_averaged():
    result = total_result([SectionEntry("all", 100, 11500)], caps=["C", "B"])
    assert (result.hundredths, result.grade_before_gates, result.grade) == (11500, "S", "C")
    assert total_result([SectionEntry("all", 100, 7600)], caps=["B"]).grade == "C"


def test_a_missing_or_undelivered_section_leaves_no_grade():
    for entry in (SectionEntry("kpi", 60, None), SectionEntry("kpi", 60, None, state=PartState.NOT_DELIVERED)):
        assert total_result([SectionEntry("competency", 40, 9000), entry]).grade is None


def test_a_section_that_does_not_apply_leaves_the_others():
    small = SectionEntry("kpi", 40, None, state=PartState.NOT_APPLICABLE)
    large = SectionEntry("kpi", 60, None, state=PartState.NOT_APPLICABLE)
    assert total_result([SectionEntry("competency", 60, 9000), small]).hundredths == 9000
    assert total_result([SectionEntry("competency", 40, 9000), large]).reason is Reason.TOO_LITTLE_WEIGHT


@given(st.lists(st.lists(st.integers(-500, 12_000), min_size=3, max_size=3), min_size=1, max_size=8))
def test_all_totals_at_once_are_those_of_each_person(rows):
    weights = ["33.3", "33.3", "33.4"]
    totals = cycle_totals(np.array(rows), weights=weights)
    for row, total in zip(rows, totals, strict=True):
        sections = [
            SectionEntry(str(n), weight, points) for n, (points, weight) in enumerate(zip(row, weights, strict=True))
        ]
        assert total_result(sections).hundredths == total


@pytest.mark.parametrize(
    ("hundredths", "grade"),
    [(11200, "S"), (11199, "A"), (10400, "A"), (10399, "B"), (9200, "B"), (9199, "C"), (7500, "C"), (7499, "D")],
)
def test_default_bands_are_those_of_the_contract(hundredths, grade):
    assert DEFAULT_BANDS.grade_of(hundredths) == grade


@pytest.mark.parametrize(
    "cuts", [(("A", 9000), ("B", 9000)), (("A", 9000), ("B", 9500)), (("A", 9000), ("A", 8000)), (("D", 9000),), ()]
)
def test_overlapping_bands_are_refused(cuts):
    with pytest.raises(BandsError):
        GradeBands(cuts=cuts, lowest="D")


def test_an_unknown_grade_is_refused():
    with pytest.raises(UnknownGradeError):
        DEFAULT_BANDS.capped("B", ["E"])


def test_who_lies_within_one_standard_error_of_a_cut_is_named():
    assert boundary_zone(9293, 0.93) == ("B", "C")
    assert boundary_zone(9293, 0.92) == ()
    assert boundary_zone(9200, 0.0) == ()
    assert boundary_zone(10800, 4.0) == ("S", "A", "B")


def test_the_dry_run_adds_up_to_all_people():
    random = np.random.default_rng(3)
    points = random.normal(98, 8, 200)
    found = expected_distribution(points, deviation=np.array(5.0))
    assert sum(found.expected) == pytest.approx(200)
    assert sum(found.share) == pytest.approx(1)
    certain = expected_distribution(np.array([112.0, 111.99, 92.0, 10.0]), deviation=np.array(0.0))
    assert certain.expected == (1.0, 1.0, 1.0, 0.0, 1.0)
    assert certain.standard_error == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_the_probability_of_a_grade_is_that_of_the_rounded_points():
    simulated = np.random.default_rng(4).normal(103, 4, 200_000)
    ranks = DEFAULT_BANDS.ranks_of(np.floor(simulated * 100 + 0.5).astype(int))
    shares = np.bincount(ranks, minlength=5) / len(ranks)
    found = grade_probabilities(np.array([103.0]), deviation=np.array(4.0))[0]
    np.testing.assert_allclose(found, shares, atol=0.005)


def test_effective_weights_follow_the_spread_of_the_sections():
    assert effective_weights(np.array([50, 50]), deviations=np.array([2.0, 4.0])) == pytest.approx((0.2, 0.8))
    assert effective_weights(np.array([40, 60]), deviations=np.array([0.0, 0.0])) == pytest.approx((0.4, 0.6))
    with pytest.raises(BandsError):
        effective_weights(np.array([40, 60]), deviations=np.array([1.0, float("nan")]))
