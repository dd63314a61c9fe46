"""What a fitted model says of each person and rater: effects with their errors, and scores freed of severity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.severity.levels import level_sums
from assessments.measurement.severity.profiled_criterion import Fit, fixed_parts, inverse_of
from assessments.measurement.uncertainty import NORMAL_95

ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Effects:
    """How far each level of a factor lies above or below the mean, in rating points.

    `level`, `ratings` (how many), `effect` (best linear unbiased prediction) and `error_variance` (of effect minus
    truth), each (levels,); `variance` is that of the factor.
    """

    level: NDArray[np.generic]
    ratings: NDArray[np.int64]
    effect: NDArray[np.float64]
    error_variance: NDArray[np.float64]
    variance: float

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """How far the effects may be off (levels,)."""
        error: NDArray[np.float64] = np.sqrt(self.error_variance)
        return error

    @property
    def shrinkage(self) -> NDArray[np.float64]:
        """Share of a difference that ratings can tell (levels,), 0 to 1: `1 - error variance / variance`."""
        if self.variance == 0:
            return np.zeros(len(self.effect))
        return np.clip(1 - self.error_variance / self.variance, 0.0, 1.0)


@dataclass(frozen=True)
class FixedPart:
    """Constant and coefficients (columns + 1,) with standard errors; columns that repeat earlier ones have a reason."""

    coefficient: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.int8]


@dataclass(frozen=True)
class AdjustedScores:
    """Scores freed of who happened to rate, beside the plain means, in rating points, each (ratees,).

    `value` = mean of the fixed part over all ratings + effect, with `standard_error` and 90 % interval. `moved` =
    value - `raw_mean` is the sum of three: `moved_by_mix` (other groups or dimensions than everyone's),
    `moved_by_severity` (minus the mean leniency of one's raters), `moved_by_shrinkage` (what few ratings cannot prove).
    """

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    raw_mean: NDArray[np.float64]
    moved_by_mix: NDArray[np.float64]
    moved_by_severity: NDArray[np.float64]
    moved_by_shrinkage: NDArray[np.float64]

    @property
    def moved(self) -> NDArray[np.float64]:
        """How far each score moves (ratees,)."""
        return self.value - self.raw_mean


@dataclass(frozen=True)
class Prediction:
    """Effects of one factor with the parts of their error: `V_cond` (levels,) at a known fixed part, and `loading`.

    `loading` (levels, kept) = gamma Z'V^-1 X: the error variance of `x'beta + u` is
    `s2 [V_cond + (x - loading)' (X'V^-1X)^-1 (x - loading)]`.
    """

    effect: NDArray[np.float64]
    conditional: NDArray[np.float64]
    loading: NDArray[np.float64]

    def error_variance(self, fit: Fit, fixed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Error variance (levels,) of the effect plus the fixed part at a row (kept,) of the basis."""
        left = fixed - self.loading
        ratio: NDArray[np.float64] = self.conditional + np.sum((left @ fit.covariance) * left, axis=1)
        return fit.residual_variance * ratio


def predictions(fit: Fit) -> list[Prediction]:
    """Effects `u_k = gamma_k Z_k'P y` of every factor and what their errors need. Source: Henderson (1975)."""
    design = fit.design
    middle = fit.root[:, None] * inverse_of(fit) * fit.root
    weight = fit.gamma[design.own] * fit.own_share
    found = []
    for k, (sums, spread) in enumerate(zip(fit.residual_sums, fixed_parts(fit), strict=True)):
        if k == design.own:
            conditional = weight + weight**2 * _quadratic_rows(fit, middle)
        else:
            conditional = np.diagonal(middle)[design.block_of[k]].copy()
        found.append(Prediction(fit.gamma[k] * sums, conditional, fit.gamma[k] * spread))
    return found


def _quadratic_rows(fit: Fit, middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """`diag(C M C')` (levels of own,), some rows at a time so that memory stays small."""
    crossing = fit.design.crossing
    result = np.zeros(crossing.shape[0])
    for start in range(0, crossing.shape[0], ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        part = crossing[rows]
        product = part @ middle
        result[rows] = (
            np.sum(part * product, axis=1) if isinstance(part, np.ndarray) else part.multiply(product).sum(axis=1)
        )
    return result


def effects_of(fit: Fit, factor: int, prediction: Prediction) -> Effects:
    """The effects of one factor as a result."""
    levels = fit.design.factors[factor]
    error = prediction.error_variance(fit, np.zeros(fit.kept))
    variance = float(fit.gamma[factor]) * fit.residual_variance
    return Effects(levels.label, levels.count, prediction.effect, error, variance)


def fixed_part(fit: Fit) -> FixedPart:
    """The constant and the coefficients of the given columns, with their standard errors."""
    fixed = fit.design.fixed
    back = np.linalg.inv(fixed.triangle)
    coefficient, error = np.zeros(len(fixed.kept)), np.zeros(len(fixed.kept))
    coefficient[fixed.kept] = fixed.start + back @ fit.coefficients
    error[fixed.kept] = np.sqrt(fit.residual_variance * np.sum((back @ fit.covariance) * back, axis=1))
    reason = np.where(fixed.kept, Reason.ESTIMATED, Reason.COLLINEAR).astype(np.int8)
    return FixedPart(coefficient, error, reason)


def adjusted_scores(fit: Fit, found: list[Prediction], *, ratee: int, rater: int | None) -> AdjustedScores:
    """Scores of the levels of one factor (the ratees) at the mean of the fixed part, and why they move."""
    fixed, levels = fit.design.fixed, fit.design.factors[ratee]
    explained = fixed.basis @ (fixed.triangle @ fixed.start + fit.coefficients)
    middle = float(explained.mean())
    raw = level_sums(levels, explained + fixed.remainder - fixed.basis @ fit.coefficients) / levels.count
    mix = middle - level_sums(levels, explained) / levels.count
    severity = np.zeros(levels.size)
    if rater is not None:
        leniency = found[rater].effect[fit.design.factors[rater].index]
        severity = -level_sums(levels, leniency) / levels.count
    value = middle + found[ratee].effect
    error = np.sqrt(found[ratee].error_variance(fit, fixed.basis.mean(axis=0)))
    reach = NORMAL_95 * error
    shrinkage = value - raw - mix - severity
    return AdjustedScores(value, error, value - reach, value + reach, raw, mix, severity, shrinkage)
