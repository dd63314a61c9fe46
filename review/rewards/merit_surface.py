"""A merit matrix without cliffs: guideline raises that change evenly with points and compa-ratio."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.rounding import MICRO
from review.aggregation.bands import GradeBands
from review.rewards.errors import MeritMatrixError
from review.rewards.exact_arrays import ExactArray
from review.rewards.merit import MeritMatrix, salaries_and_midpoints

# Nearer to a half millionth than this, doubles do not decide how a rate is rounded.
NEAR_HALF = 1e-6
# An error of points (in hundredths) below this moves no millionth of a rate.
SURE = 1e-6


@dataclass(frozen=True)
class MeritSurface:
    """Guideline raises at anchors, and between them by straight lines in both directions (bilinear).

    `points` (hundredths) and `ratios` (compa-ratios) ascend; `rates[i][j]`, shares of the salary, belong to `points[i]`
    and `ratios[j]`. Beyond the outer anchors rates are flat. More points or a lower ratio never lower a rate.
    """

    points: tuple[Weight, ...]
    ratios: tuple[Weight, ...]
    rates: tuple[tuple[Weight, ...], ...]

    def __post_init__(self) -> None:
        """Refuse gaps, unordered anchors, or rates that fall the wrong way; raises MeritMatrixError."""
        if (
            not self.points
            or not self.ratios
            or [len(row) for row in self.rates] != [len(self.ratios)] * len(self.points)
        ):
            raise MeritMatrixError(points=len(self.points), rates=[len(row) for row in self.rates])
        for anchors in (self._points, self._ratios):
            if any(after <= before for before, after in pairwise(anchors)):
                raise MeritMatrixError(anchors=[str(anchor) for anchor in anchors])
        if any(rate < 0 for row in self._rates for rate in row):
            raise MeritMatrixError(rates="negative")
        if any(after > before for row in self._rates for before, after in pairwise(row)):
            raise MeritMatrixError(rates="rise_with_compa_ratio")
        if any(more < less for low, high in pairwise(self._rates) for less, more in zip(low, high, strict=True)):
            raise MeritMatrixError(rates="fall_with_points")

    @cached_property
    def _points(self) -> list[Fraction]:
        return [exact(anchor) for anchor in self.points]

    @cached_property
    def _ratios(self) -> list[Fraction]:
        return [exact(anchor) for anchor in self.ratios]

    @cached_property
    def _rates(self) -> list[list[Fraction]]:
        return [[exact(rate) for rate in row] for row in self.rates]

    def guideline(self, hundredths: int, ratio: Fraction) -> Fraction:
        """Guideline rate at some points and a compa-ratio, exact.

        `g = sum over the four anchors around of (share across) x (share along) x rate`.

        >>> surface = MeritSurface(points=(8000, 12000), ratios=("0.8", "1.2"), rates=((0.02, 0), (0.06, 0.04)))
        >>> surface.guideline(10000, Fraction(1))
        Fraction(3, 100)
        """
        row, along = _place(self._points, Fraction(hundredths))
        column, across = _place(self._ratios, ratio)
        rates = self._rates
        upper, right = min(row + 1, len(rates) - 1), min(column + 1, len(self.ratios) - 1)
        low = rates[row][column] * (1 - across) + rates[row][right] * across
        high = rates[upper][column] * (1 - across) + rates[upper][right] * across
        return low * (1 - along) + high * along

    def guidelines(self, hundredths: NDArray[np.integer], *, salaries: ArrayLike, midpoints: ArrayLike) -> ExactArray:
        """Guideline rates of a whole company (people,), each rounded half-even to a millionth.

        The same as `guideline` one by one. Raises MeritMatrixError, AmountError, SalaryRangeError.
        """
        salary, middle = salaries_and_midpoints(salaries, midpoints)
        at_ratio = self._at_ratio(salary / middle)
        row, along = _places(self._points, _column(hundredths, len(salary)))
        upper, people = np.minimum(row + 1, len(self.points) - 1), np.arange(len(row))
        rate = (at_ratio[people, row] * (1 - along) + at_ratio[people, upper] * along) * MICRO
        whole = np.rint(rate).astype(np.int64)
        for person in np.flatnonzero(np.abs(rate - np.floor(rate) - 0.5) <= NEAR_HALF).tolist():
            ratio = Fraction(int(salary[person]), int(middle[person]))
            whole[person] = round(self.guideline(int(hundredths[person]), ratio) * MICRO)
        return ExactArray(whole, MICRO)

    def expected_guidelines(
        self,
        hundredths: NDArray[np.integer],
        *,
        standard_error: NDArray[np.float64],
        salaries: ArrayLike,
        midpoints: ArrayLike,
    ) -> ExactArray:
        """Guideline rates that allow for how sure the points are: their mean over what the true points may be.

        The true points are normal about the points with `standard_error` (people,), in points. With z = (m - c) / se
        for each anchor c: `E g = g_first + sum of (change of slope at c) x ((m - c) Phi(z) + se phi(z))`. Rounded to a
        millionth; without an error the guideline itself. Raises MeritMatrixError, AmountError, SalaryRangeError.
        Source: partial expectation of the normal distribution.
        """
        salary, middle = salaries_and_midpoints(salaries, midpoints)
        mean, error = _column(hundredths, len(salary)), 100 * _column(standard_error, len(salary))
        if bool((error < 0).any()):
            raise MeritMatrixError(standard_error="negative")
        rates, anchors = self._at_ratio(salary / middle), np.array([float(anchor) for anchor in self._points])
        slopes = np.diff(rates, axis=1) / np.diff(anchors)
        flat = np.zeros((len(mean), 1))
        bends = np.diff(np.concatenate([flat, slopes, flat], axis=1), axis=1)
        above, spread = mean[:, None] - anchors, np.maximum(error, SURE)[:, None]
        part = above * ndtr(above / spread) + spread * np.exp(-((above / spread) ** 2) / 2) / sqrt(2 * pi)
        expected = np.maximum(rates[:, 0] + (bends * part).sum(axis=1), 0.0)
        sure = self.guidelines(hundredths, salaries=salary, midpoints=middle).numerator
        return ExactArray(np.where(error > SURE, np.rint(expected * MICRO).astype(np.int64), sure), MICRO)

    def _at_ratio(self, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rates at each person's compa-ratio for every anchor of points (people, points)."""
        column, across = _places(self._ratios, ratio)
        rates = np.array([[float(rate) for rate in row] for row in self._rates])
        right = np.minimum(column + 1, len(self.ratios) - 1)
        return np.asarray((rates[:, column] * (1 - across) + rates[:, right] * across).T)


def surface_of(matrix: MeritMatrix, *, bands: GradeBands) -> MeritSurface:
    """Make a merit matrix even: its rates stand at the centres of its bands, where both give the same.

    The centre of an outer band lies as far beyond its edge as that of its neighbour lies before it. A band needs a
    neighbour for this: raises MeritMatrixError for a single edge or cut, and for other grades than those of the bands.

    >>> matrix = MeritMatrix(edges=("0.9", "1.1"), rates={g: ("0.06", "0.04", "0.02") for g in "SABCD"})
    >>> surface_of(matrix, bands=GradeBands()).guideline(9800, Fraction(1))
    Fraction(1, 25)
    """
    if tuple(matrix.rates) != bands.grades:
        raise MeritMatrixError(grades=tuple(matrix.rates), bands=bands.grades)
    return MeritSurface(
        points=_centres([Fraction(cut) for _, cut in reversed(bands.cuts)]),
        ratios=_centres([exact(edge) for edge in matrix.edges]),
        rates=tuple(reversed(list(matrix.rates.values()))),
    )


def _centres(edges: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Centres of the bands between edges and beyond them; one for a single band."""
    if not edges:
        return (Fraction(1),)
    if len(edges) == 1:
        raise MeritMatrixError(edges=1)
    first, last = (edges[1] - edges[0]) / 2, (edges[-1] - edges[-2]) / 2
    return (edges[0] - first, *((low + high) / 2 for low, high in pairwise(edges)), edges[-1] + last)


def _place(anchors: list[Fraction], value: Fraction) -> tuple[int, Fraction]:
    """Anchor at or below a value, and the share of the way to the next; flat outside."""
    place = bisect_right(anchors, value) - 1
    if place < 0:
        return 0, Fraction(0)
    if place >= len(anchors) - 1:
        return len(anchors) - 1, Fraction(0)
    return place, (value - anchors[place]) / (anchors[place + 1] - anchors[place])


def _places(anchors: list[Fraction], values: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The same for a column of doubles."""
    known = np.array([float(anchor) for anchor in anchors])
    if len(known) == 1:
        return np.zeros(len(values), dtype=np.intp), np.zeros(len(values))
    place = np.clip(np.searchsorted(known, values, side="right") - 1, 0, len(known) - 2)
    share = (values - known[place]) / (known[place + 1] - known[place])
    return place, np.clip(share, 0.0, 1.0)


def _column(values: NDArray[Any], people: int) -> NDArray[np.float64]:
    """Read a column of finite numbers; raises MeritMatrixError."""
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (people,) or not np.isfinite(column).all():
        raise MeritMatrixError(people=people, column=column.shape)
    return column
