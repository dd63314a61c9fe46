"""Overall score of every subject: dimensions by profile weight (rules 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import NORMAL_95
from review.aggregation.dimension_scores import DimensionScores, Evidence
from review.aggregation.points import CompositeShares


@dataclass(frozen=True)
class OverallScores:
    """Overall score of every subject (subjects,); 0 where `reason` is not ESTIMATED; 90 % intervals."""

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.uint8]
    evidence: NDArray[np.uint8]
    remaining_share: NDArray[np.float64]

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Where there is an overall score."""
        return np.asarray(self.reason == Reason.ESTIMATED)

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower end of the interval."""
        return self.value - NORMAL_95 * self.standard_error

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper end of the interval."""
        return self.value + NORMAL_95 * self.standard_error


def overall_scores(
    scores: DimensionScores, *, composite: CompositeShares, variance: NDArray[np.float64]
) -> OverallScores:
    """Weighted mean of the dimension scores: `sum v_d S_d / sum v_d` over scored dimensions.

    `composite` from composite_shares with the weights of the profile, at least 60 % of which must be scored; `variance`
    (subjects,) of the mean, with the covariance of shared raters. A multi-rater score has the manager and an anonymous
    cell in some weighted dimension; else it is a manager assessment, or there is not enough evidence.
    """
    shares, reason = composite.share, composite.reason
    value = np.zeros(len(scores.value))
    for place in range(shares.shape[1]):
        value += shares[:, place] * scores.value[:, place]
    estimated = reason == Reason.ESTIMATED
    best = np.where(composite.is_weighted, scores.evidence, np.uint8(0)).max(axis=1, initial=0)
    return OverallScores(
        value=np.where(estimated, value, 0.0),
        standard_error=np.where(estimated, np.sqrt(variance), 0.0),
        reason=reason,
        evidence=np.where(estimated, best, Evidence.NOT_ENOUGH).astype(np.uint8),
        remaining_share=composite.remaining_share,
    )
