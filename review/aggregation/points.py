"""Points of dimensions and sections: requirement met = target met = 100 (rules 8 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.curves import gap_points
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import MICRO, half_up_hundredths, half_up_ratio
from review.aggregation.design import LEAST_SHARE
from review.aggregation.dimension_scores import DimensionScores
from review.aggregation.errors import WeightsError


class PartState(StrEnum):
    """Whether a part has points, is not applicable (approved), was not delivered, or is still missing."""

    SCORED = "scored"
    NOT_APPLICABLE = "not_applicable"
    NOT_DELIVERED = "not_delivered"
    MISSING = "missing"


@dataclass(frozen=True)
class PointsTerm:
    """One part of a weighted mean as a page shows it: effective share 0 where it takes no part."""

    points: float | None
    weight: Fraction
    state: PartState
    share: Fraction


@dataclass(frozen=True)
class PointsResult:
    """Points in hundredths, or None with the reason, the share of weight that remained, and the terms."""

    hundredths: int | None
    reason: Reason
    remaining_share: Fraction
    terms: tuple[PointsTerm, ...]


@dataclass(frozen=True)
class SectionPoints:
    """Points of a section of dimensions for every subject (subjects,): hundredths 0 where `reason` is not ESTIMATED."""

    hundredths: NDArray[np.int64]
    reason: NDArray[np.uint8]
    standard_error: NDArray[np.float64]
    remaining_share: NDArray[np.float64]

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Where the section has points."""
        return np.asarray(self.reason == Reason.ESTIMATED)


def weights_of_100(weights: Sequence[Weight]) -> tuple[Fraction, ...]:
    """Read weights that must sum to exactly 100; raises WeightsError with the sum.

    >>> weights_of_100([40, 60])
    (Fraction(40, 1), Fraction(60, 1))
    """
    parts = tuple(exact(weight) for weight in weights)
    if sum(parts) != 100 or any(part < 0 for part in parts):
        raise WeightsError(sum=str(sum(parts)))
    return parts


def weighted_points(
    points: Sequence[float | None], *, weights: Sequence[Weight], states: Sequence[PartState] | None = None
) -> PointsResult:
    """Weighted mean of the points of KPIs (or dimensions) of one person, rounded half up to 0.01.

    `sum w p / sum w` over what is scored. Not applicable parts re-weight the others while at least 60 % of the weight
    remains; a part not delivered, or still missing, leaves no points. Without `states` a part without points is
    missing. Points are taken to 1e-6, so that the mean is exact. Source: the contract, rules 8 and 9.

    >>> weighted_points([90.0, 260 / 3], weights=[60, 40]).hundredths
    8867
    """
    given = [PartState(state) for state in states or []] or [
        PartState.MISSING if value is None else PartState.SCORED for value in points
    ]
    parts = [exact(weight) for weight in weights]
    whole = sum(parts, Fraction(0))
    if len(parts) != len(points) or len(given) != len(points) or whole <= 0 or any(part < 0 for part in parts):
        raise WeightsError(sum=str(whole))
    scored = [state is PartState.SCORED and value is not None for state, value in zip(given, points, strict=True)]
    remaining = sum((part for part, has in zip(parts, scored, strict=True) if has), Fraction(0))
    terms = tuple(
        PointsTerm(value if has else None, part, state, part / remaining if has else Fraction(0))
        for value, part, state, has in zip(points, parts, given, scored, strict=True)
    )
    reason = _reason(given, scored, share=remaining / whole)
    if reason is not Reason.ESTIMATED:
        return PointsResult(None, reason, remaining / whole, terms)
    mean = sum((term.share * _micro(term.points) for term in terms if term.points is not None), Fraction(0))
    shown = half_up_ratio(mean.numerator, mean.denominator * (MICRO // 100))
    return PointsResult(shown, reason, remaining / whole, terms)


def _micro(points: float) -> int:
    """Points as whole millionths, halves to even; raises WeightsError for what is not finite."""
    if not np.isfinite(points):
        raise WeightsError(points=str(points))
    return int(np.rint(points * MICRO))


def _reason(states: Sequence[PartState], scored: Sequence[bool], *, share: Fraction) -> Reason:
    """Why a weighted mean has no points, or that it has them."""
    if PartState.NOT_DELIVERED in states:
        return Reason.NOT_DELIVERED
    if any(not has and state is not PartState.NOT_APPLICABLE for state, has in zip(states, scored, strict=True)):
        return Reason.PART_MISSING
    return Reason.ESTIMATED if share >= exact(LEAST_SHARE) else Reason.TOO_LITTLE_WEIGHT


def dimension_points(scores: DimensionScores) -> NDArray[np.float64]:
    """Points of every dimension from its gap (subjects, dimensions), 0 where there is no score."""
    return np.where(scores.is_estimated, gap_points(scores.gap), 0.0)


def points_slope(scores: DimensionScores) -> NDArray[np.float64]:
    """Points per unit of score around each score: over the standard error to both sides, 0 where it is flat."""
    error = scores.standard_error
    width = np.where(error > 0, 2 * error, 1.0)
    rise = gap_points(scores.gap + error) - gap_points(scores.gap - error)
    return np.where((error > 0) & scores.is_estimated, rise / width, 0.0)


def section_shares(scores: DimensionScores, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Share of each scored dimension in its section (subjects, dimensions), and the share of weight that remained."""
    counted = np.where(scores.is_estimated, weights, 0.0)
    remaining, whole = counted.sum(axis=1), weights.sum(axis=1)
    shares = counted / np.where(remaining > 0, remaining, 1.0)[:, None]
    return shares, remaining / np.where(whole > 0, whole, 1.0)


def composite_reason(
    scores: DimensionScores, weights: NDArray[np.float64], remaining: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Why a subject has no mean over dimensions: not asked, no manager, or less than 60 % of the weight scored."""
    has_any = (scores.is_estimated & (weights > 0)).any(axis=1)
    asked = ((scores.reason != Reason.NOT_ASKED) & (weights > 0)).any(axis=1)
    nothing = np.where(asked, Reason.MANAGER_MISSING, Reason.NOT_ASKED)
    # A weight of exactly 60 % must not be lost to binary fractions.
    enough = np.where(remaining + 1e-9 >= LEAST_SHARE, Reason.ESTIMATED, Reason.TOO_LITTLE_WEIGHT)
    return np.where(has_any, enough, nothing).astype(np.uint8)


def section_points(
    scores: DimensionScores, *, weights: NDArray[np.float64], variance: NDArray[np.float64]
) -> SectionPoints:
    """Points of a section of dimensions: the weighted mean of their points, not the points of a mean.

    `weights` (subjects, dimensions), 0 for dimensions of other sections; `variance` (subjects,) of the weighted mean in
    points. Dimensions without a score re-weight the others while 60 % of the weight remains. Rounded half up to 0.01.
    """
    shares, remaining = section_shares(scores, weights)
    reason = composite_reason(scores, weights, remaining)
    mean = np.zeros(len(shares))
    points = dimension_points(scores)
    for place in range(shares.shape[1]):
        mean += shares[:, place] * points[:, place]
    estimated = reason == Reason.ESTIMATED
    return SectionPoints(
        hundredths=np.where(estimated, half_up_hundredths(mean), 0),
        reason=reason,
        standard_error=np.where(estimated, np.sqrt(variance), 0.0),
        remaining_share=remaining,
    )
