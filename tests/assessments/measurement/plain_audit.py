"""Which small groups follow from released sums, in exact fractions: slow, plain, and apart from what it checks."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations


def eliminated(rows):
    """Echelon rows in exact fractions, by the pivot of each: slow and plain."""
    basis: dict[int, list[Fraction]] = {}
    for row in rows:
        left = taken_out(basis, [Fraction(number) for number in row])
        if any(left):
            pivot = next(place for place, number in enumerate(left) if number)
            basis[pivot] = [number / left[pivot] for number in left]
    return basis


def taken_out(basis, row):
    """What is left of a row after the others."""
    for pivot, known in sorted(basis.items()):
        row = [number - row[pivot] * other for number, other in zip(row, known, strict=True)]
    return row


def groups_that_follow(released, *, below, names="abcdefgh"):
    """Every group below a size whose sum is a combination of the released ones, in exact fractions."""
    basis = eliminated([[int(name in one) for name in names] for one in released])
    return [
        frozenset(group)
        for size in range(1, below)
        for group in combinations(names, size)
        if not any(taken_out(basis, [Fraction(name in group) for name in names]))
    ]
