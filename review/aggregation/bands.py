"""Grade bands on shown points: the grade, caps by gates, and who lies at a cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import erf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from review.aggregation.errors import BandsError, UnknownGradeError


@dataclass(frozen=True)
class GradeBands:
    """Grades from the best down, each with the hundredths of points from which it is reached, and the lowest grade."""

    cuts: tuple[tuple[str, int], ...] = (("S", 11200), ("A", 10400), ("B", 9200), ("C", 7500))
    lowest: str = "D"

    def __post_init__(self) -> None:
        """Refuse bands that overlap, stand out of order or name a grade twice."""
        if any(after >= before for (_, before), (_, after) in pairwise(self.cuts)):
            raise BandsError(cuts=[cut for _, cut in self.cuts])
        if len(set(self.grades)) != len(self.grades) or not self.cuts:
            raise BandsError(grades=self.grades)

    @property
    def grades(self) -> tuple[str, ...]:
        """Grades from the best to the lowest."""
        return (*(grade for grade, _ in self.cuts), self.lowest)

    def rank(self, grade: str) -> int:
        """Place of a grade, 0 for the best; raises UnknownGradeError."""
        try:
            return self.grades.index(grade)
        except ValueError:
            raise UnknownGradeError(grade=grade, grades=self.grades) from None

    def grade_of(self, hundredths: int) -> str:
        """Grade of the shown points.

        >>> DEFAULT_BANDS.grade_of(9293)
        'B'
        """
        return self.grades[int(self.ranks_of(np.array([hundredths]))[0])]

    def ranks_of(self, hundredths: NDArray[np.integer]) -> NDArray[np.intp]:
        """Place of the grade of each shown number of points, 0 for the best."""
        ascending = np.array([cut for _, cut in reversed(self.cuts)])
        return len(self.cuts) - np.searchsorted(ascending, hundredths, side="right")

    def capped(self, grade: str, caps: Iterable[str]) -> str:
        """Grade after gates: not better than any of their caps; gates are never averaged.

        >>> DEFAULT_BANDS.capped("A", ["C", "B"])
        'C'
        """
        return self.grades[max([self.rank(grade), *(self.rank(cap) for cap in caps)])]


DEFAULT_BANDS = GradeBands()


def boundary_zone(hundredths: int, standard_error: float, *, bands: GradeBands = DEFAULT_BANDS) -> tuple[str, ...]:
    """Grades that a person within one standard error of a cut may get, best first; () away from every cut.

    `standard_error` is in points. Who is named here is decided by the session with a reason (rule 9).

    >>> boundary_zone(9293, 1.5)
    ('B', 'C')
    """
    reach = standard_error * 100
    at_cut = [place for place, (_, cut) in enumerate(bands.cuts) if abs(hundredths - cut) <= reach]
    if not at_cut or reach <= 0:
        return ()
    return bands.grades[min(at_cut) : max(at_cut) + 2]


@dataclass(frozen=True)
class ExpectedDistribution:
    """Dry run: expected number of people of each grade, its share of all, and the error of the number."""

    grades: tuple[str, ...]
    expected: tuple[float, ...]
    share: tuple[float, ...]
    standard_error: tuple[float, ...]
    people: int


def grade_probabilities(
    points: NDArray[np.float64], *, deviation: NDArray[np.float64], bands: GradeBands = DEFAULT_BANDS
) -> NDArray[np.float64]:
    """Probability of each grade (people, grades) when a person's points are normal with this mean and deviation.

    `P(grade) = Phi((cut above - mean) / sd) - Phi((cut - mean) / sd)`, with half a hundredth taken off each cut because
    points are rounded half up to 0.01. A deviation of 0 puts all on one grade. Raises BandsError if not finite.
    """
    spread = np.broadcast_to(np.asarray(deviation, dtype=np.float64), points.shape)
    if not (np.isfinite(points).all() and np.isfinite(spread).all() and bool((spread >= 0).all())):
        raise BandsError(points="not_finite")
    above = np.ones((len(points), len(bands.grades) + 1))
    above[:, 0] = 0.0
    for place, (_, cut) in enumerate(bands.cuts):
        edge = (cut - 0.5) / 100
        certain = (points >= edge).astype(np.float64)
        z = (points - edge) / np.where(spread > 0, spread, 1.0)
        normal = np.array([0.5 * (1 + erf(value / sqrt(2))) for value in z])
        above[:, place + 1] = np.where(spread > 0, normal, certain)
    result: NDArray[np.float64] = np.diff(above, axis=1)
    return result


def expected_distribution(
    points: NDArray[np.float64], *, deviation: NDArray[np.float64], bands: GradeBands = DEFAULT_BANDS
) -> ExpectedDistribution:
    """Dry run of a scheme before opening: how many people are to be expected in each grade.

    `points` (people,): the total that each is expected to reach (their last one, or the scheme's assumption);
    `deviation`: how far totals spread about it. Expected number: the sum of the probabilities; its error: the root of
    the sum of `p (1 - p)`. Source: Poisson's binomial distribution.
    """
    probability = grade_probabilities(points, deviation=deviation, bands=bands)
    people = len(points)
    expected = probability.sum(axis=0)
    error = np.sqrt((probability * (1 - probability)).sum(axis=0))
    return ExpectedDistribution(
        grades=bands.grades,
        expected=tuple(float(number) for number in expected),
        share=tuple(float(number) / people if people else 0.0 for number in expected),
        standard_error=tuple(float(number) for number in error),
        people=people,
    )


def effective_weights(weights: NDArray[np.float64], *, deviations: NDArray[np.float64]) -> tuple[float, ...]:
    """How much each section really moves the total: its share of the variance when sections are independent.

    `w_i^2 sd_i^2 / sum w^2 sd^2`; nominal shares where nothing varies. Raises BandsError for numbers that cannot be.
    """
    parts = np.asarray(weights, dtype=np.float64), np.asarray(deviations, dtype=np.float64)
    if any(bool((part < 0).any()) or not np.isfinite(part).all() for part in parts) or not isfinite(parts[0].sum()):
        raise BandsError(weights=list(map(float, weights)))
    moved = (parts[0] * parts[1]) ** 2
    whole = moved if moved.sum() > 0 else parts[0]
    return tuple(float(share) for share in whole / max(float(whole.sum()), np.finfo(np.float64).tiny))
