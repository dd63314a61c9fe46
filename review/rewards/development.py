"""Priorities of a development plan from weighted gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, exp, pi, sqrt

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


def normal_distribution(z: float) -> float:
    """Probability that a standard normal number is at most z."""
    return erfc(-z / sqrt(2)) / 2


def gap_priorities(
    scores: Mapping[str, Estimate | NotEstimable],
    *,
    targets: Mapping[str, float],
    weights: Mapping[str, float],
    learnability: Mapping[str, float] | None = None,
) -> GapPriorities:
    """Order dimensions by `weight x P(true score < target) x E(gap | gap > 0) x learnability`.

    With the true score normal about S with standard error e and `z = (target - S) / e`: `P = Phi(z)` and
    `E = target - S + e phi(z) / Phi(z)`; without an error the gap itself. Equal priorities keep the order of `targets`.
    Raises RewardError for a negative weight. Source: SCORING 2.21; mean of a truncated normal.

    >>> found = gap_priorities({"C3": Estimate(3.0, 0.0, 3.0, 3.0)}, targets={"C3": 4}, weights={"C3": 2})
    >>> found.ranked[0].priority
    2.0
    """
    ranked, missing = [], {}
    for dimension, target in targets.items():
        score = scores.get(dimension, NotEstimable(Reason.NOT_ASKED))
        if isinstance(score, NotEstimable):
            missing[dimension] = score.reason
            continue
        weight, ease = weights.get(dimension, 0.0), (learnability or {}).get(dimension, 1.0)
        if weight < 0 or ease < 0:
            raise RewardError(dimension=dimension, weight=weight, learnability=ease)
        probability, expected = _gap(target - score.value, score.standard_error)
        ranked.append(
            GapPriority(
                dimension=dimension,
                priority=weight * probability * expected * ease,
                weight=weight,
                probability=probability,
                expected_gap=expected,
                gap=target - score.value,
                learnability=ease,
            )
        )
    return GapPriorities(tuple(sorted(ranked, key=lambda entry: -entry.priority)), missing)


def _gap(shortfall: float, error: float) -> tuple[float, float]:
    """Probability that there is a gap, and its expected size if there is."""
    if error <= 0:
        return (1.0, shortfall) if shortfall > 0 else (0.0, 0.0)
    z = shortfall / error
    probability = normal_distribution(z)
    if z < -30:
        # Far below any doubt the conditional mean is error / |z| and its probability is nil.
        return 0.0, 0.0
    return probability, shortfall + error * exp(-z * z / 2) / sqrt(2 * pi) / probability
