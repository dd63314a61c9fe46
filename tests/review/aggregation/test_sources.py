"""Distances of sources and reliability of anonymous means against plain arithmetic and a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.reasons import NotEstimable, Reason
from review.aggregation.composite_reliability import CompositeReliability, observed_reliability
from review.aggregation.cycle import CycleScores, aggregate_cycle
from review.aggregation.design import CycleDesign
from review.aggregation.errors import AggregationError
from review.aggregation.raters_needed import AnonymousReliability, anonymous_reliability
from review.aggregation.sources import source_distances

PERSON, RATER = 0.30, 0.50


def cycle_of(people: int, *, seed: int = 3, person: float = PERSON) -> CycleScores:
    """People with two dimensions, a manager and four to six peers each."""
    random = np.random.default_rng(seed)
    rows, subject, group = [], [], []
    for number in range(people):
        truth = 3.0 + random.normal(0, np.sqrt(person), 2)
        for name, count in (("manager", 1), ("peers", 4 + number % 3)):
            for _ in range(count):
                level = np.repeat(truth + random.normal(0, np.sqrt(RATER), 2), 3)
                rows.append(np.clip(np.rint(level + random.normal(0, 0.3, 6)), 1, 5))
                subject.append(number)
                group.append(group_index(name))
    weights = np.zeros((1, len(GROUPS)))
    weights[0, [1, 3]] = [50, 50]
    return aggregate_cycle(
        np.array(rows, dtype=np.uint8),
        subject=np.array(subject),
        group=np.array(group),
        profile_of_subject=np.zeros(people, dtype=np.int64),
        design=CycleDesign(
            layout=FormLayout(("A", "B"), (3, 3)),
            applicable=np.ones((1, len(GROUPS), 2), dtype=np.bool_),
            group_weights=weights,
            profile_weights=np.array([[60.0, 40.0]]),
            required_levels=np.full((1, 2), 3.0),
        ),
    )


def test_the_distance_of_a_source_is_the_weighted_mean_over_its_dimensions():
    result = cycle_of(12)
    found = source_distances(result)
    assert len(found.subject) == 24
    for row in range(len(found.subject)):
        cell = next(
            place
            for place in result.cells.rows_of(int(found.subject[row]))
            if result.cells.groups[place] == found.groups[row]
        )
        group = int(found.groups[row]).bit_length() - 1
        above = result.cells.means()[cell] - result.means.value[group]
        assert found.distance[row] == pytest.approx(0.6 * above[0] + 0.4 * above[1], abs=1e-12)


def test_sources_lie_about_the_means_of_the_cycle():
    found = source_distances(cycle_of(40))
    for groups in np.unique(found.groups):
        assert found.distance[found.groups == groups].mean() == pytest.approx(0, abs=1e-5)


def test_reliability_of_anonymous_means_finds_the_truth_of_a_simulation():
    for found in anonymous_reliability(cycle_of(800)):
        assert isinstance(found, AnonymousReliability)
        assert found.person_variance == pytest.approx(PERSON, abs=0.06)
        assert found.raters == pytest.approx(5, abs=0.05)
        ratio = found.rater_variance / found.person_variance
        assert found.reliability == pytest.approx(1 / (1 + ratio / found.raters))
        assert found.needed == int(np.ceil(0.7 / 0.3 * ratio))


def test_people_who_do_not_differ_need_more_raters_than_can_be_had():
    assert any(
        isinstance(found, AnonymousReliability) and isinstance(found.needed, NotEstimable)
        for found in anonymous_reliability(cycle_of(60, person=0.0))
    )


def test_few_cells_are_a_reason_and_targets_lie_between_nothing_and_all():
    assert set(anonymous_reliability(cycle_of(9))) == {NotEstimable(Reason.TOO_FEW_VALUES)}
    with pytest.raises(AggregationError):
        anonymous_reliability(cycle_of(12), target=1.0)


def test_observed_reliability_is_the_share_that_is_not_error():
    random = np.random.default_rng(2)
    truth, error = random.normal(3, 0.6, 4_000), np.full(4_000, 0.3)
    found = observed_reliability(truth + random.normal(0, 0.3, 4_000), standard_error=error)
    none = observed_reliability(truth[:12], standard_error=np.full(12, 9.0))
    assert isinstance(found, CompositeReliability)
    assert isinstance(none, CompositeReliability)
    assert found.reliability == pytest.approx(0.8, abs=0.02)
    assert found.standard_error == pytest.approx(0.3)
    assert none.reliability == 0
    assert observed_reliability(truth[:9], standard_error=error[:9]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert observed_reliability(np.full(10, 3.0), standard_error=error[:10]) == NotEstimable(Reason.NO_VARIATION)
    with pytest.raises(AggregationError):
        observed_reliability(np.array([np.nan]), standard_error=np.zeros(1))
