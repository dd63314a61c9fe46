"""Intraclass correlations when some raters did not rate some people: nobody is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.intraclass_forms import (
    Form,
    IntraclassCorrelation,
    MeanSquares,
    SixForms,
    agreement_limits,
    f_test,
)
from assessments.measurement.reliability.one_way import mean_reliability, one_way_reliability, ratio_interval
from assessments.measurement.reliability.tables import ROUNDING, Interval
from assessments.measurement.severity.crossed import crossed_effects

SMALLEST = 1e-9


@dataclass(frozen=True)
class _Gaps:
    """Ratings with gaps, about their mean: what the sums of squares at any ratio of variances need.

    `there` (people, raters) marks the ratings; `of_people` and `of_raters` count them, `sums` add them up by person.
    """

    centred: NDArray[np.float64]
    there: NDArray[np.float64]
    of_people: NDArray[np.float64]
    of_raters: NDArray[np.float64]
    sums: NDArray[np.float64]

    def left(self, weight: NDArray[np.float64]) -> float:
        """Squares left by raters when each person's sum counts with this weight: `y' P y`."""
        weighted = weight * self.sums
        squares = float(np.vdot(self.centred, self.centred)) - float(weighted @ self.sums)
        by_rater = self.centred.sum(axis=0) - self.there.T @ weighted
        inverse = np.linalg.pinv(self.common(weight), rcond=SMALLEST, hermitian=True)
        return squares - float(by_rater @ inverse @ by_rater)

    def common(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """What raters have to themselves once people are weighted in (raters, raters)."""
        matrix: NDArray[np.float64] = np.diag(self.of_raters) - (self.there * weight[:, None]).T @ self.there
        return matrix

    def at_ratio(self, ratio: float) -> float:
        """The same when people's variance is so many times that of the errors."""
        return self.left(ratio / (1 + ratio * self.of_people))


def forms_with_gaps(table: NDArray[np.float64], *, level: float) -> SixForms | NotEstimable:
    """All six forms from ratings with gaps: ratios of the REML variances of people, raters and errors.

    `table` (people, raters), NaN where missing, no row or column empty. `ICC(1,1) = s_p^2 / (s_p^2 + s_w^2)` of the
    one-way model; `ICC(A,1) = s_p^2 / (s_p^2 + s_r^2 + s_e^2)` and `ICC(C,1) = s_p^2 / (s_p^2 + s_e^2)` of the crossed
    one; means with the harmonic mean k* of raters a person. Intervals: exact for one-way and consistency; for
    agreement those of complete ratings with mean squares `s_e^2 + k* s_p^2`, `s_e^2 + n* s_r^2`, `s_e^2`. Sources:
    Wald (1940); Seely and El-Bassiouni (1983), Annals of Statistics 11, 197-201; McGraw and Wong (1996).

    >>> ratings = np.array([[1.0, 2.0, np.nan], [2.0, 3.0, 2.0], [5.0, np.nan, 4.0], [4.0, 5.0, 5.0]])
    >>> found = forms_with_gaps(ratings, level=0.95)
    >>> round(found.consistency_single.value, 3), round(found.one_way_single.value, 3)
    (0.892, 0.856)
    """
    there = np.isfinite(table)
    person, rater = np.nonzero(there)
    value = table[there]
    raters = float(len(table) / (1 / there.sum(axis=1)).sum())
    one_way = one_way_reliability(value, person=person, level=level)
    if isinstance(one_way, NotEstimable):
        return one_way
    limits = one_way.interval.low, one_way.interval.high
    of_one_way = _pair(one_way.single, limits, raters, test=(one_way.f, one_way.degrees, one_way.p))
    if one_way.within == 0:
        return SixForms(*of_one_way, *of_one_way, *of_one_way)
    centred = np.where(there, table - value.mean(), 0.0)
    marks = there.astype(np.float64)
    gaps = _Gaps(centred, marks, marks.sum(axis=1), marks.sum(axis=0), centred.sum(axis=1))
    parts = _CrossedParts.of(gaps, largest=float(np.abs(value).max()))
    if parts is None:
        missing = NotEstimable(Reason.TOO_FEW_VALUES)
        return SixForms(*of_one_way, missing, missing, missing, missing)
    return SixForms(*of_one_way, *_crossed(value, person, rater, gaps=gaps, parts=parts, raters=raters, level=level))


@dataclass(frozen=True)
class _CrossedParts:
    """Mean square of people once raters are allowed for, of errors, and their degrees of freedom."""

    people: float
    error: float
    degrees: tuple[int, int]

    @classmethod
    def of(cls, gaps: _Gaps, *, largest: float) -> _CrossedParts | None:
        """Both mean squares; nothing when no rating is left over to tell the error."""
        people, raters = gaps.there.shape
        each = 1 / gaps.of_people
        pieces = raters - int(np.linalg.matrix_rank(gaps.common(each), tol=SMALLEST, hermitian=True))
        degrees = people - pieces, int(gaps.there.sum()) - people - raters + pieces
        if degrees[0] < 1 or degrees[1] < 1:
            return None
        left = gaps.left(each)
        left = left if left > ROUNDING * gaps.there.size * largest**2 * people else 0.0
        return cls(max(gaps.at_ratio(0.0) - left, 0.0) / degrees[0], left / degrees[1], degrees)


def _crossed(
    value: NDArray[np.float64],
    person: NDArray[np.intp],
    rater: NDArray[np.intp],
    *,
    gaps: _Gaps,
    parts: _CrossedParts,
    raters: float,
    level: float,
) -> tuple[Form, Form, Form, Form]:
    """Agreement and consistency, each for one rater and for the mean."""
    f, p = f_test(parts.people, parts.error, parts.degrees)
    test = f, parts.degrees, p
    missing = NotEstimable(Reason.NO_VARIATION)
    if parts.error == 0:
        return missing, missing, *_pair(1.0, (1.0, 1.0), raters, test=test)
    found = crossed_effects(value, ratee=person, rater=rater)
    if isinstance(found, NotEstimable):
        return found, found, found, found
    variance, error = found.ratee_variance, found.residual_variance
    left = parts.error * parts.degrees[1]
    ends = ratio_interval(
        lambda ratio: gaps.at_ratio(ratio) - left,
        error=parts.error,
        degrees=parts.degrees,
        least=-1 / float(gaps.of_people.max()),
        level=level,
    )
    single = variance / (variance + error)
    low, high = (float(mean_reliability(end, np.ones(1))[0]) for end in ends)
    # REML stops at zero, where the exact interval may lie below: it then reaches up to the estimate.
    consistency = _pair(single, (min(low, single), max(high, single)), raters, test=test)
    variances = variance, found.rater_variance, error
    return *_agreement(variances, gaps, of_error=parts.degrees[1], raters=raters, level=level, test=test), *consistency


def _agreement(
    variances: tuple[float, float, float],
    gaps: _Gaps,
    *,
    of_error: int,
    raters: float,
    level: float,
    test: tuple[float, tuple[int, int], float],
) -> tuple[Form, Form]:
    """Agreement of one rater and of the mean, from the variances of people, raters and errors."""
    variance, severity, error = variances
    people = float(len(gaps.of_raters) / (1 / gaps.of_raters).sum())
    squares = MeanSquares(error + raters * variance, error + people * severity, error, error + severity)
    single = variance / (variance + severity + error)
    mean = raters * variance / (raters * variance + severity + error)
    degrees = (len(gaps.of_people) - 1, len(gaps.of_raters) - 1, of_error)
    low, high = agreement_limits(squares, single, people=people, raters=raters, degrees=degrees, level=level)
    return (
        IntraclassCorrelation(single, Interval(low[0], high[0]), *test),
        IntraclassCorrelation(mean, Interval(low[1], high[1]), *test),
    )


def _pair(
    value: float, limits: tuple[float, float], raters: float, *, test: tuple[float, tuple[int, int], float]
) -> tuple[Form, Form]:
    """A form for one rater and, stepped up, for the mean of so many."""
    single = IntraclassCorrelation(value, Interval(*limits), *test)
    stepped = (_stepped_up(part, raters) for part in limits)
    return single, IntraclassCorrelation(_stepped_up(value, raters), Interval(*stepped), *test)


def _stepped_up(value: float, raters: float) -> float:
    """Reliability of a mean from that of one rater: `k r / (1 + (k - 1) r)`; minus infinity at the pole."""
    below = 1 + (raters - 1) * value
    return raters * value / below if below > SMALLEST else -np.inf
