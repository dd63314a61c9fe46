"""Allocation of a merit budget, exact to the minor unit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from assessments.measurement.apportionment import Weight, exact, rounded_to_total
from review.rewards.errors import BudgetBelowFloorsError, RaiseLimitsError, ZeroBudgetError


class Method(StrEnum):
    """How guidelines are brought to the budget: by one factor for all, or one step for all (least squared distance)."""

    PROPORTIONAL = "proportional"
    LEAST_SQUARES = "least_squares"


@dataclass(frozen=True)
class RaiseRequest:
    """One person in an allocation: salary in minor units, guideline rate, least and greatest rate, range maximum."""

    key: str
    salary: int
    guideline: Weight
    floor: Weight = 0
    cap: Weight | None = None
    range_maximum: int | None = None


@dataclass(frozen=True)
class Raise:
    """One person's raise in minor units: `amount = base + lump_sum`; base never lifts the salary above its range.

    `exact_amount` is the amount before rounding, `guideline_amount` what the matrix alone would give.
    """

    key: str
    amount: int
    base: int
    lump_sum: int
    exact_amount: Fraction
    guideline_amount: Fraction


@dataclass(frozen=True)
class Allocation:
    """Raises in the order of the requests, and the budget's use to the minor unit.

    `factor` is k of the proportional method (1 in the other), `step` the rate taken off all guidelines by least squares
    (0 in the other).
    """

    raises: tuple[Raise, ...]
    factor: Fraction
    step: Fraction
    cost: int
    budget: int
    left: int


@dataclass(frozen=True)
class _Line:
    """A person's amount on the way to the budget: `start + slope t` within whole amounts that bound the raise."""

    start: Fraction
    slope: Fraction
    guideline: Fraction
    least: int
    most: int | None

    def amount(self, way: Fraction) -> Fraction:
        """Raise at a place of the way, within its bounds."""
        free = max(self.start + self.slope * way, Fraction(self.least))
        return free if self.most is None else min(free, Fraction(self.most))

    def bends(self) -> list[Fraction]:
        """Places where the raise leaves its floor and where it meets its cap."""
        bounds = [self.least] if self.most is None else [self.least, self.most]
        return [(bound - self.start) / self.slope for bound in bounds] if self.slope > 0 else []

    def is_rising(self, way: Fraction) -> bool:
        """Whether the raise grows beyond a place of the way."""
        free = self.start + self.slope * way
        return self.slope > 0 and self.least <= free and (self.most is None or free < self.most)


def allocate(
    requests: Sequence[RaiseRequest],
    *,
    budget: int,
    may_exceed_guideline: bool = False,
    method: Method = Method.PROPORTIONAL,
) -> Allocation:
    """Share out a budget by the guidelines, within everybody's floor and cap, so that `sum s_i x_i = B`.

    Proportional: `x_i = clip(k g_i, floor_i, cap_i)`; least squares: `x_i = clip(g_i - step, floor_i, cap_i)`, which
    has the least `sum s_i (x_i - g_i)^2`. k and step are exact, and never exceed the guidelines unless these may be.
    Amounts are whole minor units: each its whole part, the last units to the largest remainders (equal ones by key).
    The cost never exceeds the budget, and equals it unless guidelines or caps stop it. What would lift a salary above
    its range is a lump sum. Monotone in the guideline; independent of order. Raises ZeroBudgetError,
    BudgetBelowFloorsError, RaiseLimitsError. Source: Karush, Kuhn and Tucker conditions of the two problems.

    >>> plan = [RaiseRequest("a", 5_000_000, "0.05"), RaiseRequest("b", 6_000_000, "0.04")]
    >>> [entry.amount for entry in allocate(plan, budget=300_001).raises]
    [153062, 146939]
    """
    if budget <= 0:
        raise ZeroBudgetError(budget=budget)
    if len({request.key for request in requests}) != len(requests):
        raise RaiseLimitsError(keys="repeated")
    lines = [_line(request, method) for request in requests]
    floors = sum(line.least for line in lines)
    if floors > budget:
        raise BudgetBelowFloorsError(budget=budget, floors=floors)
    is_proportional = method is Method.PROPORTIONAL
    end = None if may_exceed_guideline else Fraction(1 if is_proportional else 0)
    way = _way(lines, budget, end=end)
    exact_amounts = [line.amount(way) for line in lines]
    cost = min(budget, floor(sum(exact_amounts, Fraction(0))))
    amounts = rounded_to_total(exact_amounts, total=cost, order=[request.key for request in requests])
    raises = tuple(
        _raise(request, amount, exact_amount=exact_amount, guideline=line.guideline)
        for request, amount, exact_amount, line in zip(requests, amounts, exact_amounts, lines, strict=True)
    )
    factor, step = (way, Fraction(0)) if is_proportional else (Fraction(1), -way)
    return Allocation(raises, factor, step, cost=cost, budget=budget, left=budget - cost)


def _line(request: RaiseRequest, method: Method) -> _Line:
    """Turn the rates of a request into amounts; raises RaiseLimitsError."""
    guideline, lowest = exact(request.guideline), exact(request.floor)
    highest = None if request.cap is None else exact(request.cap)
    if request.salary < 0 or guideline < 0 or lowest < 0:
        raise RaiseLimitsError(key=request.key, salary=request.salary)
    least = ceil(lowest * request.salary)
    most = None if highest is None else floor(highest * request.salary)
    if most is not None and most < least:
        raise RaiseLimitsError(key=request.key, least=least, most=most)
    amount = guideline * request.salary
    if Method(method) is Method.PROPORTIONAL:
        return _Line(Fraction(0), amount, amount, least, most)
    return _Line(amount, Fraction(request.salary), amount, least, most)


def _way(lines: list[_Line], budget: int, *, end: Fraction | None) -> Fraction:
    """Find the place of the way at which the amounts cost the budget, or the last one that is of use.

    The cost is piecewise linear along the way and never falls; it bends where someone leaves the floor or meets a cap.
    """
    bends = {bend for line in lines for bend in line.bends()} | {Fraction(0)}
    if end is not None:
        bends = {bend for bend in bends if bend < end} | {end}
    ordered = sorted(bends)
    last = bisect_right(ordered, Fraction(budget), key=lambda bend: _cost(lines, bend)) - 1
    # The way begins where all are at their floors, which the budget covers.
    place = ordered[max(last, 0)]
    slope = sum((line.slope for line in lines if line.is_rising(place)), Fraction(0))
    if slope == 0 or (end is not None and place == end):
        return place
    return place + (budget - _cost(lines, place)) / slope


def _cost(lines: list[_Line], way: Fraction) -> Fraction:
    """What the amounts at a place of the way cost."""
    return sum((line.amount(way) for line in lines), Fraction(0))


def _raise(request: RaiseRequest, amount: int, *, exact_amount: Fraction, guideline: Fraction) -> Raise:
    """Part an amount into base and lump sum at the maximum of the salary range."""
    room = amount if request.range_maximum is None else max(request.range_maximum - request.salary, 0)
    base = min(amount, room)
    return Raise(request.key, amount, base, amount - base, exact_amount, guideline)
