"""Reliability when everybody has other raters: of one rater, and of each person's mean over their own raters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc, fdtri

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.tables import ROUNDING, Interval, group_numbers, score_list, tails

# Ratios of variances beyond this one are taken for infinite; the step keeps off the pole at the lower end.
LARGEST_RATIO = 1e9
STEP = 1e-9


@dataclass(frozen=True)
class MeanReliability:
    """Reliability of each person's mean (people,) with its interval; minus infinity where nothing bounds it.

    Where `reason` is not 0 (Reason.ESTIMATED), nobody rated the person and the numbers are 0.
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reason: NDArray[np.int8]


@dataclass(frozen=True)
class OneWayReliability:
    """Reliability of single ratings and of means when raters differ from person to person.

    `single` is ICC(1,1) from the REML variances, with its exact `interval`; `means` the ICC(1,k_p) of each person's k_p
    raters. `icc_1` and `icc_2` are the two numbers of mean squares that studies of groups report, with the arithmetic
    mean `raters` of raters a person. `f` is infinite when the raters of each person agree fully.
    """

    person_variance: float
    rater_variance: float
    single: float
    interval: Interval
    means: MeanReliability
    between: float
    within: float
    f: float
    degrees: tuple[int, int]
    p: float
    icc_1: float | NotEstimable
    icc_2: float | NotEstimable
    raters: float


@dataclass(frozen=True)
class _Groups:
    """Number and mean of the values of each person who has any, and the squares within people."""

    counts: NDArray[np.float64]
    means: NDArray[np.float64]
    squares: float

    @property
    def degrees(self) -> tuple[int, int]:
        """Degrees of freedom between and within people."""
        return len(self.counts) - 1, int(self.counts.sum()) - len(self.counts)

    def between(self, ratio: float) -> float:
        """Squares of the means about their own mean, each by its precision when variances have this ratio."""
        weight = self.counts / (1 + self.counts * ratio)
        apart = self.means - (weight @ self.means) / weight.sum()
        return float(weight @ apart**2)


def one_way_reliability(
    values: ArrayLike, *, person: ArrayLike, level: float = 0.95
) -> OneWayReliability | NotEstimable:
    """Say how reliable a rating, and each person's mean, is when everybody is rated by other people.

    `values` (ratings,), NaN where missing; `person` (ratings,) whole numbers from 0: whom each rates. Model:
    y = mean + person + error, REML. `ICC(1,1) = s_p^2 / (s_p^2 + s_w^2)`,
    `ICC(1,k_p) = s_p^2 / (s_p^2 + s_w^2 / k_p)`. Intervals: exact for normal errors at any numbers of raters, from
    `F(theta) = sum of w (m - m_w)^2 / ((n - 1) MSW)`, `w = k_p / (1 + k_p theta)`, `theta = s_p^2 / s_w^2`.
    `ICC1 = (MSB - MSW) / (MSB + (k - 1) MSW)`, `ICC2 = (MSB - MSW) / MSB`. Not estimable without two people, without a
    person with two ratings, or when all are equal. Raises ScoresError, GroupsError, LevelError. Sources: Wald (1940),
    Annals of Mathematical Statistics 11, 96-100; Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428;
    Bliese (2000).

    >>> found = one_way_reliability([1, 2, 4, 5, 5, 3], person=[0, 0, 1, 1, 1, 2])
    >>> round(found.single, 4), found.means.value.round(4).tolist()
    (0.8638, [0.9269, 0.9501, 0.8638])
    """
    numbers = score_list(values)
    whom = group_numbers(person, rows=len(numbers))
    tails(level)
    people = int(whom.max()) + 1 if len(whom) else 0
    there = np.isfinite(numbers)
    counts = np.bincount(whom[there], minlength=people)
    if (counts > 0).sum() < 2 or counts.max() < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    groups = _groups(numbers[there], whom[there], counts)
    if groups.squares == 0 and np.ptp(groups.means) == 0:
        return NotEstimable(Reason.NO_VARIATION)
    bounds = (float("inf"), float("inf"))
    if groups.squares > 0:
        error, least = groups.squares / groups.degrees[1], -1 / float(groups.counts.max())
        bounds = ratio_interval(groups.between, error=error, degrees=groups.degrees, least=least, level=level)
    ratio = _reml_ratio(groups)
    # REML stops at zero, where the exact interval may lie below: it then reaches up to the estimate.
    return _result(groups, counts, ratio=ratio, bounds=(min(bounds[0], ratio), max(bounds[1], ratio)))


def _groups(numbers: NDArray[np.float64], whom: NDArray[np.intp], counts: NDArray[np.intp]) -> _Groups:
    """Counts, means and squares, about the first value so that equal values are exactly equal."""
    start = float(numbers[0])
    moved = numbers - start
    means = np.bincount(whom, weights=moved, minlength=len(counts)) / np.maximum(counts, 1)
    squares = float(((moved - means[whom]) ** 2).sum())
    if squares <= ROUNDING * len(numbers) * float(np.abs(numbers).max()) ** 2:
        squares = 0.0
    rated = counts > 0
    return _Groups(counts[rated].astype(np.float64), means[rated], squares)


def _result(
    groups: _Groups, counts: NDArray[np.intp], *, ratio: float, bounds: tuple[float, float]
) -> OneWayReliability:
    """All numbers from the ratio of the variances and its interval."""
    of_people, of_error = groups.degrees
    between, within = groups.between(0.0) / of_people, groups.squares / of_error
    if np.isinf(ratio):
        within_variance, person_variance = 0.0, float(groups.means.var(ddof=1))
    else:
        within_variance = (groups.squares + groups.between(ratio)) / (of_people + of_error)
        person_variance = ratio * within_variance
    raters = float(groups.counts.mean())
    below = between + (raters - 1) * within
    f = between / within if within > 0 else float("inf")
    low, high = (mean_reliability(bound, np.ones(1)) for bound in bounds)
    return OneWayReliability(
        person_variance=person_variance,
        rater_variance=within_variance,
        single=float(mean_reliability(ratio, np.ones(1))[0]),
        interval=Interval(float(low[0]), float(high[0])),
        means=_means(counts, ratio=ratio, bounds=bounds),
        between=between,
        within=within,
        f=f,
        degrees=(of_people, of_error),
        p=float(fdtrc(of_people, of_error, f)) if within > 0 else 0.0,
        icc_1=(between - within) / below if below > 0 else NotEstimable(Reason.ZERO_DENOMINATOR),
        icc_2=(between - within) / between if between > 0 else NotEstimable(Reason.ZERO_DENOMINATOR),
        raters=raters,
    )


def _means(counts: NDArray[np.intp], *, ratio: float, bounds: tuple[float, float]) -> MeanReliability:
    """Reliability of every person's mean, 0 with a reason for those whom nobody rated."""
    rated = counts > 0
    number = np.where(rated, counts, 1).astype(np.float64)
    value, low, high = (np.where(rated, mean_reliability(part, number), 0.0) for part in (ratio, *bounds))
    reason = np.where(rated, Reason.ESTIMATED, Reason.NO_ANSWERS).astype(np.int8)
    return MeanReliability(value=value, low=low, high=high, reason=reason)


def mean_reliability(ratio: float, raters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reliability of means of k raters when the variance of people is `ratio` times that of one rating.

    `k theta / (1 + k theta)`, 1 for an infinite ratio, minus infinity where the ratio is -1/k. Source: Spearman (1910);
    Brown (1910).

    >>> mean_reliability(0.5, np.array([1.0, 2.0])).round(4).tolist()
    [0.3333, 0.5]
    """
    if np.isinf(ratio):
        return np.ones(len(raters))
    below = 1 + raters * ratio
    is_bounded = below > STEP
    return np.where(is_bounded, raters * ratio / np.where(is_bounded, below, 1.0), -np.inf)


def _reml_ratio(groups: _Groups) -> float:
    """Ratio of the variances where the REML criterion is least, 0 at its boundary, infinite without error."""
    if groups.squares == 0:
        return float("inf")
    counts, means = groups.counts, groups.means
    degrees = sum(groups.degrees)

    def slope(share: float) -> float:
        ratio = share / (1 - share)
        weight = counts / (1 + counts * ratio)
        total = float(weight.sum())
        apart = (means - (weight @ means) / total) ** 2
        squares = groups.squares + float(weight @ apart)
        return float(weight.sum() - degrees * (weight**2 @ apart) / squares - (weight**2).sum() / total)

    if slope(0.0) >= 0:
        return 0.0
    share = _root(slope, 0.0, 1 - 1 / LARGEST_RATIO)
    return share / (1 - share)


def ratio_interval(
    squares: Callable[[float], float], *, error: float, degrees: tuple[int, int], least: float, level: float
) -> tuple[float, float]:
    """Ends of the exact interval of the ratio of the variance of people to that of errors.

    `squares(theta)` are the squares of people's effects, each by its precision at this ratio, falling in it;
    `error` the mean square of errors: `squares / (m error)` is an F with `degrees` (m, of error). `least` is the lowest
    ratio that the model allows. Source: Wald (1940), Annals of Mathematical Statistics 11, 96-100.

    >>> ends = ratio_interval(lambda ratio: 10 / (1 + 2 * ratio), error=1.0, degrees=(2, 8), least=-0.5, level=0.9)
    >>> [round(end, 3) for end in ends]
    [0.061, 47.927]
    """
    below, above = tails(level)

    def ratio_at(probability: float) -> float:
        critical = float(fdtri(*degrees, probability)) * error * degrees[0]

        # Shares of the way from the least possible ratio to an infinite one.
        def distance(share: float) -> float:
            return squares(least + share / (1 - share)) - critical

        if distance(STEP) <= 0:
            return least
        share = _root(distance, STEP, 1 - 1 / LARGEST_RATIO)
        return least + share / (1 - share)

    return ratio_at(above), ratio_at(below)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes its sign is zero; the upper end when it does not."""
    if np.sign(function(low)) == np.sign(function(high)):
        return high
    return float(brentq(function, low, high, xtol=1e-15, rtol=1e-14))
