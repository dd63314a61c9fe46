"""Points read off a curve in plain arithmetic, for the numbers of a result once more."""

from collections.abc import Sequence
from itertools import pairwise

Curve = Sequence[Sequence[float]]


def figure_points(figure: float, curve: Curve, *, continues_line: bool) -> float:
    """Points of a figure: linear between the points of the curve, flat beyond the last, 0 before the first."""
    sign = -1.0 if curve[0][0] > curve[-1][0] else 1.0
    rising = [(sign * place, height) for place, height in curve]
    position = sign * figure
    if position >= rising[0][0]:
        return on_curve(position, rising)
    if not continues_line:
        return 0.0
    slope = (rising[1][1] - rising[0][1]) / (rising[1][0] - rising[0][0])
    return max(rising[0][1] + slope * (position - rising[0][0]), 0.0)


def on_curve(x: float, curve: Curve) -> float:
    """Linear between the points, flat outside."""
    if x < curve[0][0]:
        return float(curve[0][1])
    for (left, low), (right, high) in pairwise(curve):
        if x < right:
            return float((high - low) / (right - left) * (x - left) + low)
    return float(curve[-1][1])


def gap_points(gap: float, curve: Curve) -> float:
    """Points of a gap: those of the target, and one slope below it and one above.

    Between two points of the curve the line is the same, but rounds to another last digit.
    """
    (lowest, least), (highest, most) = curve[0], curve[-1]
    target = on_curve(0.0, curve)
    below, above = max(min(gap, 0.0), lowest), min(max(gap, 0.0), highest)
    return target + below * ((target - least) / -lowest) + above * ((most - target) / highest)
