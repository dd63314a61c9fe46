"""Range restriction and central tendency: raters who hardly tell people apart, or keep to the middle or the ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f

from assessments.measurement.quality.answer_table import AnswerTable, Numbers, Reasons
from assessments.measurement.quality.errors import AnswerTableError, SettingError
from assessments.measurement.quality.synonyms import column_means
from assessments.measurement.reasons import Reason

LEAST_FORMS = 3


@dataclass(frozen=True)
class RaterRanges:
    """How each rater uses the scale (raters,), raters in sorted order.

    `deviation`: standard deviation of the means of the rater's forms; `ratio` to that of all raters, below 1 for a
    restricted range; `p_values` two-sided; `answer_ratio`: the same for single answers, below 1 for central tendency
    and above 1 for extremity; `ends`, `middle`: share of the answers at the two ends and in the middle of the scale.
    0, and p 1, with a `reasons` code.
    """

    raters: NDArray[np.generic]
    forms: NDArray[np.int64]
    deviation: Numbers
    ratio: Numbers
    p_values: Numbers
    answer_ratio: Numbers
    ends: Numbers
    middle: Numbers
    reasons: Reasons


def rater_ranges(answers: AnswerTable, *, rater: ArrayLike, lowest: float, highest: float) -> RaterRanges:
    """Compare how far each rater spreads people, and answers, with all raters.

    `answers` (forms, items); `rater` (forms,); `lowest` and `highest` answer of the scale. Forms are compared by their
    mean about the items' means over all forms. Needs three forms. The p-value compares the rater's variance with the
    pooled one of the others by F: it supposes normal means and people who differ alike. Raises AnswerTableError,
    SettingError.

        ratio = s of the rater's form means / sqrt( pooled s^2 within raters )       F = s^2 / pooled s^2 of the others

    Source: Saal, Downey and Lahey (1980), Psychological Bulletin 88.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> forms = answers_of([[3], [3], [4], [1], [3], [5]])
    >>> rater_ranges(forms, rater=[0, 0, 0, 1, 1, 1], lowest=1, highest=5).ratio.round(3).tolist()
    [0.392, 1.359]
    """
    given = np.asarray(rater)
    if given.shape != (len(answers.values),):
        raise AnswerTableError(forms=len(answers.values), raters=given.shape)
    if not lowest < highest:
        raise SettingError(lowest=lowest, highest=highest)
    raters, owner = np.unique(given, return_inverse=True)
    size = len(raters)
    centred = np.where(answers.answered, answers.values - column_means(answers), 0.0)
    used = answers.counts > 0
    mean = centred.sum(axis=1) / np.maximum(answers.counts, 1)
    forms, squares = _squares(mean[used], owner=owner[used], size=size)
    of_answers = np.repeat(owner, answers.counts)
    numbers, answer_squares = _squares(centred[answers.answered], owner=of_answers, size=size)
    variance, ratio, pooled = _ratios(forms, squares=squares)
    reasons = np.where(pooled > 0, Reason.ESTIMATED, Reason.NO_VARIATION)
    reasons = np.where(forms < LEAST_FORMS, Reason.TOO_FEW_VALUES, reasons)
    reasons = np.where(numbers == 0, Reason.NO_ANSWERS, reasons).astype(np.int8)
    is_there = reasons == Reason.ESTIMATED
    value = answers.values[answers.answered]
    at_end, in_middle = (value <= lowest) | (value >= highest), value == (lowest + highest) / 2
    ends, middle = (np.bincount(of_answers, weights=each, minlength=size) for each in (at_end, in_middle))
    return RaterRanges(
        raters=raters,
        forms=forms,
        deviation=np.where(is_there, np.sqrt(variance), 0.0),
        ratio=np.where(is_there, ratio, 0.0),
        p_values=np.where(is_there, _p_values(forms, squares=squares), 1.0),
        answer_ratio=np.where(is_there, _ratios(numbers, squares=answer_squares)[1], 0.0),
        ends=np.where(is_there, ends / np.maximum(numbers, 1), 0.0),
        middle=np.where(is_there, middle / np.maximum(numbers, 1), 0.0),
        reasons=reasons,
    )


def _squares(value: Numbers, *, owner: NDArray[np.intp], size: int) -> tuple[NDArray[np.int64], Numbers]:
    """Number of values of each rater and their sum of squares about the rater's mean, without what rounding leaves."""
    number = np.bincount(owner, minlength=size)
    mean = np.bincount(owner, weights=value, minlength=size) / np.maximum(number, 1)
    squares = np.bincount(owner, weights=(value - mean[owner]) ** 2, minlength=size)
    return number, np.where(squares > 1e-12 * (value**2).sum(), squares, 0.0)


def _ratios(number: NDArray[np.int64], *, squares: Numbers) -> tuple[Numbers, Numbers, float]:
    """Variance of each rater, its root over that of the pooled variance, and the pooled variance."""
    degrees = np.maximum(number - 1, 0)
    variance = squares / np.maximum(degrees, 1)
    pooled = float(squares.sum() / max(int(degrees.sum()), 1))
    return variance, np.sqrt(variance / pooled) if pooled > 0 else np.zeros_like(variance), pooled


def _p_values(number: NDArray[np.int64], *, squares: Numbers) -> Numbers:
    """Two-sided p-values of each rater's variance against the others', 1 where either is missing."""
    degrees = np.maximum(number - 1, 0)
    others = degrees.sum() - degrees
    rest = (squares.sum() - squares) / np.maximum(others, 1)
    can_compare = (degrees > 0) & (others > 0) & (rest > 0)
    ratio = np.where(can_compare, squares / np.maximum(degrees, 1) / np.where(can_compare, rest, 1.0), 1.0)
    below = f.cdf(ratio, np.maximum(degrees, 1), np.maximum(others, 1))
    return np.where(can_compare, np.minimum(2 * np.minimum(below, 1 - below), 1.0), 1.0)
