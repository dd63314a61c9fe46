"""Stored results are quantised half-even, points are rounded half up on what people see."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.rounding import as_decimal, half_up_hundredths, half_up_ratio, quantised


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (93.335, "93.34"),
        (99.335, "99.34"),
        (1.005, "1.01"),
        (2.675, "2.68"),
        (92.934999, "92.93"),
        (92.9349999, "92.94"),
        (0.0, "0.00"),
        (120.0, "120.00"),
        (-0.125, "-0.13"),
    ],
)
def test_points_are_rounded_half_up_after_the_quantisation(points, shown):
    assert str(as_decimal(int(half_up_hundredths(points)))) == shown


@given(st.integers(-(10**9), 10**9))
def test_every_decimal_of_three_places_rounds_as_on_paper(thousandths):
    exact = Decimal(thousandths).scaleb(-3)
    expected = int(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP).scaleb(2))
    assert int(half_up_hundredths(float(exact))) == expected


@given(st.integers(-(10**12), 10**12))
def test_quantising_leaves_a_number_of_six_places_as_it_is(millionths):
    number = millionths / 10**6
    assert float(quantised(number)) == number
    assert float(quantised(quantised(number * 3))) == float(quantised(number * 3))


def test_quantising_takes_halves_to_even_and_keeps_one_zero():
    assert quantised(np.array([0.5e-6, 1.5e-6, 2.5e-6])).tolist() == [0.0, 2e-6, 2e-6]
    assert not np.signbit(quantised(-1e-9))


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_whole_numbers_divide_half_away_from_zero(numerator, denominator):
    twice = abs(2 * numerator)
    found = half_up_ratio(numerator, denominator)
    assert abs(twice - 2 * abs(found) * denominator) <= denominator
