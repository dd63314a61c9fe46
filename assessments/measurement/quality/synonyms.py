"""Psychometric synonyms: whether a form answers alike where everybody answers alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.quality.answer_table import AnswerTable, Flags, Numbers, Reasons, correlations
from assessments.measurement.quality.errors import SettingError
from assessments.measurement.reasons import Reason

LEAST_CORRELATION = 0.60
LEAST_PAIRS = 3


@dataclass(frozen=True)
class PairConsistency:
    """Correlation per form (forms,) over `pairs` of items that both have an answer; 0 with a `reasons` code if none.

    `item_pairs` (pairs, 2): the items that are alike over all forms.
    """

    value: Numbers
    pairs: NDArray[np.int64]
    reasons: Reasons
    item_pairs: NDArray[np.int64]


def synonym_consistency(answers: AnswerTable, *, least_correlation: float = LEAST_CORRELATION) -> PairConsistency:
    """Correlate, within each form, the answers to items that correlate above .60 over all forms; low is careless.

    Over all forms each pair of items is correlated where both have an answer. A form needs three such pairs that vary.
    Raises SettingError for a correlation not between 0 and 1. Source: Meade and Craig (2012), Psychological Methods 17.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> forms = answers_of([[1, 2, 3], [2, 3, 4], [4, 5, 4], [5, 4, 5]])
    >>> synonym_consistency(forms).value.round(3).tolist()
    [0.5, 0.5, -0.5, -0.5]
    """
    return _consistency(answers, is_alike=item_correlations(answers) > _checked(least_correlation))


def antonym_consistency(answers: AnswerTable, *, least_correlation: float = LEAST_CORRELATION) -> PairConsistency:
    """Correlate, within each form, the answers to items that correlate below -.60 over all forms; high is careless.

    As synonym_consistency, for opposites. Raises SettingError. Source: Meade and Craig (2012).

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> antonym_consistency(answers_of([[1, 5], [2, 4], [4, 2], [5, 1]])).item_pairs.tolist()
    [[1, 0]]
    """
    return _consistency(answers, is_alike=item_correlations(answers) < -_checked(least_correlation))


def item_correlations(answers: AnswerTable) -> Numbers:
    """Correlations (items, items) over the forms that answer both items; 0 where they do not vary together."""
    given = answers.answered.astype(np.float64)
    centred = np.where(answers.answered, answers.values - column_means(answers), 0.0)
    counts = np.rint(given.T @ given).astype(np.int64)
    sums, squares = centred.T @ given, (centred**2).T @ given
    found, _ = correlations((sums, sums.T), squares=(squares, squares.T), products=centred.T @ centred, counts=counts)
    return found


def column_means(answers: AnswerTable) -> Numbers:
    """Mean of the answers to each item (items,), 0 where there is none."""
    mean: Numbers = answers.values.sum(axis=0) / np.maximum(answers.answered.sum(axis=0), 1)
    return mean


def _checked(least_correlation: float) -> float:
    """The least correlation, if it is one."""
    if not 0 <= least_correlation < 1:
        raise SettingError(least_correlation=least_correlation)
    return least_correlation


def _consistency(answers: AnswerTable, *, is_alike: Flags) -> PairConsistency:
    """Correlations within forms over pairs of items, of which the later one comes first, as in R."""
    later = np.tril(is_alike, k=-1).astype(np.float64)
    given = answers.answered.astype(np.float64)
    middle = answers.values.sum(axis=1, keepdims=True) / np.maximum(answers.counts, 1)[:, None]
    centred = np.where(answers.answered, answers.values - middle, 0.0)
    with_earlier, with_later = given @ later.T, given @ later
    counts = np.rint((given * with_earlier).sum(axis=1)).astype(np.int64)
    value, varies = correlations(
        ((centred * with_earlier).sum(axis=1), (centred * with_later).sum(axis=1)),
        squares=((centred**2 * with_earlier).sum(axis=1), (centred**2 * with_later).sum(axis=1)),
        products=(centred * (centred @ later.T)).sum(axis=1),
        counts=counts,
    )
    reasons = np.where(varies, Reason.ESTIMATED, Reason.NO_VARIATION)
    reasons = np.where(counts < LEAST_PAIRS, Reason.TOO_FEW_VALUES, reasons)
    reasons = np.where(answers.counts == 0, Reason.NO_ANSWERS, reasons).astype(np.int8)
    is_there = reasons == Reason.ESTIMATED
    return PairConsistency(np.where(is_there, value, 0.0), counts, reasons, np.argwhere(later > 0))
