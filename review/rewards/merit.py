"""Place of a salary in its range, and the merit matrix of grade and compa-ratio."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.apportionment import Weight, exact
from review.aggregation.errors import UnknownGradeError
from review.rewards.errors import MeritMatrixError, SalaryRangeError
from review.rewards.exact_arrays import ExactArray, amounts_of, exact_array, product


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
class RangePlaces:
    """Place of every salary in its range (people,), as doubles for charts and statistics."""

    compa_ratio: NDArray[np.float64]
    penetration: NDArray[np.float64]


def range_places(salaries: ArrayLike, *, minima: ArrayLike, midpoints: ArrayLike, maxima: ArrayLike) -> RangePlaces:
    """Compa-ratio and range penetration of a whole company; all columns (people,) in minor units.

    The same as `compa_ratio` and `range_penetration` one by one. Raises AmountError, SalaryRangeError.

    >>> range_places([72_000], minima=[60_000], midpoints=[80_000], maxima=[100_000]).penetration.tolist()
    [0.3]
    """
    salary, middle = salaries_and_midpoints(salaries, midpoints)
    low, high = amounts_of(minima, name="minimum"), amounts_of(maxima, name="maximum")
    if not len(salary) == len(low) == len(high) or bool((high <= low).any()):
        raise SalaryRangeError(people=len(salary), minima=len(low), maxima=len(high))
    return RangePlaces(compa_ratio=salary / middle, penetration=(salary - low) / (high - low))


def salaries_and_midpoints(salaries: ArrayLike, midpoints: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read salaries beside the midpoints of their ranges; raises AmountError, SalaryRangeError."""
    salary, middle = amounts_of(salaries, name="salary"), amounts_of(midpoints, name="midpoint")
    if len(salary) != len(middle) or bool((middle == 0).any()):
        raise SalaryRangeError(people=len(salary), midpoints=len(middle), empty=int((middle == 0).sum()))
    return salary, middle


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

    def guidelines(self, places: NDArray[Any], *, salaries: ArrayLike, midpoints: ArrayLike) -> ExactArray:
        """Guideline rates of a whole company, exact; `places` (people,) of the grades, 0 for the best.

        Raises UnknownGradeError, AmountError, SalaryRangeError.

        >>> matrix = MeritMatrix(edges=("0.9", "1.1"), rates={"A": ("0.06", "0.04", "0.02")})
        >>> matrix.guidelines(np.array([0, 0]), salaries=[89, 90], midpoints=[100, 100]).fractions()
        [Fraction(3, 50), Fraction(1, 25)]
        """
        salary, middle = salaries_and_midpoints(salaries, midpoints)
        if len(places) != len(salary) or (len(places) and not 0 <= places.min() <= places.max() < len(self.rates)):
            raise UnknownGradeError(grade="place", grades=tuple(self.rates))
        band = np.zeros(len(salary), dtype=np.intp)
        for edge in map(exact, self.edges):
            # A ratio is compared with an edge in whole numbers, so that one on the edge is surely in the band above it.
            band += product(salary, edge.denominator) >= product(middle, edge.numerator)
        rates = exact_array([rate for row in self.rates.values() for rate in row])
        return ExactArray(rates.numerator[places * (len(self.edges) + 1) + band], rates.denominator)
