"""Runs of answers about one person by one group, and how small groups are merged into one cell (ANONYMITY, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.errors import TooManyRatersError
from assessments.measurement.packing import MOST_RATERS, RunSums
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS


@dataclass(frozen=True)
class Runs:
    """Runs of rows of one block: each subject's group, with the exact sums over its raters.

    `asked` (dimensions, runs), None where everyone was asked everything; `raters` (dimensions, runs).
    """

    subject: NDArray[np.int64]
    group: NDArray[np.int64]
    anonymous: NDArray[np.bool_]
    asked: NDArray[np.bool_] | None
    raters: NDArray[np.uint16]
    sums: RunSums

    def taken(self, runs: NDArray[np.intp]) -> Runs:
        """Some of the runs."""
        asked = None if self.asked is None else self.asked.take(runs, axis=1)
        raters, sums = self.raters.take(runs, axis=1), self.sums.taken(runs)
        return Runs(self.subject[runs], self.group[runs], self.anonymous[runs], asked, raters, sums)


def merged_groups(runs: Runs, cell: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Add merged groups to the first group of their cell, in place; gives the groups of each cell as bits."""
    groups = np.left_shift(1, runs.group).astype(np.uint8)
    moved = np.flatnonzero((cell >= 0) & (cell != runs.group))
    if not len(moved):
        return groups
    key = runs.subject * len(GROUPS) + runs.group
    for place in range(ANONYMOUS_FROM + 1, len(GROUPS)):
        merged = moved[runs.group[moved] == place]
        into = np.searchsorted(key, runs.subject[merged] * len(GROUPS) + cell[merged])
        groups[into] |= np.uint8(1 << place)
        runs.raters[:, into] += runs.raters[:, merged]
        if int(runs.raters.max(initial=0)) > MOST_RATERS:
            raise TooManyRatersError(most=MOST_RATERS)
        runs.sums.merge(merged, into=into)
        runs.raters[:, merged] = 0
    return groups
