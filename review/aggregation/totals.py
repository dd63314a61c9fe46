"""Total points and grade of a person from the sections of the scheme (rule 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import lcm, sqrt

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.apportionment import Weight
from assessments.measurement.reasons import Reason
from assessments.measurement.weighting import PartState, PointsResult, weighted_points
from review.aggregation.bands import DEFAULT_BANDS, GradeBands, boundary_zone
from review.aggregation.errors import WeightsError
from review.aggregation.points import weights_of_100


@dataclass(frozen=True)
class SectionEntry:
    """A section of a scheme for one person: its weight, rounded points in hundredths, their error in points, state."""

    code: str
    weight: Weight
    hundredths: int | None
    standard_error: float = 0.0
    state: PartState = PartState.SCORED


@dataclass(frozen=True)
class TotalResult:
    """Total of one person, the calculated grade with and without gates, and the grades near a cut.

    `grade` and `hundredths` are None with a `reason` where a section does not allow them.
    """

    hundredths: int | None
    reason: Reason
    grade: str | None
    grade_before_gates: str | None
    standard_error: float
    boundary: tuple[str, ...]
    points: PointsResult


def total_result(
    sections: Sequence[SectionEntry], *, bands: GradeBands = DEFAULT_BANDS, caps: Iterable[str] = ()
) -> TotalResult:
    """Total and grade of one person: the weighted mean of the rounded sections, rounded half up to 0.01 likewise.

    The grade is decided on that shown number and capped by `caps`, the caps of the gates that were not passed. Sections
    not applicable re-weight the others (60 % must remain); not delivered or missing ones leave no grade. The error is
    `sqrt(sum share^2 se^2)`, sections independent. Weights must sum to 100 (WeightsError). Source: rule 9.

    >>> total_result([SectionEntry("competency", 40, 9933), SectionEntry("kpi", 60, 8867)]).hundredths
    9293
    """
    weights = weights_of_100([section.weight for section in sections])
    states = [_state(section) for section in sections]
    values = [None if section.hundredths is None else section.hundredths / 100 for section in sections]
    result = weighted_points(values, weights=weights, states=states)
    if result.hundredths is None:
        return TotalResult(None, result.reason, None, None, 0.0, (), result)
    error = total_error(result, [section.standard_error for section in sections])
    plain = bands.grade_of(result.hundredths)
    zone = boundary_zone(result.hundredths, error, bands=bands)
    return TotalResult(result.hundredths, result.reason, bands.capped(plain, caps), plain, error, zone, result)


def total_error(points: PointsResult, errors: Sequence[float]) -> float:
    """Error of a total from the errors of its sections, which are independent: `sqrt(sum share^2 se^2)`.

    >>> total_error(weighted_points([99.33, 88.67], weights=[40, 60]), [1.5, 0.0])
    0.6000000000000001
    """
    return sqrt(sum(float(term.share) ** 2 * error**2 for term, error in zip(points.terms, errors, strict=True)))


def _state(section: SectionEntry) -> PartState:
    """State of a section; without points it is missing."""
    if section.state is PartState.SCORED and section.hundredths is None:
        return PartState.MISSING
    return section.state


def cycle_totals(hundredths: NDArray[np.int64], *, weights: Sequence[Weight]) -> NDArray[np.int64]:
    """Totals of many people at once (people, sections) whose sections all have points; exact whole-number arithmetic.

    Raises WeightsError when the weights do not sum to 100.
    """
    parts = weights_of_100(weights)
    if hundredths.ndim != 2 or hundredths.shape[1] != len(parts):
        raise WeightsError(sections=hundredths.shape, weights=len(parts))
    unit = lcm(*(part.denominator for part in parts))
    whole = np.array([int(part * unit) for part in parts], dtype=np.int64)
    numerator = hundredths @ whole
    size = (2 * np.abs(numerator) + 100 * unit) // (200 * unit)
    result: NDArray[np.int64] = np.where(numerator < 0, -size, size)
    return result
