"""What may be shown of anonymous raters: the one partition of a subject, its items, its comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.errors import LayoutError, ShapeError, ThresholdError
from assessments.measurement.ratings import ANONYMOUS_FROM, ANONYMOUS_GROUPS, RaterGroup, group_index

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 3, 10
ITEMS_FROM_RATERS = 5
COMMENTS_FROM_RESPONDENTS, COMMENTS_FROM_COMMENTED = 5, 3
LEAST_ITEMS = 3
BOTTOM = 1.3
ABSENT, DELETED = -1, -2
_NO_LIMIT = np.iinfo(np.int64).max


@dataclass(frozen=True)
class CyclePartition:
    """For each subject and anonymous group the first group of the cell it is in, or ABSENT or DELETED."""

    cell_of_group: NDArray[np.int8]
    sizes: NDArray[np.int64]


@dataclass(frozen=True)
class SubjectPartition:
    """Cells of one subject, the groups whose answers are deleted, and the dimensions that each cell shows."""

    cells: tuple[tuple[RaterGroup, ...], ...]
    deleted: tuple[RaterGroup, ...]
    sizes: dict[RaterGroup, int]
    shown: dict[tuple[RaterGroup, ...], tuple[str, ...]]


def validated_threshold(threshold: int) -> int:
    """Give back a threshold that may be chosen, 3 to 10; raises ThresholdError."""
    if isinstance(threshold, bool) or not LOWEST_THRESHOLD <= threshold <= HIGHEST_THRESHOLD:
        raise ThresholdError(threshold=threshold, lowest=LOWEST_THRESHOLD, highest=HIGHEST_THRESHOLD)
    return threshold


def may_change_threshold(before: int, after: int, *, has_answers: bool) -> bool:
    """Whether a threshold may become another one: freely before the first answer, upward only after it (rule 7)."""
    return validated_threshold(after) >= before or not has_answers


def partition_cycle(counts: NDArray[np.integer], *, asked: NDArray[np.bool_], threshold: int) -> CyclePartition:
    """Find the partition of every subject of a cycle at once (ANONYMITY, rule 1).

    `counts` and `asked` are (subjects, 4 anonymous groups, dimensions): raters with a value, and whether the group was
    asked. A group's size is the smallest count over its asked dimensions. Groups below the threshold form one cell; its
    size is the smallest count over the dimensions asked of all of them; is it still too small, it joins the smallest
    sufficient group (the first of equals), and without one it is deleted. A group without any value is absent.

    >>> counts = np.array([[[4, 3], [0, 0], [2, 1], [0, 0]]])
    >>> partition_cycle(counts, asked=np.ones_like(counts, dtype=bool), threshold=3).cell_of_group.tolist()
    [[0, -1, 0, -1]]
    """
    validated_threshold(threshold)
    if counts.ndim != 3 or counts.shape != asked.shape or counts.shape[1] != len(ANONYMOUS_GROUPS):
        raise ShapeError(counts=counts.shape, asked=asked.shape)
    known = np.where(asked, counts, 0).astype(np.int64)
    present = known.any(axis=2)
    sizes = _smallest(known, asked)
    small = present & (sizes < threshold)
    sufficient = present & ~small
    merged = (known * small[:, :, None]).sum(axis=1)
    asked_of_all = np.asarray((asked | ~small[:, :, None]).all(axis=1), dtype=np.bool_)
    too_small = small.any(axis=1) & (_smallest(merged, asked_of_all) < threshold)
    smallest_sufficient = np.argmin(np.where(sufficient, sizes, _NO_LIMIT), axis=1)
    joins = too_small & sufficient.any(axis=1)
    within = small.copy()
    within[joins, smallest_sufficient[joins]] = True
    first = np.argmax(within, axis=1)
    own = np.broadcast_to(np.arange(counts.shape[1]), present.shape)
    cell = np.where(within, first[:, None], np.where(present, own, ABSENT))
    cell[small & (too_small & ~joins)[:, None]] = DELETED
    return CyclePartition(cell_of_group=cell.astype(np.int8), sizes=np.where(present, sizes, 0))


def _smallest(counts: NDArray[np.int64], asked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Smallest count over the asked dimensions (the last axis), 0 where none was asked."""
    least: NDArray[np.int64] = np.where(asked, counts, _NO_LIMIT).min(axis=-1)
    result: NDArray[np.int64] = np.where(least == _NO_LIMIT, 0, least)
    return result


def partition_of(
    counts: Mapping[str, Mapping[str, int]],
    *,
    threshold: int = LOWEST_THRESHOLD,
    item_counts: Mapping[str, int] | None = None,
) -> SubjectPartition:
    """Find the partition of one subject: counts of raters with a value per anonymous group and asked dimension.

    With `item_counts` dimensions of fewer than three items are not shown. Raises ThresholdError.

    >>> partition_of({"peers": {"C3": 4, "C4": 3}, "partners": {"C3": 2, "C4": 1}}).cells
    ((<RaterGroup.PEERS: 'peers'>, <RaterGroup.PARTNERS: 'partners'>),)
    """
    dimensions = list(dict.fromkeys(name for group in counts.values() for name in group))
    table = np.zeros((1, len(ANONYMOUS_GROUPS), max(len(dimensions), 1)), dtype=np.int64)
    asked = np.zeros(table.shape, dtype=np.bool_)
    for group, of_group in counts.items():
        place = group_index(group) - ANONYMOUS_FROM
        if place < 0:
            raise LayoutError(group=group)
        for name, count in of_group.items():
            table[0, place, dimensions.index(name)] = count
            asked[0, place, dimensions.index(name)] = True
    partition = partition_cycle(table, asked=asked, threshold=threshold)
    cell_of_group = partition.cell_of_group[0]
    cells = _cells(cell_of_group)
    shown = {
        cell: tuple(
            name
            for position, name in enumerate(dimensions)
            if sum(int(table[0, ANONYMOUS_GROUPS.index(group), position]) for group in cell) >= threshold
            and (item_counts is None or item_counts[name] >= LEAST_ITEMS)
        )
        for cell in cells
    }
    deleted = tuple(group for place, group in enumerate(ANONYMOUS_GROUPS) if cell_of_group[place] == DELETED)
    sizes = {RaterGroup(group): int(partition.sizes[0, ANONYMOUS_GROUPS.index(RaterGroup(group))]) for group in counts}
    return SubjectPartition(cells=cells, deleted=deleted, sizes=sizes, shown=shown)


def _cells(cell_of_group: NDArray[np.int8]) -> tuple[tuple[RaterGroup, ...], ...]:
    """Groups of each cell of one subject, in the order of the groups."""
    return tuple(
        tuple(group for other, group in enumerate(ANONYMOUS_GROUPS) if cell_of_group[other] == place)
        for place in range(len(ANONYMOUS_GROUPS))
        if cell_of_group[place] == place
    )


def shown_item_means(ratings: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means of the items of one dimension over all anonymous raters (items,); none where one of them is below 1.3.

    `ratings` (raters, items), all numeric. A mean that is shown as 1.3 could be told from the other items and the mean
    of the dimension: `true = items x mean of the dimension - the others`. Source: the promise to raters, rule 2.

    >>> shown_item_means(np.array([[1, 4], [1, 5]], dtype=np.uint8)).size
    0
    """
    means = np.asarray(ratings.mean(axis=0), dtype=np.float64) if len(ratings) else np.zeros(0)
    return means if len(means) and float(means.min()) >= BOTTOM else np.zeros(0)


def are_items_shown(
    *,
    counted: NDArray[np.integer],
    counted_complete: NDArray[np.integer],
    complete: NDArray[np.integer],
    threshold: int = LOWEST_THRESHOLD,
) -> NDArray[np.bool_]:
    """Whether the items of a dimension are shown, over all anonymous raters of a subject together (rule 2).

    `counted`: raters counted in the shown cells of the dimension; `counted_complete`: those of them who answered all
    of its items; `complete`: all anonymous raters who did. Shown from five on (or the threshold, if it is higher), and
    only when the three are equal: exactly the counted raters answered all items.

    >>> bool(are_items_shown(counted=np.array(6), counted_complete=np.array(6), complete=np.array(6)))
    True
    """
    least = max(ITEMS_FROM_RATERS, threshold)
    result: NDArray[np.bool_] = (counted >= least) & (counted == counted_complete) & (counted == complete)
    return result


def are_comments_shown(*, respondents: int, commented: int, threshold: int = LOWEST_THRESHOLD) -> bool:
    """Whether the comments to a question are shown: five respondents (or the threshold), three of whom commented.

    >>> are_comments_shown(respondents=5, commented=2)
    False
    """
    return respondents >= max(COMMENTS_FROM_RESPONDENTS, threshold) and commented >= COMMENTS_FROM_COMMENTED
