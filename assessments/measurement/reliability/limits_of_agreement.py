"""Bland and Altman's limits: how far two measurements of the same people may lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import ROUNDING, Interval, score_pairs, tails

REACH = 1.96


@dataclass(frozen=True)
class LimitsOfAgreement:
    """Mean difference (first minus second), its spread, and the two limits, each with its interval of confidence.

    `correlation` is Pearson's of the two measurements; it says nothing of agreement and stands beside for comparison.
    """

    bias: float
    deviation: float
    lower: float
    upper: float
    bias_interval: Interval
    lower_interval: Interval
    upper_interval: Interval
    correlation: float | NotEstimable
    people: int


def limits_of_agreement(
    first: ArrayLike, second: ArrayLike, *, reach: float = REACH, level: float = 0.95
) -> LimitsOfAgreement | NotEstimable:
    """Say between which limits most differences of two measurements lie.

    Both (people,), in the same unit, NaN where missing; people with both count. `d = first - second`, `limits =
    mean(d) +- reach s`, s the standard deviation of d (n - 1). Intervals with t of n - 1 degrees of freedom and
    `SE(mean) = s / sqrt(n)`, `SE(limit) = s sqrt(1/n + reach^2 / (2 (n - 1)))`. Not estimable with fewer than two
    people. Raises ScoresError, LevelError. Sources: Bland and Altman (1986), Lancet 327, 307-310; Bland and Altman
    (1999), Statistical Methods in Medical Research 8, 135-160.

    >>> found = limits_of_agreement([3, 4, 5], [2, 4, 3])
    >>> found.bias, found.deviation, found.lower, found.upper
    (1.0, 1.0, -0.96, 2.96)
    """
    one, other = score_pairs(first, second)
    _, above = tails(level)
    if not (np.isfinite(reach) and reach > 0):
        raise ScoresError(reach=reach)
    people = len(one)
    if people < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    apart = one - other
    bias, deviation = float(apart.mean()), float(apart.std(ddof=1))
    quantile = float(stdtrit(people - 1, above))
    of_bias = quantile * deviation / people**0.5
    of_limit = quantile * deviation * (1 / people + reach**2 / (2 * (people - 1))) ** 0.5
    lower, upper = bias - reach * deviation, bias + reach * deviation
    return LimitsOfAgreement(
        bias=bias,
        deviation=deviation,
        lower=lower,
        upper=upper,
        bias_interval=Interval(bias - of_bias, bias + of_bias),
        lower_interval=Interval(lower - of_limit, lower + of_limit),
        upper_interval=Interval(upper - of_limit, upper + of_limit),
        correlation=pearson_correlation(one, other),
        people=people,
    )


def pearson_correlation(first: ArrayLike, second: ArrayLike) -> float | NotEstimable:
    """Pearson's correlation of two measurements (people,); people with both count.

    Not estimable with fewer than two people or without variation. Raises ScoresError. Source: Pearson (1896).

    >>> round(pearson_correlation([1, 2, 3], [1, 3, 2]), 4)
    0.5
    """
    one, other = score_pairs(first, second)
    if len(one) < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    about, beside = one - one.mean(), other - other.mean()
    squares, others = float(about @ about), float(beside @ beside)
    equal = (len(one) * ROUNDING * float(np.square(part).max()) for part in (one, other))
    if squares <= next(equal) or others <= next(equal):
        return NotEstimable(Reason.NO_VARIATION)
    return float(np.clip(about @ beside / squares**0.5 / others**0.5, -1.0, 1.0))
