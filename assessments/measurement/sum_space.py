"""The sums that follow from other sums: what a reader of released sums over subjects can add up and take apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

PRIME = 2_147_483_647
MOST_COMBINATIONS = 200_000


@dataclass(frozen=True)
class Exposure:
    """A small group whose sum would follow, and the marks of the rows that it would follow from."""

    members: tuple[str, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """A set of subjects as a row (subjects + marks), and what is left of it after all released sums (residual)."""

    row: NDArray[np.int64]
    residual: NDArray[np.int64]


@dataclass(frozen=True)
class SumSpace:
    """Released sums in reduced echelon form modulo the prime, one row a sum that does not follow from the others.

    `subjects` in the order of their names are the first columns of `basis`, `marks` of rows the others; `pivots`
    (rows,): the subject of which no other row has a part; `class_of` (subjects,): subjects in the same sets have the
    same number; `prints` (2, subjects): two fixed weighted sums of what is left of each subject, in which equal things
    stay equal.
    """

    subjects: tuple[str, ...]
    basis: NDArray[np.int64]
    pivots: NDArray[np.intp]
    class_of: NDArray[np.int64]
    prints: NDArray[np.int64]

    @cached_property
    def place(self) -> dict[str, int]:
        """Column of each subject."""
        return {name: number for number, name in enumerate(self.subjects)}

    @classmethod
    def over(cls, subjects: Collection[str], *, marks: int = 0) -> SumSpace:
        """Give the space of no sum at all."""
        names = tuple(sorted(subjects))
        nothing = np.zeros((0, len(names) + marks), dtype=np.int64)
        classes = np.zeros(len(names), dtype=np.int64)
        return cls(names, nothing, np.zeros(0, dtype=np.intp), classes, _weights(len(names)))

    def widened(self, subjects: Collection[str], *, marks: int = 0) -> SumSpace:
        """Give the same sums over more subjects, with room for marks of rows to come."""
        if not marks and self.place.keys() >= set(subjects):
            return self
        names = tuple(sorted({*self.subjects, *subjects}))
        place = {name: number for number, name in enumerate(names)}
        kept = np.array([place[name] for name in self.subjects], dtype=np.intp)
        basis = np.zeros((len(self.basis), len(names) + marks), dtype=np.int64)
        basis[:, kept] = self.basis[:, : len(kept)]
        # New subjects are in no set so far, as are known ones of a class that no row has.
        classes = np.full(len(names), int(self.class_of.max(initial=-1)) + 1, dtype=np.int64)
        inside = self.basis[:, : len(kept)].any(axis=0) if len(self.basis) else np.zeros(len(kept), dtype=np.bool_)
        classes[kept[inside]] = self.class_of[inside]
        pivots = kept[self.pivots]
        return SumSpace(names, basis, pivots, classes, _prints(basis, pivots, len(names)))

    def reading(self, members: Collection[str], *, mark: int | None = None) -> Reading:
        """Write known subjects as a row and take all released sums out of it."""
        row = np.zeros(self.basis.shape[1], dtype=np.int64)
        row[[self.place[name] for name in members]] = 1
        if mark is not None:
            row[len(self.subjects) + mark] = 1
        return Reading(row, self._reduced(row))

    def follows(self, reading: Reading) -> bool:
        """Whether a sum follows from the released ones."""
        return not reading.residual[: len(self.subjects)].any()

    def with_row(self, reading: Reading) -> SumSpace:
        """Add a sum: it tells classes apart and binds one subject more; one that follows does neither."""
        if self.follows(reading):
            return self
        size = len(self.subjects)
        _, class_of = np.unique(self.class_of * 2 + reading.row[:size], return_inverse=True)
        pivot = int(np.flatnonzero(reading.residual[:size])[0])
        new = reading.residual * pow(int(reading.residual[pivot]), -1, PRIME) % PRIME
        basis = np.vstack([(self.basis - self.basis[:, pivot, None] * new) % PRIME, new])
        pivots = np.append(self.pivots, pivot)
        return SumSpace(self.subjects, basis, pivots, class_of.astype(np.int64), _prints(basis, pivots, size))

    def exposure(self, reading: Reading | None, *, below: int) -> Exposure | None:
        """Find the smallest union of classes with fewer subjects than `below` that follows, with the row or without.

        What is left of the union must be a multiple of what is left of the row, so a certain sum of numbers of its
        classes is 0; each half of the sum is looked up among the other halves. Raises TooManyUnionsError.
        """
        size = len(self.subjects)
        residual = np.zeros(self.basis.shape[1], dtype=np.int64) if reading is None else reading.residual
        classes = self.class_of if reading is None else self.class_of * 2 + reading.row[:size]
        number = self.prints[0] if reading is None else self._crossed(residual[:size])
        sizes = np.bincount(classes)
        # Sums of at most a million numbers of 31 bits are exact in floating point.
        sums = np.bincount(classes, weights=number).astype(np.int64) % PRIME
        first = np.full(len(sizes), size)
        first[classes[::-1]] = np.arange(size)[::-1]
        small = np.flatnonzero((sizes > 0) & (sizes < below))
        small = small[np.argsort(first[small])]
        for union in _zero_unions(sums[small], sizes[small], below=below):
            inside = np.isin(classes, small[list(union)])
            target = np.concatenate([inside.astype(np.int64), np.zeros(len(residual) - size, dtype=np.int64)])
            marks = self._marks(self._reduced(target), residual)
            if marks is not None:
                return Exposure(tuple(self.subjects[place] for place in np.flatnonzero(inside)), marks)
        return None

    def _crossed(self, residual: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give each subject a number; those of a union add up to 0 where it is a multiple of the residual."""
        weights = _weights(len(residual))
        first, second = ((weights * residual % PRIME).sum(axis=1) % PRIME).tolist()
        crossed: NDArray[np.int64] = (self.prints[0] * second - self.prints[1] * first % PRIME) % PRIME
        return crossed

    def _reduced(self, row: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take every released sum out of a row of zeros and ones."""
        used = row[self.pivots] > 0
        reduced: NDArray[np.int64] = (row - self.basis[used].sum(axis=0)) % PRIME
        return reduced

    def _marks(self, target: NDArray[np.int64], residual: NDArray[np.int64]) -> tuple[int, ...] | None:
        """Marks of the rows that a union follows from; None where it does not follow."""
        size = len(self.subjects)
        filled = np.flatnonzero(residual[:size])
        factor = int(target[filled[0]]) * pow(int(residual[filled[0]]), -1, PRIME) % PRIME if len(filled) else 0
        rest = (target - factor * residual) % PRIME
        return None if rest[:size].any() else tuple(np.flatnonzero(rest[size:]).tolist())


class TooManyUnionsError(RuntimeError):
    """More small unions than can be looked through; whoever asks must take that as exposed."""


@lru_cache(maxsize=16)
def _weights(size: int) -> NDArray[np.int64]:
    """Fixed weights that look drawn by chance (2, subjects)."""
    return np.random.default_rng(20_260_101).integers(1, PRIME, (size, 2), dtype=np.int64).T


def _prints(basis: NDArray[np.int64], pivots: NDArray[np.intp], size: int) -> NDArray[np.int64]:
    """Weighted sums of what is left of each subject: its own weight, or for a bound one, less its whole row."""
    weights = _weights(size)
    prints = weights.copy()
    for number in range(2):
        whole = (basis[:, :size] * weights[number] % PRIME).sum(axis=1) % PRIME
        prints[number, pivots] -= whole
    result: NDArray[np.int64] = prints % PRIME
    return result


def _zero_unions(numbers: NDArray[np.int64], sizes: NDArray[np.int64], *, below: int) -> Iterator[tuple[int, ...]]:
    """Every union with fewer subjects than `below` whose numbers add up to 0, few classes first, in their order."""
    layers = [_Layer(np.zeros((1, 0), dtype=np.intp), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))]
    for classes in range(1, below):
        while len(layers) <= (classes + 1) // 2:
            layers.append(layers[-1].extended(numbers, sizes, below=below))
        if not len(layers[(classes + 1) // 2].places):
            return
        yield from _joined(layers[(classes + 1) // 2], layers[classes // 2], below=below)


@dataclass(frozen=True)
class _Layer:
    """All unions of the same number of classes, in order: places (unions, classes), sums of numbers, sizes."""

    places: NDArray[np.intp]
    sums: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def extended(self, numbers: NDArray[np.int64], sizes: NDArray[np.int64], *, below: int) -> _Layer:
        """Add one later class to each union."""
        last = self.places[:, -1] if self.places.shape[1] else np.full(1, -1)
        counts = len(numbers) - 1 - last
        if int(counts.sum()) > 10 * MOST_COMBINATIONS:
            raise TooManyUnionsError
        union = np.repeat(np.arange(len(last)), counts)
        new = np.arange(len(union)) - np.repeat(np.cumsum(counts) - counts, counts) + last[union] + 1
        total = self.sizes[union] + sizes[new]
        kept = total < below
        union, new, total = union[kept], new[kept], total[kept]
        if len(union) > MOST_COMBINATIONS:
            raise TooManyUnionsError
        places = np.hstack([self.places[union], new[:, None]])
        return _Layer(places, (self.sums[union] + numbers[new]) % PRIME, total)


def _joined(left: _Layer, right: _Layer, *, below: int) -> Iterator[tuple[int, ...]]:
    """Pairs of an earlier and a later union whose sums cancel."""
    order = np.argsort(right.sums, kind="stable")
    ordered = right.sums[order]
    wanted = -left.sums % PRIME
    low, high = np.searchsorted(ordered, wanted, side="left"), np.searchsorted(ordered, wanted, side="right")
    for one in np.flatnonzero(high > low).tolist():
        for other in order[low[one] : high[one]].tolist():
            union = (*left.places[one].tolist(), *right.places[other].tolist())
            is_ordered = all(before < after for before, after in pairwise(union))
            if is_ordered and left.sizes[one] + right.sizes[other] < below:
                yield union
