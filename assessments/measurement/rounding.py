"""Rounding: stored results to 1e-6 half-even, points to 0.01 half up."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

MICRO = 1_000_000
MICRO_PER_HUNDREDTH = 10_000


def quantised(value: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Quantise to 1e-6, halves to even: `rint(10^6 x) / 10^6`, the nearest double to that decimal.

    Any shape in, the same shape out. Idempotent, so that a recomputation compares equal.
    Source: the numeric contract, rule 10; IEEE 754 round-half-to-even.

    >>> float(quantised(2 / 3))
    0.666667
    """
    rounded: NDArray[np.float64] = np.rint(np.asarray(value, dtype=np.float64) * MICRO) / MICRO
    # Adding zero turns -0.0 into 0.0, so that a stored zero has one form.
    return rounded + 0.0


def half_up_hundredths(value: NDArray[np.float64] | float) -> NDArray[np.int64]:
    """Round points half up to hundredths, as integers: first to 1e-6 (half-even), then half away from zero.

    The first step takes away the error of binary fractions: 93.335 is stored as 93.33499999999999 and still
    becomes 93.34. Source: the numeric contract, rules 9 and 10.

    >>> int(half_up_hundredths(93.335))
    9334
    """
    micro = np.rint(np.asarray(value, dtype=np.float64) * MICRO).astype(np.int64)
    size = (np.abs(micro) + MICRO_PER_HUNDREDTH // 2) // MICRO_PER_HUNDREDTH
    result: NDArray[np.int64] = np.where(micro < 0, -size, size)
    return result


def half_up_ratio(numerator: int, denominator: int) -> int:
    """Divide integers (denominator above 0) and round half away from zero, exactly.

    >>> half_up_ratio(5, 2)
    3
    """
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


def as_decimal(hundredths: int) -> Decimal:
    """Write hundredths as the decimal number that people see.

    >>> as_decimal(9933)
    Decimal('99.33')
    """
    return Decimal(int(hundredths)).scaleb(-2)
