"""How far apart two groups' scores are, in standard deviations, and what cut scores would make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import FigureError, LevelError, RateError


@dataclass(frozen=True)
class StandardisedDifference:
    """Hedges' g of a group against another: `difference` in the unit of the scores, `value` in standard deviations.

    `uncorrected` is Cohen's d before the correction for small groups; `low` to `high` the interval.
    """

    value: float
    uncorrected: float
    difference: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True)
class ImpliedRatios:
    """Rate and impact ratio of a group at each rate of the other group, were both normal with equal spread.

    `is_below_threshold`: the ratio is below four fifths there.
    """

    rates: NDArray[np.float64]
    ratios: NDArray[np.float64]
    is_below_threshold: NDArray[np.bool_]


def standardised_difference(
    scores: ArrayLike, *, other: ArrayLike, confidence: float = 0.95
) -> StandardisedDifference | NotEstimable:
    """Tell how far a group's scores lie above (or, negative, below) another's, by their common spread.

    With m = n1 + n2 - 2 and the pooled standard deviation s, `d = (mean1 - mean2) / s` and `g = J d`,
    `J = G(m/2) / (sqrt(m/2) G((m-1)/2))`, G the gamma function; `se = sqrt(1/n1 + 1/n2 + g² / (2 (n1 + n2)))`, normal
    interval. `scores`, `other` (people,): finite numbers. TOO_FEW_VALUES with an empty group or fewer than 4 people in
    all, NO_VARIATION without spread. Raises FigureError, LevelError. Source: Hedges (1981); Hedges and Olkin (1985).

    >>> found = standardised_difference([1, 2, 3, 4], other=[3, 4, 5, 6])
    >>> round(found.uncorrected, 4), round(found.value, 4)
    (-1.5492, -1.3457)
    """
    first, second = _scores(scores), _scores(other)
    if min(first.size, second.size) == 0:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    return difference_of_moments(
        (float(first.mean()), float(second.mean())),
        deviations=(_deviation(first), _deviation(second)),
        numbers=(first.size, second.size),
        confidence=confidence,
    )


def difference_of_moments(
    means: tuple[float, float],
    *,
    deviations: tuple[float, float],
    numbers: tuple[int, int],
    confidence: float = 0.95,
) -> StandardisedDifference | NotEstimable:
    """Tell the same as `standardised_difference` from a report that gives means, standard deviations and numbers only.

    `means`, `deviations` (n - 1 below) and `numbers` of the group and of the other. Formula, reasons and errors as
    there. Source: Hedges and Olkin (1985); example of Borenstein, Hedges, Higgins and Rothstein (2009), chapter 4.

    >>> round(difference_of_moments((103, 100), deviations=(5.5, 4.5), numbers=(50, 50)).value, 3)
    0.592
    """
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    if not np.isfinite([*means, *deviations]).all() or min(deviations) < 0:
        raise FigureError(means=means, deviations=deviations)
    number, degrees = sum(numbers), sum(numbers) - 2
    if min(numbers) < 1 or degrees < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    squares = sum((count - 1) * deviation**2 for count, deviation in zip(numbers, deviations, strict=True))
    if squares == 0:
        return NotEstimable(Reason.NO_VARIATION)
    difference = means[0] - means[1]
    uncorrected = difference / sqrt(squares / degrees)
    value = _small_sample_factor(degrees) * uncorrected
    error = sqrt(1 / numbers[0] + 1 / numbers[1] + value**2 / (2 * number))
    reach = float(special.ndtri(0.5 + confidence / 2)) * error
    return StandardisedDifference(value, uncorrected, difference, error, low=value - reach, high=value + reach)


def implied_ratios(difference: float, *, other_rates: Sequence[float], threshold: float = 0.8) -> ImpliedRatios:
    """Tell what impact ratio a difference in scores leads to, at each cut that lets a given share of the others pass.

    `rate = Phi(Phi^-1(other rate) + difference)`, `ratio = rate / other rate`: a `difference` (group minus other, in
    standard deviations) of -1 and half of the others passing give 0.159 / 0.5. `other_rates` above 0 and at most 1.
    Raises RateError, FigureError. Source: normal scores with equal spread; Sackett and Ellingson (1997).

    >>> implied_ratios(-1.0, other_rates=[0.5, 0.9]).ratios.round(3).tolist()
    [0.317, 0.679]
    """
    rates = np.asarray(other_rates, dtype=np.float64)
    if rates.ndim != 1 or not ((rates > 0) & (rates <= 1)).all():
        raise RateError(other_rates=rates.tolist())
    if not np.isfinite(difference):
        raise FigureError(difference=difference)
    found = special.ndtr(special.ndtri(rates) + difference)
    ratios = found / rates
    return ImpliedRatios(rates=found, ratios=ratios, is_below_threshold=ratios < threshold)


def _small_sample_factor(degrees: int) -> float:
    """Hedges' factor J, which takes off the bias of small groups."""
    half = degrees / 2
    return exp(float(special.gammaln(half) - special.gammaln(half - 0.5))) / sqrt(half)


def _deviation(values: NDArray[np.float64]) -> float:
    """Sample standard deviation, exactly 0 when all are equal or there is one."""
    return 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1))


def _scores(scores: ArrayLike) -> NDArray[np.float64]:
    """Read finite numbers in one row; raises FigureError."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise FigureError(shape=values.shape)
    return values
