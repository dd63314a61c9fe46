"""How raters rate, as counts and one covariance over a cycle, never of one rater (rules 6 and 7; ANONYMITY, rule 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from assessments.measurement.cells import CellTable
from assessments.measurement.packing import least_answers, value_scale
from assessments.measurement.ratings import ANONYMOUS_FROM, HIGHEST, UNABLE, UNANSWERED
from assessments.measurement.shuffling import sums_by_dimension

LEAST_RATERS = 10
LEAST_SAME = 10
LEAST_PAIRS = 30
MOST_OF_ONE = 0.2
SEVERITY_EDGES = (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)
SEVERITY_BANDS = (
    "very_severe", "severe", "somewhat_severe", "middle", "somewhat_lenient", "lenient", "very_lenient",
)  # fmt: skip
BLOCK_ROWS = 1 << 15


@dataclass(frozen=True)
class Conduct:
    """Counts over a cycle's anonymous raters, all 0 below ten of them; and what goes with a rater from form to form.

    `severity`: raters per band of their mean distance from the others; `forms`: all anonymous forms; `straight_lined`,
    `mostly_unable`, `incomplete`: how many of them show the pattern. `shared_variance` (dimensions,), to .01: the
    covariance of one rater's errors about two subjects; `shared_pairs`: from how many pairs of forms, 0 for too few.
    """

    severity: tuple[int, ...]
    forms: int
    straight_lined: int
    mostly_unable: int
    incomplete: int
    shared_variance: NDArray[np.float64]
    shared_pairs: NDArray[np.int64]


def conduct(
    ratings: NDArray[np.uint8],
    *,
    group: NDArray[np.integer],
    rater: NDArray[np.integer],
    cell: NDArray[np.integer],
    asked_items: NDArray[np.integer],
    table: CellTable,
) -> Conduct:
    """Count how the anonymous raters of a cycle rated, and estimate what one rater carries from subject to subject.

    `ratings` (raters, items); `group`, `rater`, `cell`, `asked_items` (raters,): as what, who, the row of the cell
    table or -1, and how many items were asked. With e a value minus the mean of the other raters in its shown cell:
    severity of a rater is the mean of e, told from ten raters on who have one; `cov_d = sum_raters ((sum e)^2 - sum
    e^2) / (x sum_raters m (m - 1))`, never below 0 and to .01, over raters with m > 1 forms, of whom there must be ten,
    none with over a fifth of the pairs: two means with k common raters of n and m have the covariance
    `k cov_d / (n m)`. The others of two cells are partly the same, too, which makes the products of e greater by
    `x = sum k (1 + (k - 1) / ((n - 1)(m - 1))) / sum k` over all pairs of cells.
    Straight-lined: at least ten numeric answers, all the same. Source: the numeric contract, rules 6 and 7; method of
    moments for a one-way random effect.
    """
    rows = np.flatnonzero(group >= ANONYMOUS_FROM)
    people, place = np.unique(rater[rows], return_inverse=True)
    sums, squares, forms = np.zeros((3, len(table.layout.dimensions), len(people)))
    patterns = np.zeros(3, dtype=np.int64)
    for first in range(0, len(rows), BLOCK_ROWS):
        block, whose = rows[first : first + BLOCK_ROWS], place[first : first + BLOCK_ROWS]
        answers = ratings[block]
        patterns += _patterns(answers, asked_items[block])
        for dimension, (distance, counted) in enumerate(_distances(answers, cell=cell[block], table=table)):
            for array, weights in ((sums, distance), (squares, distance * distance), (forms, counted)):
                array[dimension] += np.bincount(whose, weights=weights, minlength=len(people))
    shared, pairs = _shared(sums, squares, forms, excess=_excess(place, cell[rows], raters=len(people), table=table))
    severity = _severity(sums.sum(axis=0), forms.sum(axis=0))
    if len(people) < LEAST_RATERS:
        return Conduct(severity, 0, 0, 0, 0, shared, pairs)
    same, unable, incomplete = patterns.tolist()
    return Conduct(severity, len(rows), same, unable, incomplete, shared, pairs)


def _severity(sums: NDArray[np.float64], forms: NDArray[np.float64]) -> tuple[int, ...]:
    """Raters per band of their mean distance from the others; all 0 below ten raters who have others."""
    seen = forms > 0
    if int(seen.sum()) < LEAST_RATERS:
        return (0,) * len(SEVERITY_BANDS)
    band = np.searchsorted(np.array(SEVERITY_EDGES), sums[seen] / forms[seen], side="right")
    return tuple(np.bincount(band, minlength=len(SEVERITY_BANDS)).tolist())


def _distances(
    answers: NDArray[np.uint8], *, cell: NDArray[np.integer], table: CellTable
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """For each dimension the distance of each value from the mean of the others in its shown cell, 0 without one."""
    answered, total = sums_by_dimension(answers, layout=table.layout)
    is_in_cell, place = cell >= 0, np.maximum(cell, 0)
    for dimension, items in enumerate(table.layout.item_counts):
        if not len(table.subject):
            yield np.zeros(len(answers)), np.zeros(len(answers), dtype=np.bool_)
            continue
        raters = table.raters[place, dimension].astype(np.int64)
        counted = (answered[dimension] >= least_answers(items)) & (raters > 1) & is_in_cell
        value = total[dimension] / np.maximum(answered[dimension], 1)
        others = (table.total[place, dimension] / value_scale(items) - value) / np.maximum(raters - 1, 1)
        yield np.where(counted, value - others, 0.0), counted


def _patterns(answers: NDArray[np.uint8], asked_items: NDArray[np.integer]) -> NDArray[np.int64]:
    """How many of these forms are straight-lined, mostly unable, incomplete."""
    used = answers[:, (answers != UNANSWERED).any(axis=0)]
    numeric = (used != UNANSWERED) & (used <= HIGHEST)
    highest = np.where(numeric, used, np.uint8(0)).max(axis=1, initial=0)
    lowest = np.where(numeric, used, np.uint8(UNABLE)).min(axis=1, initial=UNABLE)
    same = (numeric.sum(axis=1) >= LEAST_SAME) & (highest == lowest)
    unable = 2 * (used == UNABLE).sum(axis=1) > asked_items
    incomplete = (used != UNANSWERED).sum(axis=1) < asked_items
    return np.array([same.sum(), unable.sum(), incomplete.sum()], dtype=np.int64)


def _excess(rater: NDArray[np.integer], cell: NDArray[np.integer], *, raters: int, table: CellTable) -> float:
    """How many times too great products of distances are, because the others of two cells are partly the same."""
    known = np.flatnonzero(cell >= 0)
    size = (len(table.subject), raters)
    ones = np.ones(len(known))
    member = csr_array((ones, (cell[known], rater[known])), shape=size)
    common = (member @ member.T).tocoo()
    others = np.maximum(np.bincount(cell[known], minlength=size[0]) - 1.0, 1.0)
    first, second = common.coords
    apart = (first != second) & (common.data > 0)
    number, products = common.data[apart], (others[first] * others[second])[apart]
    return float((number * (1 + (number - 1) / products)).sum() / number.sum()) if len(number) else 1.0


def _shared(
    sums: NDArray[np.float64], squares: NDArray[np.float64], forms: NDArray[np.float64], *, excess: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Covariance of a rater's errors about two subjects per dimension, and the number of pairs of forms."""
    of_rater = forms * (forms - 1)
    ordered = of_rater.sum(axis=1)
    products = np.where(forms > 1, sums**2 - squares, 0.0).sum(axis=1)
    # A number that one rater makes, or one with many digits, would join that rater's answers about several people.
    is_shared = (forms > 1).sum(axis=1) >= LEAST_RATERS
    is_even = of_rater.max(axis=1, initial=0.0) <= MOST_OF_ONE * ordered
    enough = (ordered >= 2 * LEAST_PAIRS) & is_shared & is_even
    covariance = np.where(enough, np.maximum(products / np.maximum(ordered, 1) / excess, 0.0), 0.0)
    return np.rint(covariance * 100) / 100, np.where(enough, ordered // 2, 0).astype(np.int64)
