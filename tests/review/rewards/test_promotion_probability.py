"""Probabilities over several requirements, costs of both mistakes, and priorities of many people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from assessments.measurement.reasons import Estimate, Reason
from review.rewards.development import gap_priorities, priority_table
from review.rewards.errors import RewardError
from review.rewards.promotion import probability_reached
from review.rewards.promotion_probability import promotion_choices, promotion_probabilities

QUICK = settings(max_examples=50, deadline=None)

SCORES = st.lists(st.floats(1, 5), min_size=3, max_size=3)
ERRORS = st.lists(st.floats(0.05, 1), min_size=3, max_size=3)


@QUICK
@given(SCORES, ERRORS, st.floats(0, 0.9))
def test_all_requirements_are_less_probable_than_the_weakest_and_more_than_independent_ones(
    scores, errors, correlation
):
    each = [probability_reached(Estimate(s, e, s, s), 3.0) for s, e in zip(scores, errors, strict=True)]
    found = promotion_probabilities([scores], standard_error=errors, required=3, correlation=correlation)
    assert found.each[0] == pytest.approx(each, abs=1e-12)
    assert np.prod(each) - 1e-9 <= found.joint[0] <= min(each) + 1e-9
    assert each[found.weakest[0]] == pytest.approx(min(each), abs=1e-12)
    higher = promotion_probabilities(
        [[scores[0] + 0.3, *scores[1:]]], standard_error=errors, required=3, correlation=correlation
    )
    assert higher.joint[0] >= found.joint[0] - 1e-9


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.5, 0.95, 0.999])
def test_the_joint_probability_is_that_of_the_normal_distribution(correlation):
    z = np.array([0.4, -0.2])
    covariance = np.array([[1, correlation], [correlation, 1]])
    expected = multivariate_normal(cov=covariance).cdf(z)
    found = promotion_probabilities([3 + z], standard_error=1, required=3, correlation=correlation)
    assert found.joint[0] == pytest.approx(float(expected), abs=2e-6)
    assert promotion_probabilities([3 + z], standard_error=1, required=3, correlation=1).joint[0] == pytest.approx(
        norm.cdf(-0.2)
    )


def test_two_equal_requirements_have_the_probability_of_an_orthant():
    found = promotion_probabilities([[3, 3]], standard_error=1, required=3, correlation=0.5)
    assert found.joint[0] == pytest.approx(1 / 3, abs=1e-9)


def test_what_is_missing_or_not_required_is_told():
    has_score = np.array([[True, False], [True, True], [True, False], [False, False]])
    is_required = np.array([[True, True], [True, True], [True, False], [False, False]])
    value = np.where(has_score, 4.0, np.nan)
    found = promotion_probabilities(
        value, standard_error=0, required=[3, 5], has_score=has_score, is_required=is_required
    )
    assert found.reason.tolist() == [Reason.PART_MISSING, Reason.ESTIMATED, Reason.ESTIMATED, Reason.NOT_ASKED]
    assert found.joint.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert found.weakest.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_without_any_requirement_nobody_is_asked(correlation):
    found = promotion_probabilities(np.zeros((2, 0)), standard_error=1, required=3, correlation=correlation)
    assert (found.reason.tolist(), found.joint.tolist()) == ([Reason.NOT_ASKED] * 2, [0.0, 0.0])


@pytest.mark.parametrize(
    "wrong",
    [{"value": [[np.nan]]}, {"value": [3.0]}, {"standard_error": -1}, {"correlation": 1.1}, {"required": np.inf}],
)
def test_numbers_that_cannot_be_are_refused(wrong):
    columns = {"value": [[3.0]], "standard_error": 1, "required": 3} | wrong
    with pytest.raises(RewardError):
        promotion_probabilities(columns.pop("value"), **columns)


@QUICK
@given(st.floats(0, 1), st.floats(0.1, 9), st.floats(0.1, 9))
def test_the_favoured_choice_is_the_cheaper_one(chance, early, late):
    found = promotion_choices([chance], cost_of_too_early=early, cost_of_too_late=late)
    assert found.threshold == pytest.approx(early / (early + late))
    assert found.is_favoured[0] == (found.cost_of_promoting[0] <= found.cost_of_waiting[0])
    if abs(chance - found.threshold) > 1e-9:
        assert found.is_favoured[0] == (chance > found.threshold)


@pytest.mark.parametrize(
    "numbers", [([0.5], 0, 0), ([0.5], -1, 2), ([1.5], 1, 1), ([np.nan], 1, 1), ([0.5], np.inf, 1)]
)
def test_costs_and_chances_that_cannot_be_are_refused(numbers):
    chance, early, late = numbers
    with pytest.raises(RewardError):
        promotion_choices(chance, cost_of_too_early=early, cost_of_too_late=late)


@QUICK
@given(st.floats(1, 5), st.floats(0, 1), st.floats(1, 5), st.floats(0, 1))
def test_a_priority_is_the_mean_shortfall_times_weight_and_learnability(score, error, target, ease):
    found = priority_table([[score]], standard_error=error, targets=target, weights=0.4, learnability=ease)
    nodes = np.linspace(-9, 9, 20_001)
    density = norm.pdf(nodes) * (nodes[1] - nodes[0])
    shortfall = (np.maximum(target - score - error * nodes, 0) * density).sum()
    assert found.priority[0, 0] == pytest.approx(0.4 * ease * shortfall, abs=1e-5)
    assert found.expected_gap[0, 0] >= 0


@QUICK
@given(st.floats(1, 5), st.floats(0.001, 1), st.floats(1, 5), st.floats(0, 2))
def test_priority_grows_with_the_target_and_falls_with_the_score(score, error, target, more):
    here, wanted, better = (
        priority_table([s], standard_error=error, targets=t, weights=1).priority[0]
        for s, t in ((score, target), (score, target + more), (score + more, target))
    )
    assert wanted >= here - 1e-12 >= better - 2e-12


def test_one_person_has_the_priorities_of_the_table_and_what_cannot_be_learned_has_none():
    scores = {"A": Estimate(3.2, 0.4, 2.5, 3.9), "B": Estimate(2.0, 0.3, 1.5, 2.5)}
    found = gap_priorities(scores, targets={"A": 4, "B": 4}, weights={"A": 0.5, "B": 0.5}, learnability={"B": 0.0})
    table = priority_table([3.2, 2.0], standard_error=[0.4, 0.3], targets=4, weights=0.5, learnability=[1, 0])
    assert [(entry.dimension, entry.priority) for entry in found.ranked] == [("A", table.priority[0]), ("B", 0.0)]
    assert found.ranked[0].priority == pytest.approx(0.5 * norm.cdf(2) * (0.8 + 0.4 * norm.pdf(2) / norm.cdf(2)))


@pytest.mark.parametrize("wrong", [{"weights": -1}, {"targets": np.nan}, {"standard_error": -1}, {"learnability": -1}])
def test_columns_that_cannot_be_are_refused(wrong):
    with pytest.raises(RewardError):
        priority_table([3.0], **({"standard_error": 0.1, "targets": 4, "weights": 1} | wrong))
