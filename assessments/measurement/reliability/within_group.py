"""Agreement within groups: whether raters of the same person agree enough to be averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.reliability.errors import NullError, ScaleError
from assessments.measurement.reliability.group_moments import GroupMoments, group_moments
from assessments.measurement.reliability.tables import group_numbers, score_table

LEAST_RATERS = 3


@dataclass(frozen=True)
class ItemAgreement:
    """Agreement of every group on every item (groups, items), on the scale of each index.

    `rwg` and `awg` are 1 for full agreement; `deviation_mean` and `deviation_median` are average distances in scale
    points, 0 for full agreement. Where `reason` is not 0, all numbers are 0 and mean nothing; where `awg_reason` is
    not 0, `awg` is 0 and means nothing: the group's mean is too near to an end for its number of raters.
    """

    raters: NDArray[np.int64]
    variance: NDArray[np.float64]
    rwg: NDArray[np.float64]
    awg: NDArray[np.float64]
    deviation_mean: NDArray[np.float64]
    deviation_median: NDArray[np.float64]
    reason: NDArray[np.int8]
    awg_reason: NDArray[np.int8]


@dataclass(frozen=True)
class ScaleAgreement:
    """Agreement of every group on all items together (groups,): `items` with enough raters count."""

    items: NDArray[np.int64]
    variance: NDArray[np.float64]
    rwg: NDArray[np.float64]
    r_star: NDArray[np.float64]
    awg: NDArray[np.float64]
    deviation_mean: NDArray[np.float64]
    deviation_median: NDArray[np.float64]
    reason: NDArray[np.int8]
    awg_reason: NDArray[np.int8]


@dataclass(frozen=True)
class WithinGroupAgreement:
    """Agreement on single items and on all of them; average deviations up to `largest_deviation` count as agreement."""

    item: ItemAgreement
    scale: ScaleAgreement
    largest_deviation: float


def within_group_agreement(
    answers: ArrayLike, *, group: ArrayLike, lowest: float, highest: float, null_variance: float
) -> WithinGroupAgreement:
    """Say how far the raters of each group agree, for all groups at once.

    `answers` (raters, items), NaN where missing, between `lowest` and `highest`, one apart; `group` (raters,) whole
    numbers from 0; `null_variance` from `null_distributions`. With s^2 the variance (n - 1), m its mean over J items:
    `rwg = 1 - s^2 / v`, not below 0; `rwg(J) = J (1 - m/v) / (J (1 - m/v) + m/v)`, not below 0; `r*wg(J) = 1 - m/v`;
    `awg = 1 - 2 s^2 / ([(H + L) M - M^2 - H L] n / (n - 1))`, 1 when all agree, over J its mean;
    `AD = sum |x - centre| / n` about mean or median, over J its mean; agreement up to A/6. Items with fewer than three
    raters are not reported. Raises ScoresError, GroupsError, ScaleError, NullError. Sources: James, Demaree and Wolf
    (1984), Journal of Applied Psychology 69, 85-98; Lindell, Brandt and Whitney (1999), Applied Psychological
    Measurement 23, 127-135; Brown and Hauenstein (2005), Organizational Research Methods 8, 165-184; Burke, Finkelstein
    and Dusig (1999), Organizational Research Methods 2, 49-68; Dunlap, Burke and Smith-Crowe (2003).

    >>> found = within_group_agreement([[4], [4], [5], [3]], group=[0, 0, 0, 0], lowest=1, highest=5, null_variance=2.0)
    >>> found.item.rwg.round(4).tolist(), found.item.awg.round(4).tolist(), found.item.deviation_mean.tolist()
    ([[0.6667]], [[0.6667]], [[0.5]])
    """
    table = score_table(answers)
    whose = group_numbers(group, rows=len(table))
    if not lowest < highest or not np.isfinite([lowest, highest]).all():
        raise ScaleError(lowest=lowest, highest=highest)
    given = table[np.isfinite(table)]
    if given.size and (given.min() < lowest or given.max() > highest):
        raise ScaleError(least=float(given.min()), greatest=float(given.max()))
    if not (np.isfinite(null_variance) and null_variance > 0):
        raise NullError(variance=null_variance)
    moments = group_moments(table, group=whose, groups=int(whose.max()) + 1 if len(whose) else 0)
    item = _item_agreement(moments, lowest=lowest, highest=highest, null_variance=null_variance)
    return WithinGroupAgreement(
        item=item,
        scale=_scale_agreement(item, null_variance=null_variance),
        largest_deviation=(highest - lowest + 1) / 6,
    )


def _item_agreement(moments: GroupMoments, *, lowest: float, highest: float, null_variance: float) -> ItemAgreement:
    """All indices of each item in each group."""
    enough = moments.counts >= LEAST_RATERS
    awg, has_awg = _awg(moments, lowest=lowest, highest=highest)
    reason = np.where(enough, Reason.ESTIMATED, Reason.BELOW_THRESHOLD)
    return ItemAgreement(
        raters=moments.counts,
        variance=np.where(enough, moments.variance, 0.0),
        rwg=np.where(enough, np.maximum(1 - moments.variance / null_variance, 0.0), 0.0),
        awg=np.where(enough & has_awg, awg, 0.0),
        deviation_mean=np.where(enough, moments.from_mean, 0.0),
        deviation_median=np.where(enough, moments.from_median, 0.0),
        reason=reason.astype(np.int8),
        awg_reason=np.where(enough & ~has_awg, Reason.NOT_APPLICABLE, reason).astype(np.int8),
    )


def _awg(moments: GroupMoments, *, lowest: float, highest: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Agreement relative to the largest variance that the group's mean allows, and where that is defined."""
    number, mean = np.maximum(moments.counts, 1), moments.mean
    room = (highest - mean) * (mean - lowest)
    at_end = room <= 0
    # A rounding error of the mean must not take an answer from the group whose all but one chose an end.
    nearest = (highest - lowest) / number * (1 - 1e-12)
    inside = (mean - lowest >= nearest) & (highest - mean >= nearest)
    share = 2 * moments.variance * (number - 1) / number / np.where(at_end, 1.0, room)
    return np.where(at_end, 1.0, 1 - share), inside | (moments.variance == 0)


def _scale_agreement(item: ItemAgreement, *, null_variance: float) -> ScaleAgreement:
    """All indices over the items that have enough raters."""
    enough = item.reason == Reason.ESTIMATED
    items = enough.sum(axis=1)
    has = items > 0
    number = np.maximum(items, 1)
    variance = item.variance.sum(axis=1) / number
    share = 1 - variance / null_variance
    cut = np.maximum(share, 0.0)
    with_awg = (item.awg_reason == Reason.ESTIMATED).sum(axis=1)
    reason = np.where(has, Reason.ESTIMATED, Reason.BELOW_THRESHOLD)
    return ScaleAgreement(
        items=items,
        variance=variance,
        rwg=np.where(has, items * cut / np.where(has, items * cut + 1 - cut, 1.0), 0.0),
        r_star=np.where(has, share, 0.0),
        awg=item.awg.sum(axis=1) / np.maximum(with_awg, 1),
        deviation_mean=item.deviation_mean.sum(axis=1) / number,
        deviation_median=item.deviation_median.sum(axis=1) / number,
        reason=reason.astype(np.int8),
        awg_reason=np.where(has & (with_awg == 0), Reason.NOT_APPLICABLE, reason).astype(np.int8),
    )
