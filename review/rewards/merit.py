"""Place of a salary in its range, and the merit matrix of grade and compa-ratio."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from assessments.measurement.apportionment import Weight, exact
from review.aggregation.errors import UnknownGradeError
from review.rewards.errors import MeritMatrixError, SalaryRangeError


def compa_ratio(salary: int, midpoint: int) -> Fraction:
    """Salary over the midpoint of its range (both in minor units); raises SalaryRangeError.

    >>> compa_ratio(7_200_000, 8_000_000)
    Fraction(9, 10)
    """
    if salary < 0 or midpoint <= 0:
        raise SalaryRangeError(salary=salary, midpoint=midpoint)
    return Fraction(salary, midpoint)


def range_penetration(salary: int, minimum: int, maximum: int) -> Fraction:
    """How far a salary is in its range: `(salary - minimum) / (maximum - minimum)`; raises SalaryRangeError.

    0 at the minimum, 1 at the maximum, outside them below 0 or above 1.

    >>> range_penetration(72_000, 60_000, 100_000)
    Fraction(3, 10)
    """
    if salary < 0 or minimum < 0 or maximum <= minimum:
        raise SalaryRangeError(salary=salary, minimum=minimum, maximum=maximum)
    return Fraction(salary - minimum, maximum - minimum)


@dataclass(frozen=True)
class MeritMatrix:
    """Guideline raise by grade and compa-ratio band.

    `edges` ascend and part the bands (a ratio on an edge is in the band above it); `rates[grade]` has one rate more
    than there are edges, from the lowest band up, as shares of the salary. Grades stand from the best down. A better
    grade or a lower place in the range never has a lower rate.
    """

    edges: tuple[Weight, ...]
    rates: dict[str, tuple[Weight, ...]]

    def __post_init__(self) -> None:
        """Refuse a matrix with gaps, unordered edges, or rates that fall the wrong way; raises MeritMatrixError."""
        if not self.rates or any(len(row) != len(self.edges) + 1 for row in self.rates.values()):
            raise MeritMatrixError(edges=len(self.edges), rates={grade: len(row) for grade, row in self.rates.items()})
        edges = [exact(edge) for edge in self.edges]
        if any(after <= before for before, after in pairwise(edges)) or any(edge <= 0 for edge in edges):
            raise MeritMatrixError(edges=[str(edge) for edge in self.edges])
        rows = [[exact(rate) for rate in row] for row in self.rates.values()]
        if any(rate < 0 for row in rows for rate in row):
            raise MeritMatrixError(rates="negative")
        if any(after > before for row in rows for before, after in pairwise(row)):
            raise MeritMatrixError(rates="rise_with_compa_ratio")
        if any(worse > better for above, below in pairwise(rows) for better, worse in zip(above, below, strict=True)):
            raise MeritMatrixError(rates="worse_grade_gets_more")

    def band_of(self, ratio: Fraction) -> int:
        """Number of the band that a compa-ratio is in, 0 for the lowest."""
        return bisect_right([exact(edge) for edge in self.edges], ratio)

    def guideline(self, grade: str, ratio: Fraction) -> Fraction:
        """Guideline rate of a grade at a compa-ratio, exact; raises UnknownGradeError.

        >>> matrix = MeritMatrix(edges=("0.9", "1.1"), rates={"A": ("0.06", "0.04", "0.02")})
        >>> matrix.guideline("A", Fraction(9, 10))
        Fraction(1, 25)
        """
        if grade not in self.rates:
            raise UnknownGradeError(grade=grade, grades=tuple(self.rates))
        return exact(self.rates[grade][self.band_of(ratio)])
