"""Count, mean, variance and average deviations of every item in every group, in one pass each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GroupMoments:
    """Per group and item (groups, items): answers, mean, variance (n - 1), mean distance from mean and from median.

    Items of a group with fewer than two answers have variance and distances 0.
    """

    counts: NDArray[np.int64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    from_mean: NDArray[np.float64]
    from_median: NDArray[np.float64]


def group_moments(answers: NDArray[np.float64], *, group: NDArray[np.intp], groups: int) -> GroupMoments:
    """Describe every item in every group; `answers` (raters, items) with NaN where missing, `group` (raters,).

    Source: definitions of the mean, the variance and the average deviation.

    >>> found = group_moments(np.array([[1.0], [2.0], [6.0]]), group=np.zeros(3, dtype=np.intp), groups=1)
    >>> found.mean.tolist(), found.variance.tolist(), found.from_median.round(4).tolist()
    ([[3.0]], [[7.0]], [[1.6667]])
    """
    items = answers.shape[1]
    there = np.isfinite(answers)
    cell = group[:, None] * items + np.arange(items)
    place, value = cell[there], answers[there]
    size = groups * items
    counts = np.bincount(place, minlength=size)
    number = np.maximum(counts, 1)
    mean = np.bincount(place, weights=value, minlength=size) / number
    apart = value - mean[place]
    squares = np.bincount(place, weights=apart**2, minlength=size)
    median = _medians(place, value, counts)
    per_cell = (groups, items)
    return GroupMoments(
        counts=counts.reshape(per_cell),
        mean=mean.reshape(per_cell),
        variance=(squares / np.maximum(counts - 1, 1)).reshape(per_cell),
        from_mean=(np.bincount(place, weights=np.abs(apart), minlength=size) / number).reshape(per_cell),
        from_median=(np.bincount(place, weights=np.abs(value - median[place]), minlength=size) / number).reshape(
            per_cell
        ),
    )


def _medians(place: NDArray[np.intp], value: NDArray[np.float64], counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Median of the values of each cell, 0 where there is none."""
    if not len(value):
        return np.zeros(len(counts))
    in_order = value[np.lexsort((value, place))]
    first = np.cumsum(counts) - counts
    last = len(value) - 1
    lower = in_order[np.minimum(first + np.maximum(counts - 1, 0) // 2, last)]
    upper = in_order[np.minimum(first + counts // 2, last)]
    return np.where(counts > 0, (lower + upper) / 2, 0.0)
