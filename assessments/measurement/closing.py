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
from assessments.measurement.runs import Runs, merged_groups
from assessments.measurement.within import WithinCells, WithinCounter

BLOCK_ROWS = 1 << 14
_NO_LIMIT = np.iinfo(np.uint16).max
_EXCEPTION = 1 << 12


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
    dimensions that a group was not asked do not count. `block_rows` bounds the working memory and changes no number
    of a cell; which 5,000 cells give the correlation of raters' errors may depend on it. Raises ShapeError,
    InvalidRatingError, TooManyRatersError.
    """
    validated_threshold(threshold)
    rows = rating_rows(ratings, layout=layout)
    key = _order_key(rows, subject=subject, group=group, subjects=len(profile_of_subject))
    if asked.ndim != 3 or asked.shape[1:] != (len(GROUPS), len(layout.dimensions)):
        raise ShapeError(asked=asked.shape)
    if not bool((key[1:] >= key[:-1]).all()):
        order = np.argsort(key, kind="stable")
        rows, key = rows[order], key[order]
    # A block may go beyond its size to end with its last subject.
    summer = RatingSummer(layout, most_rows=block_rows + len(GROUPS) * MOST_RATERS)
    runs = int(np.count_nonzero(key[1:] != key[:-1])) + 1 if len(key) else 0
    gathering = _Gathering(summer, runs=runs, profile_of_subject=profile_of_subject, asked=asked, threshold=threshold)
    for first, last in _blocks(key, block_rows):
        gathering.add(rows[first:last], key[first:last])
    return gathering.result()


def _order_key(
    rows: NDArray[np.uint8], *, subject: NDArray[np.integer], group: NDArray[np.integer], subjects: int
) -> NDArray[np.signedinteger]:
    """Number that puts rows in the order of subject and group; raises ShapeError, LayoutError."""
    if subject.shape != (len(rows),) or group.shape != (len(rows),):
        raise ShapeError(rows=len(rows), subject=subject.shape, group=group.shape)
    if len(rows):
        if int(subject.min()) < 0 or int(subject.max()) >= subjects:
            raise ShapeError(subjects=subjects, highest=int(subject.max()))
        if int(group.min()) < 0 or int(group.max()) >= len(GROUPS):
            raise LayoutError(group=int(group.max()))
    small = subjects * len(GROUPS) <= np.iinfo(np.int32).max
    key: NDArray[np.signedinteger] = subject.astype(np.int32 if small else np.int64)
    key *= np.int8(len(GROUPS))
    key += group.astype(key.dtype)
    return key


def _blocks(key: NDArray[np.signedinteger], block_rows: int) -> Iterator[tuple[int, int]]:
    """Cut the rows into blocks that fit the processor's cache, never within a subject."""
    first = 0
    while first < len(key):
        last = min(first + block_rows, len(key))
        if last < len(key):
            # Bounds of another type would make numpy convert all keys for one search.
            subject = key[last : last + 1] // len(GROUPS) * len(GROUPS)
            whole = int(np.searchsorted(key, subject)[0])
            last = whole if whole > first else int(np.searchsorted(key, subject + len(GROUPS))[0])
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
        self.profile_of_subject = profile_of_subject.astype(np.intp)
        self.asked_of_kind = np.ascontiguousarray(asked.reshape(-1, len(layout.dimensions)).T)
        self.is_asked_everything: NDArray[np.bool_] = np.asarray(self.asked_of_kind.all(axis=0))
        self.has_items = np.array(layout.item_counts)[:, None] >= LEAST_ITEMS
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

    def add(self, rows: NDArray[np.uint8], key: NDArray[np.signedinteger]) -> None:
        """Add up a block, find its partition, merge, hide, and keep its shown cells."""
        starts = np.flatnonzero(key[1:] != key[:-1]) + 1
        starts = np.concatenate([np.zeros(min(len(key), 1), dtype=np.intp), starts])
        runs = self._runs(self.summer.sums(rows, starts), key[starts])
        cell = self._cell_of_run(runs)
        self.cell_of_group[runs.subject, runs.group] = cell
        groups = merged_groups(runs, cell)
        is_cell = cell == runs.group
        shown = self._is_shown(runs, is_cell)
        self._show_items(runs, shown)
        if not self.within.is_saturated:
            in_shown = (cell >= ANONYMOUS_FROM) & runs.anonymous
            self.within.add_raters(rows, starts, asked=_shown_to(runs, cell, shown), kept=in_shown)
        if not is_cell.all():
            kept = np.flatnonzero(is_cell)
            runs, groups, shown = runs.taken(kept), groups[kept], shown.take(kept, axis=1)
        self._keep(runs, shown, groups)

    def _keep(self, runs: Runs, shown: NDArray[np.bool_], groups: NDArray[np.uint8]) -> None:
        """Write the block's cells behind those of the blocks before, and add up the spread within anonymous ones."""
        if not shown.all():
            runs.sums.clear(~shown)
        new = slice(self.cells, self.cells + len(runs.subject))
        self.subject[new], self.groups[new] = runs.subject, groups
        np.multiply(runs.raters, shown, out=self.raters[:, new])
        self.total[:, new] = runs.sums.total
        self.within.add_cells(runs.sums.taken(np.flatnonzero(runs.anonymous)))
        self.cells = new.stop

    def _runs(self, sums: RunSums, key: NDArray[np.signedinteger]) -> Runs:
        """Put subject, group and asked dimensions beside the sums; answers that were not asked for do not count."""
        subject, group = np.divmod(key.astype(np.int64), len(GROUPS))
        kind = self.profile_of_subject[subject] * len(GROUPS) + group
        raters, asked = sums.raters, None
        if not self.is_asked_everything[kind].all():
            asked = self.asked_of_kind.take(kind, axis=1)
            stray = (raters > 0) & ~asked
            if stray.any():
                sums.clear(stray)
                raters[stray] = 0
        return Runs(subject, group, group >= ANONYMOUS_FROM, asked, raters, sums)

    def _cell_of_run(self, runs: Runs) -> NDArray[np.int64]:
        """First group of the cell that each run belongs to; the partition is sought only where a group is small."""
        present = np.bitwise_or.reduce(runs.raters, axis=0) > 0
        counts_of_asked = runs.raters if runs.asked is None else np.where(runs.asked, runs.raters, _NO_LIMIT)
        sizes = np.minimum.reduce(counts_of_asked, axis=0)
        cell = np.where(present, runs.group, ABSENT)
        small = np.flatnonzero(runs.anonymous & present & (sizes < self.threshold))
        if not len(small):
            return cell
        subjects = runs.subject[small]
        subjects = subjects[np.diff(subjects, prepend=-1) > 0]
        place = np.minimum(np.searchsorted(subjects, runs.subject), len(subjects) - 1)
        member = np.flatnonzero(runs.anonymous & (subjects[place] == runs.subject))
        place_of_member, group_of_member = place[member], runs.group[member] - ANONYMOUS_FROM
        asked = self.asked[self.profile_of_subject[subjects], ANONYMOUS_FROM:]
        counts = np.zeros(asked.shape, dtype=np.int64)
        counts[place_of_member, group_of_member] = runs.raters[:, member].T
        partition = partition_cycle(counts, asked=asked, threshold=self.threshold)
        found = partition.cell_of_group[place_of_member, group_of_member].astype(np.int64)
        cell[member] = np.where(found >= 0, found + ANONYMOUS_FROM, found)
        return cell

    def _is_shown(self, runs: Runs, is_cell: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether a cell shows a dimension: named sources always, anonymous ones from the threshold and three items."""
        least = np.where(runs.anonymous, self.threshold, 1).astype(np.uint16)
        # Nobody has as many raters as a run that is no cell would need.
        least[~is_cell] = _NO_LIMIT
        shown: NDArray[np.bool_] = runs.raters >= least
        if not self.has_items.all():
            shown &= ~runs.anonymous | self.has_items
        return shown

    def _show_items(self, runs: Runs, shown: NDArray[np.bool_]) -> None:
        """Decide for the block's subjects which dimensions show their items, over all their anonymous runs together."""
        some = np.flatnonzero(runs.anonymous)
        if not len(some):
            return
        subject = runs.subject[some]
        last = np.append(np.flatnonzero(subject[1:] != subject[:-1]), len(some) - 1)
        counted = runs.raters.take(some, axis=1) * shown.take(some, axis=1)
        # Whoever is counted must have answered all items, and nobody else. The raters of a subject fit 12 bits, so that
        # both sums are formed at once; sums up to each subject's end, less those before it, are exact in 16 bits.
        sums = counted + np.uint16(_EXCEPTION) * (counted != runs.sums.complete.take(some, axis=1))
        ends = np.add.accumulate(sums, axis=1, dtype=np.uint16).take(last, axis=1)
        ends[:, 1:] -= ends[:, :-1].copy()
        counted, exceptions = ends & np.uint16(_EXCEPTION - 1), ends >> np.uint16(12)
        display = are_items_shown(
            counted=counted, counted_complete=counted - exceptions, complete=counted, threshold=self.threshold
        )
        self.items_shown[subject[last]] = display.T

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


def _shown_to(runs: Runs, cell: NDArray[np.signedinteger], shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which dimensions each run was asked and its cell shows: nothing is computed from what is hidden."""
    of_subject = runs.subject * len(GROUPS)
    place = np.searchsorted(of_subject + runs.group, of_subject + np.maximum(cell, 0))
    of_cell = shown[:, np.minimum(place, len(cell) - 1)]
    return of_cell if runs.asked is None else of_cell & runs.asked
