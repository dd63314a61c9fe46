"""Sharing out whole numbers by weights: the method of the largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from assessments.measurement.errors import ApportionmentError

Weight = int | float | str | Decimal | Fraction


def exact(number: Weight) -> Fraction:
    """Read a number as the exact fraction of the decimal one sees (0.1 is one tenth); raises ApportionmentError.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    if isinstance(number, Fraction | int):
        return Fraction(number)
    try:
        return Fraction(str(number))
    except (ValueError, ZeroDivisionError):
        raise ApportionmentError(number=str(number)) from None


def largest_remainder(total: int, weights: Sequence[Weight], *, order: Sequence[object] | None = None) -> list[int]:
    """Share out a whole number by weights so that the parts add up exactly.

    Each part gets the whole part of `total * w / sum(w)`; what is left goes, one by one, to the largest remainders.
    Equal remainders go to the earlier entry, or to the smaller entry of `order`, so that the sequence does not matter.
    Source: Hamilton's method (1792). Raises ApportionmentError for a negative total or weight, and weights without sum.

    >>> largest_remainder(37, [0.1, 0.2, 0.4, 0.2, 0.1])
    [4, 7, 15, 7, 4]
    """
    parts = [exact(weight) for weight in weights]
    whole = sum(parts)
    if total < 0 or whole <= 0 or min(parts) < 0:
        raise ApportionmentError(total=total, weights=[str(weight) for weight in weights])
    shares = [total * part / whole for part in parts]
    return rounded_to_total(shares, total=total, order=order)


def rounded_to_total(shares: Sequence[Fraction], *, total: int, order: Sequence[object] | None = None) -> list[int]:
    """Round exact shares to whole numbers with the given total, the largest remainders up first.

    >>> rounded_to_total([Fraction(3, 2), Fraction(3, 2)], total=3)
    [2, 1]
    """
    counts = [share.numerator // share.denominator for share in shares]
    left = total - sum(counts)
    if not 0 <= left <= len(shares):
        raise ApportionmentError(total=total, sum=str(sum(shares)))
    ties: Sequence[object] = range(len(shares)) if order is None else order
    ranked = sorted(range(len(shares)), key=lambda place: (counts[place] - shares[place], ties[place]))
    for place in ranked[:left]:
        counts[place] += 1
    return counts
