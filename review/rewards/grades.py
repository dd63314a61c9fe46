"""Performance coefficients and the distribution that grades are advised to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.apportionment import Weight, exact, largest_remainder
from review.aggregation.bands import DEFAULT_BANDS, GradeBands
from review.aggregation.errors import UnknownGradeError
from review.rewards.errors import DistributionError
from review.rewards.exact_arrays import ExactArray
from review.rewards.exact_curves import values_on_curve
from review.rewards.limits import counts_within

DEFAULT_COEFFICIENTS: dict[str, Decimal] = {
    "S": Decimal("1.5"),
    "A": Decimal("1.2"),
    "B": Decimal("1.0"),
    "C": Decimal("0.7"),
    "D": Decimal("0"),
}
DEFAULT_SHARES: dict[str, int] = {"S": 10, "A": 20, "B": 50, "C": 15, "D": 5}
LEAST_TEAM = 10


def coefficient_of(grade: str, *, coefficients: Mapping[str, Decimal] = DEFAULT_COEFFICIENTS) -> Decimal:
    """Performance coefficient of a grade; raises UnknownGradeError.

    >>> coefficient_of("A")
    Decimal('1.2')
    """
    try:
        return coefficients[grade]
    except KeyError:
        raise UnknownGradeError(grade=grade, grades=tuple(coefficients)) from None


def interpolated_coefficient(
    hundredths: int, *, bands: GradeBands = DEFAULT_BANDS, coefficients: Mapping[str, Decimal] = DEFAULT_COEFFICIENTS
) -> Fraction:
    """Coefficient without steps: linear in the shown points between the cuts of the grades, flat outside them.

    At a cut it is the coefficient of the grade that begins there. Exact.

    >>> interpolated_coefficient(9800)
    Fraction(11, 10)
    """
    ascending = [(cut, exact(coefficient_of(grade, coefficients=coefficients))) for grade, cut in reversed(bands.cuts)]
    if hundredths < ascending[0][0]:
        return exact(coefficient_of(bands.lowest, coefficients=coefficients))
    for (cut, rate), (next_cut, next_rate) in pairwise(ascending):
        if hundredths < next_cut:
            return rate + (next_rate - rate) * Fraction(hundredths - cut, next_cut - cut)
    return ascending[-1][1]


def interpolated_coefficients(
    hundredths: NDArray[np.integer],
    *,
    bands: GradeBands = DEFAULT_BANDS,
    coefficients: Mapping[str, Decimal] = DEFAULT_COEFFICIENTS,
) -> ExactArray:
    """Coefficients without steps of a whole company (people,), exact: `interpolated_coefficient` one by one.

    >>> interpolated_coefficients(np.array([9800, 7000])).fractions()
    [Fraction(11, 10), Fraction(0, 1)]
    """
    rates = {grade: exact(coefficient_of(grade, coefficients=coefficients)) for grade in bands.grades}
    points = [(Fraction(cut), rates[grade]) for grade, cut in reversed(bands.cuts)]
    return values_on_curve(ExactArray(np.asarray(hundredths), 1), points=points, below=rates[bands.lowest])


@dataclass(frozen=True)
class Guidance:
    """Advised number of people of each grade in a team, or in the small teams pooled."""

    teams: tuple[str, ...]
    people: int
    counts: dict[str, int]


def distribution_guidance(
    team_sizes: Mapping[str, int],
    *,
    shares: Mapping[str, Weight] = DEFAULT_SHARES,
    least_team: int = LEAST_TEAM,
    limits: Mapping[str, Weight] | None = None,
) -> tuple[Guidance, ...]:
    """Advise how many people of each grade a team has, by largest remainder; small teams are counted together.

    Teams below `least_team` form one pool; is it still too small, it joins the smallest sufficient team. Shares are in
    percent and sum to 100 (DistributionError). Teams come in the order of their names, so that order does not matter.
    `limits`: at most so many percent with this grade or a better one (see `limits.py`); who is beyond goes down.

    >>> distribution_guidance({"north": 37}, shares={"S": 10, "A": 20, "B": 40, "C": 20, "D": 10})[0].counts
    {'S': 4, 'A': 7, 'B': 15, 'C': 7, 'D': 4}
    """
    if sum(exact(share) for share in shares.values()) != 100 or any(exact(share) < 0 for share in shares.values()):
        raise DistributionError(shares={grade: str(share) for grade, share in shares.items()})
    if any(size < 0 for size in team_sizes.values()):
        raise DistributionError(teams=dict(team_sizes))
    sizes = {team: team_sizes[team] for team in sorted(team_sizes)}
    pools: list[tuple[str, ...]] = [(team,) for team, size in sizes.items() if size >= least_team]
    small = tuple(team for team, size in sizes.items() if 0 < size < least_team)
    if small and sum(sizes[team] for team in small) < least_team and pools:
        smallest = min(pools, key=lambda pool: sizes[pool[0]])
        pools.remove(smallest)
        small = (*smallest, *small)
    if small:
        pools.append(small)
    guidances = []
    for pool in pools:
        people = sum(sizes[team] for team in pool)
        counts = dict(zip(shares, largest_remainder(people, list(shares.values())), strict=True))
        guidances.append(Guidance(teams=pool, people=people, counts=counts_within(counts, limits=limits or {})))
    return tuple(guidances)
