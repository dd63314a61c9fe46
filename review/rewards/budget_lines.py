"""Where amounts that all grow along one way meet a budget: exact, for whole companies at once.

Everybody's amount is `(start + slope t) / denominator`, kept between whole amounts `least` and `most`. The sum grows
with t and bends where someone leaves the least or meets the most. Doubles only say who is surely on which side of a
bound; whoever is too near for them is compared in whole numbers, and all sums are whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.rewards.exact_arrays import DOUBT, WORD, Integers, largest, product, quotients, total

NEWTON_STEPS = 4


@dataclass(frozen=True)
class BudgetLines:
    """Lines of people whose slope is above 0: whole numerators over one denominator, and whole bounds (people,)."""

    start: Integers
    slope: Integers
    denominator: int
    least: NDArray[np.int64]
    most: NDArray[np.int64]

    @cached_property
    def near_start(self) -> NDArray[np.float64]:
        """Starts as doubles of money."""
        return quotients(self.start, self.denominator)

    @cached_property
    def near_slope(self) -> NDArray[np.float64]:
        """Slopes as doubles of money."""
        return quotients(self.slope, self.denominator)

    def near_bends(self, bound: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where each line meets its bound, as doubles."""
        return np.asarray((bound - self.near_start) / self.near_slope)

    def bends(self, rows: NDArray[np.intp], bound: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Where some lines meet their bounds, exactly: numerators and denominators above 0."""
        bounds, starts, slopes = (part[rows].tolist() for part in (bound, self.start, self.slope))
        for height, start, slope in zip(bounds, starts, slopes, strict=True):
            yield height * self.denominator - start, slope

    def numerators(self, rows: NDArray[np.intp], way: Fraction) -> Integers:
        """Amounts of some people without bounds, times `denominator x way.denominator`, exactly."""
        start, moved = product(self.start[rows], way.denominator), product(self.slope[rows], way.numerator)
        if largest(start) + largest(moved) > WORD:
            start = start.astype(object)
        return np.asarray(start + moved)

    def amounts(self, way: Fraction) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Amounts without bounds as doubles, and how wrong each may be."""
        moved = self.near_slope * float(way)
        return self.near_start + moved, DOUBT * (np.abs(self.near_start) + np.abs(moved))

    def place(self, way: Fraction) -> Place:
        """Who is at which bound at a place of the way, and what all cost there; exact."""
        amount, doubt = self.amounts(way)
        is_least, is_most = amount <= self.least, amount >= self.most
        near = np.flatnonzero((np.abs(amount - self.least) <= doubt) | (np.abs(amount - self.most) <= doubt))
        if near.size:
            unit, exactly = self.denominator * way.denominator, self.numerators(near, way)
            is_least[near] = exactly <= product(self.least[near], unit)
            is_most[near] = exactly >= product(self.most[near], unit)
        is_most &= ~is_least
        is_free = ~(is_least | is_most)
        fixed = total(self.least[is_least]) + total(self.most[is_most])
        start, slope = total(self.start[is_free]), total(self.slope[is_free])
        cost = fixed + (start + slope * way) / self.denominator
        return Place(way, cost=cost, slope=Fraction(slope, self.denominator), is_least=is_least, is_free=is_free)


@dataclass(frozen=True)
class Place:
    """A place of the way with the cost of all there, how fast it grows, and who is at the least or free (people,)."""

    way: Fraction
    cost: Fraction
    slope: Fraction
    is_least: NDArray[np.bool_]
    is_free: NDArray[np.bool_]


def way_to(lines: BudgetLines, budget: int, *, end: Fraction | None) -> Place:
    """Find the last place of the way whose cost is the budget, or the end where it costs less; exact.

    Steps of Newton between places whose costs are known to lie on both sides, and now and then the middle bend between
    them, so that at most `8 log2(people)` places are looked at. The budget covers the least amounts. Without `end` the
    way ends where nobody grows any more.
    """
    everyone = np.arange(len(lines.most))
    last = max(_extreme(lines, lines.most, everyone, is_first=False), Fraction(0)) if end is None else end
    high = lines.place(last)
    if high.cost <= budget:
        return high
    low = _beginning(lines)
    here, turn = (high if high.slope else low), 0
    while low.cost != budget:
        turn += 1
        aim = here.way + (budget - here.cost) / here.slope if here.slope else low.way
        if turn % NEWTON_STEPS == 0 or not low.way < aim < high.way:
            aim = _between(lines, low, high, budget)
        here = lines.place(aim)
        if here.cost <= budget:
            low = here
        else:
            high = here
    return low if low.slope else _end_of_level(lines, low)


def _beginning(lines: BudgetLines) -> Place:
    """A place of the way at which all have their least amount."""
    everyone = np.ones(len(lines.least), dtype=np.bool_)
    way = Fraction(-int(lines.start.max()), int(lines.slope.min()))
    return Place(way, cost=Fraction(total(lines.least)), slope=Fraction(0), is_least=everyone, is_free=~everyone)


def _between(lines: BudgetLines, low: Place, high: Place, budget: int) -> Fraction:
    """Middle bend between two places, or where the straight line between them meets the budget if there is none."""
    at, until = float(low.way), float(high.way)
    # A bend is a difference of doubles, so that its error grows with both.
    reach = DOUBT * (max(abs(at), abs(until)) + float(np.max(lines.near_start / lines.near_slope)))
    bounds = (lines.least, lines.most)
    bends = np.concatenate([lines.near_bends(bound) for bound in bounds])
    inside = np.flatnonzero((bends > at + reach) & (bends < until - reach))
    if inside.size:
        near = inside[np.argpartition(bends[inside], len(inside) // 2)[len(inside) // 2 :][:1]]
    else:
        # Doubles do not tell on which side of the ends these bends are.
        near = np.flatnonzero((bends >= at - reach) & (bends <= until + reach))
    first, second = near[near < len(lines.least)], near[near >= len(lines.least)] - len(lines.least)
    pairs = (pair for some, bound in zip((first, second), bounds, strict=True) for pair in lines.bends(some, bound))
    between = sorted({Fraction(*pair) for pair in pairs if _is_between(pair, low.way, high.way)})
    if between:
        return between[len(between) // 2]
    return low.way + (budget - low.cost) * (high.way - low.way) / (high.cost - low.cost)


def _is_between(pair: tuple[int, int], low: Fraction, high: Fraction) -> bool:
    """Whether a fraction lies between two others; quicker than making it one."""
    above, below = pair
    return low.numerator * below < above * low.denominator and above * high.denominator < high.numerator * below


def _end_of_level(lines: BudgetLines, place: Place) -> Place:
    """Where the cost next grows: the first bend of those who are still at their least."""
    rising = np.flatnonzero(place.is_least & (lines.least < lines.most))
    return lines.place(_extreme(lines, lines.least, rising, is_first=True))


def _extreme(lines: BudgetLines, bound: NDArray[np.int64], rows: NDArray[np.intp], *, is_first: bool) -> Fraction:
    """First or last of the places where some lines meet their bounds, exactly."""
    sign = -1 if is_first else 1
    bends = sign * lines.near_bends(bound)[rows]
    doubt = DOUBT * (np.abs(bends) + np.abs(lines.near_start[rows] / lines.near_slope[rows]))
    last = int(np.argmax(bends))
    above, below = next(lines.bends(rows[last : last + 1], bound))
    near = rows[bends >= bends[last] - 2 * (doubt + doubt[last])]
    for other_above, other_below in lines.bends(near, bound):
        if sign * other_above * below > sign * above * other_below:
            above, below = other_above, other_below
    return Fraction(above, below)


def whole_amounts(
    lines: BudgetLines, place: Place, *, cost: int, keys: Sequence[Any] | NDArray[Any] | None
) -> NDArray[np.int64]:
    """Round the amounts at a place to whole ones that add up to the cost: the largest remainders are rounded up.

    Equal remainders go to the smaller key, or to who stands first without keys.
    """
    whole = np.where(place.is_least, lines.least, lines.most)
    rows = np.flatnonzero(place.is_free)
    amount, doubt = (numbers[rows] for numbers in lines.amounts(place.way))
    below = np.floor(amount)
    unit = lines.denominator * place.way.denominator
    near = np.flatnonzero(np.abs(amount - np.rint(amount)) <= doubt)
    parts = below.astype(np.int64)
    parts[near], rest = _divided(lines.numerators(rows[near], place.way), unit)
    # A double just below a whole number that the amount reaches, or the other way round, has the exact remainder.
    remainder = amount - below
    remainder[near] = rest
    left = cost - total(whole[~place.is_free]) - total(parts)
    parts[_first(remainder, doubt, left, lambda some: _ranked(lines, place, rows[some], keys))] += 1
    whole[rows] = parts
    return whole


def _divided(numbers: Integers, unit: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Whole parts of `numbers / unit`, and the remainders as doubles below 1."""
    divisor = numbers if unit <= WORD else numbers.astype(object)
    parts = divisor // unit
    return parts.astype(np.int64), ((divisor - parts * unit) / unit).astype(np.float64)


def _first(
    rest: NDArray[np.float64],
    doubt: NDArray[np.float64],
    left: int,
    ranked: Callable[[NDArray[np.intp]], NDArray[np.intp]],
) -> NDArray[np.intp]:
    """Places of the largest remainders; those that doubles cannot tell from the smallest of them are ranked exactly."""
    if left == 0:
        return np.zeros(0, dtype=np.intp)
    cut = np.partition(rest, len(rest) - left)[len(rest) - left]
    reach = 2 * (float(doubt.max()) + DOUBT)
    surely = np.flatnonzero(rest > cut + reach)
    near = np.flatnonzero(np.abs(rest - cut) <= reach)
    return np.concatenate([surely, near[ranked(near)[: left - len(surely)]]])


def _ranked(
    lines: BudgetLines, place: Place, rows: NDArray[np.intp], keys: Sequence[Any] | NDArray[Any] | None
) -> NDArray[np.intp]:
    """Order of some people by their exact remainders, the largest first, equal ones by key."""
    unit = lines.denominator * place.way.denominator
    rest = [number % unit for number in lines.numerators(rows, place.way).tolist()]
    ties = rows.tolist() if keys is None else [keys[row] for row in rows]
    return np.array(sorted(range(len(rest)), key=lambda some: (-rest[some], ties[some])), dtype=np.intp)
