"""Changes between cycles: independent errors, and a reason wherever one side is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import difference, estimate
from review.aggregation.changes import FrozenScores, frozen_scores, score_changes
from review.aggregation.errors import AggregationError
from tests.review.aggregation.organisations import aggregated, cycles

CODES = st.sampled_from([Reason.ESTIMATED, Reason.ESTIMATED, Reason.MANAGER_MISSING, Reason.NOT_ASKED])


@st.composite
def frozen(draw, names=("A", "B", "C")):
    """Stored scores of up to four people."""
    dimensions = tuple(draw(st.permutations(names)))[: draw(st.integers(1, len(names)))]
    people = draw(st.integers(0, 4))

    def numbers(size, high):
        return np.array(draw(st.lists(st.floats(0, high), min_size=size, max_size=size)), dtype=np.float64)

    def reasons(size):
        return np.array(draw(st.lists(CODES, min_size=size, max_size=size)), dtype=np.uint8)

    shape = (people, len(dimensions))
    size = people * len(dimensions)
    return FrozenScores(
        dimensions,
        value=numbers(size, 5).reshape(shape),
        standard_error=numbers(size, 1).reshape(shape),
        reason=reasons(size).reshape(shape),
        overall=numbers(people, 5),
        overall_error=numbers(people, 1),
        overall_reason=reasons(people),
    )


@settings(max_examples=80, deadline=None)
@given(frozen(), frozen(), st.data())
def test_every_change_is_the_difference_of_two_independent_numbers(later, earlier, data):
    place = np.array([data.draw(st.integers(-1, len(earlier.overall) - 1)) for _ in later.overall], dtype=np.int64)
    found = score_changes(later, earlier=earlier, earlier_place=place)
    for row, before in enumerate(place):
        for column, name in enumerate(later.dimensions):
            known = before >= 0 and name in earlier.dimensions
            at = (before, earlier.dimensions.index(name)) if known else None
            old_reason = earlier.reason[at] if at else Reason.NOT_ASKED
            reason = later.reason[row, column] or old_reason
            assert found.dimensions.reason[row, column] == reason
            assert found.earlier_missing[row, column] == (not later.reason[row, column] and bool(old_reason))
            if at and not reason:
                expected = difference(
                    estimate(later.value[row, column], later.standard_error[row, column]),
                    estimate(earlier.value[at], earlier.standard_error[at]),
                )
                assert found.dimensions.value[row, column] == expected.value
                assert found.dimensions.low[row, column] == pytest.approx(expected.low)
                assert found.dimensions.is_different[row, column] == expected.is_different


def test_someone_who_was_not_there_has_no_change_and_a_reason():
    scores = FrozenScores(
        ("A",), np.array([[4.0]]), np.array([[0.1]]), np.zeros((1, 1), np.uint8), np.array([4.0]), np.array([0.1]),
        np.zeros(1, np.uint8),
    )  # fmt: skip
    found = score_changes(scores, earlier=scores, earlier_place=np.array([-1]))
    assert found.overall.reason.tolist() == [Reason.NOT_ASKED]
    assert (found.overall_earlier_missing.tolist(), found.earlier_missing.tolist()) == ([True], [[True]])
    assert found.overall.value.tolist() == [0.0]
    moved = replace(scores, overall=np.array([3.7]), value=np.array([[3.78]]))
    known = score_changes(scores, earlier=moved, earlier_place=np.array([0]))
    assert (known.overall.is_different.tolist(), known.dimensions.is_different.tolist()) == ([True], [[False]])


@settings(max_examples=30, deadline=None)
@given(cycles())
def test_nothing_changed_against_the_same_cycle(cycle):
    scores = frozen_scores(aggregated(*cycle))
    found = score_changes(scores, earlier=scores, earlier_place=np.arange(len(scores.overall)))
    assert not found.dimensions.value.any()
    assert not found.dimensions.is_different.any()
    np.testing.assert_array_equal(found.overall.reason, scores.overall_reason)
    np.testing.assert_allclose(found.overall.standard_error, np.sqrt(2) * scores.overall_error, atol=1e-12)


def test_scores_that_do_not_fit_are_refused():
    good = FrozenScores(
        ("A",),
        value=np.zeros((1, 1)),
        standard_error=np.zeros((1, 1)),
        reason=np.zeros((1, 1), np.uint8),
        overall=np.zeros(1),
        overall_error=np.zeros(1),
        overall_reason=np.zeros(1, np.uint8),
    )
    for bad in ({"value": np.zeros((1, 2))}, {"overall": np.array([np.nan])}, {"standard_error": np.array([[-0.1]])}):
        with pytest.raises(AggregationError):
            replace(good, **bad)
    for place in (np.array([1]), np.array([-2]), np.array([0, 0])):
        with pytest.raises(AggregationError):
            score_changes(good, earlier=good, earlier_place=place)
