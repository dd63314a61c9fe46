"""No combination of released sums gives a group below the threshold away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.errors import ThresholdError
from assessments.measurement.release_audit import AuditError, AuditResult, ReleasedSums
from tests.assessments.measurement.plain_audit import groups_that_follow

COMPANY = frozenset("abcdefghij")
REQUESTS = st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), max_size=9)


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


def test_a_total_a_row_a_column_and_one_corner_solve_a_table():
    corners = {"wn": "abc", "wo": "de", "mn": "fgh", "mo": "ijk"}
    released = ReleasedSums(3).with_release("abcdefghijk")
    for request in ("abcde", "abcfgh"):
        released = released.with_release(request)
    for name in ("mo", "mn", "wn"):
        assert released.audited(corners[name]).exposed == ("d", "e")


def test_asking_again_tells_nothing_new():
    released = ReleasedSums(3).with_release(COMPANY).with_release("abcde")
    assert released.audited("abcde").is_allowed
    assert released.audited("fghij").is_allowed


def test_people_who_join_later_are_audited_with_those_before():
    released = ReleasedSums(3).with_release("mno").with_release("abcd")
    assert released.audited("abcdz").exposed == ("z",)
    assert released.with_release("abcdxyz").audited("mnoxyz").is_allowed
    assert released.with_release("abcdxyz").audited("xyzuv").exposed == ("u", "v")


def test_a_refused_request_cannot_be_remembered():
    with pytest.raises(AuditError):
        ReleasedSums(3).with_release("ab")
    with pytest.raises(AuditError):
        ReleasedSums(3).with_release(COMPANY).with_release("abcdefgh")
    with pytest.raises(AuditError):
        ReleasedSums(3).audited("")
    with pytest.raises(ThresholdError):
        ReleasedSums(2)


def test_where_somebody_is_given_away_already_nothing_more_is_allowed():
    released = ReleasedSums(3, (frozenset("abcde"), frozenset("abcd")))
    assert released.exposed == ("e",)
    assert released.audited("abcde") == AuditResult(False, ("e",))
    assert released.audited("xyz") == AuditResult(False, ("e",))


def test_more_small_groups_than_can_be_looked_through_are_taken_as_exposed():
    random = np.random.default_rng(5)
    people = [f"{number:03d}" for number in range(120)]
    sets = tuple(frozenset(name for name in people if random.random() < 0.5) for _ in range(40))
    assert ReleasedSums(9, sets).exposed == ()


@settings(max_examples=80, deadline=None)
@given(REQUESTS, st.sampled_from([3, 4, 5]))
def test_a_request_is_refused_exactly_when_a_small_group_would_follow(requests, threshold):
    released = ReleasedSums(threshold)
    for request in requests:
        result = released.audited(request)
        follows = groups_that_follow([*released.released, request], below=threshold)
        assert result.is_allowed == (not follows)
        if result.is_allowed:
            released = released.with_release(request)
        else:
            assert result.exposed is not None
            assert frozenset(result.exposed) in [*follows, frozenset(request)]


@settings(max_examples=40, deadline=None)
@given(REQUESTS, st.randoms(use_true_random=False), st.sampled_from([3, 4]))
def test_what_was_released_counts_and_not_in_which_order(requests, random, threshold):
    released = ReleasedSums(threshold)
    for request in requests:
        if released.audited(request).is_allowed:
            released = released.with_release(request)
    shuffled = list(released.released)
    random.shuffle(shuffled)
    again = ReleasedSums(threshold, tuple(shuffled))
    assert again.exposed is None
    for request in requests:
        assert again.audited(request) == released.audited(request)


def test_the_form_carried_along_is_that_of_all_releases_reduced_anew():
    random = np.random.default_rng(3)
    people = [f"{number:02d}" for number in range(40)]
    released = ReleasedSums(4)
    for _ in range(120):
        request = [name for name in people if random.random() < random.choice([0.2, 0.5])]
        if request and released.audited(request).is_allowed:
            released = released.with_release(request)
    anew = ReleasedSums(4, released.released)
    for name in ("basis", "pivots", "prints"):
        order = [np.argsort(space.pivots) for space in (released.space, anew.space)]
        kept, made = getattr(released.space, name), getattr(anew.space, name)
        if name == "prints":
            assert kept.tolist() == made.tolist()
        else:
            assert kept[order[0]].tolist() == made[order[1]].tolist()
    matrix = np.array([[name in one for name in people] for one in released.released], dtype=float)
    assert len(released.space.basis) == np.linalg.matrix_rank(matrix)
