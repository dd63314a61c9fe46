"""How much people differ beyond the noise of their ratings: one-way random effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from numpy.typing import ArrayLike

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.boundary_test import BoundaryTest, boundary_test
from assessments.measurement.severity.crossed import METHODS, design_columns
from assessments.measurement.severity.errors import MethodError
from assessments.measurement.severity.levels import finite_column, levels_of
from assessments.measurement.severity.mixed_design import fixed_columns, mixed_design
from assessments.measurement.severity.predictions import (
    AdjustedScores,
    Effects,
    FixedPart,
    adjusted_scores,
    effects_of,
    fixed_part,
    predictions,
)
from assessments.measurement.severity.profiled_criterion import fit_at
from assessments.measurement.severity.variance_search import best_fit


@dataclass(frozen=True)
class OneWayEffects:
    """What ratings say of groups (people, teams, batches), in the unit of the values.

    `criterion` is -2 log (restricted) likelihood; `groups` holds their variance, effects, errors; `shrunk` their means
    drawn toward the mean of all with 90 % intervals; `test` whether they differ at all.
    """

    method: str
    criterion: float
    residual_variance: float
    fixed: FixedPart
    groups: Effects
    shrunk: AdjustedScores
    test: BoundaryTest

    @property
    def group_variance(self) -> float:
        """Variance of the true means of groups."""
        return self.groups.variance

    @property
    def mean(self) -> float:
        """The constant: the mean of the groups' true means when there are no other columns."""
        return float(self.fixed.coefficient[0])

    @property
    def standard_deviations(self) -> tuple[float, float]:
        """Standard deviations of groups and residuals."""
        return sqrt(self.group_variance), sqrt(self.residual_variance)

    @property
    def reliability(self) -> float:
        """Share of the variance of one value that is the groups': the intraclass correlation ICC(1)."""
        return self.group_variance / (self.group_variance + self.residual_variance)


def one_way_effects(
    value: ArrayLike, *, group: ArrayLike, design: ArrayLike | None = None, method: str = "reml"
) -> OneWayEffects | NotEstimable:
    """Estimate how much groups differ and draw their means toward the mean of all, the more the fewer values they have.

    `y = X beta + u_group + e` by restricted maximum likelihood ("reml") or maximum likelihood ("ml"); each group's mean
    becomes `mu + B (mean - mu)` with `B = s2_u / (s2_u + s2_e / n)`. Balanced, REML gives the mean squares' answer
    `s2_u = (MSB - MSW) / n` where that is above zero, else zero.

    `value` (rows,); `group` (rows,) whole numbers or texts; `design` (rows, columns) known causes besides the constant.
    Not estimable: without values, without variation, with one group or one value a group. Raises as crossed_effects.
    Source: Patterson & Thompson (1971); Robinson (1991).

    >>> found = one_way_effects([1.0, 3.0, 5.0, 7.0, 6.0, 8.0], group=["a", "a", "b", "b", "c", "c"])
    >>> round(found.group_variance, 4), round(found.residual_variance, 4), found.shrunk.value.round(4).tolist()
    (6.0, 2.0, [2.4286, 5.8571, 6.7143])
    """
    if method not in METHODS:
        raise MethodError(method=method)
    column = finite_column(value, name="value")
    groups = levels_of(group, rows=len(column), name="group")
    columns = design_columns(design, rows=len(column))
    if len(column) == 0:
        return NotEstimable(Reason.NO_ANSWERS)
    layout = mixed_design(fixed_columns(column, columns), [groups])
    fit = best_fit(layout, restricted=method == "reml")
    if isinstance(fit, NotEstimable):
        return fit
    found = predictions(fit)
    without = fit_at(0 * fit.gamma, design=layout, restricted=fit.restricted)
    return OneWayEffects(
        method=method,
        criterion=fit.criterion,
        residual_variance=fit.residual_variance,
        fixed=fixed_part(fit),
        groups=effects_of(fit, 0, found[0]),
        shrunk=adjusted_scores(fit, found, ratee=0, rater=None),
        test=boundary_test(fit.criterion, without=without.criterion),
    )
