"""How sure it is that a level is reached: the probability behind "meets the requirement"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from assessments.measurement.reasons import Reason
from review.aggregation.cycle import CycleScores
from review.aggregation.errors import AggregationError
from review.aggregation.points import section_shares


@dataclass(frozen=True)
class LevelProbabilities:
    """Probability that each score really reaches its level; 0 where the reason is not ESTIMATED.

    `value`, `reason`, `level` (subjects, dimensions); `overall_value`, `overall_reason`, `overall_level` (subjects,).
    """

    value: NDArray[np.float64]
    reason: NDArray[np.uint8]
    level: NDArray[np.float64]
    overall_value: NDArray[np.float64]
    overall_reason: NDArray[np.uint8]
    overall_level: NDArray[np.float64]


def reached_probability(value: ArrayLike, *, standard_error: ArrayLike, level: ArrayLike) -> NDArray[np.float64]:
    """Probability that the true score is at or above a level, for arrays of any shape.

    `P = Phi((S - level) / se)`; without an error 1 when the score is at or above the level, else 0. Raises
    AggregationError for what is no finite number or an error below 0. Source: normal posterior with a flat prior.

    >>> round(float(reached_probability(3.5, standard_error=0.2, level=3)), 3)
    0.994
    """
    score, error, asked = (np.asarray(part, dtype=np.float64) for part in (value, standard_error, level))
    if not all(bool(np.isfinite(part).all()) for part in (score, error, asked)) or bool((error < 0).any()):
        raise AggregationError(value="not_finite")
    apart = score - asked
    # An error so small that the quotient would overflow is as good as none.
    certain = error <= np.finfo(np.float64).tiny
    with np.errstate(over="ignore"):
        probability = ndtr(apart / np.where(certain, 1.0, error))
    result: NDArray[np.float64] = np.where(certain, (apart >= 0).astype(np.float64), probability)
    return result


def level_probabilities(result: CycleScores, *, level: float | None = None) -> LevelProbabilities:
    """Probability that everyone of a cycle reaches the required level, or one given level, by dimension and overall.

    The level of an overall score is the mean of its dimensions' levels by the weights of the score: `sum v_d L_d /
    sum v_d` over scored dimensions. Errors and scores are the contract's. Raises AggregationError. Source: the numeric
    contract, rules 5 and 6.
    """
    scores, overall = result.scores, result.overall
    levels = scores.required if level is None else np.full(scores.value.shape, float(level))
    shares = section_shares(scores, result.design.profile_weights[result.profile_of_subject])[0]
    overall_level = np.zeros(len(shares))
    for place in range(shares.shape[1]):
        overall_level += shares[:, place] * levels[:, place]
    value = reached_probability(scores.value, standard_error=scores.standard_error, level=levels)
    of_overall = reached_probability(overall.value, standard_error=overall.standard_error, level=overall_level)
    return LevelProbabilities(
        value=np.where(scores.reason == Reason.ESTIMATED, value, 0.0),
        reason=scores.reason,
        level=levels,
        overall_value=np.where(overall.reason == Reason.ESTIMATED, of_overall, 0.0),
        overall_reason=overall.reason,
        overall_level=overall_level,
    )
