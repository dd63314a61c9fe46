"""The weighted mean of points: of the KPIs of a section, of the sections of a total (rules 8 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.errors import ApportionmentError
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import MICRO, half_up_ratio

LEAST_SHARE = Fraction(60, 100)


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


def weighted_points(
    points: Sequence[float | None], *, weights: Sequence[Weight], states: Sequence[PartState] | None = None
) -> PointsResult:
    """Weighted mean of the points of KPIs (or dimensions) of one person, rounded half up to 0.01.

    `sum w p / sum w` over what is scored. Not applicable parts re-weight the others while at least 60 % of the weight
    remains; a part not delivered, or still missing, leaves no points. Without `states` a part without points is
    missing. Points are taken to 1e-6, so that the mean is exact. Source: the contract, rules 8 and 9. Raises
    ApportionmentError.

    >>> weighted_points([90.0, 260 / 3], weights=[60, 40]).hundredths
    8867
    """
    given = [PartState(state) for state in states or []] or [
        PartState.MISSING if value is None else PartState.SCORED for value in points
    ]
    parts = [exact(weight) for weight in weights]
    whole = sum(parts, Fraction(0))
    if len(parts) != len(points) or len(given) != len(points) or whole <= 0 or any(part < 0 for part in parts):
        raise ApportionmentError(weights=[str(weight) for weight in weights])
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
    """Points as whole millionths, halves to even; raises ApportionmentError for what is not finite."""
    if not np.isfinite(points):
        raise ApportionmentError(points=str(points))
    return int(np.rint(points * MICRO))


def _reason(states: Sequence[PartState], scored: Sequence[bool], *, share: Fraction) -> Reason:
    """Why a weighted mean has no points, or that it has them."""
    if PartState.NOT_DELIVERED in states:
        return Reason.NOT_DELIVERED
    if any(not has and state is not PartState.NOT_APPLICABLE for state, has in zip(states, scored, strict=True)):
        return Reason.PART_MISSING
    return Reason.ESTIMATED if share >= LEAST_SHARE else Reason.TOO_LITTLE_WEIGHT
