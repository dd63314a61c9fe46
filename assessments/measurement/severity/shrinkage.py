"""Drawing noisy means toward the mean of all: James and Stein, and empirical Bayes with known standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from assessments.measurement.errors import ShapeError
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.errors import MethodError, NotPositiveError
from assessments.measurement.severity.levels import finite_column
from assessments.measurement.uncertainty import NORMAL_95

LEAST_MEANS = 4
PLACES = 200
METHODS = ("reml", "ml", "paule_mandel")


@dataclass(frozen=True)
class JamesSteinMeans:
    """Shrunken `value` (means,), the `factor` that distances from `centre` keep, and the sum of their `squares`."""

    value: NDArray[np.float64]
    factor: float
    centre: float
    squares: float


def james_stein_means(
    value: ArrayLike, *, variance: float, centre: float | None = None
) -> JamesSteinMeans | NotEstimable:
    """Draw equally sure means toward their own mean: together they are then closer to the truth than as they were.

    `c = 1 - (k - 3) variance / S`, never below 0, `S = sum (y - mean)^2`, `value = mean + c (y - mean)`; toward a
    `centre` known beforehand with k - 2. `value` (means,), `variance` of the error of each, above zero. Not estimable
    below four means (three with a centre). Raises NotFiniteError, NotPositiveError.
    Source: Stein (1956); James & Stein (1961); Efron & Morris (1975).

    >>> found = james_stein_means([1.0, 2.0, 3.0, 4.0, 5.0], variance=1.0)
    >>> found.factor, found.value.tolist()
    (0.8, [1.4, 2.2, 3.0, 3.8, 4.6])
    """
    column = finite_column(value, name="value")
    if not (np.isfinite(variance) and variance > 0):
        raise NotPositiveError(name="variance", value=variance)
    lost = 3 if centre is None else 2
    if len(column) <= lost:
        return NotEstimable(Reason.TOO_FEW_VALUES if len(column) else Reason.NO_ANSWERS)
    middle = float(column.mean()) if centre is None else float(finite_column([centre], name="centre")[0])
    squares = float(np.sum((column - middle) ** 2))
    limit = (len(column) - lost) * variance
    factor = 1 - limit / squares if squares > limit else 0.0
    return JamesSteinMeans(middle + factor * (column - middle), factor, middle, squares)


@dataclass(frozen=True)
class ShrunkenMeans:
    """Means drawn toward their common mean, each (means,) unless noted, in the unit of the values.

    `variance` (one number) of the true means and their `mean` with `mean_error`; `trust` B = variance / (variance +
    error^2) is the share of its distance from the mean that each keeps in `value`. `corrected_value`, `standard_error`,
    `low` and `high` (90 %) allow for the variance being an estimate itself.
    """

    variance: float
    mean: float
    mean_error: float
    trust: NDArray[np.float64]
    value: NDArray[np.float64]
    corrected_value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def shrunken_means(
    value: ArrayLike, *, standard_error: ArrayLike, method: str = "reml"
) -> ShrunkenMeans | NotEstimable:
    """Draw means of known standard errors toward their common mean, the less sure ones farther.

    `value_i = m + B_i (y_i - m)`, `B_i = t2 / (t2 + s_i^2)`, m the mean weighted by `1 / (t2 + s_i^2)`; t2 by
    restricted ("reml") or full ("ml") maximum likelihood, or as the root of `sum (y_i - m)^2 / (t2 + s_i^2) = k - 1`
    ("paule_mandel"). Intervals by Morris: with `C_i = (k-3)/(k-1) (1 - B_i)`, `value = y_i - C_i (y_i - m)`,
    `se_i^2 = s_i^2 [1 - (1 - w_i / sum w) C_i] + 2/(k-3) C_i^2 (s2_mean + t2)/(s_i^2 + t2) (y_i - m)^2`.

    `value`, `standard_error` (means,), errors above zero. Not estimable below four means; a variance of zero is.
    Raises ShapeError, NotFiniteError, NotPositiveError, MethodError.
    Source: Efron & Morris (1975); Paule & Mandel (1982); Morris (1983).

    >>> found = shrunken_means([1.0, 2.0, 3.0, 4.0, 5.0], standard_error=[1.0] * 5)
    >>> round(found.variance, 4), found.value.round(2).tolist(), found.corrected_value.round(2).tolist()
    (1.5, [1.8, 2.4, 3.0, 3.6, 4.2], [1.4, 2.2, 3.0, 3.8, 4.6])
    """
    if method not in METHODS:
        raise MethodError(method=method)
    column, error = finite_column(value, name="value"), finite_column(standard_error, name="standard_error")
    if column.shape != error.shape:
        raise ShapeError(name="standard_error", shape=error.shape, expected=column.shape)
    if (error <= 0).any():
        raise NotPositiveError(name="standard_error", row=int(np.argmin(error)))
    if len(column) < LEAST_MEANS:
        return NotEstimable(Reason.TOO_FEW_VALUES if len(column) else Reason.NO_ANSWERS)
    between = _paule_mandel(column, error**2) if method == "paule_mandel" else _likeliest(column, error**2, method)
    return _shrunken(column, error**2, between)


def _shrunken(value: NDArray[np.float64], sampling: NDArray[np.float64], between: float) -> ShrunkenMeans:
    """Means and Morris's intervals at a variance of the true means."""
    number, total = len(value), between + sampling
    weight = (1 / total) / np.sum(1 / total)
    mean = float(weight @ value)
    trust, distance = between / total, value - mean
    kept = (number - 3) / (number - 1) * (1 - trust)
    average = float(weight @ sampling)
    variance = sampling * (1 - (1 - weight) * kept)
    variance = variance + 2 / (number - 3) * kept**2 * (average + between) / total * distance**2
    corrected, error = value - kept * distance, np.sqrt(variance)
    reach = NORMAL_95 * error
    return ShrunkenMeans(
        between, mean, float(1 / np.sqrt(np.sum(1 / total))), trust, mean + trust * distance, corrected, error,
        corrected - reach, corrected + reach,
    )  # fmt: skip


def _weighted(
    value: NDArray[np.float64], sampling: NDArray[np.float64], between: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (places, means) at several variances, and distances from the mean that they give."""
    weight = 1 / (between[:, None] + sampling)
    mean = (weight @ value) / weight.sum(axis=1)
    return weight, value - mean[:, None]


def _paule_mandel(value: NDArray[np.float64], sampling: NDArray[np.float64]) -> float:
    """The variance at which the weighted squares are as large as expected; zero when they are smaller throughout."""

    def excess(between: float) -> float:
        weight, distance = _weighted(value, sampling, np.array([between]))
        return float(np.sum(weight * distance**2)) - (len(value) - 1)

    highest = float(np.sum((value - value.mean()) ** 2)) + float(sampling.max())
    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, highest, xtol=1e-15 * highest, rtol=1e-14))


def _likeliest(value: NDArray[np.float64], sampling: NDArray[np.float64], method: str) -> float:
    """The variance of highest (restricted) likelihood: best place of a grid, then the root of the slope beside it."""

    def criterion(between: NDArray[np.float64]) -> NDArray[np.float64]:
        weight, distance = _weighted(value, sampling, between)
        result: NDArray[np.float64] = np.sum(weight * distance**2 - np.log(weight), axis=1)
        return result + (np.log(weight.sum(axis=1)) if method == "reml" else 0.0)

    def slope(between: float) -> float:
        weight, distance = _weighted(value, sampling, np.array([between]))
        leverage = np.sum(weight**2) / np.sum(weight) if method == "reml" else 0.0
        return float(np.sum(weight - (weight * distance) ** 2) - leverage)

    highest = float(np.sum((value - value.mean()) ** 2)) + float(sampling.max())
    lowest = min(float(sampling.min()), highest) * 1e-6
    places = np.concatenate([[0.0], np.geomspace(lowest, highest, PLACES)])
    best = int(np.argmin(criterion(places)))
    low, high = places[max(best - 1, 0)], places[min(best + 1, PLACES)]
    if slope(low) >= 0:
        return float(places[best])
    return float(brentq(slope, low, high, xtol=1e-15 * highest, rtol=1e-14))
