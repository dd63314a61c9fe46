"""Allocation of a merit budget, exact to the minor unit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from assessments.measurement.apportionment import Weight, exact, rounded_to_total
from review.rewards.errors import BudgetBelowFloorsError, RaiseLimitsError, ZeroBudgetError


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
    """Raises in the order of the requests, the factor on all guidelines, and the budget's use to the minor unit."""

    raises: tuple[Raise, ...]
    factor: Fraction
    cost: int
    budget: int
    left: int


@dataclass(frozen=True)
class _Limits:
    """Exact guideline amount of a person and the whole amounts that bound the raise."""

    guideline: Fraction
    least: int
    most: int | None

    def amount(self, factor: Fraction) -> Fraction:
        """Raise at a factor, within its bounds."""
        scaled = max(factor * self.guideline, Fraction(self.least))
        return scaled if self.most is None else min(scaled, Fraction(self.most))


def allocate(
    requests: Sequence[RaiseRequest], *, budget: int, may_exceed_guideline: bool = False
) -> Allocation:
    """Share out a budget in proportion to the guidelines: `x_i = clip(k g_i, floor_i, cap_i)` with `sum s_i x_i = B`.

    The factor k is exact and at most 1, unless the guideline may be exceeded. Amounts are whole minor units: each its
    whole part, the last units to the largest remainders (equal ones by key). The cost never exceeds the budget, and
    equals it unless guidelines or caps stop it. What would lift a salary above its range is a lump sum. Monotone in the
    guideline; independent of order. Raises ZeroBudgetError, BudgetBelowFloorsError, RaiseLimitsError.

    >>> plan = [RaiseRequest("a", 5_000_000, "0.05"), RaiseRequest("b", 6_000_000, "0.04")]
    >>> [entry.amount for entry in allocate(plan, budget=300_001).raises]
    [153062, 146939]
    """
    if budget <= 0:
        raise ZeroBudgetError(budget=budget)
    limits = [_limits(request) for request in requests]
    if len({request.key for request in requests}) != len(requests):
        raise RaiseLimitsError(keys="repeated")
    floors = sum(limit.least for limit in limits)
    if floors > budget:
        raise BudgetBelowFloorsError(budget=budget, floors=floors)
    factor = _factor(limits, budget, most=None if may_exceed_guideline else Fraction(1))
    exact_amounts = [limit.amount(factor) for limit in limits]
    cost = min(budget, floor(sum(exact_amounts, Fraction(0))))
    amounts = rounded_to_total(exact_amounts, total=cost, order=[request.key for request in requests])
    raises = tuple(
        _raise(request, amount, exact_amount=exact_amount, guideline=limit.guideline)
        for request, amount, exact_amount, limit in zip(requests, amounts, exact_amounts, limits, strict=True)
    )
    return Allocation(raises=raises, factor=factor, cost=cost, budget=budget, left=budget - cost)


def _limits(request: RaiseRequest) -> _Limits:
    """Turn the rates of a request into amounts; raises RaiseLimitsError."""
    guideline, lowest = exact(request.guideline), exact(request.floor)
    highest = None if request.cap is None else exact(request.cap)
    if request.salary < 0 or guideline < 0 or lowest < 0:
        raise RaiseLimitsError(key=request.key, salary=request.salary)
    least = ceil(lowest * request.salary)
    most = None if highest is None else floor(highest * request.salary)
    if most is not None and most < least:
        raise RaiseLimitsError(key=request.key, least=least, most=most)
    return _Limits(guideline=guideline * request.salary, least=least, most=most)


def _factor(limits: list[_Limits], budget: int, *, most: Fraction | None) -> Fraction:
    """Find the factor at which the amounts cost the budget, or the greatest that is of use.

    The cost is piecewise linear in the factor and never falls; it bends where someone leaves the floor or meets a cap.
    """
    bends = {Fraction(limit.least) / limit.guideline for limit in limits if limit.guideline > 0}
    bends |= {
        Fraction(limit.most) / limit.guideline for limit in limits if limit.most is not None and limit.guideline > 0
    }
    bends.add(Fraction(0))
    if most is not None:
        bends = {bend for bend in bends if bend < most} | {most}
    ordered = sorted(bends)
    last = bisect_right(ordered, Fraction(budget), key=lambda bend: _cost(limits, bend)) - 1
    start = ordered[last]
    slope = sum(
        (
            limit.guideline
            for limit in limits
            if limit.least <= start * limit.guideline and (limit.most is None or start * limit.guideline < limit.most)
        ),
        Fraction(0),
    )
    if slope == 0 or (most is not None and start == most):
        return start
    return start + (budget - _cost(limits, start)) / slope


def _cost(limits: list[_Limits], factor: Fraction) -> Fraction:
    """What a factor costs."""
    return sum((limit.amount(factor) for limit in limits), Fraction(0))


def _raise(request: RaiseRequest, amount: int, *, exact_amount: Fraction, guideline: Fraction) -> Raise:
    """Part an amount into base and lump sum at the maximum of the salary range."""
    room = amount if request.range_maximum is None else max(request.range_maximum - request.salary, 0)
    base = min(amount, room)
    return Raise(request.key, amount, base, amount - base, exact_amount, guideline)
