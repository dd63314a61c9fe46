"""Differences within a cycle know which raters both sides share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import closed_cells
from assessments.measurement.common_raters import CommonRaters, common_raters
from assessments.measurement.errors import ShapeError
from assessments.measurement.ratings import GROUPS, FormLayout
from assessments.measurement.reasons import Reason
from assessments.measurement.shuffling import cells_of_rows
from review.aggregation.composites import score_covariance
from review.aggregation.cycle import CycleScores, aggregate_cycle
from review.aggregation.design import CycleDesign
from review.aggregation.differences import dimension_differences, subject_differences
from review.aggregation.errors import AggregationError
from review.aggregation.explanation import dimension_difference

LAYOUT = FormLayout(("A", "B", "C"), (3, 4, 3))
PEOPLE = 40
SHARED = np.array([0.05, 0.02, 0.08])


@dataclass
class Company:
    """A cycle with its raters' names."""

    ratings: np.ndarray
    rater: np.ndarray
    cell: np.ndarray
    result: CycleScores

    def common(self, first, second) -> CommonRaters:
        """Raters whom pairs of people share."""
        return common_raters(
            self.ratings, rater=self.rater, cell=self.cell, table=self.result.cells, first=first, second=second
        )


def company(seed, people=PEOPLE) -> Company:
    """People with a manager, peers and reports out of a few raters, so that pairs share many of them."""
    random = np.random.default_rng(seed)
    rows, subject, group, rater = [], [], [], []
    for number in range(people):
        chosen = random.permutation(16)
        for place, names in ((1, [100 + number % 4]), (3, chosen[: random.integers(3, 8)]), (4, chosen[8:][:4])):
            for name in names:
                form = np.clip(np.rint(random.normal(3.4, 1.0, 10)), 1, 5)
                form[random.random(10) < 0.2] = 9
                rows.append(form)
                subject.append(number)
                group.append(place)
                rater.append(name)
    weights = np.zeros((1, len(GROUPS)))
    weights[0, [1, 3, 4]] = [50, 30, 20]
    design = CycleDesign(
        layout=LAYOUT,
        applicable=np.ones((1, len(GROUPS), 3), dtype=np.bool_),
        group_weights=weights,
        profile_weights=np.array([[2.0, 1.0, 1.0]]),
        required_levels=np.full((1, 3), 3.0),
    )
    ratings, subjects, groups = np.array(rows, dtype=np.uint8), np.array(subject), np.array(group)
    profiles = np.zeros(people, dtype=np.int64)
    result = aggregate_cycle(ratings, subject=subjects, group=groups, profile_of_subject=profiles, design=design)
    closed = closed_cells(
        ratings,
        subject=subjects,
        group=groups,
        profile_of_subject=profiles,
        asked=design.applicable,
        layout=LAYOUT,
        threshold=3,
    )
    cells = cells_of_rows(subject=subjects, group=groups, closed=closed)
    return Company(ratings, np.array(rater), cells, result)


@pytest.fixture(name="small", scope="module")
def fixture_small():
    return company(5)


def test_differences_of_dimensions_are_those_of_one_person_at_a_time(small):
    subject, first, second = (part.ravel() for part in np.indices((PEOPLE, 3, 3)))
    found = dimension_differences(small.result, subject=subject, first=first, second=second)
    names = LAYOUT.dimensions
    for place in np.flatnonzero(found.is_estimated & (first != second))[::5]:
        one = dimension_difference(
            small.result, subject=int(subject[place]), first=names[first[place]], second=names[second[place]]
        )
        expected = (one.value, one.standard_error, one.is_different)
        assert (found.value[place], found.standard_error[place], found.is_different[place]) == pytest.approx(expected)
    assert not found.standard_error[first == second].any()


def plain_common(small, first, second, place):
    """Names of counted raters of each pair of cells, written plainly."""
    defined = rater_values(small.ratings, layout=LAYOUT).is_defined
    cells = small.result.cells
    found = {}
    for a in cells.rows_of(first):
        for b in cells.rows_of(second):
            names = [
                {small.rater[row] for row in np.flatnonzero(small.cell == cell) if defined[row, place]}
                if cells.raters[cell, place]
                else set()
                for cell in (a, b)
            ]
            found[a, b] = len(names[0] & names[1])
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=4))
def test_common_raters_are_those_counted_in_both_cells(seed, pairs):
    small = company(seed, people=12)
    first, second = (np.array(part, dtype=np.int64) for part in (zip(*pairs, strict=True) if pairs else ((), ())))
    found = small.common(first, second)
    entries = zip(found.pair, found.first_cell, found.second_cell, strict=True)
    listed = {key: found.raters[place] for place, key in enumerate(entries)}
    for number, (one, other) in enumerate(pairs):
        for place in range(3):
            for (a, b), expected in plain_common(small, one, other, place).items():
                assert listed.get((number, a, b), np.zeros(3))[place] == expected


def plain_covariance(small, first, second, place):
    """Covariance of two scores through common raters, cell by cell."""
    result, total = small.result, 0.0
    for (a, b), number in plain_common(small, first, second, place).items():
        is_named = [result.cells.groups[cell] < 8 for cell in (a, b)]
        variance = 0.0 if any(is_named) else SHARED[place]
        for cell, person in ((a, first), (b, second)):
            weight = result.terms.weight[result.terms.kind[cell], place]
            variance *= weight / result.scores.shown_weight[person, place] / max(result.cells.raters[cell, place], 1)
        total += number * variance
    return total


def test_differences_of_people_take_off_what_their_common_raters_carry(small):
    first, second = np.arange(0, 20), np.arange(20, 40)
    found = subject_differences(
        small.result, first=first, second=second, common=small.common(first, second), shared_variance=SHARED
    )
    errors = small.result.scores.standard_error
    for pair in range(20):
        for place in np.flatnonzero(found.dimensions.is_estimated[pair]):
            covariance = plain_covariance(small, first[pair], second[pair], place)
            variance = errors[first[pair], place] ** 2 + errors[second[pair], place] ** 2 - 2 * covariance
            assert found.dimensions.standard_error[pair, place] == pytest.approx(np.sqrt(variance))
    alone = subject_differences(small.result, first=first, second=second)
    known = found.overall.is_estimated
    assert (found.overall.standard_error[known] < alone.overall.standard_error[known]).all()


def test_turning_a_pair_round_turns_the_sign_and_nothing_else(small):
    first, second = np.arange(0, 20), np.arange(20, 40)
    one, other = (
        subject_differences(
            small.result, first=a, second=b, common=small.common(a, b), shared_variance=SHARED,
            named_shared_variance=SHARED,
        )
        for a, b in ((first, second), (second, first))
    )  # fmt: skip
    for mine, theirs in ((one.dimensions, other.dimensions), (one.overall, other.overall)):
        np.testing.assert_allclose(mine.value, -theirs.value, atol=1e-12)
        np.testing.assert_allclose(mine.standard_error, theirs.standard_error, atol=1e-12)
        np.testing.assert_array_equal(mine.is_different, theirs.is_different)


def test_a_common_manager_counts_where_it_is_known_what_managers_carry(small):
    first, second = np.array([0, 0]), np.array([4, 5])
    common = small.common(first, second)
    without, with_manager = (
        subject_differences(
            small.result, first=first, second=second, common=common, named_shared_variance=variance
        ).overall.standard_error
        for variance in (None, np.full(3, 0.1))
    )
    assert with_manager[0] < without[0]
    assert with_manager[1] == without[1]


def test_a_missing_score_leaves_its_reason(small):
    reason = small.result.scores.reason.copy()
    reason[0, 0], reason[1, 1] = Reason.MANAGER_MISSING, Reason.NO_CYCLE_MEAN
    result = replace(small.result, scores=replace(small.result.scores, reason=reason))
    found = subject_differences(result, first=np.array([0]), second=np.array([1])).dimensions
    assert found.reason[0, :2].tolist() == [Reason.MANAGER_MISSING, Reason.NO_CYCLE_MEAN]
    assert not found.value[0, :2].any()
    assert not found.is_different[0, :2].any()


def test_places_that_do_not_exist_are_refused(small):
    bad, good = np.array([PEOPLE]), np.array([0])
    for first, second in ((bad, good), (good, bad), (np.array([-1]), good), (good, np.array([0, 1]))):
        with pytest.raises(AggregationError):
            subject_differences(small.result, first=first, second=second)
    with pytest.raises(AggregationError):
        dimension_differences(small.result, subject=good, first=np.array([3]), second=good)
    with pytest.raises(ShapeError):
        small.common(bad, good)
    for variance in (np.ones(2), np.array([0.1, np.nan, 0.1]), np.array([0.1, -0.1, 0.1])):
        with pytest.raises(AggregationError):
            subject_differences(
                small.result, first=good, second=good, common=small.common(good, good), shared_variance=variance
            )


def test_the_covariance_of_one_person_is_that_of_all(small):
    covariance = score_covariance(
        small.result.cells, subject=3, terms=small.result.terms, scores=small.result.scores, spread=small.result.spread
    )
    found = dimension_differences(small.result, subject=np.array([3]), first=np.array([0]), second=np.array([1]))
    expected = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert found.standard_error[0] ** 2 == pytest.approx(expected)
