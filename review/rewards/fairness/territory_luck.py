"""Whether results follow the territory more than the work: attainment against the potential of the territory."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, FigureError, LevelError


@dataclass(frozen=True)
class TerritoryLuck:
    """How attainment follows potential; with fair quotas both numbers are near 0.

    `correlation`: Spearman's rank correlation, -1 to 1, with its two-sided p value (t distribution); `slope`:
    attainment per unit of potential with its interval.
    """

    correlation: float
    p_value: float
    slope: float
    slope_low: float
    slope_high: float
    number: int


def territory_luck(
    attainments: ArrayLike, *, potentials: ArrayLike, confidence: float = 0.95
) -> TerritoryLuck | NotEstimable:
    """Tell whether people in rich territories reach their quota more often, which no work of theirs explains.

    Rank correlation (mean ranks for ties) and the least-squares slope of `attainments` on `potentials`, both (people,),
    finite; `t = r sqrt((n - 2) / (1 - r²))`. TOO_FEW_VALUES with fewer than 3 people, NO_VARIATION when one of both is
    the same for all. Raises FigureError, CategoryError, LevelError. Source: Spearman (1904).

    >>> round(territory_luck([0.9, 1.0, 1.2, 1.1], potentials=[10, 20, 30, 40]).correlation, 2)
    0.8
    """
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    attained, potential = _figures(attainments), _figures(potentials)
    if attained.size != potential.size:
        raise CategoryError(people=attained.size, potentials=potential.size)
    number = attained.size
    if number < 3:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if np.ptp(attained) == 0 or np.ptp(potential) == 0:
        return NotEstimable(Reason.NO_VARIATION)
    ranks = [_centred(stats.rankdata(values)) for values in (attained, potential)]
    correlation = float(ranks[0] @ ranks[1] / sqrt(float(ranks[0] @ ranks[0]) * float(ranks[1] @ ranks[1])))
    correlation = min(max(correlation, -1.0), 1.0)
    rest = max(1 - correlation**2, 0.0)
    p_value = 2 * float(special.stdtr(number - 2, -abs(correlation) * sqrt((number - 2) / rest))) if rest > 0 else 0.0
    distance, response = _centred(potential), _centred(attained)
    spread = float(distance @ distance)
    slope = float(distance @ response) / spread
    residual = response - slope * distance
    error = sqrt(float(residual @ residual) / (number - 2) / spread)
    reach = float(special.stdtrit(number - 2, 0.5 + confidence / 2)) * error
    return TerritoryLuck(correlation, p_value, slope, slope - reach, slope + reach, number)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances from the mean."""
    return np.asarray(values - values.mean())


def _figures(figures: ArrayLike) -> NDArray[np.float64]:
    """Read finite numbers in one row; raises FigureError."""
    values = np.asarray(figures, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise FigureError(shape=values.shape)
    return values
