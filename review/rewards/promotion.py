"""Readiness for promotion against the requirements of the next role profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt

from assessments.measurement.reasons import Estimate, NotEstimable, Reason


class Standing(StrEnum):
    """How a requirement stands: met or not met beyond the error of the score, or uncertain."""

    MET = "met"
    UNCERTAIN = "uncertain"
    NOT_MET = "not_met"


class Readiness(StrEnum):
    """What follows from all requirements."""

    ELIGIBLE = "eligible"
    GATHER_EVIDENCE = "gather_evidence"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class RequirementStanding:
    """One requirement: the score with its interval or why there is none, and the probability of meeting it."""

    dimension: str
    required: float
    score: Estimate | None
    reason: Reason
    standing: Standing
    probability: float | None


@dataclass(frozen=True)
class ReadinessResult:
    """Readiness with the standing of every requirement and of every further condition."""

    readiness: Readiness
    requirements: tuple[RequirementStanding, ...]
    conditions: dict[str, Standing]


def readiness(
    requirements: Mapping[str, float],
    *,
    scores: Mapping[str, Estimate | NotEstimable],
    conditions: Mapping[str, bool | None] | None = None,
) -> ReadinessResult:
    """Compare scores with the required levels of the next profile; never on the score alone.

    A requirement is met when the 90 % interval lies at or above the level, not met when it lies below, else uncertain;
    without a score it is uncertain. `conditions` are further yes/no requirements (None is unknown). Anything not met:
    not yet; anything uncertain: gather more evidence; else eligible. `P(met) = Phi((score - level) / error)`.

    >>> readiness({"C3": 3}, scores={"C3": Estimate(4.0, 0.3, 3.51, 4.49)}).readiness.value
    'eligible'
    """
    standings = tuple(
        _standing(dimension, required, scores.get(dimension, NotEstimable(Reason.NOT_ASKED)))
        for dimension, required in requirements.items()
    )
    further = {
        name: Standing.UNCERTAIN if holds is None else Standing.MET if holds else Standing.NOT_MET
        for name, holds in (conditions or {}).items()
    }
    found = {entry.standing for entry in standings} | set(further.values())
    if Standing.NOT_MET in found:
        return ReadinessResult(Readiness.NOT_YET, standings, further)
    if Standing.UNCERTAIN in found or not standings:
        return ReadinessResult(Readiness.GATHER_EVIDENCE, standings, further)
    return ReadinessResult(Readiness.ELIGIBLE, standings, further)


def _standing(dimension: str, required: float, score: Estimate | NotEstimable) -> RequirementStanding:
    """Standing of one requirement."""
    if isinstance(score, NotEstimable):
        return RequirementStanding(dimension, required, None, score.reason, Standing.UNCERTAIN, None)
    standing = Standing.UNCERTAIN
    if score.low >= required:
        standing = Standing.MET
    elif score.high < required:
        standing = Standing.NOT_MET
    return RequirementStanding(
        dimension, required, score, Reason.ESTIMATED, standing, probability_reached(score, required)
    )


def probability_reached(score: Estimate, level: float) -> float:
    """Probability that the true score reaches a level: `Phi((S - level) / e)`; 0 or 1 without an error.

    >>> probability_reached(Estimate(3.0, 0.5, 2.2, 3.8), 3.0)
    0.5
    """
    if score.standard_error <= 0:
        return 1.0 if score.value >= level else 0.0
    return erfc((level - score.value) / score.standard_error / sqrt(2)) / 2
