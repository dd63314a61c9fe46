"""Small counts of a table stay unknown, at the least loss of others."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessments.measurement.release_audit import AuditError
from assessments.measurement.suppressed_counts import smallest_complement, suppressed_intervals
from tests.oracles import oracle

CASE = oracle("sdc_fcsm_wp22")
TABLE = np.array(CASE["data"]["table"])
PRIMARY = [tuple(place) for place in CASE["data"]["primary"]]
THRESHOLD = CASE["data"]["threshold"]


def protects(table, primary, complement, threshold):
    """Whether every small count might be as great as the threshold."""
    found = suppressed_intervals(table, suppressed=[*primary, *complement])
    return all(found[place][1] >= threshold for place in primary)


def test_the_audit_of_a_table_is_that_of_the_oracle():
    assert TABLE.sum(axis=1).tolist() == CASE["data"]["row_totals"]
    assert TABLE.sum(axis=0).tolist() == CASE["data"]["col_totals"]
    bad = PRIMARY + [tuple(place) for place in CASE["data"]["bad_complement"]]
    for name, places in (("primary_only_intervals", PRIMARY), ("bad_pattern_intervals", bad)):
        found = suppressed_intervals(TABLE, suppressed=places)
        assert {f"{row},{column}": list(ends) for (row, column), ends in found.items()} == CASE["expected"][name]


def test_the_smallest_complement_is_that_of_the_oracle():
    found = smallest_complement(TABLE, primary=PRIMARY, threshold=THRESHOLD)
    assert len(found.cells) == CASE["expected"]["min_complement_cells_for_upper_ge_5"]
    assert [list(cell) for cell in found.cells] == CASE["expected"]["an_optimal_complement"]
    assert sum(int(TABLE[cell]) for cell in found.cells) == CASE["expected"]["min_complement_value"]
    assert found.unprotected == ()
    assert protects(TABLE, PRIMARY, found.cells, THRESHOLD)


def test_by_value_the_complement_is_the_least_sum_of_counts():
    found = smallest_complement(TABLE, primary=PRIMARY, threshold=THRESHOLD, weights=TABLE.astype(float))
    assert sum(int(TABLE[cell]) for cell in found.cells) == CASE["expected"]["min_complement_value"]


def test_a_small_count_in_a_small_total_is_named_as_beyond_protection():
    found = smallest_complement(np.array([[2, 0], [9, 9]]), primary=[(0, 0)], threshold=3)
    assert (found.cells, found.unprotected) == ((), ((0, 0),))


def test_counts_from_the_threshold_on_need_no_complement():
    assert smallest_complement(TABLE, primary=[(0, 0)], threshold=5).cells == ()
    assert smallest_complement(TABLE, primary=[], threshold=5).cells == ()


def test_a_table_that_cannot_be_is_refused():
    with pytest.raises(AuditError):
        suppressed_intervals(np.array([[1, -1], [2, 3]]), suppressed=[(0, 0)])
    with pytest.raises(AuditError):
        suppressed_intervals(np.array([[1, 1], [2, 3]]), suppressed=[(2, 0)])
    with pytest.raises(AuditError):
        suppressed_intervals(np.array([1, 2]), suppressed=[])
    with pytest.raises(AuditError):
        smallest_complement(TABLE, primary=PRIMARY, threshold=5, weights=np.zeros((4, 4)))
    assert suppressed_intervals(np.array([[1, 1], [2, 3]]), suppressed=[]) == {}


@settings(max_examples=12, deadline=None)
@given(arrays(np.int64, (3, 3), elements=st.integers(0, 7)), st.sampled_from([3, 4]))
def test_no_smaller_complement_protects(table, threshold):
    small = [(int(row), int(column)) for row, column in np.argwhere(table < threshold)][:2]
    found = smallest_complement(table, primary=small, threshold=threshold)
    protected = [place for place in small if place not in found.unprotected]
    others = [place for place in np.ndindex(3, 3) if place not in small]
    for place in small:
        assert (place in found.unprotected) == (not can_be_hidden(table, place, threshold))
    if protected:
        hidden = [*found.cells, *found.unprotected]
        assert protects(table, protected, hidden, threshold)
        for fewer in combinations(others, len(found.cells) - 1) if found.cells else ():
            assert not protects(table, protected, [*fewer, *found.unprotected], threshold)


def can_be_hidden(table, place, threshold):
    """Whether a count might be as great as the threshold with every count left out."""
    return suppressed_intervals(table, suppressed=list(np.ndindex(3, 3)))[place][1] >= threshold
