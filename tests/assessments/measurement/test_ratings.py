"""Ratings are bytes with seven codes; a form has dimensions of adjacent items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.errors import InvalidRatingError, LayoutError, WrongItemCountError
from assessments.measurement.ratings import FormLayout, group_index, packed_ratings, unpacked_ratings


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 9]), min_size=1, max_size=60))
def test_what_is_packed_is_read_back(codes):
    packed = packed_ratings(codes, items=len(codes))
    assert len(packed) == len(codes)
    assert unpacked_ratings(packed, items=len(codes)).tolist() == codes


@pytest.mark.parametrize("code", [6, 7, 8, -1, 10, 256, True, 3.0, "4", None, float("nan")])
def test_a_code_that_is_no_rating_is_refused_and_named(code):
    with pytest.raises(InvalidRatingError) as refused:
        packed_ratings([3, code], items=2)
    assert refused.value.details["position"] == 1


@pytest.mark.parametrize("codes", [[], [3], [3, 3, 3]])
def test_answers_of_another_length_are_refused(codes):
    with pytest.raises(WrongItemCountError):
        packed_ratings(codes, items=2)


@pytest.mark.parametrize(("names", "counts"), [((), ()), (("A", "A"), (3, 3)), (("A",), (0,)), (("A",), (3, 3))])
def test_a_layout_that_no_form_can_have_is_refused(names, counts):
    with pytest.raises(LayoutError):
        FormLayout(names, counts)


def test_an_unknown_group_is_refused():
    with pytest.raises(LayoutError):
        group_index("friends")
