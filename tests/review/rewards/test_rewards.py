"""Grades, merit matrix, development priorities and readiness for promotion."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from assessments.measurement.reasons import Estimate, NotEstimable, Reason
from assessments.measurement.uncertainty import estimate
from review.aggregation.errors import UnknownGradeError
from review.rewards.development import gap_priorities
from review.rewards.errors import DistributionError, MeritMatrixError, RewardError, SalaryRangeError
from review.rewards.grades import coefficient_of, distribution_guidance, interpolated_coefficient
from review.rewards.merit import MeritMatrix, compa_ratio, range_penetration
from review.rewards.promotion import Readiness, Standing, probability_reached, readiness
from tests.oracles import oracle

MATRIX = MeritMatrix(
    edges=("0.9", "1.1"),
    rates={"S": ("0.08", "0.06", "0.04"), "A": ("0.06", "0.04", "0.02"), "B": ("0.04", "0.03", "0"), "D": (0, 0, 0)},
)


def test_the_place_in_the_range_of_the_oracle():
    case = oracle("compa_ratio_range")
    salary, (minimum, midpoint, maximum) = case["data"]["salary"], case["data"]["range"]
    assert float(compa_ratio(salary, midpoint)) == case["expected"]["compa_ratio"]
    assert float(range_penetration(salary, minimum, maximum)) == case["expected"]["range_penetration"]


@pytest.mark.parametrize("numbers", [(1, 0, 0), (1, 5, 5), (1, 6, 5), (-1, 1, 5), (1, -1, 5)])
def test_an_impossible_range_is_refused(numbers):
    with pytest.raises(SalaryRangeError):
        range_penetration(*numbers)


def test_a_midpoint_of_nothing_is_refused():
    with pytest.raises(SalaryRangeError):
        compa_ratio(100, 0)


@pytest.mark.parametrize(("ratio", "rate"), [("0.89", "0.06"), ("0.9", "0.04"), ("1.09", "0.04"), ("1.1", "0.02")])
def test_a_ratio_on_an_edge_is_in_the_band_above_it(ratio, rate):
    assert MATRIX.guideline("A", Fraction(ratio)) == Fraction(rate)


@pytest.mark.parametrize(
    ("edges", "rates"),
    [
        (("1.1", "0.9"), {"A": (3, 2, 1)}),
        (("0.9",), {"A": (3, 2, 1)}),
        ((), {}),
        (("0.9",), {"A": ("0.01", "0.02")}),
        (("0.9",), {"A": ("0.01", "-0.02")}),
        (("0.9",), {"A": ("0.02", "0.01"), "B": ("0.03", "0.01")}),
    ],
)
def test_a_matrix_that_turns_the_wrong_way_is_refused(edges, rates):
    with pytest.raises(MeritMatrixError):
        MeritMatrix(edges=edges, rates=rates)


def test_a_grade_outside_the_matrix_is_refused():
    with pytest.raises(UnknownGradeError):
        MATRIX.guideline("C", Fraction(1))


def test_coefficients_are_those_of_the_contract():
    assert [str(coefficient_of(grade)) for grade in "SABCD"] == ["1.5", "1.2", "1.0", "0.7", "0"]
    with pytest.raises(UnknownGradeError):
        coefficient_of("E")


@pytest.mark.parametrize(
    ("hundredths", "coefficient"), [(7499, "0"), (7500, "0.7"), (8350, "0.85"), (9200, "1"), (11200, "1.5")]
)
def test_an_interpolated_coefficient_has_no_steps_between_the_cuts(hundredths, coefficient):
    assert interpolated_coefficient(hundredths) == Fraction(coefficient)


def test_small_teams_are_counted_together():
    found = distribution_guidance({"north": 20, "south": 4, "east": 7, "west": 0})
    assert [(guide.teams, guide.people) for guide in found] == [(("north",), 20), (("east", "south"), 11)]
    assert all(sum(guide.counts.values()) == guide.people for guide in found)


def test_a_pool_that_stays_small_joins_the_smallest_sufficient_team():
    found = distribution_guidance({"north": 20, "south": 4, "east": 12})
    assert [guide.teams for guide in found] == [("north",), ("east", "south")]
    assert [guide.teams for guide in distribution_guidance({"a": 2, "b": 3})] == [("a", "b")]


@pytest.mark.parametrize("shares", [{"A": 50, "B": 49}, {"A": 110, "B": -10}])
def test_shares_that_are_no_distribution_are_refused(shares):
    with pytest.raises(DistributionError):
        distribution_guidance({"north": 20}, shares=shares)
    with pytest.raises(DistributionError):
        distribution_guidance({"north": -1})


def test_priorities_are_the_expected_weighted_shortfall():
    scores: dict[str, Estimate | NotEstimable]
    scores = {"A": estimate(3.2, 0.4), "B": estimate(3.9, 0.2), "C": NotEstimable(Reason.MANAGER_MISSING)}
    found = gap_priorities(scores, targets={"B": 4, "A": 4, "C": 3}, weights={"A": 0.5, "B": 0.5})
    drawn = np.random.default_rng(5).normal(3.2, 0.4, 400_000)
    first = found.ranked[0]
    assert (first.dimension, found.not_estimable) == ("A", {"C": Reason.MANAGER_MISSING})
    assert first.probability == pytest.approx((drawn < 4).mean(), abs=0.003)
    assert first.expected_gap == pytest.approx((4 - drawn[drawn < 4]).mean(), abs=0.003)
    assert first.priority == pytest.approx(0.5 * np.maximum(4 - drawn, 0).mean(), abs=0.003)


def test_a_target_far_below_the_score_has_no_priority():
    found = gap_priorities({"A": estimate(5.0, 0.05)}, targets={"A": 1}, weights={"A": 1.0})
    assert (found.ranked[0].priority, found.ranked[0].probability) == (0.0, 0.0)
    with pytest.raises(RewardError):
        gap_priorities({"A": estimate(5.0, 0.05)}, targets={"A": 1}, weights={"A": -1.0})


@pytest.mark.parametrize(
    ("value", "conditions", "expected"),
    [
        (4.5, {}, Readiness.ELIGIBLE),
        (3.4, {}, Readiness.GATHER_EVIDENCE),
        (2.0, {}, Readiness.NOT_YET),
        (4.5, {"grade": False}, Readiness.NOT_YET),
        (4.5, {"grade": None}, Readiness.GATHER_EVIDENCE),
        (4.5, {"grade": True}, Readiness.ELIGIBLE),
    ],
)
def test_readiness_looks_at_the_interval_and_the_conditions(value, conditions, expected):
    found = readiness({"A": 3}, scores={"A": estimate(value, 0.4)}, conditions=conditions)
    assert found.readiness is expected


def test_a_requirement_without_a_score_asks_for_more_evidence():
    found = readiness({"A": 3, "B": 3}, scores={"A": estimate(4.5, 0.2), "B": NotEstimable(Reason.MANAGER_MISSING)})
    assert found.readiness is Readiness.GATHER_EVIDENCE
    assert [entry.standing for entry in found.requirements] == [Standing.MET, Standing.UNCERTAIN]
    assert found.requirements[1].reason is Reason.MANAGER_MISSING
    assert readiness({}, scores={}).readiness is Readiness.GATHER_EVIDENCE


def test_the_probability_of_a_level_grows_with_the_score():
    assert probability_reached(Estimate(3, 0, 3, 3), 3) == 1
    assert probability_reached(Estimate(2.99, 0, 2.99, 2.99), 3) == 0
    assert probability_reached(estimate(3.5, 0.5), 3) == pytest.approx(0.8413447, abs=1e-7)
    assert Decimal(str(probability_reached(estimate(3.0, 0.5), 3))) == Decimal("0.5")
