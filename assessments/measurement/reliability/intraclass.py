"""Intraclass correlations: how far several raters of the same people agree, one by one and as a mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.crossed_gaps import forms_with_gaps
from assessments.measurement.reliability.intraclass_forms import MeanSquares, SixForms, forms_of_squares, mean_squares
from assessments.measurement.reliability.tables import score_table, tails


@dataclass(frozen=True)
class IntraclassCorrelations(SixForms):
    """All six forms, and what they come from.

    `one_way_*`: raters differ from person to person, ICC(1,1) and ICC(1,k). `agreement_*`: a sample of raters rates
    all, and their severity counts as error, ICC(2,1) or ICC(A,1), and ICC(2,k). `consistency_*`: severity does not
    count, ICC(3,1) or ICC(C,1), and ICC(3,k). `squares` only when no rating is missing, else a reason; `people` have a
    rating; `raters` is the k of the means: with missing ratings the harmonic mean of raters a person.
    """

    squares: MeanSquares | NotEstimable
    people: int
    raters: float


def intraclass_correlations(ratings: ArrayLike, *, level: float = 0.95) -> IntraclassCorrelations | NotEstimable:
    """Say how far raters of the same people agree, in all six forms, with intervals.

    `ratings` (people, raters), NaN where missing. With the mean squares MSR, MSC, MSE, MSW, n people and k raters:
    `ICC(1,1) = (MSR - MSW) / (MSR + (k-1) MSW)`, `ICC(2,1) = (MSR - MSE) / (MSR + (k-1) MSE + k (MSC - MSE) / n)`,
    `ICC(3,1) = (MSR - MSE) / (MSR + (k-1) MSE)`; means: `(MSR - MSW) / MSR`, `(MSR - MSE) / (MSR + (MSC - MSE) / n)`,
    `(MSR - MSE) / MSR`. Intervals by F, for agreement with Satterthwaite's degrees of freedom. With missing ratings
    nobody is left out: the forms are ratios of REML variances, see `forms_with_gaps`. Not estimable with one person,
    one rater or without variation. Raises ScoresError, LevelError. Sources: Shrout and Fleiss (1979), Psychological
    Bulletin 86, 420-428; McGraw and Wong (1996), Psychological Methods 1, 30-46, with the corrections on page 390.

    >>> found = intraclass_correlations([[9, 2, 5], [6, 1, 3], [8, 4, 6], [7, 1, 2]])
    >>> round(found.agreement_single.value, 4), round(found.consistency_mean.value, 4)
    (0.1681, 0.8824)
    """
    table = score_table(ratings)
    tails(level)
    there = np.isfinite(table)
    if not there.all():
        table = table[there.any(axis=1)][:, there.any(axis=0)]
        there = np.isfinite(table)
    people, raters = table.shape
    if people < 2 or raters < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if not there.all():
        found = forms_with_gaps(table, level=level)
        if isinstance(found, NotEstimable):
            return found
        harmonic = float(people / (1 / there.sum(axis=1)).sum())
        return IntraclassCorrelations(
            **vars(found), squares=NotEstimable(Reason.PART_MISSING), people=people, raters=harmonic
        )
    squares = mean_squares(table)
    if squares.people == squares.within == 0:
        return NotEstimable(Reason.NO_VARIATION)
    forms = forms_of_squares(squares, people=people, raters=raters, level=level)
    return IntraclassCorrelations(**vars(forms), squares=squares, people=people, raters=float(raters))
