"""Factors behind the correlations of items: how much of each item comes from what the items share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assessments.measurement.reliability.errors import FactorsError
from assessments.measurement.reliability.smc import multiple_correlations

# Programs for factor analysis keep this much of an item for itself, so that no factor explains it wholly.
LEAST_UNIQUENESS = 0.005

Criterion = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]


@dataclass(frozen=True)
class Factors:
    """Loadings (items, factors), each factor turned so that its loadings add up to no less than 0, and uniquenesses."""

    loadings: NDArray[np.float64]
    uniquenesses: NDArray[np.float64]


def likely_factors(correlation: NDArray[np.float64], *, factors: int = 1) -> Factors:
    """Loadings of the factors that make the correlations most likely.

    `correlation` (items, items). Least `log|S| + tr(S^-1 R)`, `S = L L' + diag(psi)`, over the uniquenesses psi of at
    least 0.005; L then follows from the largest eigenvalues e and vectors w of `psi^-1/2 R psi^-1/2`:
    `L = psi^1/2 w sqrt(e - 1)`. Raises FactorsError. Source: Joereskog (1967), Psychometrika 32, 443-482.

    >>> likely_factors(np.array([[1, 0.72, 0.63], [0.72, 1, 0.56], [0.63, 0.56, 1]])).loadings.round(3).ravel().tolist()
    [0.9, 0.8, 0.7]
    """
    items = _checked(correlation, factors)

    def criterion(psi: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        values, vectors = _scaled(correlation, psi, factors=factors)
        shared = np.maximum(values[-factors:], 1.0)
        rest = values[:-factors].sum() + np.minimum(values[-factors:], 1.0).sum()
        loadings = vectors * np.sqrt(shared - 1)
        slope = (np.square(loadings).sum(axis=1) * psi + psi - 1) / psi**2
        return float(np.log(psi).sum() + np.log(shared).sum() + rest), slope

    start = (1 - 0.5 * factors / items) * (1 - multiple_correlations(correlation))
    psi = _least(criterion, start)
    values, vectors = _scaled(correlation, psi, factors=factors)
    loadings = np.sqrt(psi)[:, None] * vectors * np.sqrt(np.maximum(values[-factors:] - 1, 0.0))
    return Factors(_turned(loadings[:, ::-1]), psi)


def least_residual_factors(correlation: NDArray[np.float64], *, factors: int) -> Factors:
    """Loadings of the factors that leave the least of the correlations unexplained (minres).

    Least `sum of (R - L L' - diag(psi))^2` over psi of at least 0.005; `L = w sqrt(e)` from the largest eigenvalues of
    `R - diag(psi)`. Raises FactorsError. Source: Harman and Jones (1966), Psychometrika 31, 351-368.

    >>> found = least_residual_factors(np.array([[1, 0.72, 0.63], [0.72, 1, 0.56], [0.63, 0.56, 1]]), factors=1)
    >>> found.loadings.round(3).ravel().tolist()
    [0.9, 0.8, 0.7]
    """
    _checked(correlation, factors)

    def loadings_of(psi: NDArray[np.float64]) -> NDArray[np.float64]:
        values, vectors = np.linalg.eigh(correlation - np.diag(psi))
        loadings: NDArray[np.float64] = vectors[:, -factors:] * np.sqrt(np.maximum(values[-factors:], 0.0))
        return loadings

    def criterion(psi: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loadings = loadings_of(psi)
        residual = correlation - loadings @ loadings.T - np.diag(psi)
        return float(np.vdot(residual, residual)) / 2, -np.diagonal(residual)

    psi = _least(criterion, 1 - multiple_correlations(correlation))
    return Factors(_turned(loadings_of(psi)[:, ::-1]), psi)


def _checked(correlation: NDArray[np.float64], factors: int) -> int:
    """Number of items; raises FactorsError when that many factors are not determined by their correlations."""
    items = len(correlation)
    if factors < 1 or (items - factors) ** 2 < items + factors:
        raise FactorsError(items=items, factors=factors)
    return items


def _scaled(
    correlation: NDArray[np.float64], psi: NDArray[np.float64], *, factors: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """All eigenvalues, rising, and the last vectors of the correlations in units of the uniquenesses."""
    unit = 1 / np.sqrt(psi)
    values, vectors = np.linalg.eigh(correlation * unit[:, None] * unit)
    return values, vectors[:, -factors:]


def _least(criterion: Criterion, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Uniquenesses where a criterion with its slope is least."""
    found = minimize(
        criterion,
        np.clip(start, LEAST_UNIQUENESS, 1.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * len(start),
        options={"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9, "maxls": 50},
    )
    psi: NDArray[np.float64] = found.x
    return psi


def _turned(loadings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each factor turned so that its loadings add up to no less than 0."""
    return loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
