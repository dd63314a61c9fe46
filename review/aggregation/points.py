"""Points of dimensions and sections: requirement met = target met = 100 (rules 8 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.curves import gap_points
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import half_up_hundredths
from assessments.measurement.weighting import LEAST_SHARE
from review.aggregation.dimension_scores import DimensionScores
from review.aggregation.errors import WeightsError

_NOT_ASKED = np.uint8(Reason.NOT_ASKED)


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


def dimension_points(scores: DimensionScores) -> NDArray[np.float64]:
    """Points of every dimension from its gap (subjects, dimensions), 0 where there is no score."""
    return np.where(scores.is_estimated, gap_points(scores.gap), 0.0)


def points_slope(scores: DimensionScores) -> NDArray[np.float64]:
    """Points per unit of score around each score: over the standard error to both sides, 0 where it is flat."""
    error, gap = scores.standard_error, scores.gap
    width = np.where(error > 0, 2 * error, 1.0)
    rise = gap_points(gap + error) - gap_points(gap - error)
    return np.where((error > 0) & scores.is_estimated, rise / width, 0.0)


def section_shares(scores: DimensionScores, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Share of each scored dimension in its section (subjects, dimensions), and the share of weight that remained.

    Both have one row where `weights` have one and everyone has every score.
    """
    estimated = scores.is_estimated
    # Weights of one row are those of everyone, and stay one row while everyone has every score.
    counted = weights if estimated.all() else np.where(estimated, weights, 0.0)
    remaining, whole = np.zeros(len(counted)), np.zeros(len(weights))
    # Added from the first to the last, so that one subject alone has the sums that they have among all.
    for place in range(counted.shape[1]):
        remaining += counted[:, place]
        whole += weights[:, place]
    shares = counted / np.where(remaining > 0, remaining, 1.0)[:, None]
    return shares, remaining / np.where(whole > 0, whole, 1.0)


@dataclass(frozen=True)
class CompositeShares:
    """How dimensions join to one number for every subject.

    `share` (subjects, dimensions), one row where it is everyone's; `remaining_share`, `reason` (subjects,): how much of
    the weight is scored, and whether that is enough; `is_weighted` (subjects, dimensions) or one row.
    """

    share: NDArray[np.float64]
    remaining_share: NDArray[np.float64]
    reason: NDArray[np.uint8]
    is_weighted: NDArray[np.bool_]


def composite_shares(scores: DimensionScores, weights: NDArray[np.float64]) -> CompositeShares:
    """Join dimensions by weight (subjects, dimensions), or one row that is everyone's.

    Reasons for no mean: not asked, no manager, or less than 60 % of the weight scored.
    """
    shares, remaining = section_shares(scores, weights)
    estimated, is_weighted = scores.is_estimated, weights > 0
    has_any = (estimated & is_weighted).any(axis=1)
    asked = ((scores.reason != _NOT_ASKED) & is_weighted).any(axis=1)
    codes = [np.uint8(code) for code in (Reason.ESTIMATED, Reason.TOO_LITTLE_WEIGHT, Reason.MANAGER_MISSING)]
    nothing = np.where(asked, codes[2], _NOT_ASKED)
    # A weight of exactly 60 % must not be lost to binary fractions.
    enough = np.where(remaining + 1e-9 >= float(LEAST_SHARE), codes[0], codes[1])
    reason = np.where(has_any, enough, nothing)
    return CompositeShares(shares, np.broadcast_to(remaining, reason.shape), reason, is_weighted)


def section_points(
    scores: DimensionScores, *, composite: CompositeShares, variance: NDArray[np.float64]
) -> SectionPoints:
    """Points of a section of dimensions: the weighted mean of their points, not the points of a mean.

    `composite` from composite_shares, with weights of 0 for dimensions of other sections; `variance` (subjects,) of the
    weighted mean in points. Dimensions without a score re-weight the others while 60 % of the weight remains. Rounded
    half up to 0.01.
    """
    shares, reason = composite.share, composite.reason
    mean = np.zeros(len(scores.value))
    points = dimension_points(scores)
    for place in range(shares.shape[1]):
        mean += shares[:, place] * points[:, place]
    estimated = reason == Reason.ESTIMATED
    return SectionPoints(
        hundredths=np.where(estimated, half_up_hundredths(mean), 0),
        reason=reason,
        standard_error=np.where(estimated, np.sqrt(variance), 0.0),
        remaining_share=composite.remaining_share,
    )
