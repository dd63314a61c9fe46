"""Whether all measures can be compared: which persons, items and raters are linked by common ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assessments.measurement.rasch.rating_table import RatingTable


@dataclass(frozen=True)
class Connection:
    """Subsets of linked elements; -1 for elements without used ratings.

    `persons_and_raters` are numbered by the subsets that common persons and raters make, `persons_and_items` and
    `items_and_raters` likewise; each a pair of arrays for its two facets. Severities in different subsets of persons
    and raters, difficulties in different subsets of persons and items, and severity against difficulty in different
    subsets of items and raters can only be compared by assumption.
    """

    persons_and_raters: tuple[NDArray[np.int64], NDArray[np.int64]]
    persons_and_items: tuple[NDArray[np.int64], NDArray[np.int64]]
    items_and_raters: tuple[NDArray[np.int64], NDArray[np.int64]]

    @property
    def subsets(self) -> int:
        """Number of subsets of persons and raters that no common rating links."""
        return int(self.persons_and_raters[1].max(initial=-1)) + 1

    @property
    def is_connected(self) -> bool:
        """Whether all measures can be compared without an assumption."""
        pairs = (self.persons_and_raters, self.persons_and_items, self.items_and_raters)
        return all(int(second.max(initial=-1)) < 1 for _, second in pairs)


def connection(table: RatingTable, *, is_used: NDArray[np.bool_] | None = None) -> Connection:
    """Find the subsets of elements that are linked by ratings (all, or those used).

    Source: Linacre (1989), Many-Facet Rasch Measurement; Weeks and Williams (1964), connected designs.

    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> table = rating_table([1, 2, 2, 1], person=[0, 0, 1, 1], rater=[0, 1, 2, 3], lowest=1, highest=2)
    >>> connection(table).persons_and_raters[1].tolist(), connection(table).is_connected
    ([0, 0, 1, 1], False)
    """
    rows = slice(None) if is_used is None else is_used
    (person, persons), (item, items), (rater, raters) = ((index[rows], size) for index, size in table.facets)
    return Connection(
        _subsets(person, persons, rater, raters),
        _subsets(person, persons, item, items),
        _subsets(item, items, rater, raters),
    )


def _subsets(
    first: NDArray[np.int64], firsts: int, second: NDArray[np.int64], seconds: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the connected parts of a graph of two facets, in the order of the first facet's elements."""
    size = firsts + seconds
    graph = coo_array((np.ones(len(first)), (first, firsts + second)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    rated = np.zeros(size, dtype=np.bool_)
    rated[first], rated[firsts + second] = True, True
    number = np.full(size, -1)
    _, where, new = np.unique(label[rated], return_index=True, return_inverse=True)
    number[rated] = where.argsort().argsort()[new]
    return number[:firsts], number[firsts:]
