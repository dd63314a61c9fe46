"""Flags that stay honest when thousands of forms are looked at: few of the flagged are false (Benjamini-Hochberg)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.quality.errors import ProbabilityError, SettingError
from assessments.measurement.reasons import Reason

FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True)
class Flagged:
    """Adjusted p-values in the shape given, and which are flagged; without a p-value 1 and no flag."""

    adjusted: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]


def flagged(
    p_values: ArrayLike, *, reasons: ArrayLike | None = None, false_discovery_rate: float = FALSE_DISCOVERY_RATE
) -> Flagged:
    """Flag p-values so that at most a share such as 5 % of the flags is expected to be false.

    `reasons`: where it is not 0 there is no p-value, and it does not count as one. A flag asks for a second look; it
    deletes nothing. Raises ProbabilityError, SettingError.

        adjusted p of rank k of m = min over ranks j >= k of m p_(j) / j        flagged when <= rate

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.

    >>> flagged([0.01, 0.04, 0.03, 0.5]).adjusted.round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    given = np.asarray(p_values, dtype=np.float64)
    known = np.ones(given.shape, dtype=np.bool_) if reasons is None else np.asarray(reasons) == Reason.ESTIMATED
    if known.shape != given.shape or not ((given[known] >= 0) & (given[known] <= 1)).all():
        raise ProbabilityError(shape=given.shape)
    if not 0 < false_discovery_rate < 1:
        raise SettingError(false_discovery_rate=false_discovery_rate)
    p = given[known]
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.ones(given.shape)
    places = np.empty(len(p))
    places[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / ranks), 1.0)
    adjusted[known] = places
    return Flagged(adjusted=adjusted, is_flagged=known & (adjusted <= false_discovery_rate))
