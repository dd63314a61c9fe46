"""Curves that turn a figure or a gap into points: threshold 60, target 100, cap 120."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.errors import CurveTurnsBackError, NotANumberError, TooFewPointsError

Number = int | float | Decimal
THRESHOLD_POINTS, TARGET_POINTS, CAP_POINTS = 60, 100, 120


@dataclass(frozen=True)
class Curve:
    """A piecewise linear curve from its threshold to its cap; lower is better when the figures descend."""

    points: tuple[tuple[Number, Number], ...]
    continues_line: bool = False

    def __post_init__(self) -> None:
        """Refuse a curve with too few points, without numbers, or one that turns back."""
        if len(self.points) < 2:
            raise TooFewPointsError(points=len(self.points))
        figures = [_finite(figure) for figure, _ in self.points]
        heights = [_finite(height) for _, height in self.points]
        steps = [after - before for before, after in pairwise(figures)]
        if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
            raise CurveTurnsBackError(figures=figures)
        if any(after < before for before, after in pairwise(heights)):
            raise CurveTurnsBackError(points=heights)

    @property
    def is_lower_better(self) -> bool:
        """Whether a smaller figure is a better one."""
        return self.points[0][0] > self.points[-1][0]


def _finite(number: Number) -> float:
    """Read a figure as a float; raises NotANumberError for anything but a finite number."""
    value = float(number)
    if isinstance(number, bool) or not np.isfinite(value):
        raise NotANumberError(figure=str(number))
    return value


def kpi_curve(threshold: Number, target: Number, cap: Number, *, continues_line: bool = False) -> Curve:
    """Make the curve of a measure: threshold 60, target 100, cap 120 points; raises CurveError.

    >>> kpi_curve(60, 45, 30).is_lower_better
    True
    """
    points = ((threshold, THRESHOLD_POINTS), (target, TARGET_POINTS), (cap, CAP_POINTS))
    return Curve(points, continues_line=continues_line)


GAP_CURVE = Curve(((-2, 60), (-1, 80), (0, 100), (1, 110), (2, 120)))


def curve_points(curve: Curve, actual: ArrayLike | Decimal) -> NDArray[np.float64]:
    """Read points off a curve: linear between its points, flat from the cap on, 0 beyond the threshold.

    `actual` is a figure or an array in the measure's own unit (raises NotANumberError); points come in the same shape.
    With `continues_line` the first line goes on below the threshold, down to 0. For x between x1 and x2:
    `y1 + (y2 - y1) (x - x1) / (x2 - x1)`. Source: the numeric contract, rule 8.

    >>> round(float(curve_points(kpi_curve(60, 45, 30), 50)), 6)
    86.666667
    """
    figures = np.asarray(float(actual) if isinstance(actual, Decimal) else actual, dtype=np.float64)
    if not np.all(np.isfinite(figures)):
        raise NotANumberError(figure="nan")
    sign = -1.0 if curve.is_lower_better else 1.0
    places = sign * np.array([float(figure) for figure, _ in curve.points])
    heights = np.array([float(height) for _, height in curve.points])
    position = sign * figures
    inside = np.interp(position, places, heights)
    below = np.zeros_like(position)
    if curve.continues_line:
        slope = (heights[1] - heights[0]) / (places[1] - places[0])
        below = np.maximum(heights[0] + slope * (position - places[0]), 0.0)
    result: NDArray[np.float64] = np.where(position < places[0], below, inside)
    return result


def gap_points(gap: ArrayLike) -> NDArray[np.float64]:
    """Turn the gap between score and required level into points; flat outside -2 to +2.

    `100 + 20 x (gap below 0) + 10 x (gap above 0)`: -2 is 60, -1 is 80, 0 is 100, +1 is 110, +2 is 120. The same as
    the curve GAP_CURVE, without a search. Source: the numeric contract, rule 8.

    >>> float(gap_points(0.5))
    105.0
    """
    gaps = np.asarray(gap, dtype=np.float64)
    below = np.clip(gaps, -2.0, 0.0) * (TARGET_POINTS - THRESHOLD_POINTS) / 2
    above = np.clip(gaps, 0.0, 2.0) * (CAP_POINTS - TARGET_POINTS) / 2
    result: NDArray[np.float64] = TARGET_POINTS + below + above
    return result
