"""How far each source stands from the means of the cycle: what the severity of managers is estimated from (rule 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.aggregation.cycle import CycleScores


@dataclass(frozen=True)
class SourceDistances:
    """One shown cell a row, each (rows,): `subject`, the `groups` of the cell as bits, and its mean `distance`."""

    subject: NDArray[np.int64]
    groups: NDArray[np.int64]
    distance: NDArray[np.float64]


def source_distances(result: CycleScores) -> SourceDistances:
    """Tell for every shown cell how far it lies above or below what such cells say on average, over its dimensions.

    `sum_d v_d (m_d - mu_d) / sum_d v_d` over the dimensions that the cell shows and the score counts, v the weights of
    the profile and mu the frozen mean of the cell's groups: dimensions that are harder and groups that are harsher cost
    nobody anything. In rating points. Cells without weight (one's own view) are left out. Source: the numeric contract,
    rules 5 and 7.
    """
    cells, terms = result.cells, result.terms
    kind = terms.kind
    counts = (cells.raters > 0) & (terms.weight[kind] > 0)
    weights = np.where(counts, result.design.profile_weights[result.profile_of_subject[cells.subject]], 0.0)
    total = weights.sum(axis=1)
    rows = np.flatnonzero(total > 0)
    above = np.where(counts, cells.means() - terms.mean[kind], 0.0)
    return SourceDistances(
        subject=cells.subject[rows].astype(np.int64),
        groups=cells.groups[rows].astype(np.int64),
        distance=(weights * above).sum(axis=1)[rows] / total[rows],
    )
