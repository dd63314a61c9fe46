"""How far answers would spread if raters did not agree at all: the yardsticks of agreement within groups."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reliability.errors import NullError


class Null(StrEnum):
    """Shape of the answers of people who do not agree: even, leaning to one end, or gathered in the middle."""

    UNIFORM = "uniform"
    SLIGHT_SKEW = "slight_skew"
    MODERATE_SKEW = "moderate_skew"
    HEAVY_SKEW = "heavy_skew"
    TRIANGULAR = "triangular"
    NORMAL = "normal"


# Probabilities of 1 to 5 as published, and published variances for 5 to 11 categories.
_OF_FIVE = {
    Null.SLIGHT_SKEW: (0.05, 0.15, 0.20, 0.35, 0.25),
    Null.MODERATE_SKEW: (0.0, 0.10, 0.15, 0.40, 0.35),
    Null.HEAVY_SKEW: (0.0, 0.0, 0.10, 0.40, 0.50),
    Null.TRIANGULAR: (0.11, 0.22, 0.34, 0.22, 0.11),
    Null.NORMAL: (0.07, 0.24, 0.38, 0.24, 0.07),
}
_FEWEST_PUBLISHED = 5
_PUBLISHED = {
    Null.SLIGHT_SKEW: (1.34, 1.85, 2.90, 3.47, 5.66, 6.30, 7.31),
    Null.MODERATE_SKEW: (0.90, 1.26, 2.14, 2.79, 4.73, 5.09, 6.32),
    Null.HEAVY_SKEW: (0.44, 0.69, 1.39, 2.35, 3.16, 3.46, 4.02),
    Null.TRIANGULAR: (1.32, 1.45, 2.10, 2.81, 3.00, 2.89, 3.32),
    Null.NORMAL: (1.04, 1.25, 1.40, 1.73, 1.58, 1.45, 1.40),
}


def null_probabilities(null: Null, *, categories: int) -> NDArray[np.float64]:
    """Probability of each answer when people do not agree: even for any scale, the other shapes for five categories.

    Raises NullError where none is published. Source: LeBreton and Senter (2008), Organizational Research Methods 11,
    815-852, table 2.

    >>> null_probabilities(Null.HEAVY_SKEW, categories=5).tolist()
    [0.0, 0.0, 0.1, 0.4, 0.5]
    """
    if categories < 2:
        raise NullError(categories=categories)
    if Null(null) is Null.UNIFORM:
        return np.full(categories, 1 / categories)
    if categories != _FEWEST_PUBLISHED:
        raise NullError(null=str(null), categories=categories)
    return np.array(_OF_FIVE[Null(null)])


def null_variance(null: Null, *, categories: int) -> float:
    """Variance that answers would have if people did not agree.

    Even: `(A^2 - 1) / 12` for A categories one apart. The other shapes as published for 5 to 11 categories; raises
    NullError elsewhere. Sources: James, Demaree and Wolf (1984), Journal of Applied Psychology 69, 85-98; LeBreton and
    Senter (2008), table 2.

    >>> null_variance(Null.UNIFORM, categories=5), null_variance(Null.SLIGHT_SKEW, categories=5)
    (2.0, 1.34)
    """
    if Null(null) is Null.UNIFORM and categories >= 2:
        return (categories**2 - 1) / 12
    published = _PUBLISHED.get(Null(null), ())
    place = categories - _FEWEST_PUBLISHED
    if not 0 <= place < len(published):
        raise NullError(null=str(null), categories=categories)
    return published[place]


def variance_of(probabilities: ArrayLike) -> float:
    """Variance of answers 1, 2, ... with these probabilities: a yardstick of one's own.

    `sum p x^2 - (sum p x)^2`. Raises NullError for what is no distribution. Source: definition of the variance.

    >>> round(variance_of([0.05, 0.15, 0.2, 0.35, 0.25]), 4)
    1.34
    """
    shares = checked_probabilities(probabilities)
    value = np.arange(1, len(shares) + 1)
    middle = float(shares @ value)
    return float(shares @ (value - middle) ** 2)


def checked_probabilities(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Read a distribution over at least two categories that add up to one; raises NullError.

    >>> checked_probabilities([0.5, 0.5]).tolist()
    [0.5, 0.5]
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    if shares.ndim != 1 or len(shares) < 2:
        raise NullError(shape=shares.shape)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and abs(float(shares.sum()) - 1) < 1e-6):
        raise NullError(probabilities=shares.tolist())
    return shares
