"""Kendall's W: how far raters put the same people into the same order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc
from scipy.stats import rankdata

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.tables import score_table


@dataclass(frozen=True)
class Concordance:
    """W corrected for ties and without the correction, and the test that the orders have nothing in common."""

    value: float
    uncorrected: float
    chi_squared: float
    degrees: int
    p: float


def kendall_w(scores: ArrayLike) -> Concordance | NotEstimable:
    """Say how far raters agree about the order of people: 1 is the same order, 0 none in common.

    `scores` (people, raters), each on a rater's own scale; equal scores share their rank.
    `W = 12 S / (m^2 (n^3 - n) - m T)`, S the squares of the sums of ranks about their mean, `T = sum of (t^3 - t)` over
    ties; `chi^2 = m (n - 1) W` with n - 1 degrees of freedom. Not estimable with missing scores, one person, one rater,
    or when no rater makes a difference. Raises ScoresError. Source: Kendall and Babington Smith (1939), Annals of
    Mathematical Statistics 10, 275-287; Siegel and Castellan (1988), section 9.

    >>> found = kendall_w([[1, 2, 1], [2, 1, 3], [3, 3, 2]])
    >>> round(found.value, 4), round(found.chi_squared, 4)
    (0.4444, 2.6667)
    """
    table = score_table(scores)
    people, raters = table.shape
    if people < 2 or raters < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if np.isnan(table).any():
        return NotEstimable(Reason.PART_MISSING)
    ranks = rankdata(table, axis=0) - (people + 1) / 2
    whole = raters**2 * (people**3 - people)
    # Of a rater's ranks 12 times the squares are n^3 - n, less t^3 - t for each tie.
    possible = 12 * raters * float(np.square(ranks).sum())
    if not possible > 0:
        return NotEstimable(Reason.NO_VARIATION)
    sums = ranks.sum(axis=1)
    above = 12 * float(sums @ sums)
    value = above / possible
    chi_squared = raters * (people - 1) * value
    return Concordance(
        value=value,
        uncorrected=above / whole,
        chi_squared=chi_squared,
        degrees=people - 1,
        p=float(chdtrc(people - 1, chi_squared)),
    )
