"""Grades by rank that part nobody whose order is in doubt, and zones about the cuts that a session decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from review.aggregation.bands import DEFAULT_BANDS, GradeBands
from review.rewards.errors import DistributionError

DOUBTFUL_ORDER = 0.75
BLOCK = 256


@dataclass(frozen=True)
class GradeRanges:
    """Best and worst grade that each person may get (people,), as places, 0 for the best; equal where it is certain."""

    best: NDArray[np.intp]
    worst: NDArray[np.intp]

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whose grade the session decides with a reason."""
        return np.asarray(self.best != self.worst)

    def is_outside(self, places: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whose decided grade (people,) is not in the range."""
        return np.asarray((places < self.best) | (places > self.worst))

    def counts(self, grades: int) -> tuple[tuple[int, int], ...]:
        """Least and greatest number of people of each grade when ranges are decided in any way: a band."""
        sure = np.bincount(self.best[~self.is_open], minlength=grades)
        possible = [int(((self.best <= place) & (place <= self.worst)).sum()) for place in range(grades)]
        return tuple(zip(sure.tolist(), possible, strict=True))


def boundary_zones(
    hundredths: NDArray[np.integer], *, standard_error: NDArray[np.float64], bands: GradeBands = DEFAULT_BANDS
) -> GradeRanges:
    """Grades that people within one standard error of a cut may get: for a whole company what `boundary_zone` says.

    Both (people,), the error in points; without an error the grade of the points is certain. Raises DistributionError.

    >>> zones = boundary_zones(np.array([9293, 9800]), standard_error=np.array([1.5, 1.5]))
    >>> zones.best.tolist(), zones.worst.tolist()
    ([2, 2], [3, 2])
    """
    points, error = _columns(hundredths, standard_error)
    cuts = np.array([cut for _, cut in bands.cuts])
    at_cut = (np.abs(points[:, None] - cuts) <= 100 * error[:, None]) & (error > 0)[:, None]
    place, is_near = bands.ranks_of(np.asarray(hundredths)), at_cut.any(axis=1)
    last = len(cuts) - np.argmax(at_cut[:, ::-1], axis=1)
    return GradeRanges(np.where(is_near, np.argmax(at_cut, axis=1), place), np.where(is_near, last, place))


def ranked_grades(
    value: NDArray[np.float64],
    *,
    standard_error: NDArray[np.float64],
    counts: Sequence[int],
    doubtful_order: float = DOUBTFUL_ORDER,
) -> GradeRanges:
    """Give grades by rank in fixed numbers, without parting people whose order is in doubt (protected ties).

    `value` and `standard_error` (people,): what people are ranked by, errors independent; `counts`: how many get each
    grade, the best first, for all people. Across each cut, two people are tied when neither is above the other with a
    probability of at least `doubtful_order`: `P(p above q) = Phi((S_p - S_q) / sqrt(se_p^2 + se_q^2))` lies within .25
    to .75. Whoever is tied with someone on the other side of a cut may get the grade of either side, so that two who
    are tied can always be given the same; equals are tied. The numbers become bands. Raises DistributionError.

    >>> found = ranked_grades(np.array([120.0, 101, 100, 80]), standard_error=np.full(4, 2.0), counts=[2, 2])
    >>> found.best.tolist(), found.worst.tolist(), found.counts(2)
    ([0, 0, 0, 1], [0, 1, 1, 1], ((1, 3), (1, 3)))
    """
    score, error = _columns(value, standard_error)
    if sum(counts) != len(score) or any(number < 0 for number in counts):
        raise DistributionError(people=len(score), counts=list(counts))
    if not 0.5 <= doubtful_order < 1:
        raise DistributionError(doubtful_order=doubtful_order)
    order = np.argsort(-score, kind="stable")
    score, error = score[order], error[order]
    best, worst = (np.repeat(np.arange(len(counts)), counts) for _ in range(2))
    reach = float(ndtri(doubtful_order))
    for cut in accumulate(counts[:-1]):
        if 0 < cut < len(score):
            above, below = _tied_across(score, error, cut, reach)
            # The grades on both sides of a cut are those of its neighbours, which may lie more than one apart.
            upper, lower = _neighbours(counts, cut)
            worst[above] = np.maximum(worst[above], lower)
            best[below] = np.minimum(best[below], upper)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return GradeRanges(best[back], worst[back])


def _neighbours(counts: Sequence[int], cut: int) -> tuple[int, int]:
    """Grades of the last person before a cut and the first one after it."""
    ends = list(accumulate(counts))
    upper = next(place for place, end in enumerate(ends) if end >= cut)
    return upper, next(place for place, end in enumerate(ends) if end > cut)


def _tied_across(
    score: NDArray[np.float64], error: NDArray[np.float64], cut: int, reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """People before and after a cut, ordered by score, who are tied with someone on the other side."""
    widest = reach * np.hypot(error, error.max())
    upper = np.flatnonzero(score[:cut] - score[cut] <= widest[:cut])
    lower = cut + np.flatnonzero(score[cut - 1] - score[cut:] <= widest[cut:])
    tied_upper, tied_lower = np.zeros(len(upper), dtype=np.bool_), np.zeros(len(lower), dtype=np.bool_)
    for first in range(0, len(upper), BLOCK):
        some = slice(first, first + BLOCK)
        apart = score[upper[some], None] - score[lower]
        limit = reach * np.hypot(error[upper[some], None], error[lower])
        # Equals are tied also when they are known without error.
        tied = (apart < limit) | (apart == 0)
        tied_upper[some] = tied.any(axis=1)
        tied_lower |= tied.any(axis=0)
    return upper[tied_upper], lower[tied_lower]


def _columns(
    value: NDArray[np.integer] | NDArray[np.float64], standard_error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read values beside their errors; raises DistributionError."""
    score, error = np.asarray(value, dtype=np.float64), np.asarray(standard_error, dtype=np.float64)
    if score.ndim != 1 or score.shape != error.shape:
        raise DistributionError(people=score.shape, errors=error.shape)
    if not (np.isfinite(score).all() and np.isfinite(error).all() and bool((error >= 0).all())):
        raise DistributionError(value="not_finite")
    return score, error
