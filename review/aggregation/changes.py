"""What changed since an earlier cycle: everyone's scores against frozen values, beyond noise or not (rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import quantised
from review.aggregation.cycle import CycleScores
from review.aggregation.differences import Differences, differences
from review.aggregation.errors import AggregationError


@dataclass(frozen=True)
class FrozenScores:
    """Scores of a cycle as they were stored: a row per person, a column per dimension, with their reasons.

    `value`, `standard_error`, `reason` (people, dimensions); `overall`, `overall_error`, `overall_reason` (people,).
    """

    dimensions: tuple[str, ...]
    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.uint8]
    overall: NDArray[np.float64]
    overall_error: NDArray[np.float64]
    overall_reason: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together, and what is no finite number."""
        shape = (len(self.overall), len(self.dimensions))
        if {self.value.shape, self.standard_error.shape, self.reason.shape} != {shape} or {
            self.overall_error.shape,
            self.overall_reason.shape,
        } != {shape[:1]}:
            raise AggregationError(frozen=shape)
        numbers = (self.value, self.standard_error, self.overall, self.overall_error)
        if not all(bool(np.isfinite(part).all()) for part in numbers):
            raise AggregationError(frozen="not_finite")
        if bool((self.standard_error < 0).any() or (self.overall_error < 0).any()):
            raise AggregationError(frozen="negative_error")


@dataclass(frozen=True)
class Changes:
    """Later minus earlier: `dimensions` (subjects, dimensions) and `overall` (subjects,).

    Where a change is missing, its reason is that of the later score, else that of the earlier one; `earlier_missing`
    and `overall_earlier_missing` tell where only the earlier one is not there.
    """

    dimensions: Differences
    overall: Differences
    earlier_missing: NDArray[np.bool_]
    overall_earlier_missing: NDArray[np.bool_]


def frozen_scores(result: CycleScores) -> FrozenScores:
    """The scores of a cycle as they are stored, to six places."""
    scores, overall = result.scores, result.overall
    return FrozenScores(
        dimensions=result.design.layout.dimensions,
        value=quantised(scores.value),
        standard_error=quantised(scores.standard_error),
        reason=scores.reason,
        overall=quantised(overall.value),
        overall_error=quantised(overall.standard_error),
        overall_reason=overall.reason,
    )


def score_changes(later: FrozenScores, *, earlier: FrozenScores, earlier_place: NDArray[np.integer]) -> Changes:
    """What changed for everyone since an earlier cycle, by dimension and overall, and whether it is more than noise.

    `earlier_place` (people of the later cycle,): the row of each in the earlier one, -1 for people who were not in it.
    Dimensions are matched by their codes. Cycles are independent: `Var = se_later^2 + se_earlier^2`; different when
    the 90 % interval leaves out 0. Who, or what, was not in the earlier cycle has the reason NOT_ASKED. Raises
    AggregationError. Source: the numeric contract, rule 6.
    """
    place = np.asarray(earlier_place)
    if place.shape != later.overall.shape or (
        len(place) and not (int(place.min()) >= -1 and int(place.max()) < len(earlier.overall))
    ):
        raise AggregationError(earlier_place=place.shape, people=len(later.overall))
    before = _aligned(earlier, dimensions=later.dimensions, place=place)
    return Changes(
        dimensions=differences(
            later.value,
            before.value,
            variance=later.standard_error**2 + before.standard_error**2,
            first_reason=later.reason,
            second_reason=before.reason,
        ),
        overall=differences(
            later.overall,
            before.overall,
            variance=later.overall_error**2 + before.overall_error**2,
            first_reason=later.overall_reason,
            second_reason=before.overall_reason,
        ),
        earlier_missing=(later.reason == Reason.ESTIMATED) & (before.reason != Reason.ESTIMATED),
        overall_earlier_missing=(later.overall_reason == Reason.ESTIMATED)
        & (before.overall_reason != Reason.ESTIMATED),
    )


def _aligned(earlier: FrozenScores, *, dimensions: tuple[str, ...], place: NDArray[np.integer]) -> FrozenScores:
    """The earlier scores in the rows and columns of the later cycle; NOT_ASKED where they have none."""
    column = np.array(
        [earlier.dimensions.index(name) if name in earlier.dimensions else -1 for name in dimensions], dtype=np.intp
    )
    known = (place[:, None] >= 0) & (column >= 0)
    was_there = place >= 0
    # One row and column of nothing at the end, for people and dimensions that were not there.
    wider, longer = ((0, 1), (0, 1)), ((0, 1),)
    cells = np.ix_(place, column)
    return FrozenScores(
        dimensions=dimensions,
        value=np.pad(earlier.value, wider)[cells],
        standard_error=np.pad(earlier.standard_error, wider)[cells],
        reason=np.where(known, np.pad(earlier.reason, wider)[cells], np.uint8(Reason.NOT_ASKED)),
        overall=np.pad(earlier.overall, longer)[place],
        overall_error=np.pad(earlier.overall_error, longer)[place],
        overall_reason=np.where(was_there, np.pad(earlier.overall_reason, longer)[place], np.uint8(Reason.NOT_ASKED)),
    )
