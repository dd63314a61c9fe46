"""How raters rate, as counts over a cycle: leniency and care, never of one rater (rule 7; ANONYMITY, rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import ClosedCells
from assessments.measurement.ratings import ANONYMOUS_FROM, HIGHEST, UNABLE, UNANSWERED
from assessments.measurement.shuffling import cells_of_rows

LEAST_RATERS = 10
LEAST_SAME = 10
SEVERITY_EDGES = (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)
SEVERITY_BANDS = (
    "very_severe", "severe", "somewhat_severe", "middle", "somewhat_lenient", "lenient", "very_lenient",
)  # fmt: skip
BLOCK_ROWS = 1 << 16


@dataclass(frozen=True)
class Conduct:
    """Counts over a cycle's anonymous raters; empty below ten of them.

    `severity`: raters per band of their mean distance from the cells they are in; `forms`: all anonymous forms;
    `straight_lined`, `mostly_unable`, `incomplete`: how many of them show the pattern.
    """

    raters: int
    severity: tuple[int, ...]
    forms: int
    straight_lined: int
    mostly_unable: int
    incomplete: int


def conduct(
    ratings: NDArray[np.uint8],
    *,
    subject: NDArray[np.integer],
    group: NDArray[np.integer],
    rater: NDArray[np.integer],
    asked_items: NDArray[np.integer],
    closed: ClosedCells,
) -> Conduct:
    """Count how the anonymous raters of a cycle rated.

    `ratings` (raters, items); `subject`, `group`, `rater`, `asked_items` (raters,): whom, as what, who, and how many
    items were asked. Severity of a rater: mean over subjects and dimensions of value minus the mean of the cell that it
    went into, over the shown cells alone. Straight-lined: at least ten numeric answers, all the same.
    """
    anonymous = np.flatnonzero(group >= ANONYMOUS_FROM)
    people = np.unique(rater[anonymous])
    if len(people) < LEAST_RATERS:
        return Conduct(0, (0,) * len(SEVERITY_BANDS), 0, 0, 0, 0)
    cell = cells_of_rows(subject=subject, group=group, closed=closed)
    distance, number = np.zeros(len(people)), np.zeros(len(people), dtype=np.int64)
    same = unable = incomplete = 0
    for first in range(0, len(anonymous), BLOCK_ROWS):
        rows = anonymous[first : first + BLOCK_ROWS]
        block = ratings[rows]
        sums, counts = _distances(block, cell=cell[rows], closed=closed)
        place = np.searchsorted(people, rater[rows])
        distance += np.bincount(place, weights=sums, minlength=len(people))
        number += np.bincount(place, weights=counts, minlength=len(people)).astype(np.int64)
        answered = (block != UNANSWERED).sum(axis=1)
        same += int(_is_straight_lined(block).sum())
        unable += int((2 * (block == UNABLE).sum(axis=1) > asked_items[rows]).sum())
        incomplete += int((answered < asked_items[rows]).sum())
    seen = number > 0
    band = np.searchsorted(np.array(SEVERITY_EDGES), distance[seen] / number[seen], side="right")
    severity = tuple(np.bincount(band, minlength=len(SEVERITY_BANDS)).tolist())
    return Conduct(int(seen.sum()), severity, len(anonymous), same, unable, incomplete)


def _distances(
    block: NDArray[np.uint8], *, cell: NDArray[np.int64], closed: ClosedCells
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum and number of a rater's distances from the plain means of their shown cells."""
    table = closed.cells
    if not len(table.subject):
        return np.zeros(len(block)), np.zeros(len(block), dtype=np.int64)
    values = rater_values(block, layout=table.layout)
    place = np.maximum(cell, 0)
    raters = table.raters[place]
    counted = values.is_defined & (raters > 0) & (cell >= 0)[:, None]
    mean = table.total[place] / np.maximum(table.scale * raters, 1)
    return np.where(counted, values.value - mean, 0.0).sum(axis=1), counted.sum(axis=1)


def _is_straight_lined(block: NDArray[np.uint8]) -> NDArray[np.bool_]:
    numeric = (block >= 1) & (block <= HIGHEST)
    highest = np.where(numeric, block, 0).max(axis=1)
    lowest = np.where(numeric, block, UNABLE).min(axis=1)
    result: NDArray[np.bool_] = (numeric.sum(axis=1) >= LEAST_SAME) & (highest == lowest)
    return result
