"""Covariances and correlations of items, also when answers are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.errors import CovarianceError
from assessments.measurement.reliability.tables import ROUNDING


@dataclass(frozen=True)
class PairwiseCovariances:
    """Covariances of the columns (columns, columns), and the harmonic mean of the people behind each pair."""

    covariance: NDArray[np.float64]
    people: float


def pairwise_covariances(table: NDArray[np.float64]) -> PairwiseCovariances | NotEstimable:
    """Covariance of each two columns over the rows that have both.

    `table` (rows, columns), NaN where missing. `c_ij = sum (x - mean)(y - mean) / (n_ij - 1)`, means over the same
    rows. Not estimable when two columns have fewer than two rows in common. Source: definition of the covariance.

    >>> found = pairwise_covariances(np.array([[1.0, 2.0], [3.0, 6.0], [5.0, np.nan]]))
    >>> found.covariance.tolist(), found.people
    ([[4.0, 4.0], [4.0, 8.0]], 2.0)
    """
    if not len(table):
        return NotEstimable(Reason.TOO_FEW_VALUES)
    there = np.isfinite(table)
    if there.all():
        return _complete(table)
    has = there.astype(np.float64)
    common = has.T @ has
    if common.min() < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    filled = np.where(there, table, 0.0)
    means = filled.sum(axis=0) / has.sum(axis=0)
    centred = np.where(there, table - means, 0.0)
    # sums[i, j]: sum of column i over the rows that column j has too.
    sums = centred.T @ has
    covariance = (centred.T @ centred - sums * sums.T / common) / (common - 1)
    _clear(covariance, means)
    upper = np.triu_indices(len(common), 1)
    return PairwiseCovariances(covariance, float(len(upper[0]) / (1 / common[upper]).sum()) if len(upper[0]) else 0.0)


def _complete(table: NDArray[np.float64]) -> PairwiseCovariances | NotEstimable:
    """Covariances when nothing is missing."""
    rows = len(table)
    if rows < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    means = table.sum(axis=0) / rows
    centred = table - means
    covariance = centred.T @ centred / (rows - 1)
    _clear(covariance, means)
    return PairwiseCovariances(covariance, float(rows))


def _clear(covariance: NDArray[np.float64], means: NDArray[np.float64]) -> None:
    """Set to zero the variances that are only rounding of equal numbers, with their covariances."""
    equal = np.diagonal(covariance) <= 2 * ROUNDING * means**2
    if equal.any():
        covariance[equal, :] = 0.0
        covariance[:, equal] = 0.0


def covariance_matrix(covariance: ArrayLike) -> NDArray[np.float64]:
    """Read a covariance or correlation matrix; raises CovarianceError.

    >>> covariance_matrix([[1, 0.5], [0.5, 1]]).shape
    (2, 2)
    """
    try:
        matrix = np.asarray(covariance, dtype=np.float64)
    except (TypeError, ValueError):
        raise CovarianceError(covariance="not_numbers") from None
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise CovarianceError(shape=matrix.shape)
    if not np.isfinite(matrix).all() or (np.diagonal(matrix) < 0).any():
        raise CovarianceError(covariance="impossible")
    if matrix.size and not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-8 * float(np.abs(matrix).max())):
        raise CovarianceError(covariance="not_symmetric")
    return (matrix + matrix.T) / 2


def correlations_of(covariance: NDArray[np.float64]) -> NDArray[np.float64] | NotEstimable:
    """Correlations from covariances; not estimable when a variable does not vary.

    >>> correlations_of(np.array([[4.0, 1.0], [1.0, 1.0]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    variances = np.diagonal(covariance)
    if not (variances > 0).all():
        return NotEstimable(Reason.NO_VARIATION)
    scale = np.sqrt(variances)
    correlation: NDArray[np.float64] = covariance / scale[:, None] / scale[None, :]
    np.fill_diagonal(correlation, 1.0)
    return correlation
