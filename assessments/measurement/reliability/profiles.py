"""Likeness of two profiles: whether someone sees the same strengths and weaknesses as others do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import ROUNDING, score_table

LEAST_DIMENSIONS = 2


@dataclass(frozen=True)
class ProfileLikeness:
    """Likeness of each person's two profiles (people,), over the `dimensions` that both have.

    `distance` is the squared distance D^2, `shape` Pearson's correlation (shape alone), `agreement` the double-entry
    intraclass correlation (shape, level and spread). Where a reason is not 0, its number is 0 and means nothing.
    """

    dimensions: NDArray[np.int64]
    distance: NDArray[np.float64]
    shape: NDArray[np.float64]
    agreement: NDArray[np.float64]
    reason: NDArray[np.int8]
    shape_reason: NDArray[np.int8]
    agreement_reason: NDArray[np.int8]


def profile_likeness(own: ArrayLike, others: ArrayLike) -> ProfileLikeness:
    """Say how alike the profiles of self and others are, for many people at once.

    Both (people, dimensions), NaN where missing. `D^2 = sum (x - y)^2`; `r = s_xy / (s_x s_y)`; double entry, moments
    over the dimensions: `(2 s_xy - (m_x - m_y)^2 / 2) / (s_x^2 + s_y^2 + (m_x - m_y)^2 / 2)`. Two dimensions at least.
    Raises ScoresError. Sources: Cronbach and Gleser (1953), Psychological Bulletin 50, 456-473; McCrae (2008), Journal
    of Personality Assessment 90, 105-109.

    >>> found = profile_likeness([[1, 2, 3]], [[2, 3, 4]])
    >>> found.distance.tolist(), found.shape.round(4).tolist(), found.agreement.round(4).tolist()
    ([3.0], [1.0], [0.4545])
    """
    first, second = score_table(own), score_table(others)
    if first.shape != second.shape:
        raise ScoresError(own=first.shape, others=second.shape)
    both = np.isfinite(first) & np.isfinite(second)
    one, other = np.where(both, first, 0.0), np.where(both, second, 0.0)
    dimensions = both.sum(axis=1)
    number = np.maximum(dimensions, 1)
    mean, of_other = one.sum(axis=1) / number, other.sum(axis=1) / number
    about = np.where(both, one - mean[:, None], 0.0)
    beside = np.where(both, other - of_other[:, None], 0.0)
    nothing = ROUNDING * np.square(np.maximum(np.abs(one), np.abs(other))).max(axis=1, initial=0.0)
    variance, spread = (_cleared(np.square(part).sum(axis=1) / number, nothing) for part in (about, beside))
    covariance = (about * beside).sum(axis=1) / number
    level = _cleared(np.square(mean - of_other) / 2, nothing)
    enough = dimensions >= LEAST_DIMENSIONS
    has_shape = enough & (variance > 0) & (spread > 0)
    below = variance + spread + level
    has_agreement = enough & (below > 0)
    shape = covariance / np.sqrt(np.where(has_shape, variance * spread, 1.0))
    reason = np.where(enough, Reason.ESTIMATED, Reason.TOO_FEW_VALUES)
    return ProfileLikeness(
        dimensions=dimensions,
        distance=np.where(enough, np.square(one - other).sum(axis=1), 0.0),
        shape=np.where(has_shape, np.clip(shape, -1.0, 1.0), 0.0),
        agreement=np.where(has_agreement, (2 * covariance - level) / np.where(has_agreement, below, 1.0), 0.0),
        reason=reason.astype(np.int8),
        shape_reason=np.where(enough & ~has_shape, Reason.NO_VARIATION, reason).astype(np.int8),
        agreement_reason=np.where(enough & ~has_agreement, Reason.NO_VARIATION, reason).astype(np.int8),
    )


def _cleared(squares: NDArray[np.float64], nothing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squares without what rounding leaves of equal numbers."""
    return np.where(squares > nothing, squares, 0.0)
