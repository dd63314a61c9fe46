"""The partition, items and comments follow the promise to raters word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.disclosure import (
    ABSENT,
    DELETED,
    are_comments_shown,
    are_items_shown,
    may_change_threshold,
    partition_cycle,
    partition_of,
    shown_item_means,
    validated_threshold,
)
from assessments.measurement.errors import LayoutError, ShapeError, ThresholdError


def cells_of(counts, **options):
    """Cells and deleted groups as plain strings."""
    found = partition_of(counts, **options)
    return ["+".join(cell) for cell in found.cells], [str(group) for group in found.deleted]


def test_groups_that_reach_the_threshold_stand_alone():
    assert cells_of({"peers": {"A": 3}, "reports": {"A": 4}}) == (["peers", "reports"], [])


def test_a_groups_size_is_its_smallest_count():
    assert cells_of({"peers": {"A": 5, "B": 2}, "reports": {"A": 4}}) == (["peers+reports"], [])


def test_small_groups_are_merged_with_each_other_first():
    counts = {"peers": {"A": 2}, "reports": {"A": 6}, "customers": {"A": 1}}
    assert cells_of(counts) == (["peers+customers", "reports"], [])


def test_small_groups_that_stay_too_small_join_the_smallest_sufficient_group():
    counts = {"peers": {"A": 6}, "reports": {"A": 4}, "partners": {"A": 1}, "customers": {"A": 1}}
    assert cells_of(counts) == (["peers", "reports+partners+customers"], [])


def test_of_equally_small_sufficient_groups_the_first_is_joined():
    counts = {"peers": {"A": 4}, "reports": {"A": 4}, "customers": {"A": 1}}
    assert cells_of(counts) == (["peers+customers", "reports"], [])


def test_without_a_sufficient_group_the_answers_are_deleted():
    assert cells_of({"peers": {"A": 1}, "reports": {"A": 1}}) == ([], ["peers", "reports"])


def test_a_group_without_any_value_is_no_group():
    assert cells_of({"peers": {"A": 3}, "reports": {"A": 0}}) == (["peers"], [])


def test_a_dimension_nobody_could_rate_makes_the_group_small():
    assert cells_of({"peers": {"A": 5, "B": 0}}) == ([], ["peers"])


def test_a_merged_cells_size_counts_only_dimensions_asked_of_all_its_groups():
    found = partition_of({"peers": {"A": 2, "B": 2}, "reports": {"A": 2}})
    assert [list(map(str, cell)) for cell in found.cells] == [["peers", "reports"]]
    assert list(found.shown.values()) == [("A",)]


def test_a_dimension_asked_of_a_part_is_shown_when_that_part_reaches_the_threshold():
    found = partition_of({"peers": {"A": 2, "B": 3}, "reports": {"A": 2}})
    assert list(found.shown.values()) == [("A", "B")]


def test_groups_that_share_no_dimension_are_no_cell():
    assert cells_of({"peers": {"A": 2}, "reports": {"B": 2}}) == ([], ["peers", "reports"])


def test_dimensions_of_fewer_than_three_items_are_not_shown():
    found = partition_of({"peers": {"A": 4, "B": 4}}, item_counts={"A": 3, "B": 2})
    assert list(found.shown.values()) == [("A",)]


def test_a_named_source_is_not_a_group_of_the_partition():
    with pytest.raises(LayoutError):
        partition_of({"manager": {"A": 1}})


def test_the_threshold_is_three_to_ten():
    assert [validated_threshold(n) for n in (3, 10)] == [3, 10]
    for wrong in (2, 11, 0, -1, True):
        with pytest.raises(ThresholdError):
            validated_threshold(wrong)


def test_after_the_first_answer_the_threshold_only_rises():
    assert may_change_threshold(5, 3, has_answers=False)
    assert not may_change_threshold(5, 4, has_answers=True)
    assert may_change_threshold(5, 5, has_answers=True)
    assert may_change_threshold(5, 6, has_answers=True)


def test_counts_and_asked_must_have_one_shape():
    with pytest.raises(ShapeError):
        partition_cycle(np.zeros((1, 4, 2), int), asked=np.ones((1, 4, 3), bool), threshold=3)


def test_items_are_shown_unless_one_of_them_is_near_the_bottom():
    ratings = np.array([[1, 4], [1, 5], [2, 4], [1, 3], [2, 5]], dtype=np.uint8)
    assert shown_item_means(ratings).tolist() == [1.4, 4.2]
    ratings[2, 0] = 1
    assert not shown_item_means(ratings).size
    assert not shown_item_means(ratings[:0]).size


@pytest.mark.parametrize(
    ("counted", "counted_complete", "complete", "threshold", "expected"),
    [(5, 5, 5, 3, True), (4, 4, 4, 3, False), (6, 5, 5, 3, False), (5, 5, 6, 3, False), (6, 6, 6, 7, False)],
)
def test_items_are_shown_only_when_exactly_the_counted_raters_answered_all(
    counted, counted_complete, complete, threshold, expected
):
    shown = are_items_shown(
        counted=np.array(counted),
        counted_complete=np.array(counted_complete),
        complete=np.array(complete),
        threshold=threshold,
    )
    assert bool(shown) is expected


@pytest.mark.parametrize(
    ("respondents", "commented", "threshold", "expected"),
    [(5, 3, 3, True), (4, 4, 3, False), (5, 2, 3, False), (7, 3, 8, False), (8, 3, 8, True)],
)
def test_comments_need_five_respondents_of_whom_three_commented(respondents, commented, threshold, expected):
    assert are_comments_shown(respondents=respondents, commented=commented, threshold=threshold) is expected


GROUP = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 6), min_size=1)


def plain_partition(groups, threshold):
    """Rule 1 as it is written, for one subject: the cell of each group as a set, or deleted, or absent."""
    sizes = {group: min(of.values()) for group, of in groups.items() if any(of.values())}
    small = [group for group, size in sizes.items() if size < threshold]
    cell = {group: frozenset({group}) for group in sizes if group not in small}
    together = list(small)
    asked_of_all = set.intersection(*(set(groups[group]) for group in small)) if small else set()
    merged = [sum(groups[group][name] for group in small) for name in asked_of_all]
    if small and min(merged, default=0) < threshold:
        if not cell:
            return dict.fromkeys(small, "deleted")
        together.append(min(cell, key=lambda group: (sizes[group], group)))
    return cell | dict.fromkeys(together, frozenset(together))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.integers(0, 3), GROUP, max_size=4), min_size=1, max_size=4), st.integers(3, 6))
def test_the_partition_of_a_cycle_is_the_rule_as_it_is_written(subjects, threshold):
    counts, asked = np.zeros((len(subjects), 4, 3), int), np.zeros((len(subjects), 4, 3), bool)
    for number, groups in enumerate(subjects):
        for group, of_group in groups.items():
            for name, count in of_group.items():
                counts[number, group, "ABC".index(name)] = count
                asked[number, group, "ABC".index(name)] = True
    found = partition_cycle(counts, asked=asked, threshold=threshold).cell_of_group.tolist()
    for groups, cells in zip(subjects, found, strict=True):
        expected = plain_partition(groups, threshold)
        for group, cell in enumerate(cells):
            if group not in expected:
                assert cell == ABSENT
            elif expected[group] == "deleted":
                assert cell == DELETED
            else:
                assert {other for other in range(4) if cells[other] == cell} == expected[group]
                assert cell == min(expected[group])
