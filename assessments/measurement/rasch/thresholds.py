"""Thresholds between neighbouring categories: shared by all items, or each item's own (partial credit)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.reasons import Reason


@dataclass(frozen=True)
class Thresholds:
    """Where the chances of neighbouring categories are equal, in logits from the item's difficulty.

    `measure`, `standard_error`, `reason` (groups, categories - 1), `is_used` and `potential` (groups, categories): a
    single group when all items share their thresholds, else one per item. The thresholds of a group sum to 0. Beside a
    category that nobody used a threshold has no place of its own: it has the mean over the gap, with the reason.
    """

    group_of_item: NDArray[np.int64]
    measure: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.int8]
    is_used: NDArray[np.bool_]
    potential: NDArray[np.float64]

    def potentials_of(self, item: NDArray[np.int64]) -> NDArray[np.float64]:
        """Potentials (categories, ...) for items, minus infinity where nobody used the category."""
        bounded = np.where(self.is_used, self.potential, -np.inf)
        found: NDArray[np.float64] = np.moveaxis(bounded[self.group_of_item[item]], -1, 0)
        return found


@dataclass(frozen=True)
class StepLayout:
    """Which potentials of categories are estimated: `place` (groups, categories) among them, -1 where fixed.

    The potentials of a group's lowest and highest used category are 0, which makes its thresholds sum to 0.
    """

    group_of_item: NDArray[np.int64]
    place: NDArray[np.int64]
    is_used: NDArray[np.bool_]
    fixed: NDArray[np.float64]

    @property
    def number(self) -> int:
        """How many potentials are estimated."""
        return int(self.place.max(initial=-1)) + 1

    def potentials(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """All potentials (groups, categories) from the estimated ones; minus infinity where nobody used a category."""
        filled = np.where(self.is_used, self.fixed, -np.inf)
        filled[self.place >= 0] = values
        return filled

    def thresholds(self, values: NDArray[np.float64], *, covariance: NDArray[np.float64]) -> Thresholds:
        """Turn potentials and their covariance into thresholds: `tau_k = potential_{k-1} - potential_k`."""
        groups, categories = self.place.shape
        potential = np.where(self.is_used, self.potentials(values), 0.0)
        measure, error = np.zeros((groups, categories - 1)), np.zeros((groups, categories - 1))
        reason = np.full((groups, categories - 1), Reason.NO_ANSWERS, dtype=np.int8)
        for group in range(groups):
            used = np.flatnonzero(self.is_used[group])
            for low, high in pairwise(used.tolist()):
                gap = slice(low, high)
                measure[group, gap] = (potential[group, low] - potential[group, high]) / (high - low)
                error[group, gap] = self._error(group, low, high, covariance) / (high - low)
                if high - low == 1:
                    reason[group, low] = Reason.ESTIMATED
        return Thresholds(self.group_of_item, measure, error, reason, self.is_used, potential)

    def _error(self, group: int, low: int, high: int, covariance: NDArray[np.float64]) -> float:
        """Standard error of the difference of two potentials."""
        weight = np.zeros(self.number)
        for category, sign in ((low, 1.0), (high, -1.0)):
            if self.place[group, category] >= 0:
                weight[self.place[group, category]] = sign
        return sqrt(max(float(weight @ covariance @ weight), 0.0))


def step_groups(table: RatingTable, *, is_partial_credit: bool) -> NDArray[np.int64]:
    """Group of each item by its thresholds: all in one, or each item its own."""
    return np.arange(table.items) if is_partial_credit else np.zeros(table.items, dtype=np.int64)


def step_layout(
    count: NDArray[np.float64], *, group_of_item: NDArray[np.int64], anchored: NDArray[np.float64] | None
) -> StepLayout:
    """Decide which potentials are estimated, from how often each category was used (groups, categories).

    With `anchored` thresholds (groups, categories - 1) nothing is estimated and every category may occur.
    """
    place = np.full(count.shape, -1)
    fixed = np.zeros(count.shape)
    if anchored is not None:
        fixed[:, 1:] = -np.cumsum(anchored, axis=1)
        return StepLayout(group_of_item, place, np.ones(count.shape, dtype=np.bool_), fixed)
    is_used = count > 0
    before = np.cumsum(is_used, axis=1)
    inner = is_used & (before > 1) & (before < before[:, -1:])
    place[inner] = np.arange(inner.sum())
    return StepLayout(group_of_item, place, is_used, fixed)
