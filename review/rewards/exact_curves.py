"""Curves of straight pieces, read exactly for whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm

import numpy as np

from review.rewards.exact_arrays import LARGEST_AMOUNT, ExactArray, Integers, integers, largest, product

Point = tuple[Fraction, Fraction]


def values_on_curve(figures: ExactArray, *, points: Sequence[Point], below: Fraction) -> ExactArray:
    """Read heights off a curve exactly: `below` before its first point, linear between points, flat from the last on.

    `points` are (figure, height) with ascending figures. Between two of them: `y1 + (y2 - y1) (x - x1) / (x2 - x1)`.

    >>> curve = [(Fraction(0), Fraction(1)), (Fraction(3), Fraction(2))]
    >>> values_on_curve(ExactArray(np.array([-1, 1, 9]), 1), points=curve, below=Fraction(0)).fractions()
    [Fraction(0, 1), Fraction(4, 3), Fraction(2, 1)]
    """
    pieces = [(Fraction(0), below)]
    for (first, height), (following, after) in pairwise(points):
        slope = (after - height) / (following - first)
        pieces.append((slope, height - slope * first))
    pieces.append((Fraction(0), points[-1][1]))
    unit = lcm(figures.denominator, *(figure.denominator for figure, _ in points))
    whole = lcm(*(part.denominator for _, part in pieces), *(slope.denominator * unit for slope, _ in pieces))
    place = product(figures.numerator, unit // figures.denominator)
    piece = np.searchsorted(integers([int(figure * unit) for figure, _ in points]), place, side="right")
    slopes = integers([int(slope * whole / unit) for slope, _ in pieces])
    starts = integers([int(start * whole) for _, start in pieces])
    return ExactArray(added(product(slopes[piece], place), starts[piece]), whole)


def added(first: Integers, second: Integers) -> Integers:
    """Add whole numbers; in Python's integers where 64 bits might not hold the sum."""
    if largest(first) + largest(second) > LARGEST_AMOUNT:
        return np.asarray(first.astype(object) + second)
    return np.asarray(first + second)
