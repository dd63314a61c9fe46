"""Priorities of a development plan from weighted gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr

from assessments.measurement.reasons import Estimate, NotEstimable, Reason
from review.rewards.errors import RewardError


@dataclass(frozen=True)
class GapPriority:
    """A dimension's priority and its factors: weight, probability of a gap, expected gap if there is one."""

    dimension: str
    priority: float
    weight: float
    probability: float
    expected_gap: float
    gap: float
    learnability: float


@dataclass(frozen=True)
class GapPriorities:
    """Dimensions from the highest priority down, and those without a score with their reason."""

    ranked: tuple[GapPriority, ...]
    not_estimable: dict[str, Reason]


@dataclass(frozen=True)
class PriorityTable:
    """Priorities of many people at once (people, dimensions), with the probability of a gap and its expected size."""

    priority: NDArray[np.float64]
    probability: NDArray[np.float64]
    expected_gap: NDArray[np.float64]


def priority_table(
    value: ArrayLike,
    *,
    standard_error: ArrayLike,
    targets: ArrayLike,
    weights: ArrayLike,
    learnability: ArrayLike = 1.0,
) -> PriorityTable:
    """Priority of every gap: `weight x P(true score < target) x E(gap | gap > 0) x learnability`.

    All arrays are (people, dimensions) or can be spread to it; leave out what has no score. With the true score normal
    about S with standard error e and `z = (target - S) / e`: `P = Phi(z)` and `E = target - S + e phi(z) / Phi(z)`;
    without an error the gap itself. `learnability` is from 0 (cannot be learned) up. Raises RewardError for what is not
    finite or below 0. Source: SCORING 2.21; mean of a truncated normal.

    >>> priority_table([[3.0, 4.5]], standard_error=0.0, targets=4, weights=2).priority.tolist()
    [[2.0, 0.0]]
    """
    columns = {"value": value, "error": standard_error, "target": targets, "weight": weights, "ease": learnability}
    arrays = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    for name, column in arrays.items():
        if not np.isfinite(column).all() or (name in {"error", "weight", "ease"} and bool((column < 0).any())):
            raise RewardError(column=name)
    shortfall, error, weight = np.broadcast_arrays(
        arrays["target"] - arrays["value"], arrays["error"], arrays["weight"]
    )
    spread = np.where(error > 0, error, 1.0)
    # Nobody is a million errors away; a tiny error would only overflow.
    z = np.clip(shortfall, -1e6 * spread, 1e6 * spread) / spread
    beyond = spread * np.exp(-z * z / 2 - np.log(2 * pi) / 2 - log_ndtr(z))
    probability = np.where(error > 0, ndtr(z), shortfall > 0)
    expected = np.where(error > 0, shortfall + beyond, shortfall)
    expected = np.where(probability > 0, np.maximum(expected, 0.0), 0.0)
    return PriorityTable(weight * probability * expected * arrays["ease"], probability, expected)


def gap_priorities(
    scores: Mapping[str, Estimate | NotEstimable],
    *,
    targets: Mapping[str, float],
    weights: Mapping[str, float],
    learnability: Mapping[str, float] | None = None,
) -> GapPriorities:
    """Order the dimensions of one person by the priorities of `priority_table`, the most urgent first.

    Equal priorities keep the order of `targets`; a dimension without a weight has 0, without a learnability 1. Raises
    RewardError.

    >>> found = gap_priorities({"C3": Estimate(3.0, 0.0, 3.0, 3.0)}, targets={"C3": 4}, weights={"C3": 2})
    >>> found.ranked[0].priority
    2.0
    """
    all_scores = {dimension: scores.get(dimension, NotEstimable(Reason.NOT_ASKED)) for dimension in targets}
    missing = {name: score.reason for name, score in all_scores.items() if isinstance(score, NotEstimable)}
    known = {name: score for name, score in all_scores.items() if isinstance(score, Estimate)}
    weight = [weights.get(name, 0.0) for name in known]
    ease = [(learnability or {}).get(name, 1.0) for name in known]
    table = priority_table(
        [score.value for score in known.values()],
        standard_error=[score.standard_error for score in known.values()],
        targets=[targets[name] for name in known],
        weights=weight,
        learnability=ease,
    )
    ranked = [
        GapPriority(
            dimension=name,
            priority=float(table.priority[place]),
            weight=weight[place],
            probability=float(table.probability[place]),
            expected_gap=float(table.expected_gap[place]),
            gap=targets[name] - score.value,
            learnability=ease[place],
        )
        for place, (name, score) in enumerate(known.items())
    ]
    return GapPriorities(tuple(sorted(ranked, key=lambda entry: -entry.priority)), missing)
