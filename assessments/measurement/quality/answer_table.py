"""Answers of many forms as one table: the numbers, and which of them were given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.quality.errors import AnswerTableError
from assessments.measurement.ratings import UNABLE, UNANSWERED, require_valid
from assessments.measurement.reasons import Reason

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Reasons = NDArray[np.int8]

# Squares of larger numbers overflow.
LARGEST = 1e100


@dataclass(frozen=True)
class AnswerTable:
    """Answers (forms, items): `values` as numbers, 0 where `answered` is false. Made by the two functions below."""

    values: Numbers
    answered: Flags

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many answers each form has."""
        counts: NDArray[np.int64] = self.answered.sum(axis=1, dtype=np.int64)
        return counts


@dataclass(frozen=True)
class FormNumbers:
    """One number per form (forms,), 0 with a `reasons` code where it is not estimable."""

    value: Numbers
    reasons: Reasons


def answers_of(values: ArrayLike, *, answered: ArrayLike | None = None) -> AnswerTable:
    """Take numbers on any scale (forms, items), all of them given unless `answered` tells which.

    What stands where nothing was answered does not matter. Raises AnswerTableError for answers that are not finite.

    >>> answers_of([[4, 5], [3, 0]], answered=[[True, True], [True, False]]).counts.tolist()
    [2, 1]
    """
    numbers = np.asarray(values, dtype=np.float64)
    given = np.ones(numbers.shape, dtype=np.bool_) if answered is None else np.asarray(answered)
    if numbers.ndim != 2 or given.shape != numbers.shape or given.dtype != np.bool_:
        raise AnswerTableError(shape=numbers.shape, answered=given.shape)
    kept = np.where(given, numbers, 0.0)
    is_number = np.abs(kept) < LARGEST
    if not is_number.all():
        raise AnswerTableError(form=int(np.argwhere(~is_number)[0, 0]))
    return AnswerTable(values=kept, answered=given)


def answers_of_codes(ratings: NDArray[np.uint8]) -> AnswerTable:
    """Take stored ratings (forms, items): 1 to 5 are answers, 0 unanswered and 9 unable to rate are none.

    Raises AnswerTableError for another type, InvalidRatingError for another code.

    >>> answers_of_codes(np.array([[4, 9, 0]], dtype=np.uint8)).answered.tolist()
    [[True, False, False]]
    """
    if ratings.ndim != 2 or ratings.dtype != np.uint8:
        raise AnswerTableError(shape=ratings.shape, type=str(ratings.dtype))
    require_valid(ratings)
    return answers_of(ratings, answered=(ratings != UNANSWERED) & (ratings != UNABLE))


def form_numbers(value: Numbers, *, reasons: Reasons) -> FormNumbers:
    """Numbers with 0 in the places that have a reason."""
    return FormNumbers(value=np.where(reasons == Reason.ESTIMATED, value, 0.0), reasons=reasons)


def too_few(counts: NDArray[np.int64], *, least: int) -> Reasons:
    """Reason codes of forms with no answers or fewer than are needed."""
    short = np.where(counts < least, Reason.TOO_FEW_VALUES, Reason.ESTIMATED)
    return np.where(counts == 0, Reason.NO_ANSWERS, short).astype(np.int8)


def correlations(
    sums: tuple[Numbers, Numbers], *, squares: tuple[Numbers, Numbers], products: Numbers, counts: NDArray[np.int64]
) -> tuple[Numbers, Flags]:
    """Correlations from sums over pairs of numbers, and where both sides vary; 0 elsewhere.

    A variance below a 10^12th of the mean square is rounding.
    """
    number = np.maximum(counts, 1)
    spread = [square - total**2 / number for total, square in zip(sums, squares, strict=True)]
    varies = (spread[0] > 1e-12 * squares[0]) & (spread[1] > 1e-12 * squares[1])
    scale = np.sqrt(np.where(varies, spread[0] * spread[1], 1.0))
    value = np.where(varies, (products - sums[0] * sums[1] / number) / scale, 0.0)
    return np.clip(value, -1.0, 1.0), varies
