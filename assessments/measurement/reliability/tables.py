"""Tables of scores as the formulas of reliability take them, and intervals as they give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reliability.errors import GroupsError, LevelError, ScoresError

# Squares below this share of the largest score's square are what rounding leaves of equal numbers.
ROUNDING = (16 * np.finfo(np.float64).eps) ** 2


@dataclass(frozen=True)
class Interval:
    """The two ends of an interval of confidence; minus infinity where nothing bounds it from below."""

    low: float
    high: float


def score_table(scores: ArrayLike) -> NDArray[np.float64]:
    """Read a table of scores (rows, columns), NaN where a score is missing; raises ScoresError.

    >>> score_table([[1, 2], [3, float("nan")]]).shape
    (2, 2)
    """
    table = _numbers(scores)
    if table.ndim != 2:
        raise ScoresError(dimensions=table.ndim)
    if np.isinf(table).any():
        raise ScoresError(infinite=int(np.isinf(table).sum()))
    return table


def score_list(scores: ArrayLike) -> NDArray[np.float64]:
    """Read one score after another (scores,), NaN where a score is missing; raises ScoresError.

    >>> score_list([1, 2]).tolist()
    [1.0, 2.0]
    """
    numbers = _numbers(scores)
    if numbers.ndim != 1:
        raise ScoresError(dimensions=numbers.ndim)
    return score_table(numbers[:, None])[:, 0]


def score_pairs(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read two scores a person and keep the people who have both; raises ScoresError.

    >>> [list(map(float, part)) for part in score_pairs([1, 2], [3, float("nan")])]
    [[1.0], [3.0]]
    """
    one, other = score_list(first), score_list(second)
    if one.shape != other.shape:
        raise ScoresError(first=len(one), second=len(other))
    both = np.isfinite(one) & np.isfinite(other)
    return one[both], other[both]


def group_numbers(group: ArrayLike, *, rows: int) -> NDArray[np.intp]:
    """Read the group of each row (rows,), whole numbers from 0; raises GroupsError.

    >>> group_numbers([0, 2, 2], rows=3).tolist()
    [0, 2, 2]
    """
    numbers = np.asarray(group)
    if numbers.shape != (rows,) or (rows and numbers.dtype.kind not in "iu"):
        raise GroupsError(rows=rows, groups=numbers.shape)
    if rows and numbers.min() < 0:
        raise GroupsError(lowest=int(numbers.min()))
    return numbers.astype(np.intp)


def tails(level: float) -> tuple[float, float]:
    """Probabilities below the two ends of an interval of this level; raises LevelError.

    >>> [round(tail, 3) for tail in tails(0.95)]
    [0.025, 0.975]
    """
    if not 0 < level < 1:
        raise LevelError(level=level)
    return (1 - level) / 2, (1 + level) / 2


def _numbers(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores as floats; raises ScoresError for what is no number."""
    try:
        return np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScoresError(scores="not_numbers") from None
