"""Severity of raters and scores freed of it: persons and raters as crossed random effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.errors import ShapeError
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.boundary_test import BoundaryTest, boundary_test
from assessments.measurement.severity.connectivity import Connectivity, connectivity
from assessments.measurement.severity.errors import MethodError
from assessments.measurement.severity.levels import finite_column, levels_of
from assessments.measurement.severity.mixed_design import fixed_columns, mixed_design
from assessments.measurement.severity.predictions import (
    AdjustedScores,
    Effects,
    FixedPart,
    Prediction,
    adjusted_scores,
    effects_of,
    fixed_part,
    predictions,
)
from assessments.measurement.severity.profiled_criterion import Fit
from assessments.measurement.severity.variance_search import best_fit

METHODS = ("reml", "ml")
RATEE, RATER = 0, 1


@dataclass(frozen=True)
class CrossedEffects:
    """What ratings say of people and of raters, in rating points.

    `criterion` is -2 log (restricted) likelihood; `ratees` and `raters` hold variances, effects and their errors (a
    rater's positive effect is leniency, a negative one severity); `fixed` constant and coefficients; `adjusted` scores
    of the ratees; `rater_test` whether raters differ at all; `connectivity` whether they can be compared.
    """

    method: str
    criterion: float
    residual_variance: float
    fixed: FixedPart
    ratees: Effects
    raters: Effects
    adjusted: AdjustedScores
    rater_test: BoundaryTest
    connectivity: Connectivity

    @property
    def ratee_variance(self) -> float:
        """Variance of people's true scores."""
        return self.ratees.variance

    @property
    def rater_variance(self) -> float:
        """Variance of raters' leniency."""
        return self.raters.variance

    @property
    def standard_deviations(self) -> tuple[float, float, float]:
        """Standard deviations of people, raters and residuals."""
        return sqrt(self.ratee_variance), sqrt(self.rater_variance), sqrt(self.residual_variance)


def crossed_effects(
    value: ArrayLike,
    *,
    ratee: ArrayLike,
    rater: ArrayLike,
    design: ArrayLike | None = None,
    method: str = "reml",
) -> CrossedEffects | NotEstimable:
    """Estimate how much people and raters differ, how lenient each rater is and what each score would be without it.

    `y = X beta + u_ratee + b_rater + e`, the effects normal with their own variances, estimated by restricted maximum
    likelihood ("reml") or maximum likelihood ("ml"); effects are best linear unbiased predictions.

    `value` (rows,) one rating or mean a row, in points; `ratee` and `rater` (rows,) whole numbers or texts; a pair may
    occur several times and most pairs never do. `design` (rows, columns): known causes such as the group of
    the rater or the dimension, as numbers; a constant is always added.

    Not estimable: without values; when values do not vary beyond the fixed part, or people and raters explain them
    without residual (no variation); when the variances cannot be told apart, such as one rating a rater (too few).
    A variance of zero is a result. Raises ShapeError, LabelError, NotFiniteError, MethodError, TooManyLevelsError.
    Source: Henderson (1975); Patterson & Thompson (1971); Bates, Machler, Bolker & Walker (2015).

    >>> given = {"Ann": "x2 y3 z4", "Bo": "x3 y5 z5", "Cy": "x1 y2 z4", "Di": "x3 y4 z4"}
    >>> rows = [(name, pair[0], int(pair[1])) for name, text in given.items() for pair in text.split()]
    >>> ratees, raters, values = zip(*rows)
    >>> found = crossed_effects(values, ratee=ratees, rater=raters)
    >>> round(found.ratee_variance, 4), round(found.rater_variance, 4), round(found.residual_variance, 4)
    (0.6389, 0.9444, 0.3056)
    >>> found.raters.effect.round(3).tolist()
    [-1.002, 0.154, 0.848]
    """
    if method not in METHODS:
        raise MethodError(method=method)
    column = finite_column(value, name="value")
    rows = len(column)
    ratees, raters = levels_of(ratee, rows=rows, name="ratee"), levels_of(rater, rows=rows, name="rater")
    columns = design_columns(design, rows=rows)
    if rows == 0:
        return NotEstimable(Reason.NO_ANSWERS)
    fixed = fixed_columns(column, columns)
    fit = best_fit(mixed_design(fixed, [ratees, raters]), restricted=method == "reml")
    without = best_fit(mixed_design(fixed, [ratees]), restricted=method == "reml")
    if isinstance(fit, NotEstimable):
        return fit
    return without if isinstance(without, NotEstimable) else crossed_result(fit, predictions(fit), without)


def crossed_result(fit: Fit, found: list[Prediction], without: Fit) -> CrossedEffects:
    """Everything that the fit with ratees first and raters second says, beside the fit without raters."""
    return CrossedEffects(
        method="reml" if fit.restricted else "ml",
        criterion=fit.criterion,
        residual_variance=fit.residual_variance,
        fixed=fixed_part(fit),
        ratees=effects_of(fit, RATEE, found[RATEE]),
        raters=effects_of(fit, RATER, found[RATER]),
        adjusted=adjusted_scores(fit, found, ratee=RATEE, rater=RATER),
        rater_test=boundary_test(fit.criterion, without=without.criterion),
        connectivity=connectivity(fit.design.factors[RATEE], fit.design.factors[RATER]),
    )


def design_columns(design: ArrayLike | None, *, rows: int) -> NDArray[np.float64]:
    """The known causes as columns (rows, columns) of finite numbers; none when nothing is given."""
    if design is None:
        return np.zeros((rows, 0))
    columns = np.asarray(design, dtype=np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or len(columns) != rows:
        raise ShapeError(name="design", shape=columns.shape, expected=(rows, "columns"))
    finite_column(columns.ravel(), name="design")
    return columns
