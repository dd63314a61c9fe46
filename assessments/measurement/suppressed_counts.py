"""Small counts left out of a table: what its totals still tell of them, and what else must be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from assessments.measurement.release_audit import AuditError

Place = tuple[int, int]


@dataclass(frozen=True)
class Complement:
    """Further counts to leave out, in order, and the small counts that no choice can protect (totals too small)."""

    cells: tuple[Place, ...]
    unprotected: tuple[Place, ...]


def suppressed_intervals(table: NDArray[np.integer], *, suppressed: Sequence[Place]) -> dict[Place, tuple[int, int]]:
    """What a reader can tell of each suppressed count of a table from its other cells and its row and column totals.

    Whole numbers from 0; the least and greatest that fit all totals, by integer programming. Raises AuditError.
    Source: FCSM Statistical Policy Working Paper 22 (1994); Cox (1980).

    >>> suppressed_intervals(np.array([[1, 2], [3, 4]]), suppressed=[(0, 0), (1, 1)])
    {(0, 0): (1, 1), (1, 1): (4, 4)}
    """
    places = _checked(table, suppressed)
    if not places:
        return {}
    matrix = _totals_of(places, table.shape)
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


def smallest_complement(
    table: NDArray[np.integer],
    *,
    primary: Sequence[Place],
    threshold: int,
    weights: NDArray[np.float64] | None = None,
) -> Complement:
    """Find the fewest further counts to leave out so that no small one can be told from the totals.

    A primary cell is protected when a reader must think that it may be as great as the threshold. Of equally few cells
    the ones with the least sum of counts; with `weights` (rows, columns, positive) the least sum of weights instead.
    A whole-number program: for each primary cell p a change d of the table that keeps every total,
    `sum_row d = sum_column d = 0`, `-min(a, b) y <= d <= b y`, `d_p = b = threshold - a_p`, with y = 1 where a cell is
    left out; minimise `sum w y`. Raises AuditError. Source: Fischetti and Salazar-Gonzalez (2001).

    >>> smallest_complement(np.array([[1, 9, 9], [9, 5, 9], [9, 9, 9]]), primary=[(0, 0)], threshold=3).cells
    ((0, 1), (1, 0), (1, 1))
    """
    small = _checked(table, primary)
    cost = _costs(table, weights)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    # With every other count left out, a cell can still not exceed its row or column.
    unprotected = tuple(place for place in small if min(rows[place[0]], columns[place[1]]) < threshold)
    needs = {place: threshold - int(table[place]) for place in small if place not in unprotected}
    needs = {place: need for place, need in needs.items() if need > 0}
    if not needs:
        return Complement((), unprotected)
    free = np.zeros(table.shape)
    free[tuple(np.array(small).T)] = 1.0
    whole, changes = table.size, len(needs) * table.size
    solved = milp(
        np.concatenate([(cost * (1.0 - free)).ravel(), np.zeros(changes)]),
        constraints=_changes(table, needs),
        integrality=np.concatenate([np.ones(whole), np.zeros(changes)]),
        bounds=Bounds(*_bounds(table, needs, free)),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise AuditError(table=table.shape)
    chosen = np.argwhere((solved.x[:whole].reshape(table.shape) > 0.5) & (free == 0)).tolist()
    return Complement(tuple((row, column) for row, column in chosen), unprotected)


def _checked(table: NDArray[np.integer], places: Sequence[Place]) -> list[Place]:
    """Give back distinct places of a table of counts; raises AuditError."""
    whole = table.ndim == 2 and np.issubdtype(table.dtype, np.integer) and not bool((table < 0).any())
    if not whole or not all(0 <= row < table.shape[0] and 0 <= column < table.shape[1] for row, column in places):
        raise AuditError(table=table.shape)
    return [(int(row), int(column)) for row, column in dict.fromkeys(places)]


def _costs(table: NDArray[np.integer], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """What leaving out each count costs: 1, and among equally many the counts themselves; or the weights."""
    if weights is None:
        return 1.0 + table / (1.0 + float(table.sum()))
    if weights.shape != table.shape or not bool(np.isfinite(weights).all()) or bool((weights <= 0).any()):
        raise AuditError(weights=weights.shape)
    return weights.astype(np.float64)


def _totals_of(places: Sequence[Place], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Which places each row total and column total adds up (totals, places)."""
    lines = [[float(row == line) for row, _ in places] for line in range(shape[0])]
    lines += [[float(column == line) for _, column in places] for line in range(shape[1])]
    return np.array(lines)


def _changes(table: NDArray[np.integer], needs: dict[Place, int]) -> list[LinearConstraint]:
    """Changes that keep every total and stay within what is left out; one table of changes for each small count."""
    places = [(int(row), int(column)) for row, column in np.ndindex(table.shape)]
    size, number = table.size, len(needs)
    totals = sparse.block_diag([sparse.csr_array(_totals_of(places, table.shape))] * number)
    keeps = sparse.hstack([sparse.csr_array((totals.shape[0], size)), totals], format="csr")
    # A change of a cell needs to be no greater than what its small count lacks: it can run in circles through it.
    up = sparse.vstack([sparse.diags_array(np.full(size, -float(need))) for need in needs.values()])
    down = sparse.vstack(
        [sparse.diags_array(np.minimum(table.ravel(), need).astype(np.float64)) for need in needs.values()]
    )
    change = sparse.eye_array(number * size)
    return [
        LinearConstraint(keeps, 0.0, 0.0),
        LinearConstraint(sparse.hstack([up, change], format="csr"), -np.inf, 0.0),
        LinearConstraint(sparse.hstack([down, change], format="csr"), 0.0, np.inf),
    ]


def _bounds(
    table: NDArray[np.integer], needs: dict[Place, int], free: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Small counts are left out in any case, and each of them can be as great as it needs to be."""
    wide = np.repeat(np.array([float(need) for need in needs.values()]), table.size)
    least, greatest = np.concatenate([free.ravel(), -wide]), np.concatenate([np.ones(table.size), wide])
    for number, (place, need) in enumerate(needs.items()):
        least[table.size * (number + 1) + place[0] * table.shape[1] + place[1]] = float(need)
    return least, greatest
