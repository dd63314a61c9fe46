"""No combination of released sums gives a group below the threshold away."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.release_audit import AuditError, ReleasedSums, suppressed_intervals
from tests.oracles import oracle

COMPANY = frozenset("abcdefghij")


def test_the_audit_of_a_table_is_that_of_the_oracle():
    case = oracle("sdc_fcsm_wp22")
    table = np.array(case["data"]["table"])
    primary = [tuple(place) for place in case["data"]["primary"]]
    bad = primary + [tuple(place) for place in case["data"]["bad_complement"]]
    for name, places in (("primary_only_intervals", primary), ("bad_pattern_intervals", bad)):
        found = suppressed_intervals(table, suppressed=places)
        assert {f"{row},{column}": list(ends) for (row, column), ends in found.items()} == case["expected"][name]


def test_an_optimal_complement_protects_every_primary_cell():
    case = oracle("sdc_fcsm_wp22")
    primary = [tuple(place) for place in case["data"]["primary"]]
    complement = [tuple(place) for place in case["expected"]["an_optimal_complement"]]
    found = suppressed_intervals(np.array(case["data"]["table"]), suppressed=primary + complement)
    assert all(found[place][1] >= case["data"]["threshold"] for place in primary)


def test_a_table_that_cannot_be_is_refused():
    with pytest.raises(AuditError):
        suppressed_intervals(np.array([[1, -1], [2, 3]]), suppressed=[(0, 0)])
    with pytest.raises(AuditError):
        suppressed_intervals(np.array([[1, 1], [2, 3]]), suppressed=[(2, 0)])
    assert suppressed_intervals(np.array([[1, 1], [2, 3]]), suppressed=[]) == {}


def test_a_department_without_one_team_exposes_a_small_rest():
    released = ReleasedSums(3).with_release(COMPANY)
    assert released.audited("abcdefgh").exposed == ("i", "j")
    assert released.audited("abcdefg").is_allowed
    assert released.audited("ab").exposed == ("a", "b")


def test_three_cuts_that_solve_for_a_small_team_are_refused_although_no_two_do():
    first, second, third = "abcde", "cdefgh", "abfgh"
    released = ReleasedSums(3).with_release(first).with_release(second)
    assert ReleasedSums(3).with_release(first).audited(third).is_allowed
    assert ReleasedSums(3).with_release(second).audited(third).is_allowed
    assert released.audited(third).exposed == ("a", "b")


def test_asking_again_tells_nothing_new():
    released = ReleasedSums(3).with_release(COMPANY).with_release("abcde")
    assert released.audited("abcde").is_allowed
    assert released.audited("fghij").is_allowed


def test_a_refused_request_cannot_be_remembered():
    with pytest.raises(AuditError):
        ReleasedSums(3).with_release("ab")
    with pytest.raises(AuditError):
        ReleasedSums(3).audited("")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), max_size=6), st.sampled_from([3, 4]))
def test_whatever_was_allowed_no_small_group_follows_from_it(requests, threshold):
    released = ReleasedSums(threshold)
    for request in requests:
        if released.audited(request).is_allowed:
            released = released.with_release(request)
    if not released.released:
        return
    matrix = np.array([[name in one for name in "abcdefgh"] for one in released.released], dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    for size in range(1, threshold):
        for group in combinations(range(8), size):
            target = np.zeros(8)
            target[list(group)] = 1
            assert np.linalg.matrix_rank(np.vstack([matrix, target])) > rank
