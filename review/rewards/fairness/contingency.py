"""Could chance have done it? Tests that compare the selection rates of two groups, and of several tests at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.conditional_odds import two_by_two
from review.rewards.fairness.errors import CountsError, RateError

TWO_DEVIATIONS = 1.959963984540054


class Side(StrEnum):
    """Which deviations count: both, or only a first group that is selected less, or more, than the other."""

    TWO_SIDED = "two-sided"
    LESS = "less"
    GREATER = "greater"


@dataclass(frozen=True)
class TwoProportions:
    """Comparison of two selection rates by the normal distribution.

    `difference` = first rate minus other rate; `z` in standard deviations, `p_value` two-sided, `corrected_z` and
    `corrected_p_value` with Yates' continuity correction; `shortfall` = expected minus selected people of the first
    group; `is_significant`: |z| above 1.96; `is_small`: an expected count below 5, where an exact test is better.
    """

    difference: float
    z: float
    p_value: float
    corrected_z: float
    corrected_p_value: float
    shortfall: float
    is_significant: bool
    is_small: bool


@dataclass(frozen=True)
class StandardDeviations:
    """How far a count lies from the expected one: `z` standard deviations, with its two-sided p value."""

    expected: float
    deviation: float
    z: float
    p_value: float
    shortfall: float
    is_significant: bool


@dataclass(frozen=True)
class UnconditionalTest:
    """P value of an exact test that takes only the groups' sizes as given, and its statistic."""

    p_value: float
    statistic: float


def two_proportion_test(table: ArrayLike) -> TwoProportions | NotEstimable:
    """Compare two groups' selection rates with the spread that chance alone would give.

    `table` (2, 2): rows are groups, columns selected and not. With the pooled rate p,
    `z = (p1 - p2) / sqrt(p (1-p) (1/n1 + 1/n2))`; corrected: the distance less `(1/n1 + 1/n2) / 2`, at least 0.
    ZERO_DENOMINATOR for a group without people, NO_VARIATION when nobody or everybody was selected. Raises CountsError.
    Source: pooled two-proportion Z, whose square is Pearson's chi-squared; Yates (1934).

    >>> found = two_proportion_test([[48, 32], [12, 28]])
    >>> round(found.z, 3), found.shortfall
    (3.098, -8.0)
    """
    cells = _one_table(table)
    sizes, chosen = cells.sum(axis=1), cells[:, 0]
    if (sizes == 0).any():
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    pooled = chosen.sum() / sizes.sum()
    if pooled in {0.0, 1.0}:
        return NotEstimable(Reason.NO_VARIATION)
    inverse = float((1 / sizes).sum())
    difference = float((chosen[0] * sizes[1] - chosen[1] * sizes[0]) / (sizes[0] * sizes[1]))
    error = sqrt(pooled * (1 - pooled) * inverse)
    z = difference / error
    corrected = float(np.sign(difference)) * max(abs(difference) - inverse / 2, 0.0) / error
    least = min(float(sizes.min() * pooled), float(sizes.min() * (1 - pooled)))
    return TwoProportions(
        difference=difference,
        z=z,
        p_value=_two_sided(z),
        corrected_z=corrected,
        corrected_p_value=_two_sided(corrected),
        shortfall=float(sizes[0] * pooled - chosen[0]),
        is_significant=abs(z) > TWO_DEVIATIONS,
        is_small=least < 5,
    )


def standard_deviations(observed: int, *, number: int, share: float) -> StandardDeviations | NotEstimable:
    """Tell by how many standard deviations a group's count falls short of its share of those available.

    `z = (observed - n p) / sqrt(n p (1 - p))`: `number` n people were chosen, `observed` of them of the group, whose
    `share` p of the available people lies from 0 to 1. NO_VARIATION for a share of 0 or 1 or nobody chosen. Raises
    CountsError, RateError. Source: Castaneda v. Partida, 430 U.S. 482 (1977), note 17; Hazelwood v. United States.

    >>> round(standard_deviations(339, number=870, share=0.791).z, 1)
    -29.1
    """
    if not 0 <= observed <= number:
        raise CountsError(observed=observed, number=number)
    if not 0 <= share <= 1:
        raise RateError(share=share)
    expected, deviation = number * share, sqrt(number * share * (1 - share))
    if deviation == 0:
        return NotEstimable(Reason.NO_VARIATION)
    z = (observed - expected) / deviation
    return StandardDeviations(
        expected=expected,
        deviation=deviation,
        z=z,
        p_value=_two_sided(z),
        shortfall=expected - observed,
        is_significant=abs(z) > TWO_DEVIATIONS,
    )


def boschloo_test(table: ArrayLike, *, side: Side = Side.TWO_SIDED) -> UnconditionalTest | NotEstimable:
    """Compare two rates exactly and with more power than Fisher's test, given only how many people each group has.

    The largest chance, over all common rates, of a table whose Fisher p value is no larger than this one's; two-sided:
    twice the smaller one-sided p value, at most 1. `table` (2, 2): rows are groups. NO_VARIATION for an empty margin.
    Raises CountsError. Source: Boschloo (1970); scipy.stats.

    >>> round(boschloo_test([[74, 43], [31, 32]], side=Side.GREATER).p_value, 4)
    0.0356
    """
    cells = _one_table(table)
    if _has_empty_margin(cells):
        return NotEstimable(Reason.NO_VARIATION)
    found = stats.boschloo_exact(cells.T, alternative=Side(side).value)
    return UnconditionalTest(p_value=float(found.pvalue), statistic=float(found.statistic))


def barnard_test(table: ArrayLike, *, side: Side = Side.TWO_SIDED) -> UnconditionalTest | NotEstimable:
    """Compare two rates exactly by their pooled Z, given only how many people each group has.

    The largest chance, over all common rates, of a Z at least as far out. Shapes, reasons and errors as in
    `boschloo_test`. Source: Barnard (1945); scipy.stats.

    >>> round(barnard_test([[7, 8], [12, 3]]).p_value, 4)
    0.0682
    """
    cells = _one_table(table)
    if _has_empty_margin(cells):
        return NotEstimable(Reason.NO_VARIATION)
    found = stats.barnard_exact(cells.T, alternative=Side(side).value)
    return UnconditionalTest(p_value=float(found.pvalue), statistic=float(found.statistic))


def holm_adjusted(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Raise p values for the number of tests, so that a look at many groups does not find a difference by luck.

    In rising order `max over j <= i of min((m - j + 1) p_(j), 1)`, given back in the order of the input. Raises
    RateError for what is not from 0 to 1. Source: Holm (1979).

    >>> holm_adjusted([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise RateError(p_values=values.tolist())
    order = np.argsort(values, kind="stable")
    factor = values.size - np.arange(values.size)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(factor * values[order]), 1.0)
    return adjusted


def _one_table(table: ArrayLike) -> NDArray[np.int64]:
    """Read one two-by-two table; raises CountsError."""
    cells = two_by_two(table)
    if cells.shape[0] != 1:
        raise CountsError(shape=cells.shape)
    return np.asarray(cells[0])


def _has_empty_margin(cells: NDArray[np.int64]) -> bool:
    """Whether a row or a column of a table is empty, so that the rates cannot differ."""
    return bool((cells.sum(axis=0) == 0).any() or (cells.sum(axis=1) == 0).any())


def _two_sided(z: float) -> float:
    """Chance of a standard normal value at least as far from zero."""
    return float(2 * special.ndtr(-abs(z)))
