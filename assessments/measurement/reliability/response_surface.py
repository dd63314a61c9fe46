"""How an outcome depends on self and others together: a surface instead of a difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import score_list

TERMS = 6
SMALLEST = 1e-10
# The four features of the surface as sums of the coefficients of 1, x, y, x^2, xy, y^2.
FEATURES = np.array(
    [[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, -1, 0, 0, 0], [0, 0, 0, 1, -1, 1]], dtype=np.float64
)


@dataclass(frozen=True)
class Coefficients:
    """Estimates (k,) with standard errors, t and two-sided probabilities."""

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    t: NDArray[np.float64]
    p: NDArray[np.float64]


@dataclass(frozen=True)
class ResponseSurface:
    """Regression on 1, x, y, x^2, xy, y^2 (`terms`), and the features a1 to a4 of its surface.

    `features`: a1 slope and a2 curvature where self and others agree (x = y), a3 slope and a4 curvature where they
    differ (x = -y).
    """

    terms: Coefficients
    features: Coefficients
    r_squared: float
    degrees: int


def response_surface(
    outcome: ArrayLike, *, own: ArrayLike, others: ArrayLike, centre: float
) -> ResponseSurface | NotEstimable:
    """Say how an outcome changes with self and others, agreeing and differing, without taking their difference.

    All (people,), NaN where missing; people with all three count. `x = own - centre`, `y = others - centre`, the
    middle of the scale: `z = b0 + b1 x + b2 y + b3 x^2 + b4 xy + b5 y^2 + e` by least squares; `a1 = b1 + b2`, `a2 =
    b3 + b4 + b5`, `a3 = b1 - b2`, `a4 = b3 - b4 + b5`, errors from the covariance of the b. Not estimable with fewer
    than seven people, when the six terms cannot be told apart, or when the surface explains all. Raises ScoresError.
    Source: Edwards and Parry (1993), Academy of Management Journal 36, 1577-1613; Edwards (1994), Organizational
    Behavior and Human Decision Processes 58, 51-100.

    >>> x, y = np.meshgrid([-2.0, -1, 0, 1, 2], [-2.0, -1, 0, 1, 2])
    >>> noise = np.where((x + y) % 2 == 0, 0.1, -0.1)
    >>> z = 1 + 2 * x + y - x * y + noise
    >>> found = response_surface(z.ravel(), own=x.ravel() + 3, others=y.ravel() + 3, centre=3)
    >>> found.features.value.round(1).tolist()
    [3.0, -1.0, 1.0, 1.0]
    """
    parts = [score_list(part) for part in (outcome, own, others)]
    if len({len(part) for part in parts}) != 1 or not np.isfinite(centre):
        raise ScoresError(people=[len(part) for part in parts], centre=centre)
    complete = np.isfinite(np.stack(parts)).all(axis=0)
    z, x, y = (part[complete] for part in parts)
    x, y = x - centre, y - centre
    design = np.stack([np.ones(len(z)), x, y, x**2, x * y, y**2], axis=1)
    degrees = len(z) - TERMS
    if degrees < 1:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    length = np.sqrt(np.square(design).sum(axis=0))
    if (length == 0).any() or np.linalg.svd(design / length, compute_uv=False)[-1] < SMALLEST:
        return NotEstimable(Reason.NO_VARIATION)
    basis, triangle = np.linalg.qr(design)
    value = np.linalg.solve(triangle, basis.T @ z)
    left = z - design @ value
    squares = float(left @ left)
    if squares <= SMALLEST**2 * float(z @ z):
        return NotEstimable(Reason.NO_VARIATION)
    inverse = np.linalg.inv(triangle)
    covariance = inverse @ inverse.T * squares / degrees
    total = float(np.square(z - z.mean()).sum())
    return ResponseSurface(
        terms=_tested(value, covariance, degrees),
        features=_tested(FEATURES @ value, FEATURES @ covariance @ FEATURES.T, degrees),
        r_squared=1 - squares / total,
        degrees=degrees,
    )


def _tested(value: NDArray[np.float64], covariance: NDArray[np.float64], degrees: int) -> Coefficients:
    """Estimates with their errors and tests."""
    error = np.sqrt(np.diagonal(covariance))
    t = value / error
    return Coefficients(value, error, t, 2 * stdtr(degrees, -np.abs(t)))
