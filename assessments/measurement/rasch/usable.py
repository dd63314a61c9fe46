"""Which ratings an estimator can use: those of elements with nothing but highest or lowest ratings tell no measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.reasons import Reason


@dataclass(frozen=True)
class UsableRatings:
    """The ratings (ratings,) that are used, and why a person, item or rater has no measure (reason 0: has one)."""

    is_used: NDArray[np.bool_]
    person_reason: NDArray[np.int8]
    item_reason: NDArray[np.int8]
    rater_reason: NDArray[np.int8]

    @property
    def any_reason(self) -> Reason:
        """Why nothing at all can be estimated: no answers, or none that vary."""
        return Reason.NO_VARIATION if (self.item_reason == Reason.NO_VARIATION).any() else Reason.NO_ANSWERS


def usable_ratings(
    table: RatingTable,
    *,
    group_of_item: NDArray[np.int64],
    needs_variation: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    has_all_categories: bool,
) -> UsableRatings:
    """Set aside, again and again, the elements whose ratings are all at one end of the used scale.

    `needs_variation` says per person, item and rater whether its measure comes from the likelihood alone (no anchor, no
    prior): such a measure would be infinite. The ends are those of the used categories, or of the scale where it
    `has_all_categories` (by known thresholds, or ratings that count as spread over all). Reasons: NO_ANSWERS without
    ratings, NO_VARIATION at an end, TOO_FEW_VALUES when all its ratings went with other elements.
    """
    is_used = np.ones(len(table.score), dtype=np.bool_)
    extreme = [np.zeros(size, dtype=np.bool_) for _, size in table.facets]
    while True:
        low, high = _ends(table, is_used, group_of_item, has_all_categories=has_all_categories)
        score, group = table.score[is_used], group_of_item[table.item[is_used]]
        above, below = (score - low[group]).astype(np.float64), (high[group] - score).astype(np.float64)
        found = []
        for (index, size), needs in zip(table.facets, needs_variation, strict=True):
            used = index[is_used]
            rated = np.bincount(used, minlength=size) > 0
            at_end = (np.bincount(used, above, size) == 0) | (np.bincount(used, below, size) == 0)
            found.append(needs & rated & at_end)
        # A group of items with ratings in a single category has no thresholds, even if its difficulties are known.
        found[1] |= (low == high)[group_of_item] & (np.bincount(table.item[is_used], minlength=table.items) > 0)
        if not any(one.any() for one in found):
            break
        extreme = [known | one for known, one in zip(extreme, found, strict=True)]
        for (index, _), one in zip(table.facets, found, strict=True):
            is_used &= ~one[index]
    reasons = [
        _reasons(index, size, is_used, is_extreme)
        for (index, size), is_extreme in zip(table.facets, extreme, strict=True)
    ]
    return UsableRatings(is_used, *reasons)


def _ends(
    table: RatingTable, is_used: NDArray[np.bool_], group_of_item: NDArray[np.int64], *, has_all_categories: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lowest and highest category in use, per group of items."""
    groups = int(group_of_item.max(initial=0)) + 1
    if has_all_categories:
        return np.zeros(groups, dtype=np.int64), np.full(groups, table.top)
    some = category_counts(table, is_used, group_of_item) > 0
    return some.argmax(axis=1), table.top - some[:, ::-1].argmax(axis=1)


def category_counts(
    table: RatingTable, is_used: NDArray[np.bool_], group_of_item: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How often each category was used, (groups, categories)."""
    groups, categories = int(group_of_item.max(initial=0)) + 1, table.top + 1
    place = group_of_item[table.item[is_used]] * categories + table.score[is_used]
    return np.bincount(place, minlength=groups * categories).reshape(groups, categories).astype(np.float64)


def _reasons(
    index: NDArray[np.int64], size: int, is_used: NDArray[np.bool_], is_extreme: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Why elements of a facet have no measure."""
    rated = np.bincount(index, minlength=size) > 0
    still = np.bincount(index[is_used], minlength=size) > 0
    reason = np.where(still, Reason.ESTIMATED, Reason.TOO_FEW_VALUES)
    reason = np.where(is_extreme, Reason.NO_VARIATION, reason)
    return np.where(rated, reason, Reason.NO_ANSWERS).astype(np.int8)
