"""Answers of a closed cycle without their raters: cell by cell, each dimension shuffled by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.closing import ClosedCells
from assessments.measurement.errors import ShapeError
from assessments.measurement.packing import least_answers
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, HIGHEST, LOWEST, FormLayout

Randomness = Callable[[int], bytes]
BLOCK_ROWS = 1 << 16


@dataclass(frozen=True)
class KeptAnswers:
    """The answers behind the shown cells, one stretch of bytes a cell, in the order of the cell table.

    `rows` (cells, dimensions): how many raters' answers a cell keeps in a dimension. A cell's bytes are
    `ratings[starts[cell] : starts[cell + 1]]`: dimension after dimension, rater after rater, item after item.
    """

    rows: NDArray[np.uint16]
    starts: NDArray[np.int64]
    ratings: bytes

    def of_cell(self, cell: int) -> bytes:
        """The bytes of one cell."""
        return self.ratings[self.starts[cell] : self.starts[cell + 1]]


def kept_answers(
    ratings: NDArray[np.uint8],
    *,
    group: NDArray[np.integer],
    cell: NDArray[np.int64],
    table: CellTable,
    random_bytes: Randomness = os.urandom,
) -> KeptAnswers:
    """Keep what is counted in a shown cell, in an order drawn anew for every cell and dimension.

    `ratings` (raters, items); `group` and `cell` (raters,): as what each rates, and the row of the cell table or -1, as
    cells_of_rows gives it; fastest when the rows come subject after subject. Of anonymous raters only the answers with
    a value in a dimension that the cell shows are kept; of named sources everything. Nothing joins the rows of two
    dimensions. The draw sorts by 32 random bits of the operating system below the number of the cell.
    """
    layout = table.layout
    member = np.flatnonzero(cell >= 0)
    cell = cell[member]
    kept = _is_kept(ratings, member=member, cell=cell, anonymous=group[member] >= ANONYMOUS_FROM, table=table)
    items = np.array(layout.item_counts, dtype=np.int64)
    rows = np.zeros((len(table.subject), len(items)), dtype=np.int64)
    for place in range(len(items)):
        rows[:, place] = np.bincount(cell[kept[place]], minlength=len(table.subject))
    lengths = rows * items
    starts = np.concatenate([[0], np.cumsum(lengths.sum(axis=1))])
    within_cell = np.cumsum(lengths, axis=1) - lengths
    written = np.zeros(int(starts[-1]), dtype=np.uint8)
    for place, dimension in enumerate(layout.dimensions):
        chosen = np.flatnonzero(kept[place])
        order = _drawn_order(cell[chosen], random_bytes)
        chosen = chosen[order]
        _write(
            written,
            ratings[member[chosen], layout.slice_of(dimension)],
            cell[chosen],
            first=starts[:-1] + within_cell[:, place],
            rows=rows[:, place],
        )
    return KeptAnswers(rows=rows.astype(np.uint16), starts=starts, ratings=written.tobytes())


def cells_of_rows(
    *, subject: NDArray[np.integer], group: NDArray[np.integer], closed: ClosedCells
) -> NDArray[np.int64]:
    """The cell that each rater's answers went into, as a row of the cell table; -1 where they are in none."""
    first_of_row = closed.cell_of_group[subject, group].astype(np.int64)
    if not len(closed.cells.subject):
        return np.full(len(subject), -1, dtype=np.int64)
    lowest_bit = closed.cells.groups.astype(np.int64) & -closed.cells.groups.astype(np.int64)
    key_of_cell = closed.cells.subject.astype(np.int64) * len(GROUPS) + np.log2(lowest_bit).astype(np.int64)
    key_of_row = subject.astype(np.int64) * len(GROUPS) + first_of_row
    place = np.minimum(np.searchsorted(key_of_cell, key_of_row), len(key_of_cell) - 1)
    found: NDArray[np.int64] = np.where((first_of_row >= 0) & (key_of_cell[place] == key_of_row), place, -1)
    return found


def answers_by_dimension(pieces: list[bytes], rows: NDArray[np.integer], *, layout: FormLayout) -> dict[str, bytes]:
    """Put the bytes of many cells together dimension by dimension, as closing.cells_of_answers reads them."""
    joined = np.frombuffer(b"".join(pieces), dtype=np.uint8)
    lengths = rows.astype(np.int64) * np.array(layout.item_counts, dtype=np.int64)
    if int(lengths.sum()) != len(joined):
        raise ShapeError(bytes=len(joined), expected=int(lengths.sum()))
    dimension_of_byte = np.repeat(np.tile(np.arange(lengths.shape[1]), len(lengths)), lengths.ravel())
    return {
        dimension: joined[dimension_of_byte == place].tobytes() for place, dimension in enumerate(layout.dimensions)
    }


def _is_kept(
    ratings: NDArray[np.uint8],
    *,
    member: NDArray[np.int64],
    cell: NDArray[np.int64],
    anonymous: NDArray[np.bool_],
    table: CellTable,
) -> NDArray[np.bool_]:
    """Whether a rater's answers in a dimension stay: with a value in a shown dimension, or given by a named source."""
    shown = np.ascontiguousarray(table.is_shown.T)
    kept = np.empty((len(table.layout.dimensions), len(member)), dtype=np.bool_)
    for first in range(0, len(member), BLOCK_ROWS):
        block = slice(first, first + BLOCK_ROWS)
        answered, _total = sums_by_dimension(ratings[member[block]], layout=table.layout)
        for place, items in enumerate(table.layout.item_counts):
            defined = answered[place] >= least_answers(items)
            kept[place, block] = (defined & shown[place][cell[block]]) | ~anonymous[block]
    return kept


def sums_by_dimension(ratings: NDArray[np.uint8], *, layout: FormLayout) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Number and sum of each rater's numeric answers, both (dimensions, raters), added item by item over all raters.

    A sum of up to 51 ratings of 5 fits a byte.
    """
    by_item = np.array(ratings.T, order="C")
    numeric = np.subtract(by_item, LOWEST, dtype=np.uint8) < HIGHEST
    answered, total = np.zeros((2, len(layout.dimensions), len(ratings)), dtype=np.uint8)
    by_item *= numeric
    for place, dimension in enumerate(layout.dimensions):
        items = layout.slice_of(dimension)
        np.add.reduce(numeric[items], axis=0, dtype=np.uint8, out=answered[place])
        np.add.reduce(by_item[items], axis=0, dtype=np.uint8, out=total[place])
    return answered, total


def _drawn_order(cell: NDArray[np.int64], random_bytes: Randomness) -> NDArray[np.int64]:
    """Order by cell and, within it, by chance."""
    drawn = np.frombuffer(random_bytes(4 * len(cell)), dtype=np.uint32).astype(np.int64)
    order: NDArray[np.int64] = np.argsort(cell << 32 | drawn, kind="stable")
    return order


def _write(
    written: NDArray[np.uint8],
    answers: NDArray[np.uint8],
    cell: NDArray[np.int64],
    *,
    first: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> None:
    """Put the answers of one dimension where their cells' bytes stand; the rows come cell after cell."""
    items = answers.shape[1]
    before = np.cumsum(rows) - rows
    rank = np.arange(len(cell)) - before[cell]
    target = first[cell] + rank * items
    written[target[:, None] + np.arange(items)] = answers
