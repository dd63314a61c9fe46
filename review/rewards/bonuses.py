"""Bonuses: payout curves, tiers of commission, factors, caps and fixed pools, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import floor, prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.curves import Curve
from review.rewards.budget_lines import BudgetLines, way_to, whole_amounts
from review.rewards.errors import BonusError
from review.rewards.exact_arrays import (
    LARGEST_AMOUNT,
    ExactArray,
    Integers,
    Rounding,
    amounts_of,
    exact_array,
    product,
    rounded_products,
    total,
)
from review.rewards.exact_curves import added, values_on_curve

Numbers = Sequence[Weight] | NDArray[Any] | ExactArray


def payout_multiples(curve: Curve, attainments: Numbers) -> ExactArray:
    """Read payouts off a curve exactly: 0 below the threshold, linear between its points, flat from the cap on.

    `attainments` (people,) and the curve's figures are in one unit (1 or 100 for the target); a curve that descends is
    one where less is better; one that continues its line goes on below the threshold down to 0. Between two points:
    `y1 + (y2 - y1) (x - x1) / (x2 - x1)`. The same as `curve_points`, in whole numbers. Raises ApportionmentError.

    >>> payout_multiples(Curve(((0.8, 0.5), (1, 1), (1.5, 2))), [0.79, 0.95, 1.9]).fractions()
    [Fraction(0, 1), Fraction(7, 8), Fraction(2, 1)]
    """
    given = exact_array(attainments)
    sign = -1 if curve.is_lower_better else 1
    points = [(sign * exact(figure), exact(height)) for figure, height in curve.points]
    below = Fraction(0)
    if curve.continues_line:
        (figure, height), (following, after) = points[:2]
        slope = (after - height) / (following - figure)
        if slope == 0:
            below = max(height, below)
        elif height > 0:
            points.insert(0, (figure - height / slope, below))
    return values_on_curve(ExactArray(product(given.numerator, sign), given.denominator), points=points, below=below)


@dataclass(frozen=True)
class Tiers:
    """Rates of commission by what was reached: `rates[j]` from `starts[j]` on, in minor units; the first from 0."""

    starts: tuple[int, ...]
    rates: tuple[Weight, ...]

    def __post_init__(self) -> None:
        """Refuse tiers with gaps, unordered starts or rates below 0; raises BonusError."""
        if not self.starts or self.starts[0] != 0 or len(self.starts) != len(self.rates):
            raise BonusError(starts=self.starts, rates=len(self.rates))
        if any(after <= before for before, after in pairwise(self.starts)) or self.starts[-1] > LARGEST_AMOUNT:
            raise BonusError(starts=self.starts)
        if any(exact(rate) < 0 for rate in self.rates):
            raise BonusError(rates=[str(rate) for rate in self.rates])


def marginal_commissions(tiers: Tiers, reached: ArrayLike) -> ExactArray:
    """Commission where each slice of what was reached has the rate of its own tier, like an income tax; exact.

    `sum over tiers of rate x (part of the reached amount in the tier)`. `reached` (people,) in minor units. Raises
    AmountError. Never falls while more is reached, and has no steps.

    >>> marginal_commissions(Tiers((0, 100_000), ("0.02", "0.05")), [150_000]).fractions()
    [Fraction(4500, 1)]
    """
    amount = amounts_of(reached, name="reached")
    rates = exact_array(list(tiers.rates))
    parts: Integers = np.zeros(len(amount), dtype=np.int64)
    for tier, start in enumerate(tiers.starts):
        slice_of = np.maximum(amount - start, 0)
        if tier + 1 < len(tiers.starts):
            slice_of = np.minimum(slice_of, tiers.starts[tier + 1] - start)
        parts = added(parts, product(slice_of, int(rates.numerator[tier])))
    return ExactArray(parts, rates.denominator)


def whole_period_commissions(tiers: Tiers, reached: ArrayLike) -> ExactArray:
    """Commission where the rate of the tier that was reached holds for everything from the first unit on; exact.

    `rate of the reached tier x reached`: there is a step at each start. Raises AmountError.

    >>> whole_period_commissions(Tiers((0, 100_000), ("0.02", "0.05")), [150_000]).fractions()
    [Fraction(7500, 1)]
    """
    amount = amounts_of(reached, name="reached")
    rates = exact_array(list(tiers.rates))
    tier = np.searchsorted(np.array(tiers.starts), amount, side="right") - 1
    return ExactArray(product(amount, rates.numerator[tier]), rates.denominator)


@dataclass(frozen=True)
class Bonuses:
    """Bonuses of a whole company (people,) in minor units, who was stopped by the cap, and what all cost.

    `parts` are base and factors as they were multiplied.
    """

    amount: NDArray[np.int64]
    is_capped: NDArray[np.bool_]
    cost: int
    parts: tuple[ExactArray, ...]

    def exact_amount(self, person: int) -> Fraction:
        """Bonus of one person before cap and rounding."""
        return prod((Fraction(int(part.numerator[person]), part.denominator) for part in self.parts), start=Fraction(1))


def bonuses(
    bases: ArrayLike | ExactArray,
    *,
    factors: Sequence[Numbers],
    caps: ArrayLike | None = None,
    rounding: Rounding = Rounding.HALF_UP,
    unit: int = 1,
) -> Bonuses:
    """Bonus of everybody: base times all factors, at most the cap, rounded once to whole units.

    `bases` (people,): salaries in minor units, or commissions; `factors`: each (people,), such as target share, payout
    multiple, team, company, coefficient, share of the period; `caps` (people,) in minor units. Everything is exact up
    to the one rounding, to multiples of `unit` minor units (100 for whole yuan); a cap holds after rounding, too.
    Raises BonusError for factors below 0 and other lengths, AmountError, AmountTooLargeError.

    >>> found = bonuses([100_000], factors=[["0.2"], ["0.875"], ["1.1"]], caps=[19_000])
    >>> found.exact_amount(0), found.amount.tolist()
    (Fraction(19250, 1), [19000])
    """
    if unit < 1:
        raise BonusError(unit=unit)
    parts = _parts(bases, factors)
    amount = rounded_products(parts, rounding, unit=unit)
    is_capped = np.zeros(len(amount), dtype=np.bool_)
    if caps is not None:
        most = amounts_of(caps, name="cap")
        if len(most) != len(amount):
            raise BonusError(people=len(amount), caps=len(most))
        is_capped = np.asarray(rounded_products(parts, Rounding.UP) > most)
        amount = np.minimum(amount, most // unit * unit)
    return Bonuses(amount, is_capped, cost=total(amount), parts=parts)


def _parts(bases: ArrayLike | ExactArray, factors: Sequence[Numbers]) -> tuple[ExactArray, ...]:
    """Base and factors (people,), checked; raises BonusError, AmountError."""
    base = bases if isinstance(bases, ExactArray) else ExactArray(amounts_of(bases, name="base"), 1)
    parts = (base, *map(exact_array, factors))
    for part in parts:
        if len(part) != len(base) or (len(part) and part.numerator.min() < 0):
            raise BonusError(people=len(base), factors=len(part))
    return parts


def pooled_bonuses(
    pool: int,
    *,
    bases: ArrayLike | ExactArray,
    factors: Sequence[Numbers],
    caps: ArrayLike | None = None,
    keys: Sequence[Any] | NDArray[Any] | None = None,
) -> NDArray[np.int64]:
    """Share out a fixed pool by base times factors, so that the bonuses add up to it to the minor unit.

    `bonus_i = min(k share_i, cap_i)` with the one k for which all cost the pool; the last units go to the largest
    remainders, equal ones to the smaller key (to who stands first without keys). Only caps, or nobody with a share,
    leave something over. Arrays as for `bonuses`. Raises BonusError, AmountError. Source: Hamilton's method.

    >>> pooled_bonuses(1_000, bases=[3, 2, 2], factors=[], caps=[400, 1_000, 1_000]).tolist()
    [400, 300, 300]
    """
    base, *others = _parts(bases, factors)
    share = reduce(ExactArray.times, others, base)
    amounts_of([pool], name="pool")
    beyond = np.full(len(share), pool + 1, dtype=np.int64)
    most = beyond if caps is None else np.minimum(amounts_of(caps, name="cap"), beyond)
    if len(most) != len(share) or (keys is not None and (len(keys) != len(share) or len(set(keys)) != len(share))):
        raise BonusError(people=len(share), caps=len(most), keys=None if keys is None else len(keys))
    amount = np.zeros(len(share), dtype=np.int64)
    rows = np.flatnonzero(share.numerator > 0)
    if rows.size and pool:
        nothing = np.zeros(len(rows), dtype=np.int64)
        lines = BudgetLines(nothing, share.numerator[rows], share.denominator, nothing, most[rows])
        place = way_to(lines, pool, end=None)
        some = None if keys is None else [keys[row] for row in rows.tolist()]
        amount[rows] = whole_amounts(lines, place, cost=min(pool, floor(place.cost)), keys=some)
    return amount
