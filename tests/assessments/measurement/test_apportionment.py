"""Whole numbers are shared out exactly, whatever the order."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.apportionment import exact, largest_remainder
from assessments.measurement.errors import ApportionmentError
from tests.oracles import oracle


def test_the_distribution_of_the_oracle():
    case = oracle("largest_remainder_ratings")
    assert largest_remainder(case["data"]["n"], case["data"]["shares"]) == case["expected"]["counts"]


def test_the_cascade_of_the_oracle():
    case = oracle("quota_cascade_integer")
    assert largest_remainder(case["data"]["total"], case["data"]["weights"]) == case["expected"]["alloc"]


def test_a_number_is_read_as_the_decimal_one_sees():
    assert exact(0.1) == exact("0.1") == exact(Decimal("0.1")) == Fraction(1, 10)


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (5, []), (5, [0, 0]), (5, [1, -1, 3]), (5, [float("nan")])])
def test_what_cannot_be_shared_out_is_refused(total, weights):
    with pytest.raises(ApportionmentError):
        largest_remainder(total, weights)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_parts_add_up_and_stay_within_one_of_their_share(total, weights):
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 1000), st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(any), st.randoms())
def test_with_names_the_order_does_not_matter(total, weights, random):
    names = [f"n{place}" for place in range(len(weights))]
    before = dict(zip(names, largest_remainder(total, weights, order=names), strict=True))
    pairs = list(zip(names, weights, strict=True))
    random.shuffle(pairs)
    shuffled = [name for name, _ in pairs]
    after = largest_remainder(total, [weight for _, weight in pairs], order=shuffled)
    assert dict(zip(shuffled, after, strict=True)) == before
