"""Allocation of a merit budget, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.apportionment import Weight, exact
from review.rewards.budget_lines import BudgetLines, way_to, whole_amounts
from review.rewards.errors import BudgetBelowFloorsError, RaiseLimitsError, ZeroBudgetError
from review.rewards.exact_arrays import (
    ExactArray,
    Integers,
    Rounding,
    amounts_of,
    exact_array,
    integers,
    product,
    total,
)

Rates = Sequence[Weight] | NDArray[Any] | ExactArray


class Method(StrEnum):
    """How guidelines are brought to the budget: by one factor for all, or one step for all (least squared distance)."""

    PROPORTIONAL = "proportional"
    LEAST_SQUARES = "least_squares"


@dataclass(frozen=True)
class Allocations:
    """Raises of a whole company in minor units (people,), in the order given: `amount = base + lump_sum`.

    `base` never lifts a salary above its range. `factor` is k of the proportional method (1 in the other), `step` the
    rate taken off all guidelines by least squares (0 in the other); both exact. `left` of the budget is not used.
    """

    amount: NDArray[np.int64]
    base: NDArray[np.int64]
    lump_sum: NDArray[np.int64]
    factor: Fraction
    step: Fraction
    cost: int
    budget: int
    left: int


def allocations(
    salaries: ArrayLike,
    *,
    guidelines: Rates,
    budget: int,
    floors: Rates | None = None,
    caps: Rates | None = None,
    range_maxima: ArrayLike | None = None,
    keys: Sequence[Any] | NDArray[Any] | None = None,
    may_exceed_guideline: bool = False,
    method: Method = Method.PROPORTIONAL,
) -> Allocations:
    """Share out a budget among a whole company by the guidelines, within everybody's floor and cap.

    `salaries` and `range_maxima` (people,) are in minor units; `guidelines`, `floors` (0 if not given) and `caps`
    (people,) are shares of the salary. Proportional: `x_i = clip(k g_i, floor_i, cap_i)`; least squares:
    `x_i = clip(g_i - step, floor_i, cap_i)`, which has the least `sum s_i (x_i - g_i)^2`; with `sum s_i x_i = budget`.
    k and step are exact, and never exceed the guidelines unless these may be. A floor is rounded up to a whole unit, a
    cap down. Amounts are whole: each its whole part, the last units to the largest remainders, equal ones to the
    smaller key (to the earlier person without keys). The cost never exceeds the budget, and equals it unless guidelines
    or caps stop it. Of two equal salaries with equal limits the higher guideline never gets less; with keys the order
    of people does not matter. Raises ZeroBudgetError, BudgetBelowFloorsError, RaiseLimitsError, AmountError.
    Source: the conditions of Karush, Kuhn and Tucker, solved exactly by their breakpoints.

    >>> allocations([5_000_000, 6_000_000], guidelines=["0.05", "0.04"], budget=300_001).amount.tolist()
    [153062, 146939]
    """
    _require_budget(budget)
    salary = amounts_of(salaries, name="salary")
    if keys is not None and (len(keys) != len(salary) or len(set(keys)) != len(salary)):
        raise RaiseLimitsError(keys="repeated")
    rates = [None if part is None else _rates(part, people=len(salary)) for part in (guidelines, floors, caps)]
    assert rates[0] is not None, "guidelines are always given"
    least = np.zeros(len(salary), dtype=np.int64) if rates[1] is None else _whole(rates[1], salary, Rounding.UP)
    most = None if rates[2] is None else _whole(rates[2], salary, Rounding.DOWN)
    limits = _limits(least, most, budget=budget)
    amount, way = _shared_out(
        salary, rates[0], limits, budget, keys, may_exceed_guideline=may_exceed_guideline, method=method
    )
    room = amount if range_maxima is None else _room(amounts_of(range_maxima, name="range_maximum"), salary)
    base, cost = np.minimum(amount, room), total(amount)
    factor, step = (way, Fraction(0)) if Method(method) is Method.PROPORTIONAL else (Fraction(1), -way)
    return Allocations(amount, base, amount - base, factor, step, cost=cost, budget=budget, left=budget - cost)


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
    """Raises in the order of the requests, and the use of the budget to the minor unit; else as in Allocations."""

    raises: tuple[Raise, ...]
    factor: Fraction
    step: Fraction
    cost: int
    budget: int
    left: int


def allocate(
    requests: Sequence[RaiseRequest],
    *,
    budget: int,
    may_exceed_guideline: bool = False,
    method: Method = Method.PROPORTIONAL,
) -> Allocation:
    """Share out a budget among named people as `allocations` does, each with own limits, and show the exact amounts.

    Equal remainders go to the smaller key. Raises ZeroBudgetError, BudgetBelowFloorsError, RaiseLimitsError,
    AmountError.

    >>> plan = [RaiseRequest("a", 5_000_000, "0.05"), RaiseRequest("b", 6_000_000, "0.04")]
    >>> [entry.amount for entry in allocate(plan, budget=300_001).raises]
    [153062, 146939]
    """
    _require_budget(budget)
    keys = [request.key for request in requests]
    if len(set(keys)) != len(keys):
        raise RaiseLimitsError(keys="repeated")
    pairs = [_own_limits(request, budget=budget) for request in requests]
    least, most = (integers([pair[side] for pair in pairs]) for side in (0, 1))
    rates = _rates([request.guideline for request in requests], people=len(keys))
    salary = amounts_of([request.salary for request in requests], name="salary")
    limits = _limits(least, most, budget=budget)
    amounts, way = _shared_out(
        salary, rates, limits, budget, keys, may_exceed_guideline=may_exceed_guideline, method=method
    )
    is_proportional = Method(method) is Method.PROPORTIONAL
    raises = tuple(
        _raise(request, amount, way, bounds, is_proportional=is_proportional)
        for request, amount, bounds in zip(requests, amounts.tolist(), pairs, strict=True)
    )
    factor, step = (way, Fraction(0)) if is_proportional else (Fraction(1), -way)
    cost = total(amounts)
    return Allocation(raises, factor, step, cost=cost, budget=budget, left=budget - cost)


def _require_budget(budget: int) -> None:
    """Refuse a budget that is nothing, no whole number of minor units, or beyond all money."""
    if budget <= 0:
        raise ZeroBudgetError(budget=budget)
    amounts_of([budget], name="budget")


def _rates(values: Rates, *, people: int) -> ExactArray:
    """Read one rate a person; raises RaiseLimitsError for less than 0."""
    rates = exact_array(values)
    if len(rates) != people or (people and rates.numerator.min() < 0):
        raise RaiseLimitsError(people=people, rates=len(rates))
    return rates


def _whole(rates: ExactArray, salary: NDArray[np.int64], rounding: Rounding) -> Integers:
    """Amounts of a limit, rounded so that the limit holds."""
    return rates.of_amounts(salary).rounded(rounding)


def _own_limits(request: RaiseRequest, *, budget: int) -> tuple[int, int]:
    """Least and greatest amount of one person; raises RaiseLimitsError."""
    lowest = exact(request.floor)
    if lowest < 0 or request.salary < 0:
        raise RaiseLimitsError(key=request.key, salary=request.salary, floor=str(lowest))
    least = ceil(lowest * request.salary)
    most = max(budget, least) + 1 if request.cap is None else floor(exact(request.cap) * request.salary)
    if most < least:
        raise RaiseLimitsError(key=request.key, least=least, most=most)
    return least, most


def _limits(least: Integers, most: Integers | None, *, budget: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bounds of the amounts; nobody can get more than the budget. Raises RaiseLimitsError, BudgetBelowFloorsError."""
    if most is not None and (most < least).any():
        raise RaiseLimitsError(people=np.flatnonzero(most < least).tolist())
    if total(least) > budget:
        raise BudgetBelowFloorsError(budget=budget, floors=total(least))
    beyond = np.full(len(least), budget + 1, dtype=np.int64)
    return least.astype(np.int64), beyond if most is None else np.minimum(most, beyond).astype(np.int64)


def _shared_out(
    salary: NDArray[np.int64],
    rates: ExactArray,
    limits: tuple[NDArray[np.int64], NDArray[np.int64]],
    budget: int,
    keys: Sequence[Any] | NDArray[Any] | None,
    *,
    may_exceed_guideline: bool,
    method: Method,
) -> tuple[NDArray[np.int64], Fraction]:
    """Whole amounts of all, and the place of the way at which they cost the budget: the factor, or the step upwards."""
    is_proportional = Method(method) is Method.PROPORTIONAL
    end = None if may_exceed_guideline else Fraction(1 if is_proportional else 0)
    wanted = rates.of_amounts(salary).numerator
    slope = wanted if is_proportional else product(salary, rates.denominator)
    start = np.zeros(len(slope), dtype=np.int64) if is_proportional else wanted
    amount = limits[0].copy()
    # Who does not grow along the way keeps the least amount.
    rows = np.flatnonzero(slope > 0)
    if not rows.size:
        return amount, end or Fraction(0)
    lines = BudgetLines(start[rows], slope[rows], rates.denominator, limits[0][rows], limits[1][rows])
    fixed = total(limits[0]) - total(lines.least)
    place = way_to(lines, budget - fixed, end=end)
    cost = min(budget - fixed, floor(place.cost))
    amount[rows] = whole_amounts(lines, place, cost=cost, keys=None if keys is None else _some(keys, rows))
    return amount, place.way


def _some(keys: Sequence[Any] | NDArray[Any], rows: NDArray[np.intp]) -> Sequence[Any] | NDArray[Any]:
    """Keys of some people."""
    return keys[rows] if isinstance(keys, np.ndarray) else [keys[row] for row in rows.tolist()]


def _room(maxima: NDArray[np.int64], salary: NDArray[np.int64]) -> NDArray[np.int64]:
    """What still fits into each salary's range; raises RaiseLimitsError."""
    if len(maxima) != len(salary):
        raise RaiseLimitsError(people=len(salary), ranges=len(maxima))
    return np.asarray(np.maximum(maxima - salary, 0))


def _raise(
    request: RaiseRequest, amount: int, way: Fraction, bounds: tuple[int, int], *, is_proportional: bool
) -> Raise:
    """Part an amount into base and lump sum at the maximum of the salary range, beside its exact value."""
    guideline = exact(request.guideline) * request.salary
    free = guideline * way if is_proportional else guideline + way * request.salary
    room = amount if request.range_maximum is None else max(request.range_maximum - request.salary, 0)
    base = min(amount, room)
    limited = min(max(free, Fraction(bounds[0])), Fraction(bounds[1]))
    return Raise(request.key, amount, base, amount - base, limited, guideline)
