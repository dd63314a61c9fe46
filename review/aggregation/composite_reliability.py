"""Reliability and standard error of a weighted composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from review.aggregation.errors import AggregationError


@dataclass(frozen=True)
class CompositeReliability:
    """Variance of a composite, the share of it that is true, and the standard error of one composite."""

    variance: float
    reliability: float
    standard_error: float


def composite_reliability(
    weights: ArrayLike, *, deviations: ArrayLike, reliabilities: ArrayLike, correlations: ArrayLike
) -> CompositeReliability | NotEstimable:
    """Reliability of `sum w x` from the parts' standard deviations, reliabilities and correlations.

    All (parts,), correlations (parts, parts). `C` their covariance: variance `w' C w`, error variance
    `sum w^2 s^2 (1 - rho)`, reliability `1 - error / variance`. Not estimable without variation. Raises
    AggregationError for shapes or numbers that cannot be. Source: Mosier (1943), Psychometrika 8, 161-168.

    >>> composite_reliability([1, 1], deviations=[1, 1], reliabilities=[0.5, 0.5], correlations=np.eye(2))
    CompositeReliability(variance=2.0, reliability=0.5, standard_error=1.0)
    """
    weight, spread, reliability, correlation = (
        np.asarray(part, dtype=np.float64) for part in (weights, deviations, reliabilities, correlations)
    )
    size = weight.size
    if (spread.shape, reliability.shape, correlation.shape) != ((size,), (size,), (size, size)):
        raise AggregationError(parts=size)
    if not (_within(spread, 0, np.inf) and _within(reliability, 0, 1) and _within(correlation, -1, 1)):
        raise AggregationError(deviations="impossible")
    moved = weight * spread
    variance = float(moved @ correlation @ moved)
    error = float((moved**2 * (1 - reliability)).sum())
    if not variance > 0:
        return NotEstimable(Reason.NO_VARIATION)
    return CompositeReliability(variance, 1 - error / variance, float(np.sqrt(error)))


def _within(numbers: NDArray[np.float64], low: float, high: float) -> bool:
    """Whether all numbers lie between two bounds; nothing that is not a number does."""
    return bool(np.all((numbers >= low) & (numbers <= high)))
