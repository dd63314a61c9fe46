"""A breakdown shows as many of its cells as can be shown together, and no combination gives a small group away."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.breakdowns import shown_cells
from assessments.measurement.release_audit import AuditError, ReleasedSums
from tests.assessments.measurement.plain_audit import groups_that_follow

CELLS = st.lists(st.sets(st.sampled_from("abcdefgh")), min_size=1, max_size=7)
PEOPLE = [f"{number:03d}" for number in range(60)]


def released_of(earlier, threshold):
    """What an audit one by one let through."""
    released = ReleasedSums(threshold)
    for request in earlier:
        if request and released.audited(request).is_allowed:
            released = released.with_release(request)
    return released


def company(seed, people=60):
    """Cells of a company by unit, level, gender and tenure, two at a time, with all totals."""
    random = np.random.default_rng(seed)
    facts = [random.integers(0, count, people) for count in (6, 3, 2, 3)]
    cells = {frozenset(PEOPLE[:people])}
    for size in (1, 2):
        for axes in combinations(range(4), size):
            codes = np.stack([facts[axis] for axis in axes], axis=1)
            for code in np.unique(codes, axis=0):
                cells.add(frozenset(PEOPLE[place] for place in np.flatnonzero((codes == code).all(axis=1))))
    return sorted(cells, key=sorted)


def test_one_small_cell_takes_its_total_or_a_neighbour_with_it():
    teams = ["abc", "def", "gh", "abcdefgh"]
    found = shown_cells(ReleasedSums(3), teams)
    assert found.is_too_small.tolist() == [False, False, True, False]
    assert (found.lost_weight, found.is_least_loss) == (1.0, True)
    dear_total = shown_cells(ReleasedSums(3), teams, weights=[1, 2, 1, 5])
    assert dear_total.is_shown.tolist() == [False, True, False, True]


def test_what_was_released_before_counts_too():
    released = ReleasedSums(3).with_release("abcdefgh")
    assert shown_cells(released, ["abc", "def", "gh"]).is_shown.tolist() == [True, False, False]
    assert shown_cells(ReleasedSums(3), ["abc", "def", "gh"]).is_shown.tolist() == [True, True, False]


def test_an_empty_breakdown_and_empty_cells_show_nothing_and_lose_nothing():
    assert shown_cells(ReleasedSums(3), []).is_shown.tolist() == []
    found = shown_cells(ReleasedSums(3), ["", "abc"])
    assert (found.is_shown.tolist(), found.lost_weight) == ([False, True], 0.0)


def test_where_somebody_is_given_away_already_no_cell_is_shown():
    found = shown_cells(ReleasedSums(3, (frozenset("ab"),)), ["cdef", "gh"])
    assert (found.is_shown.tolist(), found.lost_weight, found.is_least_loss) == ([False, False], 1.0, True)


def test_weights_and_rounds_that_make_no_sense_are_refused():
    for wrong in ([1.0], [1.0, -1.0], [1.0, float("nan")]):
        with pytest.raises(AuditError):
            shown_cells(ReleasedSums(3), ["abc", "def"], weights=wrong)
    with pytest.raises(AuditError):
        shown_cells(ReleasedSums(3), ["abc"], rounds=0)


@settings(max_examples=50, deadline=None)
@given(CELLS, CELLS, st.sampled_from([3, 4]), st.data())
def test_no_choice_of_cells_loses_less_and_none_left_out_can_be_added(earlier, cells, threshold, data):
    released = released_of(earlier, threshold)
    weights = data.draw(st.lists(st.integers(0, 4), min_size=len(cells), max_size=len(cells)))
    found = shown_cells(released, cells, weights=weights)
    shown = [cell for cell, is_shown in zip(cells, found.is_shown, strict=True) if is_shown]
    assert not groups_that_follow([*released.released, *shown], below=threshold)
    large = [place for place, cell in enumerate(cells) if len(cell) >= threshold]
    for place in large:
        if not found.is_shown[place]:
            assert groups_that_follow([*released.released, *shown, cells[place]], below=threshold)
    least = min(
        sum(weights[place] for place in large if place not in kept)
        for size in range(len(large) + 1)
        for kept in combinations(large, size)
        if not groups_that_follow([*released.released, *(cells[place] for place in kept)], below=threshold)
    )
    assert found.is_least_loss
    assert found.lost_weight == least
    for cell in shown:
        released = released.with_release(cell)


def test_the_order_of_cells_changes_nothing():
    cells = company(3)
    order = np.random.default_rng(1).permutation(len(cells))
    found = shown_cells(ReleasedSums(3), cells)
    shuffled = shown_cells(ReleasedSums(3), [cells[place] for place in order])
    assert shuffled.is_shown.tolist() == found.is_shown[order].tolist()


def test_one_choice_for_all_loses_no_more_than_one_cell_after_the_other():
    for seed in range(3):
        cells = company(seed)
        found = shown_cells(ReleasedSums(3), cells)
        one_by_one = released_of(cells, 3)
        assert found.is_least_loss
        assert found.is_shown.sum() >= len(one_by_one.released)
        assert found.is_shown.sum() >= 0.75 * (~found.is_too_small).sum()


def test_with_one_round_the_choice_is_safe_and_its_distance_from_the_best_is_known():
    cells = company(1)
    quick, best = shown_cells(ReleasedSums(3), cells, rounds=1), shown_cells(ReleasedSums(3), cells)
    assert quick.least_possible_loss <= best.lost_weight <= quick.lost_weight
    released = ReleasedSums(3)
    for cell, is_shown in zip(cells, quick.is_shown, strict=True):
        released = released.with_release(cell) if is_shown else released
