"""Selection compared within each job or place and then taken together, so that mixing them misleads nobody."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.conditional_odds import two_by_two, whole_counts
from review.rewards.fairness.errors import CountsError, LevelError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CommonRatio:
    """One ratio common to all strata, with its interval; infinite where there is no bound."""

    value: float
    low: float
    high: float
    log_error: float


@dataclass(frozen=True)
class MantelHaenszel:
    """What all strata together say.

    `odds_ratio` and `impact_ratio` (ratio of selection rates), each `NotEstimable` where no stratum tells; `statistic`:
    chi-squared with one degree of freedom and `p_value`; `corrected_statistic` with the continuity correction of one
    half; `shortfall` = expected minus selected people of the first group, over all strata. `strata`: how many tell
    something (no empty margin), of how many given.
    """

    odds_ratio: CommonRatio | NotEstimable
    impact_ratio: CommonRatio | NotEstimable
    statistic: float
    p_value: float
    corrected_statistic: float
    corrected_p_value: float
    shortfall: float
    strata: int
    strata_given: int


@dataclass(frozen=True)
class Homogeneity:
    """Whether the strata have one odds ratio: Breslow-Day's chi-squared, and Tarone's correction of it."""

    statistic: float
    p_value: float
    tarone_statistic: float
    tarone_p_value: float
    degrees: int


@dataclass(frozen=True)
class GeneralAssociation:
    """Chi-squared of association between several groups and several outcomes over the strata."""

    statistic: float
    degrees: int
    p_value: float


def mantel_haenszel(tables: ArrayLike, *, confidence: float = 0.95) -> MantelHaenszel | NotEstimable:
    """Tell whether a group is selected less within jobs or places, over all of them together.

    `tables` (strata, 2, 2): rows are groups, columns selected and not; cells a, b, c, d, n people in a stratum.

        odds ratio   = sum(a d / n) / sum(b c / n)            error of its logarithm: Robins, Breslow and Greenland
        impact ratio = sum(a (c + d) / n) / sum(c (a + b) / n)   error of its logarithm: Greenland and Robins
        chi-squared  = (|sum(a - E a)| - 0 or 1/2)² / sum(Var a)

    The correction is only made where the distance is at least one half (as in R). NO_VARIATION when no stratum has a
    choice. Raises CountsError, LevelError. Source: Mantel and Haenszel (1959); Robins, Breslow and Greenland (1986);
    Greenland and Robins (1985); R's `mantelhaen.test`.

    >>> found = mantel_haenszel([[[2, 5], [3, 6]], [[4, 6], [5, 5]]])
    >>> round(found.odds_ratio.value, 4), round(found.statistic, 4)
    (0.7179, 0.2144)
    """
    quantile = _quantile(confidence)
    given = two_by_two(tables)
    cells = _telling(given)
    if cells.size == 0:
        return NotEstimable(Reason.NO_VARIATION)
    first, column, number = cells[:, 0].sum(axis=1), cells[:, :, 0].sum(axis=1), cells.sum(axis=(1, 2))
    expected = first * column / number
    variance = (expected * (number - first) / number * (number - column) / (number - 1)).sum()
    distance = float((cells[:, 0, 0] - expected).sum())
    correction = 0.5 if abs(distance) >= 0.5 else 0.0
    statistic = float(distance**2 / variance)
    corrected = float((abs(distance) - correction) ** 2 / variance)
    return MantelHaenszel(
        odds_ratio=_odds_ratio(cells, quantile),
        impact_ratio=_impact_ratio(cells, quantile),
        statistic=statistic,
        p_value=_upper_tail(statistic, 1),
        corrected_statistic=corrected,
        corrected_p_value=_upper_tail(corrected, 1),
        shortfall=-distance,
        strata=cells.shape[0],
        strata_given=given.shape[0],
    )


def breslow_day(tables: ArrayLike, *, odds_ratio: float | None = None) -> Homogeneity | NotEstimable:
    """Tell whether jobs or places differ in how the groups fare, so that one common ratio would hide it.

    With A the expected first cell of a stratum under the common odds ratio (Mantel-Haenszel's unless given) and
    `V = 1 / (1/A + 1/B + 1/C + 1/D)`: `sum((a - A)² / V)`, and less `(sum(a - A))² / sum(V)` (Tarone). Strata with an
    empty margin tell nothing and are left out; degrees = strata - 1. `tables` as in `mantel_haenszel`. TOO_FEW_VALUES
    with fewer than two telling strata, ZERO_DENOMINATOR when the common ratio is 0 or infinite. Raises CountsError.
    Source: Breslow and Day (1980), page 142; Tarone (1985).

    >>> found = breslow_day([[[12, 21], [25, 118]], [[96, 148], [92, 150]]])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (4.2069, 0.0403)
    """
    cells = _telling(two_by_two(tables))
    if cells.shape[0] < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    common = odds_ratio if odds_ratio is not None else _common_odds(cells)
    if not 0 < common < inf:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    first, column, number = cells[:, 0].sum(axis=1), cells[:, :, 0].sum(axis=1), cells.sum(axis=(1, 2))
    fitted = _fitted(first, column, number, common)
    inverse = 1 / fitted + 1 / (first - fitted) + 1 / (column - fitted) + 1 / (number - first - column + fitted)
    distance = cells[:, 0, 0] - fitted
    statistic = float((distance**2 * inverse).sum())
    tarone = max(statistic - float(distance.sum() ** 2 / (1 / inverse).sum()), 0.0)
    degrees = cells.shape[0] - 1
    return Homogeneity(statistic, _upper_tail(statistic, degrees), tarone, _upper_tail(tarone, degrees), degrees)


def general_association(tables: ArrayLike) -> GeneralAssociation | NotEstimable:
    """Tell whether outcomes differ between several groups within the strata, without an order of the outcomes.

    `tables` (strata, groups, outcomes). With d the sum over strata of observed minus expected counts, without the last
    group and outcome, and V the sum of their hypergeometric covariances: `d' V^-1 d`. Groups and outcomes that nowhere
    have a choice are left out. NO_VARIATION when nothing remains. Raises CountsError. Source: generalised
    Cochran-Mantel-Haenszel, Agresti (2002), page 295; R's `mantelhaen.test`.

    >>> found = general_association([[[12, 5], [9, 9], [4, 8]]])
    >>> round(found.statistic, 4), found.degrees
    (3.9547, 2)
    """
    cells = np.asarray(tables)
    if cells.ndim != 3:
        raise CountsError(shape=cells.shape)
    counts = whole_counts(cells)
    counts = counts[counts.sum(axis=(1, 2)) > 1].astype(np.float64)
    number = counts.sum(axis=(1, 2))[:, None]
    groups, outcomes = counts.sum(axis=2) / number, counts.sum(axis=1) / number
    expected = np.einsum("ki,kj,k->kij", groups, outcomes, number[:, 0])
    distance = (counts - expected).sum(axis=0).ravel()
    spread = [_multinomial(shares) for shares in (groups, outcomes)]
    scale = (number**2 / (number - 1))[:, 0]
    covariance = np.einsum("kil,kjm,k->ijlm", *spread, scale).reshape(distance.size, distance.size)
    deviation = np.sqrt(np.diagonal(covariance))
    varies = deviation > 0
    if not varies.any():
        return NotEstimable(Reason.NO_VARIATION)
    # By the margins the covariance is singular; its own directions, without those that cannot vary, give what leaving
    # out a group and an outcome gives. Scaled first, so that a rare outcome is not taken for one that cannot vary.
    scaled = covariance[np.ix_(varies, varies)] / np.outer(deviation[varies], deviation[varies])
    size, direction = np.linalg.eigh(scaled)
    free = size > 1e-9 * size[-1]
    degrees = int(free.sum())
    part = (distance[varies] / deviation[varies]) @ direction[:, free]
    statistic = float((part**2 / size[free]).sum())
    return GeneralAssociation(statistic, degrees, _upper_tail(statistic, degrees))


def _multinomial(shares: Floats) -> Floats:
    """Covariance of one person's membership in each stratum: `diag(p) - p p'`."""
    return np.asarray(
        np.einsum("ki,ij->kij", shares, np.eye(shares.shape[1])) - np.einsum("ki,kj->kij", shares, shares)
    )


def _telling(cells: NDArray[np.int64]) -> Floats:
    """Strata in which the margins leave a choice."""
    has_choice = (cells.sum(axis=1) > 0).all(axis=1) & (cells.sum(axis=2) > 0).all(axis=1)
    return np.asarray(cells[has_choice], dtype=np.float64)


def _common_odds(cells: Floats) -> float:
    """Mantel and Haenszel's odds ratio, infinite when nothing speaks against it."""
    number = cells.sum(axis=(1, 2))
    upper, lower = (cells[:, 0, 0] * cells[:, 1, 1] / number).sum(), (cells[:, 0, 1] * cells[:, 1, 0] / number).sum()
    return float(upper / lower) if lower > 0 else inf


def _odds_ratio(cells: Floats, quantile: float) -> CommonRatio | NotEstimable:
    """Common odds ratio with the interval of Robins, Breslow and Greenland."""
    number = cells.sum(axis=(1, 2))
    upper, lower = cells[:, 0, 0] * cells[:, 1, 1] / number, cells[:, 0, 1] * cells[:, 1, 0] / number
    along, across = (cells[:, 0, 0] + cells[:, 1, 1]) / number, (cells[:, 0, 1] + cells[:, 1, 0]) / number
    up, low = float(upper.sum()), float(lower.sum())
    if up == 0 or low == 0:
        return _at_the_edge(up, low)
    mixed = float((along * lower + across * upper).sum())
    pure_up, pure_low = float((along * upper).sum()), float((across * lower).sum())
    variance = pure_up / (2 * up**2) + mixed / (2 * up * low) + pure_low / (2 * low**2)
    return _ratio(up / low, sqrt(variance), quantile)


def _impact_ratio(cells: Floats, quantile: float) -> CommonRatio | NotEstimable:
    """Common ratio of selection rates with the interval of Greenland and Robins."""
    number, sizes, chosen = cells.sum(axis=(1, 2)), cells.sum(axis=2), cells[:, :, 0]
    up, low = float((chosen[:, 0] * sizes[:, 1] / number).sum()), float((chosen[:, 1] * sizes[:, 0] / number).sum())
    if up == 0 or low == 0:
        return _at_the_edge(up, low)
    spread = sizes.prod(axis=1) * chosen.sum(axis=1) - chosen.prod(axis=1) * number
    return _ratio(up / low, sqrt(float((spread / number**2).sum()) / (up * low)), quantile)


def _at_the_edge(upper: float, lower: float) -> CommonRatio | NotEstimable:
    """A ratio of 0 or infinity, whose logarithm has no error; none when both parts are 0."""
    if upper == lower:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    return CommonRatio(0.0 if upper == 0 else inf, 0.0, inf, inf)


def _ratio(value: float, error: float, quantile: float) -> CommonRatio:
    """A ratio with the interval that is even about its logarithm."""
    reach = quantile * error
    return CommonRatio(value, exp(log(value) - reach), exp(log(value) + reach), error)


def _fitted(first: Floats, column: Floats, number: Floats, odds: float) -> Floats:
    """First cells that have the margins and the odds ratio: `A (n - r - c + A) = odds (r - A) (c - A)`."""
    linear = number - first - column + odds * (first + column)
    root = np.sqrt(linear**2 - 4 * (odds - 1) * odds * first * column)
    # In this form of the quadratic's solution an odds ratio of 1 needs no case of its own.
    return np.asarray(2 * odds * first * column / (linear + root))


def _upper_tail(statistic: float, degrees: int) -> float:
    """Chance of a chi-squared value at least as large."""
    return float(special.chdtrc(degrees, statistic))


def _quantile(confidence: float) -> float:
    """Two-sided normal quantile; raises LevelError."""
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    return float(special.ndtri(0.5 + confidence / 2))
