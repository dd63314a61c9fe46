"""Cronbach's alpha: how far the items of a scale, summed, would say the same if asked again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.covariances import correlations_of, covariance_matrix, pairwise_covariances
from assessments.measurement.reliability.smc import multiple_correlations
from assessments.measurement.reliability.tables import Interval, score_table, tails

SMALLEST_SHARE = 1e-9


@dataclass(frozen=True)
class ItemStatistics:
    """How each item fits the others (items,): correlation with the sum of the rest, and alpha without the item.

    Where `rest_reason` or `without_reason` is not 0 (Reason.ESTIMATED), the number beside it is 0 and means nothing.
    """

    rest_correlation: NDArray[np.float64]
    rest_reason: NDArray[np.int8]
    alpha_without: NDArray[np.float64]
    without_reason: NDArray[np.int8]


@dataclass(frozen=True)
class Alpha:
    """Alpha of a sum of items with its interval, and its relatives.

    `people`: how many people the interval counts (harmonic mean over pairs of items); `interval` is not estimable when
    that is unknown. `standardised`, `guttman_6` and `average_correlation` need that every item varies.
    """

    value: float
    interval: Interval | NotEstimable
    standardised: float | NotEstimable
    guttman_6: float | NotEstimable
    average_correlation: float | NotEstimable
    items: ItemStatistics
    people: float


def cronbach_alpha(scores: ArrayLike, *, level: float = 0.95) -> Alpha | NotEstimable:
    """Say how reliable the sum of several items is, from the answers of many people.

    `scores` (people, items), NaN where an answer is missing: covariances are pairwise, over the people who answered
    both items. `alpha = k / (k - 1) (1 - sum s_i^2 / s_X^2)`, for items of 0 and 1 the same as KR-20. Interval:
    `1 - (1 - alpha) F` with n - 1 and (n - 1)(k - 1) degrees of freedom. Not estimable with one item, when two items
    have fewer than two people in common, or when the sum does not vary. Raises ScoresError, LevelError. Sources:
    Cronbach (1951), Psychometrika 16, 297-334; Kuder and Richardson (1937); Feldt (1965), Psychometrika 30, 357-370;
    Guttman (1945), Psychometrika 10, 255-282.

    >>> found = cronbach_alpha([[1, 2], [2, 2], [3, 5]])
    >>> round(found.value, 4), [round(end, 4) for end in (found.interval.low, found.interval.high)]
    (0.8571, [-4.5714, 0.9963])
    """
    table = score_table(scores)
    tails(level)
    if table.shape[1] < 2:
        return NotEstimable(Reason.TOO_FEW_ITEMS)
    found = pairwise_covariances(table)
    if isinstance(found, NotEstimable):
        return found
    return _alpha(found.covariance, people=found.people, level=level)


def cronbach_alpha_of_covariance(
    covariance: ArrayLike, *, people: int | None = None, level: float = 0.95
) -> Alpha | NotEstimable:
    """Say the same from the covariances or correlations of the items; `people` gives the interval.

    `covariance` (items, items). Raises CovarianceError, LevelError. Sources: as cronbach_alpha.

    >>> round(cronbach_alpha_of_covariance([[1, 0.5], [0.5, 1]]).value, 4)
    0.6667
    """
    matrix = covariance_matrix(covariance)
    tails(level)
    if len(matrix) < 2:
        return NotEstimable(Reason.TOO_FEW_ITEMS)
    return _alpha(matrix, people=float(people or 0), level=level)


def _alpha(covariance: NDArray[np.float64], *, people: float, level: float) -> Alpha | NotEstimable:
    """Alpha and its relatives from a covariance matrix of at least two items."""
    count = len(covariance)
    variances = np.diagonal(covariance)
    total = float(covariance.sum())
    if not total > _nothing(covariance):
        return NotEstimable(Reason.NO_VARIATION)
    value = count / (count - 1) * (1 - float(variances.sum()) / total)
    correlation = correlations_of(covariance)
    standardised: float | NotEstimable = NotEstimable(Reason.NO_VARIATION)
    guttman, average = standardised, standardised
    if not isinstance(correlation, NotEstimable):
        sum_of_all = float(correlation.sum())
        average = (sum_of_all - count) / (count * (count - 1))
        if sum_of_all > 0:
            standardised = count / (count - 1) * (1 - count / sum_of_all)
            guttman = 1 - float((1 - multiple_correlations(correlation)).sum()) / sum_of_all
    return Alpha(
        value=value,
        interval=_feldt(value, items=count, people=people, level=level),
        standardised=standardised,
        guttman_6=guttman,
        average_correlation=average,
        items=_item_statistics(covariance, total),
        people=people,
    )


def _feldt(value: float, *, items: int, people: float, level: float) -> Interval | NotEstimable:
    """Interval of alpha: the ratio of two mean squares is that of an F, times one minus the true alpha."""
    if not people > 1:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    below, above = tails(level)
    degrees = people - 1, (people - 1) * (items - 1)
    return Interval(1 - (1 - value) * float(fdtri(*degrees, above)), 1 - (1 - value) * float(fdtri(*degrees, below)))


def _item_statistics(covariance: NDArray[np.float64], total: float) -> ItemStatistics:
    """Each item against the sum of the rest, from the covariance matrix and its sum."""
    variances, with_sum = np.diagonal(covariance), covariance.sum(axis=0)
    rest = total - 2 * with_sum + variances
    nothing = _nothing(covariance)
    has_both = (variances > 0) & (rest > nothing)
    scale = np.sqrt(np.where(has_both, variances * rest, 1.0))
    left = len(covariance) - 1
    has_rest = (rest > nothing) & (left > 1)
    without = left / max(left - 1, 1) * (1 - (variances.sum() - variances) / np.where(has_rest, rest, 1.0))
    too_few = Reason.NO_VARIATION if left > 1 else Reason.TOO_FEW_ITEMS
    return ItemStatistics(
        rest_correlation=np.where(has_both, (with_sum - variances) / scale, 0.0),
        rest_reason=np.where(has_both, Reason.ESTIMATED, Reason.NO_VARIATION).astype(np.int8),
        alpha_without=np.where(has_rest, without, 0.0),
        without_reason=np.where(has_rest, Reason.ESTIMATED, too_few).astype(np.int8),
    )


def _nothing(covariance: NDArray[np.float64]) -> float:
    """What rounding may leave of a sum of covariances that is really zero."""
    return SMALLEST_SHARE * float(np.abs(covariance).sum())
