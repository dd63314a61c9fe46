"""Lin's concordance correlation: how near two measurements of the same people lie to being equal."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.tables import ROUNDING, Interval, score_pairs, tails


@dataclass(frozen=True)
class ConcordanceCorrelation:
    """Concordance with its interval: `precision` is Pearson's correlation, `accuracy` how far lines coincide."""

    value: float
    interval: Interval | NotEstimable
    precision: float
    accuracy: float
    people: int


def concordance_correlation(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> ConcordanceCorrelation | NotEstimable:
    """Say how near pairs of measurements lie to the line of equal values: 1 is equality.

    Both (people,), in the same unit, NaN where missing; people with both count. With variances and covariance over n:
    `rho_c = 2 s_xy / (s_x^2 + s_y^2 + (m_x - m_y)^2) = r C_b`. Interval by Fisher's z: with `u = (m_x - m_y) /
    sqrt(s_x s_y)`, `Var = ((1 - r^2) C^2 (1 - rho^2) + 2 C rho^2 (1 - rho) u^2 - C^2 rho^2 u^4 / 2) / ((n - 2) (1 -
    rho^2)^2)`. Not estimable with fewer than two people or when a measurement does not vary; the interval needs three.
    Raises ScoresError, LevelError. Source: Lin (1989), Biometrics 45, 255-268, corrected in Biometrics 56, 324-325.

    >>> found = concordance_correlation([1, 2, 3, 4], [2, 2, 4, 5])
    >>> round(found.value, 4), round(found.precision, 4)
    (0.7857, 0.9467)
    """
    one, other = score_pairs(first, second)
    tails(level)
    people = len(one)
    if people < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    about, beside = one - one.mean(), other - other.mean()
    variance, of_other = float(about @ about) / people, float(beside @ beside) / people
    if variance <= ROUNDING * float(np.square(one).max()) or of_other <= ROUNDING * float(np.square(other).max()):
        return NotEstimable(Reason.NO_VARIATION)
    spread = sqrt(variance * of_other)
    shift = float(one.mean() - other.mean())
    accuracy = 2 * spread / (variance + of_other + shift**2)
    precision = float(np.clip(about @ beside / people / spread, -1.0, 1.0))
    value = precision * accuracy
    interval = _interval(value, precision, accuracy, shift=shift**2 / spread, people=people, level=level)
    return ConcordanceCorrelation(value, interval, precision, accuracy, people)


def _interval(
    value: float, precision: float, accuracy: float, *, shift: float, people: int, level: float
) -> Interval | NotEstimable:
    """Interval by Fisher's transformation; `shift` is u squared. Full agreement leaves no room for one."""
    if people < 3:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    left = 1 - value**2
    if left <= 1e-15:
        return Interval(value, value)
    variance = (
        (1 - precision**2) * accuracy**2 * left
        + 2 * accuracy * value**2 * (1 - value) * shift
        - accuracy**2 * value**2 * shift**2 / 2
    )
    reach = float(ndtri(tails(level)[1])) * sqrt(max(variance, 0.0) / (people - 2)) / left
    return Interval(tanh(atanh(value) - reach), tanh(atanh(value) + reach))
