"""Published means of a cycle per rater group and dimension, frozen at close (rule 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.ratings import GROUPS
from assessments.measurement.rounding import quantised

BLOCK_CELLS = 1 << 13
MOST_KEYS = 1 << 20


class MeanSource(IntEnum):
    """Where a cycle mean comes from."""

    NONE = 0
    ALONE = 1
    POOLED = 2


@dataclass(frozen=True)
class CycleMeans:
    """Mean per group and dimension, (7 groups, dimensions): quantised `value`, `source`, and the `cells` it is over."""

    value: NDArray[np.float64]
    source: NDArray[np.int8]
    cells: NDArray[np.int64]

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Whether the cycle has a mean for the group and dimension."""
        return np.asarray(self.source != MeanSource.NONE)


def cycle_means(
    cells: CellTable, *, applicable: NDArray[np.bool_], profile_of_subject: NDArray[np.integer]
) -> CycleMeans:
    """Mean of a cycle's shown cells per group and dimension; every cell counts equally.

    A group's mean is over the cells that show it alone: those where no other group of the cell is asked the dimension.
    For a group never shown alone it is the mean over the pooled cells that it is in. `applicable` (profiles, 7 groups,
    dimensions); `profile_of_subject` (subjects,). Source: the numeric contract, rule 5.
    """
    shape = (len(GROUPS), len(cells.layout.dimensions))
    sums, counts = np.zeros((2, *shape)), np.zeros((2, *shape), dtype=np.int64)
    kinds, kind_of_row = cell_kinds(cells, profile_of_subject)
    totals, numbers = _sums_of_kinds(cells, kind_of_row, number_of_kinds=len(kinds))
    for kind, (profile, mask) in enumerate(kinds):
        total, number = totals[kind], numbers[kind]
        asked = members_of(mask)[:, None] & applicable[profile]
        is_pooled = (asked.sum(axis=0) > 1).astype(np.intp)
        for group, dimension in zip(*np.nonzero(asked), strict=True):
            sums[is_pooled[dimension], group, dimension] += total[dimension]
            counts[is_pooled[dimension], group, dimension] += number[dimension]
    alone = counts[0] > 0
    source = np.where(alone, MeanSource.ALONE, np.where(counts[1] > 0, MeanSource.POOLED, MeanSource.NONE))
    number = np.where(alone, counts[0], counts[1])
    value = np.where(alone, sums[0], sums[1]) / np.maximum(number, 1)
    return CycleMeans(value=quantised(value), source=source.astype(np.int8), cells=number)


def _sums_of_kinds(
    cells: CellTable, kind_of_row: NDArray[np.intp], *, number_of_kinds: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum and number of the shown means of each kind of cell (kinds, dimensions), in blocks that fit the cache."""
    shape = (number_of_kinds, len(cells.layout.dimensions))
    totals, numbers = np.zeros(shape), np.zeros(shape)
    for first in range(0, len(kind_of_row), BLOCK_CELLS):
        rows = slice(first, first + BLOCK_CELLS)
        is_kind = (np.arange(number_of_kinds)[:, None] == kind_of_row[rows]).astype(np.float64)
        totals += (cells.means_of(rows).T @ is_kind.T).T
        numbers += ((cells.raters.T[:, rows] > 0).astype(np.float64) @ is_kind.T).T
    return totals, np.rint(numbers).astype(np.int64)


def cell_kinds(
    cells: CellTable, profile_of_subject: NDArray[np.integer]
) -> tuple[list[tuple[int, int]], NDArray[np.intp]]:
    """Distinct pairs of profile and groups among a cycle's cells, and the pair of each cell."""
    key = profile_of_subject[cells.subject].astype(np.intp)
    key <<= len(GROUPS)
    key |= cells.groups
    most = int(key.max(initial=0)) + 1
    if most > MOST_KEYS:
        values, kind_of_row = np.unique(key, return_inverse=True)
    else:
        # There are few keys, so that a table of them is faster than sorting.
        values = np.flatnonzero(np.bincount(key, minlength=most))
        place = np.zeros(most, dtype=np.intp)
        place[values] = np.arange(len(values))
        kind_of_row = place[key]
    pairs = [(int(value) >> len(GROUPS), int(value) & (1 << len(GROUPS)) - 1) for value in values]
    return pairs, kind_of_row


def members_of(mask: int) -> NDArray[np.bool_]:
    """Which of the seven groups are in a cell."""
    return np.array([bool(mask >> place & 1) for place in range(len(GROUPS))])
