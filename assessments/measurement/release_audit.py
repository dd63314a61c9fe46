"""Linear audit of sums over several subjects: whether everything released together gives a small group away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from assessments.measurement.disclosure import validated_threshold
from assessments.measurement.errors import MeasurementError

PRIME = 2_147_483_647
MOST_COMBINATIONS = 200_000


class AuditError(MeasurementError):
    """A table or request that cannot be audited."""

    code = "audit"


@dataclass(frozen=True)
class AuditResult:
    """Whether a request may be answered; else the small group that it would expose, () where there are too many."""

    is_allowed: bool
    exposed: tuple[str, ...] | None


@dataclass(frozen=True)
class ReleasedSums:
    """Everything ever released about a set of subjects: each a set of subjects whose mean (or sum) was shown."""

    threshold: int
    released: tuple[frozenset[str], ...] = ()

    def audited(self, request: Collection[str]) -> AuditResult:
        """Decide on a request: no union, difference or other combination of sums may give a group below the threshold.

        Subjects who are in the same released sets cannot be told apart; only unions of such classes can follow from
        sums. A union follows exactly when its indicator lies in the span of those released (elimination modulo a prime
        of 31 bits). A sum that follows from earlier ones is allowed, one over fewer than the threshold refused. Source:
        audit of sum queries, Chin and Ozsoyoglu (1982).

        >>> ReleasedSums(3, (frozenset("abcdef"),)).audited("abcde").exposed
        ('f',)
        """
        validated_threshold(self.threshold)
        wanted = frozenset(request)
        if not wanted:
            raise AuditError(request=0)
        if len(wanted) < self.threshold:
            return AuditResult(False, tuple(sorted(wanted)))
        everything = [*self.released, wanted]
        classes = _classes(everything)
        rows = np.array([[bool(members & one) for members in classes] for one in everything], dtype=np.int64)
        basis, pivots = _reduced(rows)
        sizes = [len(members) for members in classes]
        for number, union in enumerate(_small_unions(sizes, below=self.threshold)):
            if number >= MOST_COMBINATIONS:
                return AuditResult(False, ())
            target = np.zeros(len(classes), dtype=np.int64)
            target[list(union)] = 1
            if not ((target - target[pivots] @ basis) % PRIME).any():
                exposed = frozenset().union(*(classes[place] for place in union))
                return AuditResult(False, tuple(sorted(exposed)))
        return AuditResult(True, None)

    def with_release(self, request: Collection[str]) -> ReleasedSums:
        """Remember an answered request; raises AuditError for one that is not allowed."""
        if not self.audited(request).is_allowed:
            raise AuditError(request=len(request))
        return ReleasedSums(self.threshold, (*self.released, frozenset(request)))


def _classes(sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Subjects grouped by the sets that they are in."""
    found: dict[tuple[bool, ...], set[str]] = {}
    for subject in sorted(frozenset().union(*sets)):
        found.setdefault(tuple(subject in one for one in sets), set()).add(subject)
    return [frozenset(members) for members in found.values()]


def _small_unions(sizes: Sequence[int], *, below: int) -> Iterator[tuple[int, ...]]:
    """Every union of classes with fewer subjects than the threshold, small ones first."""
    layer: list[tuple[tuple[int, ...], int]] = [((), 0)]
    while layer:
        after = [
            ((*union, place), total + sizes[place])
            for union, total in layer
            for place in range(union[-1] + 1 if union else 0, len(sizes))
            if total + sizes[place] < below
        ]
        yield from (union for union, _ in after)
        layer = after if len(after) <= MOST_COMBINATIONS else []


def _reduced(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """Reduced echelon form modulo the prime, and the columns of its pivots."""
    matrix, pivots, rank = rows % PRIME, [], 0
    for column in range(matrix.shape[1]):
        below = np.flatnonzero(matrix[rank:, column])
        if not len(below):
            continue
        swap = rank + int(below[0])
        matrix[[rank, swap]] = matrix[[swap, rank]]
        matrix[rank] = matrix[rank] * pow(int(matrix[rank, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        for row in others[others != rank]:
            matrix[row] = (matrix[row] - matrix[row, column] * matrix[rank]) % PRIME
        pivots.append(column)
        rank += 1
        if rank == len(matrix):
            break
    return matrix[:rank], pivots


def suppressed_intervals(
    table: NDArray[np.integer], *, suppressed: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """What a reader can tell of each suppressed count of a table from its other cells and its row and column totals.

    Whole numbers from 0; the least and greatest that fit all totals, by integer programming. Raises AuditError.
    Source: FCSM Statistical Policy Working Paper 22 (1994); Cox (1980).

    >>> suppressed_intervals(np.array([[1, 2], [3, 4]]), suppressed=[(0, 0), (1, 1)])
    {(0, 0): (1, 1), (1, 1): (4, 4)}
    """
    places = list(dict.fromkeys(suppressed))
    inside = all(0 <= row < table.shape[0] and 0 <= column < table.shape[1] for row, column in places)
    if table.ndim != 2 or not inside or bool((table < 0).any()):
        raise AuditError(table=table.shape)
    if not places:
        return {}
    lines = [[float(row == line) for row, _ in places] for line in range(table.shape[0])]
    lines += [[float(column == line) for _, column in places] for line in range(table.shape[1])]
    matrix = np.array(lines)
    totals = matrix @ np.array([float(table[place]) for place in places])
    fits = LinearConstraint(matrix, totals, totals)
    found = {}
    for number, place in enumerate(places):
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(places))
            aim[number] = sign
            whole = np.ones(len(places), dtype=np.int64)
            solved = milp(aim, constraints=fits, integrality=whole, bounds=Bounds(0, np.inf))
            if solved.x is None:
                raise AuditError(table=table.shape)
            ends.append(int(np.rint(solved.x[number])))
        found[place] = (ends[0], ends[1])
    return found
