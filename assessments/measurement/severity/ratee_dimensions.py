"""Severity where each rater rates several dimensions: people differ, and each has stronger and weaker sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.crossed import METHODS, RATEE, CrossedEffects, crossed_result, design_columns
from assessments.measurement.severity.errors import MethodError
from assessments.measurement.severity.levels import Levels, finite_column, joined_levels, levels_of
from assessments.measurement.severity.mixed_design import fixed_columns, mixed_design
from assessments.measurement.severity.predictions import Prediction, predictions
from assessments.measurement.severity.profiled_criterion import Fit, inverse_of
from assessments.measurement.severity.variance_search import best_fit
from assessments.measurement.uncertainty import NORMAL_95

PAIR = 2


@dataclass(frozen=True)
class DimensionScores:
    """Adjusted score of each ratee in each dimension that occurs, with standard error and 90 % interval, each (pairs,).

    `effect` is how far the dimension lies above or below what the person's level and the dimension's mean say.
    """

    ratee: NDArray[np.generic]
    dimension: NDArray[np.generic]
    effect: NDArray[np.float64]
    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class DimensionEffects:
    """What ratings of several dimensions say: `crossed` of people and raters, `scores` per person and dimension.

    `pair_variance`: how much a person's dimensions differ beyond the person's level. The coefficients of
    `crossed.fixed` are the constant, every dimension but the first against the first, and the columns given.
    """

    crossed: CrossedEffects
    pair_variance: float
    scores: DimensionScores


def dimension_effects(
    value: ArrayLike,
    *,
    ratee: ArrayLike,
    rater: ArrayLike,
    dimension: ArrayLike,
    design: ArrayLike | None = None,
    method: str = "reml",
) -> DimensionEffects | NotEstimable:
    """Estimate severity and each person's score per dimension together, when rows are ratings of single dimensions.

    `y = mu_dimension + X beta + u_ratee + u_ratee,dimension + b_rater + e`; score = `mu_dimension + u_ratee +
    u_ratee,dimension` at the mean of the given columns, with the error of the whole sum. Inputs (rows,), not estimable
    and errors as crossed_effects. Source: Henderson (1975); Searle, Casella & McCulloch (1992).

    >>> cells = [(person, side, judge) for person in range(4) for side in "ab" for judge in range(3)]
    >>> values = [5, 3, 4, 4, 3, 2, 3, 2, 3, 4, 4, 5, 1, 2, 2, 2, 1, 1, 5, 4, 4, 5, 3, 5]
    >>> found = dimension_effects(values, ratee=[c[0] for c in cells], dimension=[c[1] for c in cells],
    ...     rater=[c[2] for c in cells])
    >>> round(found.crossed.ratee_variance, 3), round(found.pair_variance, 3), found.scores.value.round(2).tolist()[:2]
    (1.13, 0.479, [3.84, 3.12])
    """
    if method not in METHODS:
        raise MethodError(method=method)
    column = finite_column(value, name="value")
    rows = len(column)
    ratees, raters = levels_of(ratee, rows=rows, name="ratee"), levels_of(rater, rows=rows, name="rater")
    dimensions = levels_of(dimension, rows=rows, name="dimension")
    columns = design_columns(design, rows=rows)
    if rows == 0:
        return NotEstimable(Reason.NO_ANSWERS)
    pairs = joined_levels(ratees, dimensions)
    sides = np.equal.outer(dimensions.index, np.arange(1, dimensions.size)).astype(np.float64)
    fixed = fixed_columns(column, np.column_stack([sides, columns]))
    fit = best_fit(mixed_design(fixed, [ratees, raters, pairs]), restricted=method == "reml")
    without = best_fit(mixed_design(fixed, [ratees, pairs]), restricted=method == "reml")
    if isinstance(fit, NotEstimable):
        return fit
    if isinstance(without, NotEstimable):
        return without
    found = predictions(fit)
    scores = _scores(fit, found, pairs, dimensions, columns.mean(axis=0))
    variance = float(fit.gamma[PAIR]) * fit.residual_variance
    return DimensionEffects(crossed_result(fit, found, without), variance, scores)


def _scores(
    fit: Fit, found: list[Prediction], pairs: Levels, dimensions: Levels, average: NDArray[np.float64]
) -> DimensionScores:
    """Scores of all pairs of a ratee and a dimension, and the errors of their sums."""
    fixed, ratees = fit.design.fixed, fit.design.factors[RATEE]
    ratee, dimension = np.divmod(pairs.label.astype(np.int64), dimensions.size)
    sides = np.equal.outer(dimension, np.arange(1, dimensions.size)).astype(np.float64)
    given = np.broadcast_to(average, (len(ratee), len(average)))
    rows = np.column_stack([np.ones(len(ratee)), sides, given])[:, fixed.kept]
    at_basis = rows @ np.linalg.inv(fixed.triangle)
    both = Prediction(
        found[PAIR].effect + found[RATEE].effect[ratee],
        found[PAIR].conditional + found[RATEE].conditional[ratee] + 2 * _shared(fit, ratee),
        found[PAIR].loading + found[RATEE].loading[ratee],
    )
    value = at_basis @ (fixed.triangle @ fixed.start + fit.coefficients) + both.effect
    error = np.sqrt(both.error_variance(fit, at_basis))
    reach = NORMAL_95 * error
    return DimensionScores(
        ratees.label[ratee], dimensions.label[dimension], found[PAIR].effect, value, error, value - reach, value + reach
    )  # fmt: skip


def _shared(fit: Fit, ratee: NDArray[np.int64]) -> NDArray[np.float64]:
    """Covariance (pairs,) of the errors of a pair's effect and of its ratee's, at a known fixed part."""
    design = fit.design
    middle = fit.root[:, None] * inverse_of(fit) * fit.root
    columns = middle[:, design.block_of[RATEE]]
    if design.own != PAIR:
        return columns[design.block_of[PAIR]][np.arange(len(ratee)), ratee]
    product = design.crossing @ columns
    weight = fit.gamma[PAIR] * fit.own_share
    result: NDArray[np.float64] = -weight * product[np.arange(len(ratee)), ratee]
    return result
