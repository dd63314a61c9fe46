"""What two subjects have in common when the same people rated both: the covariance of shared raters (rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import ClosedCells
from assessments.measurement.ratings import ANONYMOUS_FROM
from assessments.measurement.rounding import quantised
from assessments.measurement.shuffling import cells_of_rows

LEAST_PAIRS = 30
BLOCK_ROWS = 1 << 16


@dataclass(frozen=True)
class SharedRaters:
    """Covariance of one rater's errors about two subjects, per dimension, quantised; 0 below 30 pairs of forms.

    `pairs` (dimensions,): over how many pairs of forms of the same rater it was estimated.
    """

    covariance: NDArray[np.float64]
    pairs: NDArray[np.int64]


def shared_rater_covariance(
    ratings: NDArray[np.uint8],
    *,
    subject: NDArray[np.integer],
    group: NDArray[np.integer],
    rater: NDArray[np.integer],
    closed: ClosedCells,
) -> SharedRaters:
    """Estimate how much a rater's severity goes along from one subject to the next.

    With e the distance of a rater's value from the mean of the other raters in the same shown cell, and the sums over
    the forms of one rater: `cov_d = sum_raters ((sum e)^2 - sum e^2) / sum_raters m (m - 1)`, over raters with m > 1
    forms; never below 0. Two means with k common raters of n and m then have the covariance `k cov_d / (n m)`.
    Source: the numeric contract, rule 6; method of moments for a one-way random effect.
    """
    dimensions = len(closed.cells.layout.dimensions)
    rows = np.flatnonzero(group >= ANONYMOUS_FROM)
    people, place = np.unique(rater[rows], return_inverse=True)
    cell = cells_of_rows(subject=subject, group=group, closed=closed)[rows]
    sums, squares, forms = np.zeros((3, len(people), dimensions))
    for first in range(0, len(rows), BLOCK_ROWS):
        block = slice(first, first + BLOCK_ROWS)
        distance, counted = _distances(ratings[rows[block]], cell=cell[block], closed=closed)
        np.add.at(sums, place[block], distance)
        np.add.at(squares, place[block], distance**2)
        np.add.at(forms, place[block], counted)
    pairs = (forms * (forms - 1)).sum(axis=0)
    products = np.where(forms > 1, sums**2 - squares, 0.0).sum(axis=0)
    enough = pairs >= 2 * LEAST_PAIRS
    covariance = np.where(enough, np.maximum(products / np.maximum(pairs, 1), 0.0), 0.0)
    return SharedRaters(covariance=quantised(covariance), pairs=(pairs // 2).astype(np.int64))


def _distances(
    block: NDArray[np.uint8], *, cell: NDArray[np.int64], closed: ClosedCells
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Distance of each value from the mean of the others in its shown cell, 0 where there is none."""
    table = closed.cells
    if not len(table.subject):
        shape = (len(block), len(table.layout.dimensions))
        return np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    values = rater_values(block, layout=table.layout)
    place = np.maximum(cell, 0)
    raters = table.raters[place].astype(np.int64)
    counted = values.is_defined & (raters > 1) & (cell >= 0)[:, None]
    others = table.total[place] / table.scale - values.value
    distance = np.where(counted, values.value - others / np.maximum(raters - 1, 1), 0.0)
    return distance, counted
