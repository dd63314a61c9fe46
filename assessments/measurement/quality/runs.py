"""Long strings: how often a form gives the same answer again and again (straightlining)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.quality.answer_table import AnswerTable, Numbers, Reasons, too_few
from assessments.measurement.reasons import Reason


@dataclass(frozen=True)
class Runs:
    """Runs of equal answers per form (forms,): the longest, and the average length; 0 with a `reasons` code if none."""

    longest: NDArray[np.int64]
    average: Numbers
    reasons: Reasons


def runs_of_equal_answers(answers: AnswerTable) -> Runs:
    """Count how many equal answers follow each other, in the order of the items.

    Items without an answer are passed over: 4, 4, unable, 4 is a run of three.

        average = answers / runs

    Source: Johnson (2005), Journal of Research in Personality 39.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> found = runs_of_equal_answers(answers_of([[4, 4, 4, 2, 5, 5]]))
    >>> found.longest.tolist(), found.average.tolist()
    ([3], [2.0])
    """
    forms, items = answers.values.shape
    reasons = too_few(answers.counts, least=1)
    if not forms * items:
        return Runs(np.zeros(forms, dtype=np.int64), np.zeros(forms), reasons)
    place = np.where(answers.answered, np.arange(items), -1)
    last = np.full((forms, items), -1)
    np.maximum.accumulate(place[:, :-1], axis=1, out=last[:, 1:])
    before = np.take_along_axis(answers.values, np.maximum(last, 0), axis=1)
    begins = answers.answered & ((last < 0) | (answers.values != before))
    run = np.cumsum(begins, axis=1) - 1 + np.arange(forms)[:, None] * items
    lengths = np.bincount(run[answers.answered], minlength=forms * items).reshape(forms, items)
    average = answers.counts / np.maximum(begins.sum(axis=1), 1)
    return Runs(lengths.max(axis=1), np.where(reasons == Reason.ESTIMATED, average, 0.0), reasons)
