"""Curves give points on the actual in its own unit; what turns back is refused."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.measurement.curves import GAP_CURVE, Curve, curve_points, gap_points, kpi_curve
from assessments.measurement.errors import CurveTurnsBackError, NotANumberError, TooFewPointsError
from tests.oracles import oracle


@pytest.mark.parametrize("name", ["kpi_curve_higher", "bonus_curve"])
def test_curves_give_the_points_of_the_oracle(name):
    case = oracle(name)
    curve = Curve(tuple(tuple(point) for point in case["data"]["points"]))
    actual = case["data"].get("actual") or case["data"]["attainment"]
    expected = case["expected"].get("score") or case["expected"]["payout_multiple"]
    np.testing.assert_allclose(curve_points(curve, actual), expected, atol=case["tolerance"]["abs"])


@pytest.mark.parametrize(
    ("actual", "points"),
    [(61, 0), (60, 60), (45, 100), (30, 120), (0, 120), (-5, 120), (50, 60 + 40 * 10 / 15)],
)
def test_lower_is_better_by_descending_figures(actual, points):
    assert float(curve_points(kpi_curve(60, 45, 30), actual)) == pytest.approx(points)


def test_zero_targets_need_no_ratio():
    curve = kpi_curve(5, 0, -2)
    assert [float(curve_points(curve, actual)) for actual in (6, 5, 0, -2)] == [0, 60, 100, 120]


def test_a_continued_line_goes_on_below_the_threshold_down_to_zero():
    curve = kpi_curve(80, 100, 120, continues_line=True)
    assert curve_points(curve, np.array([79.0, 60.0, 50.0, 0.0])).tolist() == [58.0, 20.0, 0.0, 0.0]


def test_decimals_are_read_as_their_figure():
    assert float(curve_points(kpi_curve(Decimal("0.80"), Decimal("0.95"), 1), Decimal("0.80"))) == 60


@pytest.mark.parametrize("points", [(), ((1, 60),)])
def test_a_curve_needs_two_points(points):
    with pytest.raises(TooFewPointsError):
        Curve(points)


@pytest.mark.parametrize(
    "points",
    [((1, 60), (1, 100)), ((1, 60), (3, 100), (2, 120)), ((3, 60), (1, 100), (2, 120)), ((1, 60), (2, 100), (3, 90))],
)
def test_a_curve_that_turns_back_is_refused(points):
    with pytest.raises(CurveTurnsBackError):
        Curve(points)


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), Decimal("NaN"), True])
def test_a_curve_of_no_numbers_is_refused(figure):
    with pytest.raises(NotANumberError):
        Curve(((0, 60), (figure, 100)))


@pytest.mark.parametrize("actual", [float("nan"), float("-inf"), Decimal("NaN"), [1.0, float("nan")]])
def test_an_actual_that_is_no_number_is_refused(actual):
    with pytest.raises(NotANumberError):
        curve_points(kpi_curve(1, 2, 3), actual)


FIGURES = st.integers(-10_000, 10_000)


@given(st.lists(FIGURES, min_size=3, max_size=3, unique=True), st.booleans(), FIGURES, FIGURES, st.booleans())
def test_a_better_actual_never_gets_fewer_points(figures, lower, one, other, continues):
    ordered = sorted(figures, reverse=lower)
    curve = kpi_curve(*ordered, continues_line=continues)
    worse, better = sorted((one, other), reverse=lower)
    low, high = curve_points(curve, np.array([worse, better], dtype=float))
    assert 0 <= low <= high <= 120


def test_gaps_give_the_points_of_the_contract():
    gaps = np.array([-3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3])
    assert gap_points(gaps).tolist() == [60, 60, 70, 80, 90, 100, 105, 110, 115, 120, 120]
    fine = np.linspace(-3, 3, 601)
    expected = np.interp(fine, *np.array(GAP_CURVE.points, dtype=float).T)
    np.testing.assert_allclose(gap_points(fine), expected, atol=1e-12)
