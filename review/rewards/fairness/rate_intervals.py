"""How sure rates of small groups are: intervals for a share, for a difference and for a ratio of two shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from assessments.measurement.reasons import Reason
from review.rewards.fairness.errors import CountsError, LevelError

Floats = NDArray[np.float64]
STEPS = 80


@dataclass(frozen=True)
class Intervals:
    """Values with their intervals, one a row; where `reason` is not 0 the three others are 0 and mean nothing.

    `high` is infinite where a ratio has no upper bound, because nobody was selected in the other group.
    """

    value: Floats
    low: Floats
    high: Floats
    reason: NDArray[np.int8]


def wilson_intervals(selected: ArrayLike, *, applicants: ArrayLike, confidence: float = 0.95) -> Intervals:
    """Tell between which bounds a selection rate lies that was seen in a limited number of people.

    `selected`, `applicants`: whole counts of one shape or a single number. With z the normal quantile,
    `(p + z²/2n -+ z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`. Without applicants: ZERO_DENOMINATOR. Raises CountsError,
    LevelError. Source: Wilson (1927); Newcombe (1998), Statistics in Medicine 17:857, method 3.

    >>> wilson_intervals(81, applicants=263).low.round(4), wilson_intervals(81, applicants=263).high.round(4)
    (array([0.2553]), array([0.3662]))
    """
    chosen, number = _counts(selected, applicants)
    low, high = _wilson(chosen, number, _quantile(confidence))
    return _intervals(chosen / np.maximum(number, 1), low, high, reason=_no_people(number))


def exact_intervals(selected: ArrayLike, *, applicants: ArrayLike, confidence: float = 0.95) -> Intervals:
    """Tell the bounds of a selection rate so carefully that they hold at least as often as promised.

    Quantiles of the beta distribution: low `B(a/2; x, n-x+1)`, high `B(1-a/2; x+1, n-x)`. Shapes and errors as in
    `wilson_intervals`. Source: Clopper and Pearson (1934).

    >>> exact_intervals(0, applicants=10).high.round(4)
    array([0.3085])
    """
    chosen, number = _counts(selected, applicants)
    tail = (1 - _level(confidence)) / 2
    rest = number - chosen
    low = np.where(chosen > 0, special.betaincinv(np.maximum(chosen, 1), rest + 1, tail), 0.0)
    high = np.where(rest > 0, special.betaincinv(chosen + 1, np.maximum(rest, 1), 1 - tail), 1.0)
    return _intervals(chosen / np.maximum(number, 1), low, high, reason=_no_people(number))


def difference_intervals(
    selected: ArrayLike,
    *,
    applicants: ArrayLike,
    other_selected: ArrayLike,
    other_applicants: ArrayLike,
    confidence: float = 0.95,
) -> Intervals:
    """Tell between which bounds the difference of two selection rates lies (first minus other).

    From the Wilson bounds l, u of both rates p: `d - sqrt((p1-l1)² + (u2-p2)²)` to `d + sqrt((u1-p1)² + (p2-l2)²)`.
    Shapes and errors as in `wilson_intervals`. Source: Newcombe (1998), Statistics in Medicine 17:873, method 10.

    >>> found = difference_intervals(56, applicants=70, other_selected=48, other_applicants=80)
    >>> found.low.round(4), found.high.round(4)
    (array([0.0524]), array([0.3339]))
    """
    first, first_number, other, other_number = _pairs(selected, applicants, other_selected, other_applicants)
    quantile = _quantile(confidence)
    rate, other_rate = first / np.maximum(first_number, 1), other / np.maximum(other_number, 1)
    low, high = _wilson(first, first_number, quantile)
    other_low, other_high = _wilson(other, other_number, quantile)
    value = rate - other_rate
    reason = _no_people(np.minimum(first_number, other_number))
    below, above = np.hypot(rate - low, other_high - other_rate), np.hypot(high - rate, other_rate - other_low)
    return _intervals(value, value - below, value + above, reason=reason)


def log_ratio_intervals(
    selected: ArrayLike,
    *,
    applicants: ArrayLike,
    other_selected: ArrayLike,
    other_applicants: ArrayLike,
    confidence: float = 0.95,
) -> Intervals:
    """Tell quickly between which bounds an impact ratio lies, when both groups have several people selected.

    `ratio x exp(-+ z sqrt(1/x1 - 1/n1 + 1/x2 - 1/n2))`. Where one of the groups has nobody selected there is none
    (ZERO_DENOMINATOR): see `score_ratio_intervals`. Shapes and errors as in `wilson_intervals`.
    Source: Katz, Baptista, Azen and Pike (1978), by the delta method.

    >>> found = log_ratio_intervals(36, applicants=40, other_selected=16, other_applicants=80)
    >>> found.low.round(3), found.high.round(3)
    (array([2.869]), array([7.059]))
    """
    first, first_number, other, other_number = _pairs(selected, applicants, other_selected, other_applicants)
    has_both = (first > 0) & (other > 0)
    x, n, y, m = (np.where(has_both, count, 1.0) for count in (first, first_number, other, other_number))
    ratio = x / n / (y / m)
    spread = np.exp(_quantile(confidence) * np.sqrt(1 / x - 1 / n + 1 / y - 1 / m))
    reason = np.where(has_both, Reason.ESTIMATED, Reason.ZERO_DENOMINATOR).astype(np.int8)
    return _intervals(ratio, ratio / spread, ratio * spread, reason=reason)


def score_ratio_intervals(
    selected: ArrayLike,
    *,
    applicants: ArrayLike,
    other_selected: ArrayLike,
    other_applicants: ArrayLike,
    confidence: float = 0.95,
) -> Intervals:
    """Tell between which bounds an impact ratio (first rate over other rate) lies, also when one rate is 0.

    All ratios R whose chi-squared `(x1 - n1 p1)²/(n1 p1 (1-p1)) + (x2 - n2 p2)²/(n2 p2 (1-p2))` is at most z², with
    p1 = R p2 the likeliest rates for R. Found by bisection. Nobody selected in the first group: low 0; in the other:
    value and high infinite; in both: ZERO_DENOMINATOR. Shapes and errors as in `wilson_intervals`.
    Source: Koopman (1984), Biometrics 40:513.

    >>> found = score_ratio_intervals(36, applicants=40, other_selected=16, other_applicants=80)
    >>> found.low.round(2), found.high.round(2)
    (array([2.94]), array([7.15]))
    """
    counts = _pairs(selected, applicants, other_selected, other_applicants)
    first, first_number, other, other_number = counts
    limit = _quantile(confidence) ** 2
    has_any = (first > 0) | (other > 0)
    reason = np.where(has_any, _no_people(np.minimum(first_number, other_number)), Reason.ZERO_DENOMINATOR)
    rate, other_rate = first / np.maximum(first_number, 1), other / np.maximum(other_number, 1)
    value = np.where(other_rate > 0, rate / np.where(other_rate > 0, other_rate, 1.0), np.inf)
    # On the scale R / (1 + R) every ratio from 0 to infinity lies between 0 and 1.
    middle = np.where(np.isinf(value), 1.0, value / (1 + np.where(np.isinf(value), 0.0, value)))

    def is_within(place: Floats) -> NDArray[np.bool_]:
        return _koopman(place, *counts) <= limit

    low = _bisected(is_within, outside=np.zeros_like(middle), inside=middle)
    high = _bisected(is_within, outside=np.ones_like(middle), inside=middle)
    high = np.where(other > 0, high / np.where(other > 0, 1 - high, 1.0), np.inf)
    low = np.where(first > 0, low / np.where(low < 1, 1 - low, 1.0), 0.0)
    return _intervals(value, low, high, reason=reason.astype(np.int8))


def _koopman(place: Floats, first: Floats, first_number: Floats, other: Floats, other_number: Floats) -> Floats:
    """Chi-squared of the ratios R = place / (1 - place), with the likeliest rates for them."""
    # Multiplied by (1 - place), so that infinite ratios need no care: p1 = place x, p2 = (1 - place) x.
    up, down = place, 1 - place
    number = first_number + other_number
    square = number * up * down
    linear = up * (first_number + other) + down * (first + other_number)
    constant = first + other
    root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0.0))
    scale = 2 * constant / np.where(linear + root > 0, linear + root, 1.0)
    total = np.zeros_like(place)
    for chosen, people, rate in ((first, first_number, up * scale), (other, other_number, down * scale)):
        bounded = np.clip(rate, 0.0, 1.0)
        variance = people * bounded * (1 - bounded)
        distance = (chosen - people * bounded) ** 2
        # Where a rate must be 0 or 1 and was, there is no distance; where it was not, no ratio fits.
        is_certain = variance <= 1e-12 * np.maximum(people, 1)
        total += np.where(
            is_certain, np.where(distance > 1e-9, np.inf, 0.0), distance / np.where(is_certain, 1, variance)
        )
    return total


def _bisected(is_within: Callable[[Floats], NDArray[np.bool_]], *, outside: Floats, inside: Floats) -> Floats:
    """Halve the way between an outside and an inside place until nothing lies between them."""
    for _ in range(STEPS):
        middle = (outside + inside) / 2
        within = is_within(middle)
        inside, outside = np.where(within, middle, inside), np.where(within, outside, middle)
    return inside


def _wilson(chosen: Floats, number: Floats, quantile: float) -> tuple[Floats, Floats]:
    """Wilson's bounds of each rate; exactly 0 and 1 at the ends."""
    people = np.maximum(number, 1.0)
    rate, square = chosen / people, quantile**2
    middle = rate + square / (2 * people)
    reach = quantile * np.sqrt(rate * (1 - rate) / people + square / (4 * people**2))
    scale = 1 + square / people
    low = np.where(chosen > 0, (middle - reach) / scale, 0.0)
    high = np.where(chosen < number, (middle + reach) / scale, 1.0)
    return low, high


def _intervals(value: Floats, low: Floats, high: Floats, *, reason: NDArray[np.int8]) -> Intervals:
    """Keep the numbers where there is no reason against them."""
    is_there = reason == Reason.ESTIMATED
    value, low, high = (np.where(is_there, numbers, 0.0) for numbers in (value, low, high))
    return Intervals(value=value, low=low, high=high, reason=reason)


def _no_people(number: Floats) -> NDArray[np.int8]:
    """Reason where there are no people."""
    return np.where(number > 0, Reason.ESTIMATED, Reason.ZERO_DENOMINATOR).astype(np.int8)


def _pairs(*counts: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Read two groups' counts, brought to one length; raises CountsError."""
    read = [*_counts(counts[0], counts[1]), *_counts(counts[2], counts[3])]
    try:
        first, first_number, other, other_number = np.broadcast_arrays(*read)
    except ValueError:
        raise CountsError(shapes=[count.shape for count in read]) from None
    return first, first_number, other, other_number


def _counts(selected: ArrayLike, applicants: ArrayLike) -> tuple[Floats, Floats]:
    """Read whole counts of selected people and of all, brought to one length; raises CountsError."""
    chosen = np.atleast_1d(np.asarray(selected, dtype=np.float64))
    number = np.atleast_1d(np.asarray(applicants, dtype=np.float64))
    try:
        chosen, number = np.broadcast_arrays(chosen, number)
    except ValueError:
        raise CountsError(selected=chosen.shape, applicants=number.shape) from None
    if not (np.isfinite(number).all() and (chosen >= 0).all() and (chosen <= number).all()):
        raise CountsError(selected=chosen.tolist(), applicants=number.tolist())
    if (chosen != np.floor(chosen)).any() or (number != np.floor(number)).any():
        raise CountsError(selected=chosen.tolist(), applicants=number.tolist())
    return chosen, number


def _level(confidence: float) -> float:
    """Read a confidence level; raises LevelError."""
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    return confidence


def _quantile(confidence: float) -> float:
    """Two-sided normal quantile of a confidence level."""
    return float(special.ndtri(0.5 + _level(confidence) / 2))
