"""Reliability and standard error of a weighted composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from review.aggregation.errors import AggregationError

LEAST_PEOPLE = 10


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


def observed_reliability(
    value: NDArray[np.float64], *, standard_error: NDArray[np.float64]
) -> CompositeReliability | NotEstimable:
    """Reliability of composites of people from the composites themselves and their errors, both (people,).

    `1 - mean of se^2 / variance of the values`, not below 0; the standard error is the root of the mean of se^2. Unlike
    Mosier's formula it needs no errors that are independent from part to part, which those of the same raters are not.
    Not estimable below ten people or without variation. Raises AggregationError. Source: definition of reliability,
    Lord & Novick (1968).

    >>> found = observed_reliability(np.arange(10.0), standard_error=np.full(10, 1.0))
    >>> round(found.variance, 4), round(found.reliability, 4)
    (9.1667, 0.8909)
    """
    if value.ndim != 1 or value.shape != standard_error.shape:
        raise AggregationError(people=value.shape, errors=standard_error.shape)
    if not (np.isfinite(value).all() and _within(standard_error, 0, np.inf)):
        raise AggregationError(value="not_finite")
    if len(value) < LEAST_PEOPLE:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    variance, error = float(value.var(ddof=1)), float((standard_error**2).mean())
    if not variance > 0:
        return NotEstimable(Reason.NO_VARIATION)
    return CompositeReliability(variance, max(1 - error / variance, 0.0), float(np.sqrt(error)))


def _within(numbers: NDArray[np.float64], low: float, high: float) -> bool:
    """Whether all numbers lie between two bounds; nothing that is not a number does."""
    return bool(np.all((numbers >= low) & (numbers <= high)))
