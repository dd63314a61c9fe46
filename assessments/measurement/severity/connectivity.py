"""Whether all raters can be compared: a rater is tied to another by a person whom both have rated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from assessments.measurement.severity.levels import Levels


@dataclass(frozen=True)
class Connectivity:
    """The islands of the graph of people and raters, numbered from the one with most ratings (0) down.

    `ratee_component` (ratees,) and `rater_component` (raters,): the island of each; `ratings` (islands,): its size.
    Between islands only the assumption that raters are alike on average makes scores comparable.
    """

    ratee_component: NDArray[np.int64]
    rater_component: NDArray[np.int64]
    ratings: NDArray[np.int64]

    @property
    def components(self) -> int:
        """How many islands there are."""
        return len(self.ratings)

    @property
    def is_connected(self) -> bool:
        """Whether there is one island only."""
        return self.components == 1


def connectivity(ratees: Levels, raters: Levels) -> Connectivity:
    """Find the islands of people and raters who are tied to each other by ratings.

    Connected components of the graph with an edge for each rating; equal islands in the order of their first rater.
    Source: Weeks & Williams (1964).

    >>> from assessments.measurement.severity.levels import levels_of
    >>> pairs = levels_of(["Ann", "Bo", "Cy"], rows=3, name="ratee"), levels_of(["x", "x", "y"], rows=3, name="rater")
    >>> connectivity(*pairs).components
    2
    """
    nodes = ratees.size + raters.size
    edge = (np.ones(len(ratees.index)), (ratees.index, ratees.size + raters.index))
    graph = sparse.coo_array(edge, shape=(nodes, nodes)).tocsr()
    number, island = connected_components(graph, directed=False)
    ratings = np.bincount(island[ratees.index], minlength=number)
    first = np.full(number, nodes)
    np.minimum.at(first, island[ratees.size :], np.arange(raters.size))
    order = np.lexsort((first, -ratings))
    rank = np.argsort(order)[island].astype(np.int64)
    return Connectivity(rank[: ratees.size], rank[ratees.size :], ratings[order].astype(np.int64))
