"""The six intraclass correlations from their mean squares, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.tables import ROUNDING, Interval, tails

INFINITE = float("inf")
LEAST_DEGREES = 0.01
SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form with its interval, and the F test that it is zero; F is infinite when nothing is left as error."""

    value: float
    interval: Interval
    f: float
    degrees: tuple[int, int]
    p: float


Form = IntraclassCorrelation | NotEstimable


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of the ratings: between people, between raters, left over, and within people."""

    people: float
    raters: float
    residual: float
    within: float


@dataclass(frozen=True)
class SixForms:
    """The six forms: for one rater and for the mean of the raters."""

    one_way_single: Form
    one_way_mean: Form
    agreement_single: Form
    agreement_mean: Form
    consistency_single: Form
    consistency_mean: Form


def mean_squares(ratings: NDArray[np.float64]) -> MeanSquares:
    """Mean squares of complete ratings (people, raters), at least two of each.

    Source: two-way analysis of variance; what only rounding leaves of equal numbers is zero.

    >>> mean_squares(np.array([[1.0, 2.0], [2.0, 5.0]]))
    MeanSquares(people=4.0, raters=4.0, residual=1.0, within=2.5)
    """
    people, raters = ratings.shape
    mean = float(ratings.sum()) / ratings.size
    centred = ratings - mean
    # Products with a vector are much faster than sums over short rows.
    of_people = centred @ np.full(raters, 1 / raters)
    of_raters = np.full(people, 1 / people) @ centred
    left = centred - of_people[:, None]
    left -= of_raters
    between = raters * float(of_people @ of_people)
    severity = people * float(of_raters @ of_raters)
    rest = float(np.vdot(left, left))
    nothing = ROUNDING * (ratings.size * mean**2 + between + severity + rest)
    between, severity, rest = (part if part > nothing else 0.0 for part in (between, severity, rest))
    return MeanSquares(
        people=between / (people - 1),
        raters=severity / (raters - 1),
        residual=rest / ((people - 1) * (raters - 1)),
        within=(severity + rest) / (people * (raters - 1)),
    )


def forms_of_squares(squares: MeanSquares, *, people: int, raters: int, level: float) -> SixForms:
    """All six forms with intervals; the equations are those of `intraclass_correlations`.

    >>> found = forms_of_squares(MeanSquares(4.0, 4.0, 1.0, 2.5), people=2, raters=2, level=0.95)
    >>> found.consistency_single.value, found.one_way_mean.value
    (0.6, 0.375)
    """
    by_rows = (people - 1, people * (raters - 1))
    crossed = (people - 1, (people - 1) * (raters - 1))
    one_way = _by_ratio(squares.people, squares.within, degrees=by_rows, raters=raters, level=level)
    consistency = _by_ratio(squares.people, squares.residual, degrees=crossed, raters=raters, level=level)
    agreement = _agreement(squares, people=people, raters=raters, level=level)
    return SixForms(*one_way, *agreement, *consistency)


def f_test(between: float, error: float, degrees: tuple[int, int]) -> tuple[float, float]:
    """F and its probability without differences between people; infinite and 0 when there is no error.

    >>> f_test(2.0, 0.0, (3, 4))
    (inf, 0.0)
    """
    if error == 0:
        return INFINITE, 0.0
    return between / error, float(fdtrc(*degrees, between / error))


def _by_ratio(
    between: float, error: float, *, degrees: tuple[int, int], raters: int, level: float
) -> tuple[Form, Form]:
    """Forms whose interval is that of a ratio of two mean squares: for one rater and for the mean."""
    below, above = tails(level)
    single: Form = NotEstimable(Reason.ZERO_DENOMINATOR)
    mean: Form = single
    f, p = f_test(between, error, degrees)
    ends = (_ratio(f, float(fdtri(*degrees, above))), _ratio(f, float(fdtri(*degrees, below))))
    if between + (raters - 1) * error > 0:
        limits = Interval(*(1.0 if end == INFINITE else (end - 1) / (end + raters - 1) for end in ends))
        single = IntraclassCorrelation(
            (between - error) / (between + (raters - 1) * error), limits, f=f, degrees=degrees, p=p
        )
    if between > 0:
        limits = Interval(*(1 - 1 / end if end > 0 else -INFINITE for end in ends))
        mean = IntraclassCorrelation((between - error) / between, limits, f=f, degrees=degrees, p=p)
    return single, mean


def _ratio(f: float, critical: float) -> float:
    """F divided by a critical value, which is infinite when the critical value is too small for a float."""
    return f / critical if critical > 0 else INFINITE


def _agreement(squares: MeanSquares, *, people: int, raters: int, level: float) -> tuple[Form, Form]:
    """Forms in which severity is error: for one rater and for the mean."""
    degrees = (people - 1, (people - 1) * (raters - 1))
    rows, columns, rest = squares.people, squares.raters, squares.residual
    f, p = f_test(rows, rest, degrees)
    single: Form = NotEstimable(Reason.ZERO_DENOMINATOR)
    mean: Form = single
    below_single = rows + (raters - 1) * rest + raters * (columns - rest) / people
    below_mean = rows + (columns - rest) / people
    # Differences of mean squares: a zero among them may be left as rounding.
    nothing = SMALLEST_SHARE * (rows + columns + rest)
    if not below_single > nothing:
        return single, mean
    value = (rows - rest) / below_single
    low, high = agreement_limits(
        squares, value, people=people, raters=raters, degrees=(people - 1, raters - 1, degrees[1]), level=level
    )
    single = IntraclassCorrelation(value, Interval(low[0], high[0]), f=f, degrees=degrees, p=p)
    if below_mean > nothing:
        limits = Interval(low[1], high[1])
        mean = IntraclassCorrelation((rows - rest) / below_mean, limits, f=f, degrees=degrees, p=p)
    return single, mean


def agreement_limits(
    squares: MeanSquares,
    value: float,
    *,
    people: float,
    raters: float,
    degrees: tuple[int, int, int],
    level: float,
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lower and upper limit, each for one rater and for the mean, when severity counts as error.

    `value` is ICC(2,1); `degrees` of freedom of people, raters and residual. Satterthwaite's degrees of `a MSC + b
    MSE`, `a = k r / (n (1 - r))`, `b = 1 + k r (n - 1) / (n (1 - r))`. Source: McGraw and Wong (1996), table 7, with
    page 390.

    >>> ends = agreement_limits(MeanSquares(4.0, 4.0, 1.0, 2.5), 0.3, people=2, raters=2, degrees=(1, 1, 1), level=0.9)
    >>> round(ends[0][0], 3), round(ends[1][0], 3)
    (-0.187, 0.994)
    """
    rows, columns, rest = squares.people, squares.raters, squares.residual
    if columns == rest == 0:
        return (1.0, 1.0), (1.0, 1.0)
    # Both terms times n (1 - r), so that full agreement divides nothing by zero.
    first = raters * value * columns
    second = (people * (1 + (raters - 1) * value) - raters * value) * rest
    below = first**2 / degrees[1] + second**2 / degrees[2]
    of_error = max((first + second) ** 2 / below, LEAST_DEGREES) if below > 0 else degrees[1]
    error = raters * columns + (raters * people - raters - people) * rest

    def limits(tail: float) -> tuple[float, float]:
        # A quantile of the inverted F, so that no limit divides by a critical value.
        moved = float(fdtri(of_error, degrees[0], tail))
        if np.isinf(moved):
            return 1.0, 1.0
        above = people * (moved * rows - rest)
        mean_below = columns - rest + people * moved * rows
        return above / (error + people * moved * rows), above / mean_below if mean_below > 0 else -INFINITE

    low, high = tails(level)
    return limits(low), limits(high)
