"""Estimates beside the contract's: composite reliability, expected ranks, prediction of missing groups."""

from __future__ import annotations

import numpy as np
import pytest

from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.reasons import NotEstimable, Reason
from review.aggregation.composite_reliability import CompositeReliability, composite_reliability
from review.aggregation.cycle import aggregate_cycle
from review.aggregation.design import CycleDesign
from review.aggregation.errors import AggregationError
from review.aggregation.prediction import predicted_scores
from review.aggregation.ranks import expected_ranks
from tests.oracles import oracle


def test_the_composite_of_the_oracle():
    case = oracle("mosier_composite")
    data, expected, tolerance = case["data"], case["expected"], case["tolerance"]["abs"]
    found = composite_reliability(data["w"], deviations=data["sd"], reliabilities=data["rel"], correlations=data["R"])
    assert isinstance(found, CompositeReliability)
    assert found.variance == pytest.approx(expected["composite_var"], abs=tolerance)
    assert found.reliability == pytest.approx(expected["reliability"], abs=tolerance)
    assert found.standard_error == pytest.approx(expected["sem"], abs=tolerance)


def test_a_composite_that_does_not_vary_has_a_reason():
    found = composite_reliability([1, 1], deviations=[0, 0], reliabilities=[0.5, 0.5], correlations=np.eye(2))
    assert found == NotEstimable(Reason.NO_VARIATION)


@pytest.mark.parametrize("reliability", [[0.5], [0.5, 1.1], [0.5, float("nan")]])
def test_an_impossible_composite_is_refused(reliability):
    with pytest.raises(AggregationError):
        composite_reliability([1, 1], deviations=[1, 1], reliabilities=reliability, correlations=np.eye(2))


def test_expected_ranks_add_up_and_follow_the_scores():
    random = np.random.default_rng(2)
    value, error = random.normal(3, 0.5, 700), random.uniform(0.1, 0.5, 700)
    found = expected_ranks(value, standard_error=error, simulations=300)
    assert found.expected.sum() == pytest.approx(700 * 701 / 2)
    assert (found.low <= found.high).all()
    alike = expected_ranks(value, standard_error=np.full(700, 0.3), simulations=10).expected
    np.testing.assert_array_equal(np.argsort(alike), np.argsort(-value))


def test_expected_ranks_are_the_mean_ranks_of_a_simulation():
    value, error = np.array([4.0, 3.8, 3.0, 3.0]), np.array([0.3, 0.4, 0.2, 0.0])
    drawn = value + error * np.random.default_rng(3).standard_normal((200_000, 4))
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    found = expected_ranks(value, standard_error=error)
    np.testing.assert_allclose(found.expected, ranks.mean(axis=0), atol=0.01)
    np.testing.assert_array_equal(found.low, np.quantile(ranks, 0.1, axis=0, method="inverted_cdf"))


def test_equals_without_an_error_share_their_place():
    assert expected_ranks(np.array([3.0, 3.0, 2.0]), standard_error=np.zeros(3)).expected.tolist() == [1.5, 1.5, 3.0]
    with pytest.raises(AggregationError):
        expected_ranks(np.array([3.0, np.nan]), standard_error=np.zeros(2))


@pytest.fixture(name="simulated", scope="module")
def fixture_simulated():
    return cycle_of(400)


def cycle_of(subjects):
    """Subjects whose groups agree by known covariances, half of them without reports; the result and the truth."""
    random = np.random.default_rng(11)
    truth = 3.2 + random.normal(0, np.sqrt(0.3), (subjects, 1)) + random.normal(0, np.sqrt(0.1), (subjects, 3))
    rows, subject, group = [], [], []
    for number in range(subjects):
        for place, (name, count) in enumerate((("manager", 1), ("peers", 5), ("reports", 4 if number % 2 else 0))):
            for _ in range(count):
                level = truth[number, place] + random.normal(0, 0.5)
                rows.append(np.clip(np.rint(level + random.normal(0, 0.5, 3)), 1, 5))
                subject.append(number)
                group.append(group_index(name))
    weights = np.zeros((1, len(GROUPS)))
    weights[0, [1, 3, 4]] = [40, 30, 30]
    design = CycleDesign(
        layout=FormLayout(("A",), (3,)),
        applicable=np.ones((1, len(GROUPS), 1), dtype=np.bool_),
        group_weights=weights,
        profile_weights=np.ones((1, 1)),
        required_levels=np.full((1, 1), 3.0),
    )
    result = aggregate_cycle(
        np.array(rows, dtype=np.uint8),
        subject=np.array(subject),
        group=np.array(group),
        profile_of_subject=np.zeros(subjects, dtype=np.int64),
        design=design,
    )
    return result, truth @ np.array([0.4, 0.3, 0.3])


def test_a_prediction_of_missing_groups_is_nearer_to_the_truth_than_what_was_shown(simulated):
    result, truth = simulated
    found = predicted_scores(result)
    assert (found.reason == Reason.ESTIMATED).all()
    missing = np.arange(400) % 2 == 0
    by_prediction = found.value[missing, 0] - truth[missing]
    by_contract = result.scores.value[missing, 0] - truth[missing]
    assert np.square(by_prediction).mean() < np.square(by_contract).mean()
    assert np.corrcoef(found.value[:, 0], truth)[0, 1] > 0.9


def test_its_intervals_hold_what_they_promise(simulated):
    result, truth = simulated
    found = predicted_scores(result)
    covered = (found.low[:, 0] <= truth) & (truth <= found.high[:, 0])
    assert 0.84 <= covered.mean() <= 0.96
    assert found.standard_error[::2].mean() > found.standard_error[1::2].mean()


def test_too_few_subjects_are_a_reason():
    small = predicted_scores(cycle_of(20)[0])
    assert (small.reason == Reason.TOO_FEW_VALUES).all()
    assert not small.value.any()
