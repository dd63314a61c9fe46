"""How many raters and items are needed: the smallest numbers whose scores are dependable enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import prod

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.generalizability.d_study import DStudyTable, d_study_table
from assessments.measurement.generalizability.errors import SizeError, TargetError
from assessments.measurement.generalizability.errors_of_scores import divisors, roles, variances
from assessments.measurement.generalizability.g_study import GStudy
from assessments.measurement.reasons import NotEstimable, Reason

MOST_PLANS = 1_000_000


class Coefficient(StrEnum):
    """What must reach the target: E rho^2 to compare persons, Phi to place them on a level."""

    GENERALIZABILITY = "generalizability"
    DEPENDABILITY = "dependability"


class OutOfReach(StrEnum):
    """Why no numbers within the limits reach the target."""

    LIMITS = "limits"
    NO_DIFFERENCES = "no_differences"


@dataclass(frozen=True)
class SmallestPlan:
    """Numbers per facet that reach the target, and the coefficient that they give."""

    sizes: Mapping[str, int]
    ratings: int
    value: float


@dataclass(frozen=True)
class Plan:
    """The plan with the fewest ratings of a person, and `choices`: all plans of which no number could be less."""

    smallest: SmallestPlan
    choices: tuple[SmallestPlan, ...]


@dataclass(frozen=True)
class Unreachable:
    """No plan within the limits reaches the target: why, and the best plan.

    The limits are too low, or the study finds no differences between persons at all. `ceilings`: what the coefficient
    comes close to when one facet alone grows without end, for each that is not fixed.
    """

    reason: OutOfReach
    best: SmallestPlan
    ceilings: Mapping[str, float]


@dataclass(frozen=True)
class PlanningTable:
    """Coefficients over a grid: `facets` name the axes, `numbers` the sizes along each, `table` holds the arrays."""

    facets: tuple[str, ...]
    numbers: tuple[NDArray[np.int64], ...]
    table: DStudyTable


def planning_table(
    study: GStudy,
    *,
    limits: Mapping[str, tuple[int, int]],
    measured: str | None = None,
    fixed: Collection[str] = (),
    design: str | None = None,
) -> PlanningTable:
    """Tell how dependable scores are for every combination of numbers within limits (least, most) per facet.

    Raises SizeError for limits that are not 1 <= least <= most or give over a million plans; DesignError.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> planning_table(study, limits={"i": (1, 3)}).table.dependability.round(3).tolist()
    [0.828, 0.906, 0.935]
    """
    for facet, (least, most) in limits.items():
        if not (float(least).is_integer() and float(most).is_integer() and 1 <= least <= most):
            raise SizeError(facet=facet, least=least, most=most)
    if prod(most - least + 1 for least, most in limits.values()) > MOST_PLANS:
        raise SizeError(most_plans=MOST_PLANS)
    numbers = tuple(np.arange(least, most + 1, dtype=np.int64) for least, most in limits.values())
    grid = dict(zip(limits, np.meshgrid(*numbers, indexing="ij"), strict=True))
    table = d_study_table(study, sizes=grid, measured=measured, fixed=fixed, design=design)
    return PlanningTable(facets=tuple(limits), numbers=numbers, table=table)


def smallest_plan(
    study: GStudy,
    *,
    target: float,
    limits: Mapping[str, tuple[int, int]],
    coefficient: Coefficient = Coefficient.DEPENDABILITY,
    measured: str | None = None,
    fixed: Collection[str] = (),
    design: str | None = None,
) -> Plan | Unreachable | NotEstimable:
    """Give the smallest numbers per facet with which the coefficient reaches the target.

    Smallest are the fewest ratings of a person (the product of the numbers); among equals the better coefficient, then
    the smaller numbers of the facets as they stand in `limits`. Raises TargetError for a target not between 0 and 1;
    SizeError, DesignError. Source: Brennan (2001), chapter 4.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> plan = smallest_plan(study, target=0.94, limits={"i": (1, 20)})
    >>> plan.smallest.sizes, round(plan.smallest.value, 4)
    ({'i': 4}, 0.9505)
    """
    if not 0 < target < 1:
        raise TargetError(target=target)
    planned = planning_table(study, limits=limits, measured=measured, fixed=fixed, design=design)
    reason = Reason(int(planned.table.reasons.max(initial=0)))
    if reason is not Reason.ESTIMATED:
        return NotEstimable(reason)
    values = getattr(planned.table, coefficient.value)
    # A plan that reaches the target exactly is not lost to the last bit of a division.
    reached = values >= target - 1e-12
    if not reached.any():
        best = _plan(planned, values, np.unravel_index(int(values.argmax()), values.shape))
        ceilings = _ceilings(
            study, planned=planned, best=best, coefficient=coefficient, measured=measured, fixed=fixed, design=design
        )
        return Unreachable(OutOfReach.LIMITS if best.value > 0 else OutOfReach.NO_DIFFERENCES, best, ceilings)
    choices = [_plan(planned, values, place) for place in zip(*np.nonzero(_least(reached)), strict=True)]
    choices.sort(key=lambda plan: (plan.ratings, -plan.value, tuple(plan.sizes.values())))
    return Plan(smallest=choices[0], choices=tuple(choices))


def _plan(planned: PlanningTable, values: NDArray[np.float64], place: tuple[np.intp, ...]) -> SmallestPlan:
    """The plan at one place of the grid."""
    sizes = {facet: int(numbers[at]) for facet, numbers, at in zip(planned.facets, planned.numbers, place, strict=True)}
    return SmallestPlan(sizes=sizes, ratings=prod(sizes.values()), value=float(values[place]))


def _least(reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The plans that reach the target while none with smaller or equal numbers does."""
    below = reached.copy()
    for axis in range(reached.ndim):
        below = np.logical_or.accumulate(below, axis=axis)
    least = reached.copy()
    for axis in range(reached.ndim):
        later, earlier = [slice(None)] * reached.ndim, [slice(None)] * reached.ndim
        later[axis], earlier[axis] = slice(1, None), slice(None, -1)
        least[tuple(later)] &= ~below[tuple(earlier)]
    return least


def _ceilings(
    study: GStudy,
    *,
    planned: PlanningTable,
    best: SmallestPlan,
    coefficient: Coefficient,
    measured: str | None,
    fixed: Collection[str],
    design: str | None,
) -> dict[str, float]:
    """What the coefficient comes close to when one facet grows without end and the others stay as in the best plan."""
    found = roles(study, measured=measured, fixed=fixed, design=design)
    ceilings = {}
    for growing in planned.facets:
        if growing in fixed:
            continue
        sizes = {facet: np.asarray(size, dtype=np.float64) for facet, size in best.sizes.items()}
        sizes[growing] = np.asarray(np.inf)
        universe, relative, absolute = variances(found, shares=[1 / each for each in divisors(found, sizes=sizes)])
        error = relative if coefficient is Coefficient.GENERALIZABILITY else absolute
        ceilings[growing] = float(universe / (universe + error)) if universe > 0 else 0.0
    return ceilings
