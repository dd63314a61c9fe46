"""How probable it is that someone meets all requirements of the next profile, and when that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from assessments.measurement.reasons import Reason
from review.rewards.errors import RewardError

# Halving the step, or widening the range, moves no probability by more than 1e-9.
STEP, RANGE = 0.075, 9.0
# From here on correlated errors are told from equal ones by less than a thousandth.
SAME_ERROR = 1 - 1e-6


@dataclass(frozen=True)
class PromotionProbabilities:
    """Probability of meeting each requirement (people, requirements), and all of them (people,).

    `weakest` is the requirement that is met with the least probability; numbers are 0 where `reason` is not ESTIMATED.
    """

    each: NDArray[np.float64]
    joint: NDArray[np.float64]
    weakest: NDArray[np.intp]
    reason: NDArray[np.uint8]


def promotion_probabilities(
    value: ArrayLike,
    *,
    standard_error: ArrayLike,
    required: ArrayLike,
    has_score: ArrayLike = True,
    is_required: ArrayLike = True,
    correlation: float = 0.0,
) -> PromotionProbabilities:
    """Probability that the true scores reach every required level, not only that their mean looks high.

    `value` (people, requirements); the others the same or spread to it. Each: `p = Phi((S - level) / e)`, 0 or 1
    without an error. All: the product of the p for independent errors; if the errors of one person's scores have a
    common `correlation` r (shared raters): the mean over a standard normal u of
    `product of Phi((z_i + sqrt(r) u) / sqrt(1 - r))`, z_i = (S_i - level_i) / e_i. A person of whom nothing is required
    is not asked; one without a required score has a part missing. Raises RewardError. Source: one-factor normal model
    (Dunnett and Sobel 1955).

    >>> promotion_probabilities([[3.5, 3.5]], standard_error=0.5, required=3.5).joint.tolist()
    [0.25]
    >>> promotion_probabilities([[3.5, 3.5]], standard_error=0.5, required=3.5, correlation=1).joint.tolist()
    [0.5]
    """
    score = np.asarray(value, dtype=np.float64)
    if score.ndim != 2 or not 0 <= correlation <= 1:
        raise RewardError(scores=score.shape, correlation=correlation)
    known, asked = (np.broadcast_to(np.asarray(part, dtype=np.bool_), score.shape) for part in (has_score, is_required))
    error, level = (
        np.broadcast_to(np.asarray(part, dtype=np.float64), score.shape) for part in (standard_error, required)
    )
    counted = known & asked
    if not all(np.isfinite(part[counted]).all() for part in (score, error, level)) or bool((error[counted] < 0).any()):
        raise RewardError(scores="not_finite")
    apart = np.where(counted, score - level, 0.0)
    sure = np.where(apart >= 0, np.inf, -np.inf)
    z = np.where(counted & (error > 0), apart / np.where(error > 0, np.maximum(error, 1e-12), 1.0), sure)
    missing = (asked & ~known).any(axis=1)
    reason = np.where(missing, Reason.PART_MISSING, np.where(asked.any(axis=1), Reason.ESTIMATED, Reason.NOT_ASKED))
    estimated = reason == Reason.ESTIMATED
    z = np.where(counted, z, np.inf)
    return PromotionProbabilities(
        each=np.where(counted, ndtr(z), 0.0),
        joint=np.where(estimated, _joint(z, correlation), 0.0),
        weakest=np.where(estimated, np.argmin(z, axis=1) if score.shape[1] else 0, 0),
        reason=reason.astype(np.uint8),
    )


def _joint(z: NDArray[np.float64], correlation: float) -> NDArray[np.float64]:
    """Probability that all normal numbers with a common correlation stay below their z (people,)."""
    if not z.shape[1]:
        return np.ones(len(z))
    if correlation == 0:
        return np.asarray(ndtr(z).prod(axis=1))
    if correlation > SAME_ERROR:
        return np.asarray(ndtr(z.min(axis=1)))
    step = min(STEP, sqrt((1 - correlation) / correlation) / 2)
    nodes = np.arange(-RANGE, RANGE, step)
    density = np.exp(-nodes * nodes / 2) / sqrt(2 * pi)
    joint = np.zeros(len(z))
    for node, weight in zip(nodes, density * step, strict=True):
        joint += weight * ndtr((z + sqrt(correlation) * node) / sqrt(1 - correlation)).prod(axis=1)
    return np.minimum(joint, 1.0)


@dataclass(frozen=True)
class PromotionChoices:
    """What follows from a probability when both mistakes have a cost (people,): `is_favoured` from `threshold` on.

    `cost_of_promoting` and `cost_of_waiting` are the expected costs of either choice, in the unit of the costs given.
    """

    threshold: float
    is_favoured: NDArray[np.bool_]
    cost_of_promoting: NDArray[np.float64]
    cost_of_waiting: NDArray[np.float64]


def promotion_choices(probability: ArrayLike, *, cost_of_too_early: float, cost_of_too_late: float) -> PromotionChoices:
    """Favour promotion where it costs less to expect than waiting: from `c_early / (c_early + c_late)` on.

    `probability` (people,) of meeting all requirements; promoting someone who does not meet them costs
    `cost_of_too_early`, passing over someone who does `cost_of_too_late`. Expected: `(1 - P) c_early` and `P c_late`.
    It prepares a decision of people, it takes none. Raises RewardError. Source: Bayes' rule of least expected cost.

    >>> promotion_choices([0.7, 0.8], cost_of_too_early=3, cost_of_too_late=1).is_favoured.tolist()
    [False, True]
    """
    chance = np.asarray(probability, dtype=np.float64)
    costs = np.array([cost_of_too_early, cost_of_too_late], dtype=np.float64)
    if not np.isfinite(costs).all() or bool((costs < 0).any()) or costs.sum() <= 0:
        raise RewardError(cost_of_too_early=cost_of_too_early, cost_of_too_late=cost_of_too_late)
    if not bool(((chance >= 0) & (chance <= 1)).all()):
        raise RewardError(probability="outside_0_to_1")
    early, late = (1 - chance) * cost_of_too_early, chance * cost_of_too_late
    return PromotionChoices(float(costs[0] / costs.sum()), early <= late, early, late)
