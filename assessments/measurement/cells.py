"""Cells of a whole cycle: what named sources and merged anonymous groups gave, as exact sums (rules 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.disclosure import BOTTOM
from assessments.measurement.errors import ShapeError
from assessments.measurement.packing import MOST_RATERS, least_answers, value_scale
from assessments.measurement.ratings import (
    ANONYMOUS_FROM,
    GROUPS,
    HIGHEST,
    FormLayout,
    RaterGroup,
    rating_rows,
    require_valid,
)


@dataclass(frozen=True)
class RaterValues:
    """Each rater's mean of each dimension (raters, dimensions); 0 where it is not defined."""

    value: NDArray[np.float64]
    is_defined: NDArray[np.bool_]
    answered: NDArray[np.int64]


def rater_values(ratings: NDArray[np.uint8], *, layout: FormLayout) -> RaterValues:
    """Mean of a rater's numeric answers in each dimension, defined when at least half its items have one (rule 3).

    `ratings` (raters, items). Equation: `x = sum(numeric answers) / count`, defined if `2 count >= items`.
    Raises InvalidRatingError, ShapeError.

    >>> values = rater_values(np.array([[4, 9, 0]], dtype=np.uint8), layout=FormLayout(("C4",), (3,)))
    >>> bool(values.is_defined[0, 0])
    False
    """
    rows = rating_rows(ratings, layout=layout)
    require_valid(rows)
    # Item after item, each over all raters, is far faster than rater after rater.
    by_item = np.array(rows.T, order="C")
    numeric = (by_item >= 1) & (by_item <= HIGHEST)
    by_item *= numeric
    answered, total = np.empty((2, len(rows), len(layout.dimensions)), dtype=np.int64)
    for place, dimension in enumerate(layout.dimensions):
        items = layout.slice_of(dimension)
        # A sum of up to 51 ratings of 5 fits a byte.
        kind = np.uint8 if layout.item_counts[place] * HIGHEST <= np.iinfo(np.uint8).max else np.int64
        answered[:, place] = np.add.reduce(numeric[items], axis=0, dtype=kind)
        total[:, place] = np.add.reduce(by_item[items], axis=0, dtype=kind)
    least = np.array([least_answers(items) for items in layout.item_counts])
    defined = answered >= least
    value = np.where(defined, total / np.maximum(answered, 1), 0.0)
    return RaterValues(value=value, is_defined=defined, answered=answered)


@dataclass(frozen=True)
class CellTable:
    """Shown cells of a cycle, a row each, in the order of subjects; nothing in it comes from hidden answers.

    `subject` (cells,), `groups` (cells,): bit g is set when group g of GROUPS is in the cell; `raters` and `total`
    (cells, dimensions): raters counted and the exact sum of their values times the dimension's `scale`, 0 where hidden.
    In memory the numbers of one dimension are adjacent.
    """

    layout: FormLayout
    subjects: int
    subject: NDArray[np.int32]
    groups: NDArray[np.uint8]
    raters: NDArray[np.uint16]
    total: NDArray[np.integer]

    @property
    def is_shown(self) -> NDArray[np.bool_]:
        """Whether the cell shows the dimension."""
        return self.raters > 0

    @property
    def is_anonymous(self) -> NDArray[np.bool_]:
        """Whether a cell is one of anonymous raters."""
        return self.groups >= 1 << ANONYMOUS_FROM

    @property
    def scale(self) -> NDArray[np.int64]:
        """Factor of each dimension that makes rater means whole numbers."""
        return np.array([value_scale(items) for items in self.layout.item_counts], dtype=np.int64)

    def means(self) -> NDArray[np.float64]:
        """Mean of each cell as it is shown and counted (cells, dimensions), 0 where hidden."""
        return self.means_of(slice(None))

    def means_of(self, rows: slice | NDArray[np.integer]) -> NDArray[np.float64]:
        """Means of some cells; anonymous means below 1.3 count as 1.3.

        Equation: `m = total / (scale x raters)`, one correctly rounded division.
        """
        raters = self.raters.T[:, rows]
        divisor = raters.astype(np.float64)
        divisor *= self.scale[:, None]
        np.maximum(divisor, 1.0, out=divisor)
        mean = self.total.T[:, rows].astype(np.float64)
        mean /= divisor
        np.maximum(mean, np.where(self.groups[rows] >= 1 << ANONYMOUS_FROM, BOTTOM, 0.0), out=mean)
        mean *= raters > 0
        result: NDArray[np.float64] = mean.T
        return result

    def rows_of(self, subject: int) -> range:
        """Rows of one subject's cells."""
        rows = self.rows_between(subject, subject + 1)
        return range(rows.start, rows.stop)

    def rows_between(self, first: int, last: int) -> slice:
        """Rows of the cells of the subjects from `first` up to before `last`."""
        # Bounds of another type would make numpy convert all subjects for one search.
        start, stop = np.searchsorted(self.subject, np.array([first, last], dtype=self.subject.dtype))
        return slice(int(start), int(stop))

    def part(self, first: int, last: int) -> CellTable:
        """Cells of some subjects, who are numbered from 0 in it; shares the memory of the whole."""
        rows = self.rows_between(first, last)
        return CellTable(
            self.layout,
            last - first,
            self.subject[rows] - np.int32(first),
            self.groups[rows],
            self.raters[rows],
            self.total[rows],
        )

    def groups_of(self, row: int) -> tuple[RaterGroup, ...]:
        """Groups that make up a cell."""
        return tuple(group for place, group in enumerate(GROUPS) if int(self.groups[row]) >> place & 1)


def cell_table(
    *,
    layout: FormLayout,
    subjects: int,
    subject: NDArray[np.integer],
    groups: NDArray[np.integer],
    raters: NDArray[np.integer],
    total: NDArray[np.integer],
) -> CellTable:
    """Rebuild the cells of a cycle from what was stored at close, in any order; raises ShapeError.

    `raters` and `total` are (cells, dimensions), 0 where the cell does not show the dimension or was annulled.
    """
    shape = (len(subject), len(layout.dimensions))
    if raters.shape != shape or total.shape != shape or len(groups) != len(subject):
        raise ShapeError(cells=len(subject), raters=raters.shape, total=total.shape)
    if len(subject) and not (int(subject.min()) >= 0 and int(subject.max()) < subjects):
        raise ShapeError(subjects=subjects)
    # Cells of a subject stand in the order of their first group, at close and here, so that sums are formed alike.
    first_group = groups.astype(np.int64) & -groups.astype(np.int64)
    order = np.lexsort((first_group, subject))
    return CellTable(
        layout=layout,
        subjects=subjects,
        subject=subject[order].astype(np.int32),
        groups=groups[order].astype(np.uint8),
        raters=np.asfortranarray(raters[order], dtype=np.uint16),
        total=np.asfortranarray(total[order], dtype=total_type(layout)),
    )


def total_type(layout: FormLayout) -> type[np.int32] | type[np.int64]:
    """Smallest type that holds every sum of scaled values of a form's dimensions."""
    greatest = max(value_scale(items) for items in layout.item_counts) * HIGHEST * MOST_RATERS
    return np.int32 if greatest <= np.iinfo(np.int32).max else np.int64


def groups_mask(groups: tuple[str, ...] | frozenset[str]) -> int:
    """Write the groups of a cell as the bits that CellTable keeps.

    >>> groups_mask(("peers", "partners"))
    40
    """
    return sum(1 << GROUPS.index(RaterGroup(group)) for group in set(groups))
