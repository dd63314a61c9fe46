"""Months join as the measure says, never by a mean of percentages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assessments.measurement.errors import JoiningError
from assessments.measurement.joining import MonthlyActual, joined_actual
from assessments.measurement.reasons import Reason


def month(number, **figures):
    """One month of the year."""
    return MonthlyActual(f"2026-{number:02}", **figures)


def test_sums_add_up_exactly_and_missing_months_are_named():
    found = joined_actual([month(2, value=Decimal("0.1")), month(1, value=Decimal("0.2")), month(3)], how="sum")
    assert (found.value, found.used, found.missing) == (Decimal("0.3"), ("2026-01", "2026-02"), ("2026-03",))


def test_a_ratio_is_that_of_the_sums_not_the_mean_of_the_ratios():
    months = [month(1, value=Decimal(9), denominator=Decimal(10)), month(2, value=Decimal(0), denominator=Decimal(2))]
    found = joined_actual(months, how="ratio_of_sums")
    assert found.value == Decimal("0.75")
    assert (found.numerator, found.denominator) == (Decimal(9), Decimal(12))


def test_a_month_without_orders_does_not_spoil_the_ratio():
    months = [month(1, value=Decimal(3), denominator=Decimal(4)), month(2, value=Decimal(0), denominator=Decimal(0))]
    assert joined_actual(months, how="ratio_of_sums").value == Decimal("0.75")


def test_a_ratio_over_nothing_has_a_reason_instead_of_a_number():
    found = joined_actual([month(1, value=Decimal(0), denominator=Decimal(0))], how="ratio_of_sums")
    assert (found.value, found.reason) == (None, Reason.ZERO_DENOMINATOR)


def test_a_customer_of_two_months_is_counted_once():
    months = [month(1, members=frozenset({"a", "b"})), month(2, members=frozenset({"b", "c"}))]
    assert joined_actual(months, how="distinct_count").value == 3


def test_the_last_month_with_a_figure_counts():
    found = joined_actual([month(3), month(2, value=Decimal(7)), month(1, value=Decimal(9))], how="last")
    assert (found.value, found.used, found.missing) == (Decimal(7), ("2026-02",), ("2026-03",))


@pytest.mark.parametrize("how", ["sum", "ratio_of_sums", "distinct_count", "last"])
def test_a_period_without_actuals_has_a_reason(how):
    assert joined_actual([month(1)], how=how).reason is Reason.NO_ACTUALS
    assert joined_actual([], how=how).value is None


def test_a_month_given_twice_a_strange_way_and_no_numbers_are_refused():
    with pytest.raises(JoiningError):
        joined_actual([month(1, value=Decimal(1)), month(1, value=Decimal(2))], how="sum")
    with pytest.raises(JoiningError):
        joined_actual([month(1, value=Decimal(1))], how="mean")
    with pytest.raises(JoiningError):
        joined_actual([month(1, value=Decimal("NaN"))], how="sum")
