"""Even-odd consistency: whether the two halves of each dimension tell the same about a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.quality.answer_table import (
    AnswerTable,
    Flags,
    FormNumbers,
    Numbers,
    correlations,
    form_numbers,
    too_few,
)
from assessments.measurement.quality.errors import AnswerTableError
from assessments.measurement.reasons import Reason

LEAST_PAIRS = 3


def even_odd_inconsistency(answers: AnswerTable, *, item_counts: Sequence[int]) -> FormNumbers:
    """Tell how badly the even and the odd items of the dimensions agree: from -1 (consistent) to 1.

    `item_counts`: how many adjacent items each dimension has; items that are worded the other way round are turned
    before. r is the correlation, over the dimensions of one form, of the means of its even and its odd items, needing
    three pairs:

        inconsistency = -max( 2 r / (1 + r), -1 )

    The sign is that of R's careless from 1.2: higher is more careless. Raises AnswerTableError when the counts do not
    add up to the items. Source: Johnson (2005); Meade and Craig (2012), Psychological Methods 17.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> form = answers_of([[5, 5, 3, 3, 1, 2]])
    >>> even_odd_inconsistency(form, item_counts=(2, 2, 2)).value.round(4).tolist()
    [-0.9909]
    """
    if sum(item_counts) != answers.values.shape[1] or min(item_counts, default=0) < 1:
        raise AnswerTableError(item_counts=tuple(item_counts), items=answers.values.shape[1])
    starts = np.concatenate(([0], np.cumsum(item_counts)[:-1]))
    is_even = (np.arange(answers.values.shape[1]) - np.repeat(starts, item_counts)) % 2 == 1
    even, has_even = _means(answers, chosen=is_even, starts=starts)
    odd, has_odd = _means(answers, chosen=~is_even, starts=starts)
    both = has_even & has_odd
    counts = both.sum(axis=1, dtype=np.int64)
    # About the form's own middle, so that squares of small differences keep their digits.
    middle = ((even + odd) * both).sum(axis=1) / np.maximum(2 * counts, 1)
    first, second = (np.where(both, half - middle[:, None], 0.0) for half in (even, odd))
    correlation, varies = correlations(
        (first.sum(axis=1), second.sum(axis=1)),
        squares=((first**2).sum(axis=1), (second**2).sum(axis=1)),
        products=(first * second).sum(axis=1),
        counts=counts,
    )
    # 2 r / (1 + r) is below -1 from r = -1 / 3 on.
    limited = np.maximum(correlation, -1 / 3)
    reasons = too_few(answers.counts, least=1)
    reasons = np.where((reasons == Reason.ESTIMATED) & ~varies, Reason.NO_VARIATION, reasons)
    reasons = np.where((answers.counts > 0) & (counts < LEAST_PAIRS), Reason.TOO_FEW_VALUES, reasons)
    return form_numbers(-2 * limited / (1 + limited), reasons=reasons.astype(np.int8))


def _means(answers: AnswerTable, *, chosen: Flags, starts: NDArray[np.int64]) -> tuple[Numbers, Flags]:
    """Means of the chosen items of each dimension, and where there is one."""
    given = answers.answered & chosen
    counts = np.add.reduceat(given, starts, axis=1, dtype=np.int64)
    sums = np.add.reduceat(answers.values * given, starts, axis=1)
    return sums / np.maximum(counts, 1), counts > 0
