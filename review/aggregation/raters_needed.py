"""How reliable the mean of a person's anonymous raters is, and how many raters would be enough."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from review.aggregation.cycle import CycleScores
from review.aggregation.errors import AggregationError

TARGET = 0.70
LEAST_CELLS = 10
MOST_RATERS = 30


@dataclass(frozen=True)
class AnonymousReliability:
    """For one dimension: variances of people and of one rater, the mean number of raters, reliability of their mean.

    `needed`: the smallest number of raters that reaches the target, not estimable where 30 do not.
    """

    person_variance: float
    rater_variance: float
    raters: float
    reliability: float
    needed: int | NotEstimable


def anonymous_reliability(
    result: CycleScores, *, target: float = TARGET
) -> tuple[AnonymousReliability | NotEstimable, ...]:
    """Tell for every dimension how far the anonymous raters of people agree on who stands higher (dimensions,).

    From at least ten shown anonymous cells with means m of n raters about the means of the cycle, each rater with error
    variance s^2: `s_p^2 = (sum n (m - mean)^2 / (k - 1) - s^2) / n0`, `n0 = (sum n - sum n^2 / sum n) / (k - 1)`, not
    below 0; reliability of n raters `s_p^2 / (s_p^2 + s^2 / n)`, reached with `n = target / (1 - target) s^2 / s_p^2`.
    Raises AggregationError for a target that is not between 0 and 1. Source: one-way analysis of variance with unequal
    numbers, Searle, Casella & McCulloch (1992); Spearman-Brown.
    """
    if not 0 < target < 1:
        raise AggregationError(target=target)
    cells, terms = result.cells, result.terms
    distance = cells.means() - terms.mean[terms.kind]
    counted = (cells.raters > 0) & (terms.weight[terms.kind] > 0) & terms.is_anonymous[terms.kind][:, None]
    return tuple(
        _of_dimension(
            distance[counted[:, place], place],
            cells.raters[counted[:, place], place].astype(np.float64),
            rater_variance=float(result.spread.rater_variance[place]),
            target=target,
        )
        for place in range(counted.shape[1])
    )


def _of_dimension(
    distance: NDArray[np.float64], raters: NDArray[np.float64], *, rater_variance: float, target: float
) -> AnonymousReliability | NotEstimable:
    """Reliability from the cells of one dimension."""
    if len(distance) < LEAST_CELLS:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    all_raters = float(raters.sum())
    mean = float(raters @ distance) / all_raters
    degrees = len(distance) - 1
    between = float(raters @ (distance - mean) ** 2) / degrees
    usual = (all_raters - float(raters @ raters) / all_raters) / degrees
    person = max((between - rater_variance) / usual, 0.0)
    size = float(raters.mean())
    if person == 0 and rater_variance == 0:
        return NotEstimable(Reason.NO_VARIATION)
    return AnonymousReliability(
        person_variance=person,
        rater_variance=rater_variance,
        raters=size,
        reliability=person / (person + rater_variance / size),
        needed=_needed(person, rater_variance, target),
    )


def _needed(person: float, rater: float, target: float) -> int | NotEstimable:
    """Smallest number of raters whose mean reaches the target."""
    if person == 0 or target / (1 - target) * rater / person > MOST_RATERS:
        return NotEstimable(Reason.NO_VARIATION if person == 0 else Reason.TOO_FEW_VALUES)
    # The last bit of a division must not ask for one rater more.
    return max(ceil(target / (1 - target) * rater / person - 1e-9), 1)
