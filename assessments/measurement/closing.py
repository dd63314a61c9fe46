"""From all answers of a cycle to its shown cells: partition, merging and hiding, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable, cell_table, total_type
from assessments.measurement.disclosure import (
    ABSENT,
    LEAST_ITEMS,
    are_items_shown,
    partition_cycle,
    validated_threshold,
)
from assessments.measurement.errors import LayoutError, ShapeError
from assessments.measurement.packing import MOST_RATERS, RatingSummer, RunSums
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout, rating_rows
from assessments.measurement.within import WithinCells, WithinCounter

BLOCK_ROWS = 1 << 14
_NO_LIMIT = np.iinfo(np.int32).max


@dataclass(frozen=True)
class ClosedCells:
    """What the close of a cycle computes from the answers.

    `cells`: the shown cells; `cell_of_group` (subjects, groups): first group of the cell that a group is in, or ABSENT
    (-1) or DELETED (-2); `items_shown` (subjects, dimensions); `within`: spread within the shown anonymous cells.
    """

    cells: CellTable
    cell_of_group: NDArray[np.int8]
    items_shown: NDArray[np.bool_]
    within: WithinCells


@dataclass(frozen=True)
class _Runs:
    """Runs of rows of one block: each subject's group, with the exact sums over its raters."""

    subject: NDArray[np.int64]
    group: NDArray[np.int64]
    asked: NDArray[np.bool_]
    sums: RunSums


def closed_cells(
    ratings: NDArray[np.uint8],
    *,
    subject: NDArray[np.integer],
    group: NDArray[np.integer],
    profile_of_subject: NDArray[np.integer],
    asked: NDArray[np.bool_],
    layout: FormLayout,
    threshold: int,
    block_rows: int = BLOCK_ROWS,
) -> ClosedCells:
    """Form the cells of every subject at once (rules 3 and 4; ANONYMITY, rules 1 and 2).

    `ratings` (raters, items) uint8; `subject` and `group` (raters,): whom and as whom each rates; `asked`
    (profiles, 7 groups, dimensions). Rows are put in the order of subject and group where they are not. Answers to
    dimensions that a group was not asked do not count. `block_rows` bounds the working memory and changes no number.
    Raises ShapeError, InvalidRatingError, TooManyRatersError.
    """
    validated_threshold(threshold)
    rows = rating_rows(ratings, layout=layout)
    key = _order_key(rows, subject=subject, group=group, subjects=len(profile_of_subject))
    if asked.ndim != 3 or asked.shape[1:] != (len(GROUPS), len(layout.dimensions)):
        raise ShapeError(asked=asked.shape)
    if len(key) and bool((np.diff(key) < 0).any()):
        order = np.argsort(key, kind="stable")
        rows, key = rows[order], key[order]
    # A block may go beyond its size to end with its last subject.
    summer = RatingSummer(layout, most_rows=block_rows + len(GROUPS) * MOST_RATERS)
    runs = int(np.count_nonzero(np.diff(key))) + 1 if len(key) else 0
    gathering = _Gathering(summer, runs=runs, profile_of_subject=profile_of_subject, asked=asked, threshold=threshold)
    for first, last in _blocks(key, block_rows):
        gathering.add(rows[first:last], key[first:last])
    return gathering.result()


def _order_key(
    rows: NDArray[np.uint8], *, subject: NDArray[np.integer], group: NDArray[np.integer], subjects: int
) -> NDArray[np.int64]:
    """Number that puts rows in the order of subject and group; raises ShapeError, LayoutError."""
    if subject.shape != (len(rows),) or group.shape != (len(rows),):
        raise ShapeError(rows=len(rows), subject=subject.shape, group=group.shape)
    if len(rows):
        if int(subject.min()) < 0 or int(subject.max()) >= subjects:
            raise ShapeError(subjects=subjects, highest=int(subject.max()))
        if int(group.min()) < 0 or int(group.max()) >= len(GROUPS):
            raise LayoutError(group=int(group.max()))
    return subject.astype(np.int64) * len(GROUPS) + group


def _blocks(key: NDArray[np.int64], block_rows: int) -> Iterator[tuple[int, int]]:
    """Cut the rows into blocks that fit the processor's cache, never within a subject."""
    first = 0
    while first < len(key):
        last = min(first + block_rows, len(key))
        if last < len(key):
            start_of_subject = int(key[last]) // len(GROUPS) * len(GROUPS)
            whole = int(np.searchsorted(key, start_of_subject))
            last = whole if whole > first else int(np.searchsorted(key, start_of_subject + len(GROUPS)))
        yield first, last
        first = last


class _Gathering:
    """Takes in a cycle's rows block by block and keeps only what is shown."""

    def __init__(
        self,
        summer: RatingSummer,
        *,
        runs: int,
        profile_of_subject: NDArray[np.integer],
        asked: NDArray[np.bool_],
        threshold: int,
    ) -> None:
        layout = summer.layout
        self.summer, self.layout, self.threshold, self.asked = summer, layout, threshold, asked
        self.profile_of_subject = profile_of_subject
        subjects = len(profile_of_subject)
        self.within = WithinCounter(layout)
        self.cell_of_group = np.full((subjects, len(GROUPS)), ABSENT, dtype=np.int8)
        self.items_shown = np.zeros((subjects, len(layout.dimensions)), dtype=np.bool_)
        shape = (len(layout.dimensions), runs)
        self.cells = 0
        self.subject = np.empty(runs, dtype=np.int32)
        self.groups = np.empty(runs, dtype=np.uint8)
        self.raters = np.empty(shape, dtype=np.uint16)
        self.total = np.empty(shape, dtype=total_type(layout))

    def add(self, rows: NDArray[np.uint8], key: NDArray[np.int64]) -> None:
        """Add up a block, find its partition, merge, hide, and keep its shown cells."""
        starts = np.flatnonzero(np.diff(key, prepend=-1))
        runs = self._runs(self.summer.sums(rows, starts), key[starts])
        cell = self._cell_of_run(runs)
        self.cell_of_group[runs.subject, runs.group] = cell
        complete = np.where(runs.group >= ANONYMOUS_FROM, runs.sums.complete, 0)
        groups = _merge(runs, cell)
        is_cell = cell == runs.group
        shown = self._is_shown(runs, is_cell)
        self._show_items(runs, shown, complete)
        self.within.add_cells(runs.sums, shown & (runs.group >= ANONYMOUS_FROM))
        if not self.within.is_saturated:
            in_shown = (cell >= ANONYMOUS_FROM) & (runs.group >= ANONYMOUS_FROM)
            self.within.add_raters(rows, starts, asked=runs.asked, kept=in_shown)
        self._keep(runs, shown, groups, rows=np.flatnonzero(is_cell))

    def _keep(
        self, runs: _Runs, shown: NDArray[np.bool_], groups: NDArray[np.uint8], *, rows: NDArray[np.intp]
    ) -> None:
        """Write the block's cells behind those of the blocks before."""
        new = slice(self.cells, self.cells + len(rows))
        self.subject[new], self.groups[new] = runs.subject[rows], groups[rows]
        np.multiply(runs.sums.raters[:, rows], shown[:, rows], out=self.raters[:, new], casting="unsafe")
        np.multiply(runs.sums.total[:, rows], shown[:, rows], out=self.total[:, new], casting="unsafe")
        self.cells = new.stop

    def _runs(self, sums: RunSums, key: NDArray[np.int64]) -> _Runs:
        """Put subject, group and asked dimensions beside the sums; answers that were not asked for do not count."""
        subject, group = np.divmod(key, len(GROUPS))
        asked = self.asked[self.profile_of_subject[subject], group].T
        stray = (sums.raters > 0) & ~asked
        if stray.any():
            for array in (sums.raters, sums.complete, sums.total, sums.squares):
                array[stray] = 0
        return _Runs(subject=subject, group=group, asked=asked, sums=sums)

    def _cell_of_run(self, runs: _Runs) -> NDArray[np.int64]:
        """First group of the cell that each run belongs to; the partition is sought only where a group is small."""
        raters = runs.sums.raters
        anonymous = runs.group >= ANONYMOUS_FROM
        present = raters.any(axis=0)
        sizes = np.where(runs.asked, raters, _NO_LIMIT).min(axis=0)
        cell = np.where(present, runs.group, ABSENT)
        small = anonymous & present & (sizes < self.threshold)
        if not small.any():
            return cell
        subjects = np.unique(runs.subject[small])
        member = np.flatnonzero(anonymous & np.isin(runs.subject, subjects))
        place_of_member = np.searchsorted(subjects, runs.subject[member])
        group_of_member = runs.group[member] - ANONYMOUS_FROM
        asked = self.asked[self.profile_of_subject[subjects], ANONYMOUS_FROM:]
        counts = np.zeros(asked.shape, dtype=np.int64)
        counts[place_of_member, group_of_member] = raters[:, member].T
        partition = partition_cycle(counts, asked=asked, threshold=self.threshold)
        found = partition.cell_of_group[place_of_member, group_of_member].astype(np.int64)
        cell[member] = np.where(found >= 0, found + ANONYMOUS_FROM, found)
        return cell

    def _is_shown(self, runs: _Runs, is_cell: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether a cell shows a dimension: named sources always, anonymous ones from the threshold and three items."""
        least_raters = np.where(runs.group >= ANONYMOUS_FROM, self.threshold, 1)
        enough_items = np.array(self.layout.item_counts)[:, None] >= LEAST_ITEMS
        named = runs.group < ANONYMOUS_FROM
        shown: NDArray[np.bool_] = is_cell & (runs.sums.raters >= least_raters) & (named | enough_items)
        return shown

    def _show_items(self, runs: _Runs, shown: NDArray[np.bool_], complete: NDArray[np.int32]) -> None:
        """Decide for the block's subjects which dimensions show their items."""
        first = np.flatnonzero(np.diff(runs.subject, prepend=-1))
        if not len(first):
            return
        counts = shown & (runs.group >= ANONYMOUS_FROM)
        display = are_items_shown(
            counted=np.add.reduceat(np.where(counts, runs.sums.raters, 0), first, axis=1),
            counted_complete=np.add.reduceat(np.where(counts, runs.sums.complete, 0), first, axis=1),
            complete=np.add.reduceat(complete, first, axis=1),
            threshold=self.threshold,
        )
        self.items_shown[runs.subject[first]] = display.T

    def result(self) -> ClosedCells:
        """Give the cells of all blocks."""
        known = slice(self.cells)
        cells = CellTable(
            layout=self.layout,
            subjects=len(self.profile_of_subject),
            subject=self.subject[known],
            groups=self.groups[known],
            raters=self.raters[:, known].T,
            total=self.total[:, known].T,
        )
        return ClosedCells(
            cells=cells, cell_of_group=self.cell_of_group, items_shown=self.items_shown, within=self.within.result()
        )


def _merge(runs: _Runs, cell: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Add merged groups to the first group of their cell, in place; gives the groups of each cell as bits."""
    groups = np.left_shift(1, runs.group).astype(np.uint8)
    key = runs.subject * len(GROUPS) + runs.group
    for place in range(ANONYMOUS_FROM + 1, len(GROUPS)):
        merged = np.flatnonzero((runs.group == place) & (cell >= 0) & (cell != place))
        into = np.searchsorted(key, runs.subject[merged] * len(GROUPS) + cell[merged])
        groups[into] |= np.uint8(1 << place)
        for array in (runs.sums.raters, runs.sums.complete, runs.sums.total, runs.sums.squares):
            array[:, into] += array[:, merged]
    return groups


def cells_of_answers(
    *,
    layout: FormLayout,
    subjects: int,
    subject: NDArray[np.integer],
    groups: NDArray[np.integer],
    rows: NDArray[np.integer],
    answers: dict[str, bytes],
) -> CellTable:
    """Recompute the cells of a closed cycle from the shuffled answers that were kept; the same cells to the last bit.

    A row is a cell: `subject`, `groups` (bits), `rows` (cells, dimensions): how many raters' answers are kept;
    `answers[dimension]`: their ratings, cell after cell in the given order, each rater's items adjacent.
    Raises ShapeError, InvalidRatingError.
    """
    shape = (len(subject), len(layout.dimensions))
    raters, total = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for place, (dimension, items) in enumerate(zip(layout.dimensions, layout.item_counts, strict=True)):
        kept = np.frombuffer(answers.get(dimension, b""), dtype=np.uint8)
        if kept.size != int(rows[:, place].sum()) * items:
            raise ShapeError(dimension=dimension, bytes=kept.size, rows=int(rows[:, place].sum()))
        filled = np.flatnonzero(rows[:, place])
        starts = np.cumsum(rows[filled, place]) - rows[filled, place]
        one = FormLayout((dimension,), (items,))
        sums = RatingSummer(one, most_rows=kept.size // items).sums(kept.reshape(-1, items), starts.astype(np.intp))
        raters[filled, place], total[filled, place] = sums.raters[0], sums.total[0]
    return cell_table(layout=layout, subjects=subjects, subject=subject, groups=groups, raters=raters, total=total)
