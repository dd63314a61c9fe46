"""Whole columns of exact numbers: fractions over one denominator, and money in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.apportionment import Weight, exact
from review.rewards.errors import AmountError, AmountTooLargeError

# Integers of numpy where they fit, else Python's own in an array of objects.
Integers = NDArray[Any]
LARGEST_AMOUNT = 2**62
WORD = 2**63 - 1


class Rounding(StrEnum):
    """How a fraction of a unit is rounded; amounts are never negative."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


HALVES = frozenset({Rounding.HALF_UP, Rounding.HALF_EVEN})
# A double of a few operations is wrong by less than this share of its terms.
DOUBT = 2.0**-48


@dataclass(frozen=True)
class ExactArray:
    """Fractions of a column, `numerator / denominator`; numerators are whole, the denominator is one for all."""

    numerator: Integers
    denominator: int

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.numerator)

    def fractions(self) -> list[Fraction]:
        """Each number as a fraction."""
        return [Fraction(int(part), self.denominator) for part in self.numerator]

    def floats(self) -> NDArray[np.float64]:
        """Each number as the nearest double."""
        return quotients(self.numerator, self.denominator)

    def times(self, other: ExactArray) -> ExactArray:
        """Product, number by number."""
        return ExactArray(product(self.numerator, other.numerator), self.denominator * other.denominator)

    def some(self, rows: NDArray[np.intp]) -> ExactArray:
        """The numbers of some rows."""
        return ExactArray(self.numerator[rows], self.denominator)

    def of_amounts(self, amounts: Integers) -> ExactArray:
        """This share of each amount."""
        return ExactArray(product(self.numerator, amounts), self.denominator)

    def rounded(self, rounding: Rounding = Rounding.HALF_UP, *, unit: int = 1) -> Integers:
        """Round to whole multiples of a unit, exactly; halves go up, or to the even multiple.

        >>> exact_array(["2.5", "3.49"]).rounded().tolist()
        [3, 3]
        """
        step = self.denominator * unit
        numerator = self.numerator if step <= WORD // 4 else self.numerator.astype(object)
        whole = numerator // step
        rest = numerator - whole * step
        if rounding is Rounding.UP:
            return np.asarray((whole + (rest > 0)) * unit)
        if rounding is Rounding.DOWN:
            return np.asarray(whole * unit)
        is_even = rounding is Rounding.HALF_EVEN
        goes_up = (2 * rest > step) | ((2 * rest == step) & ((whole % 2 == 1) | (not is_even)))
        return np.asarray((whole + goes_up) * unit)


def rounded_products(parts: Sequence[ExactArray], rounding: Rounding = Rounding.HALF_UP, *, unit: int = 1) -> Integers:
    """Multiply columns (at least one) and round to whole multiples of a unit, as exactly as `rounded` does.

    Doubles decide where they can; numbers too near to where the rounding turns are multiplied in whole numbers. Raises
    AmountTooLargeError.

    >>> rounded_products([exact_array([5, 5]), exact_array(["0.5", "0.7"])]).tolist()
    [3, 4]
    """
    near = parts[0].floats() / unit
    for part in parts[1:]:
        near = near * part.floats()
    if near.size and near.max() * unit > LARGEST_AMOUNT:
        raise AmountTooLargeError(largest=float(near.max()))
    turning = near - np.floor(near) - 0.5 if rounding in HALVES else near - np.rint(near)
    whole = np.ceil(near) if rounding is Rounding.UP else np.floor(near + 0.5 * (rounding in HALVES))
    result = whole.astype(np.int64) * unit
    doubtful = np.flatnonzero(np.abs(turning) <= DOUBT * near)
    if doubtful.size:
        exactly = parts[0].some(doubtful)
        for part in parts[1:]:
            exactly = exactly.times(part.some(doubtful))
        result[doubtful] = exactly.rounded(rounding, unit=unit)
    return result


def exact_array(values: Sequence[Weight] | NDArray[Any] | ExactArray) -> ExactArray:
    """Read a column of numbers exactly, each as the decimal one sees (0.1 is one tenth); raises ApportionmentError.

    >>> exact_array([0.05, "1/3"]).fractions()
    [Fraction(1, 20), Fraction(1, 3)]
    """
    if isinstance(values, ExactArray):
        return values
    if isinstance(values, np.ndarray) and values.dtype != object:
        distinct, place = np.unique(values, return_inverse=True)
        parts, rows = [exact(value) for value in distinct.tolist()], place.reshape(-1)
    else:
        listed = list(values)
        known = {value: exact(value) for value in dict.fromkeys(listed)}
        order = {value: row for row, value in enumerate(known)}
        parts, rows = list(known.values()), np.array([order[value] for value in listed], dtype=np.intp)
    whole = lcm(*(part.denominator for part in parts)) if parts else 1
    return ExactArray(integers([part.numerator * (whole // part.denominator) for part in parts])[rows], whole)


def integers(values: Sequence[int]) -> Integers:
    """Put whole numbers into an array: of 64 bits where all fit, else of Python's integers."""
    fits = all(-WORD <= value <= WORD for value in values)
    return np.array(values, dtype=np.int64 if fits else object)


def product(first: Integers, second: Integers | int) -> Integers:
    """Multiply whole numbers; in Python's integers where 64 bits might not hold the result."""
    if largest(first) * largest(second) > WORD or largest(second) > WORD:
        return np.asarray(np.asarray(first, dtype=object) * second)
    return np.asarray(first * second)


def largest(numbers: Integers | int) -> int:
    """Greatest absolute value, 0 of nothing."""
    if isinstance(numbers, int):
        return abs(numbers)
    return max(int(numbers.max()), -int(numbers.min())) if numbers.size else 0


def total(numbers: Integers) -> int:
    """Add up whole numbers exactly, whatever the size of the sum.

    >>> total(np.full(4, 2**62))
    18446744073709551616
    """
    if numbers.dtype == object:
        return int(sum(numbers.tolist()))
    # The upper and the lower half of each word are added apart, so that neither sum leaves its word.
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())


def quotients(numerator: Integers, denominator: int) -> NDArray[np.float64]:
    """Divide whole numbers by one and give doubles within two units of their last place."""
    if numerator.dtype == object or denominator > WORD:
        return np.array([part / denominator for part in numerator.tolist()], dtype=np.float64)
    return np.asarray(numerator.astype(np.float64) / float(denominator), dtype=np.float64)


def amounts_of(values: ArrayLike, *, name: str) -> NDArray[np.int64]:
    """Read a column of money in minor units; raises AmountError for parts of units, less than 0, and numbers beyond.

    >>> amounts_of([100, 0], name="salary").tolist()
    [100, 0]
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise AmountError(name=name, shape=array.shape)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iu" and not all(_is_whole(value) for value in array.tolist()):
        raise AmountError(name=name, type=str(array.dtype))
    if array.min() < 0:
        raise AmountError(name=name, smallest=int(array.min()))
    if array.max() > LARGEST_AMOUNT:
        raise AmountTooLargeError(name=name, largest=int(array.max()))
    return np.asarray(array, dtype=np.int64)


def _is_whole(value: object) -> bool:
    """Whether a value is a whole number, and not yes or no."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
