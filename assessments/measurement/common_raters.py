"""Raters whom two people have in common, counted at close for the error of their difference; never shown (rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.errors import ShapeError
from assessments.measurement.packing import least_answers
from assessments.measurement.shuffling import sums_by_dimension

Forms = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class CommonRaters:
    """Common raters of pairs of cells, an entry for each pair of people and cells that has any.

    `pair` (entries,): number of the pair; `first_cell`, `second_cell` (entries,): rows of the cell table; `raters`
    (entries, dimensions): how many raters are counted in both cells.
    """

    pair: NDArray[np.int64]
    first_cell: NDArray[np.int64]
    second_cell: NDArray[np.int64]
    raters: NDArray[np.int64]


def common_raters(
    ratings: NDArray[np.uint8],
    *,
    rater: NDArray[np.integer],
    cell: NDArray[np.integer],
    table: CellTable,
    first: NDArray[np.integer],
    second: NDArray[np.integer],
) -> CommonRaters:
    """Count, for pairs of people of a cycle, the raters who are counted in a shown cell of both.

    `ratings` (forms, items); `rater`, `cell` (forms,): who, and the row of the cell table or -1, as
    shuffling.cells_of_rows gives it; `first`, `second` (pairs,): people. A rater has at most one form about a person.
    Raises ShapeError. Source: the numeric contract, rule 6.
    """
    if rater.shape != (len(ratings),) or cell.shape != rater.shape or first.shape != second.shape:
        raise ShapeError(forms=len(ratings), rater=rater.shape, cell=cell.shape, pairs=first.shape)
    if len(first) and not (min(first.min(), second.min()) >= 0 and max(first.max(), second.max()) < table.subjects):
        raise ShapeError(subjects=table.subjects)
    people, number = np.unique(rater, return_inverse=True)
    in_cell = np.flatnonzero(cell >= 0)
    order = in_cell[np.lexsort((number[in_cell], table.subject[cell[in_cell]]))]
    subject_of_form = table.subject[cell[order]]
    bounds = np.searchsorted(subject_of_form, np.arange(table.subjects + 1, dtype=subject_of_form.dtype))
    one, other = (_forms(bounds, of) for of in (first, second))
    mine, theirs = (pair * max(len(people), 1) + number[order[form]] for pair, form in (one, other))
    # Pairs ascend, and the raters of a person do.
    _keys, at_mine, at_theirs = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    rows, others = order[one[1][at_mine]], order[other[1][at_theirs]]
    counted = _is_counted(ratings, cell=cell, rows=rows, table=table) & _is_counted(
        ratings, cell=cell, rows=others, table=table
    )
    return _entries(one[0][at_mine], cell[rows], cell[others], counted)


def _forms(bounds: NDArray[np.intp], people: NDArray[np.integer]) -> Forms:
    """Every form about one person of each pair: the pair's number, and the place of the form in the order."""
    starts, lengths = bounds[people], bounds[people + 1] - bounds[people]
    pair = np.repeat(np.arange(len(people)), lengths)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pair, np.repeat(starts, lengths) + within


def _is_counted(
    ratings: NDArray[np.uint8], *, cell: NDArray[np.integer], rows: NDArray[np.integer], table: CellTable
) -> NDArray[np.bool_]:
    """Whether each form has a value in a dimension that its cell shows, (forms, dimensions)."""
    answered = sums_by_dimension(ratings[rows], layout=table.layout)[0]
    least = np.array([least_answers(items) for items in table.layout.item_counts])
    result: NDArray[np.bool_] = (least <= answered.T) & (table.raters[cell[rows]] > 0)
    return result


def _entries(
    pair: NDArray[np.int64], first: NDArray[np.integer], second: NDArray[np.integer], counted: NDArray[np.bool_]
) -> CommonRaters:
    """Add up the common raters of the same two cells."""
    keys, place = np.unique(np.column_stack([pair, first, second]).reshape(-1, 3), axis=0, return_inverse=True)
    raters = np.zeros((len(keys), counted.shape[1]), dtype=np.int64)
    np.add.at(raters, place.ravel(), counted)
    return CommonRaters(pair=keys[:, 0], first_cell=keys[:, 1], second_cell=keys[:, 2], raters=raters)
