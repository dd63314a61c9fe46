"""Self against others: who sees themselves higher or lower than others do, beyond what errors explain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from assessments.measurement.reasons import Reason
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import tails


class SelfView(IntEnum):
    """How people see themselves beside others: not told, agreeing high or low, above, or below."""

    UNKNOWN = 0
    AGREES_HIGH = 1
    AGREES_LOW = 2
    OVER = 3
    UNDER = 4


@dataclass(frozen=True)
class SelfOtherDifferences:
    """Difference self minus others with its standard error and band, and the view it amounts to; all of one shape.

    Where `reason` is not 0 a rating or an error is missing; the numbers are then 0 and the view UNKNOWN.
    """

    difference: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    band: NDArray[np.float64]
    view: NDArray[np.int8]
    reason: NDArray[np.int8]


def self_other_differences(
    own: ArrayLike,
    others: ArrayLike,
    *,
    own_error: ArrayLike,
    other_error: ArrayLike,
    middle: float,
    level: float = 0.90,
) -> SelfOtherDifferences:
    """Say whether people see themselves as others see them, as far as the errors of both allow.

    `own` and `others` any one shape, such as (people, dimensions), NaN where missing; the errors are standard errors
    of that shape, or one for all. `d = own - others`, `SED = sqrt(SE_own^2 + SE_others^2)`; over or under when |d|
    exceeds `z SED`, else agreeing, high when others' rating is at least `middle`. Raises ScoresError, LevelError.
    Sources: Jacobson and Truax (1991), Journal of Consulting and Clinical Psychology 59, 12-19; Yammarino and Atwater
    (1997).

    >>> found = self_other_differences([4.5, 3.0], [3.0, 3.2], own_error=0.4, other_error=0.3, middle=3)
    >>> found.standard_error.tolist(), [SelfView(view).name for view in found.view]
    ([0.5, 0.5], ['OVER', 'AGREES_HIGH'])
    """
    rating, beside = np.asarray(own, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if rating.shape != beside.shape:
        raise ScoresError(own=rating.shape, others=beside.shape)
    errors = [_errors(given, rating.shape) for given in (own_error, other_error)]
    if np.isinf(rating).any() or np.isinf(beside).any() or not np.isfinite(middle):
        raise ScoresError(scores="infinite")
    has_both = np.isfinite(rating) & np.isfinite(beside)
    has_errors = np.isfinite(errors[0]) & np.isfinite(errors[1])
    told = has_both & has_errors
    apart = np.where(told, rating - beside, 0.0)
    error = np.where(told, np.hypot(*(np.where(told, part, 0.0) for part in errors)), 0.0)
    band = float(ndtri(tails(level)[1])) * error
    agreeing = np.where(beside >= middle, SelfView.AGREES_HIGH, SelfView.AGREES_LOW)
    view = np.where(apart > band, SelfView.OVER, np.where(apart < -band, SelfView.UNDER, agreeing))
    reason = np.where(has_both, np.where(has_errors, Reason.ESTIMATED, Reason.PART_MISSING), Reason.NO_ANSWERS)
    return SelfOtherDifferences(
        difference=apart,
        standard_error=error,
        band=band,
        view=np.where(told, view, SelfView.UNKNOWN).astype(np.int8),
        reason=reason.astype(np.int8),
    )


def _errors(given: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Standard errors in the shape of the ratings; raises ScoresError."""
    errors = np.asarray(given, dtype=np.float64)
    if errors.shape not in {(), shape} or np.isinf(errors).any() or (errors < 0).any():
        raise ScoresError(errors=errors.shape)
    return np.broadcast_to(errors, shape)
