"""Exact statements about odds ratios of small tables, given their margins: Fisher's family of tests and intervals.

Everything follows from one distribution: how many of the first group's people are selected when nobody decides by group
(or by a given odds ratio), in one table or summed over several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CountsError, LevelError

Floats = NDArray[np.float64]

# Probabilities that differ by less than this share are a tie, which rounding must not break (as in R).
TIE = 1e-7


@dataclass(frozen=True)
class ExactTest:
    """Exact test of independence in one table or over several strata.

    P values: `less` (odds ratio below 1), `greater`, `two_sided` (all outcomes no likelier than the one seen);
    `mid_less`, `mid_greater`, `mid_two_sided`: the same with half the probability of the outcome seen taken off;
    `mid_doubled`: twice the smaller one-sided mid-p. `odds_ratio`: conditional maximum likelihood with the exact
    interval `low` to `high`, infinite where there is no bound. `statistic`: people of the first row in the first
    column, `expected` if the odds ratio is 1.
    """

    less: float
    greater: float
    two_sided: float
    mid_less: float
    mid_greater: float
    mid_two_sided: float
    mid_doubled: float
    odds_ratio: float
    low: float
    high: float
    statistic: int
    expected: float


@dataclass(frozen=True)
class _Distribution:
    """Possible counts and the logarithms of their chances at odds ratio 1, not normalised."""

    counts: Floats
    logs: Floats

    def chances(self, log_odds: float) -> Floats:
        """Chances of the counts under an odds ratio, given by its logarithm."""
        weights = self.logs + self.counts * log_odds
        raised = np.exp(weights - weights.max())
        return np.asarray(raised / raised.sum())


def exact_test(tables: ArrayLike, *, confidence: float = 0.95) -> ExactTest | NotEstimable:
    """Tell how likely a table at least as uneven as this one is when the groups are treated alike.

    `tables` (2, 2): rows are groups, columns selected and not; or (strata, 2, 2): the same over jobs or places, for one
    common odds ratio. Given the margins, the first cell has the hypergeometric distribution (summed over the strata).
    NO_VARIATION when the margins leave only one outcome. Raises CountsError, LevelError. Source: Fisher (1935); as R's
    `fisher.test` and `mantelhaen.test(exact = TRUE)`; mid-p: Lancaster (1961), for selection Biddle and Morris (2011).

    >>> tea = exact_test([[3, 1], [1, 3]])
    >>> round(tea.greater, 4), round(tea.two_sided, 4)
    (0.2429, 0.4857)
    """
    cells = two_by_two(tables)
    tail = (1 - _level(confidence)) / 2
    distribution = _distribution(cells)
    if distribution.counts.size == 1:
        return NotEstimable(Reason.NO_VARIATION)
    seen = int(cells[:, 0, 0].sum())
    chances = distribution.chances(0.0)
    place = seen - int(distribution.counts[0])
    half = chances[place] / 2
    less, greater = float(chances[: place + 1].sum()), float(chances[place:].sum())
    two_sided = float(chances[chances <= chances[place] * (1 + TIE)].sum())
    return ExactTest(
        less=min(less, 1.0),
        greater=min(greater, 1.0),
        two_sided=min(two_sided, 1.0),
        mid_less=float(less - half),
        mid_greater=float(greater - half),
        mid_two_sided=float(min(two_sided, 1.0) - half),
        mid_doubled=float(min(2 * (min(less, greater) - half), 1.0)),
        odds_ratio=_likeliest(distribution, place),
        low=_bound(distribution, place, tail, is_low=True),
        high=_bound(distribution, place, tail, is_low=False),
        statistic=seen,
        expected=float(chances @ distribution.counts),
    )


def one_sided_bounds(tables: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float] | NotEstimable:
    """Give the least and the greatest odds ratio that are plausible, each taken alone with the whole error probability.

    The first is the low end of the interval of a test "greater", whose high end is infinite; the second the high end of
    a test "less", whose low end is 0. Shapes, reasons and errors as in `exact_test`.

    >>> low, high = one_sided_bounds([[3, 1], [1, 3]])
    >>> round(low, 4)
    0.3136
    """
    cells = two_by_two(tables)
    tail = 1 - _level(confidence)
    distribution = _distribution(cells)
    if distribution.counts.size == 1:
        return NotEstimable(Reason.NO_VARIATION)
    place = int(cells[:, 0, 0].sum()) - int(distribution.counts[0])
    low, high = (_bound(distribution, place, tail, is_low=is_low) for is_low in (True, False))
    return low, high


def two_by_two(tables: ArrayLike) -> NDArray[np.int64]:
    """Read one table (2, 2) or several (strata, 2, 2) of whole counts; raises CountsError.

    >>> two_by_two([[3, 1], [1, 3]]).shape
    (1, 2, 2)
    """
    cells = np.asarray(tables)
    if cells.ndim == 2:
        cells = cells[None]
    if cells.ndim != 3 or cells.shape[1:] != (2, 2):
        raise CountsError(shape=cells.shape)
    return whole_counts(cells)


def whole_counts(cells: ArrayLike) -> NDArray[np.int64]:
    """Read counts of people: whole and not negative; raises CountsError.

    >>> whole_counts([1.0, 2.0]).tolist()
    [1, 2]
    """
    numbers = np.asarray(cells)
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        raise CountsError(type=str(numbers.dtype))
    if (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        raise CountsError(counts=numbers.tolist())
    return numbers.astype(np.int64)


def _distribution(cells: NDArray[np.int64]) -> _Distribution:
    """Chances of the sum of the first cells over all tables with the margins of these."""
    counts, logs = np.zeros(1), np.zeros(1)
    for table in cells:
        row, other_row = (int(total) for total in table.sum(axis=1))
        column = int(table[:, 0].sum())
        possible = np.arange(max(0, column - other_row), min(row, column) + 1, dtype=np.float64)
        ways = _log_ways(row, possible) + _log_ways(other_row, column - possible)
        counts, logs = _joined(counts, logs, possible, ways)
    return _Distribution(counts, logs)


def _log_ways(people: int, chosen: Floats) -> Floats:
    """Logarithm of the number of ways to choose."""
    ways = special.gammaln(people + 1) - special.gammaln(chosen + 1) - special.gammaln(people - chosen + 1)
    return np.asarray(ways)


def _joined(counts: Floats, logs: Floats, more: Floats, ways: Floats) -> tuple[Floats, Floats]:
    """Distribution of the sum of two independent counts."""
    joined = np.arange(counts[0] + more[0], counts[-1] + more[-1] + 1)
    if counts.size == 1 or more.size == 1:
        return joined, (logs + ways if counts.size == 1 else logs + ways[0])
    found = np.full(joined.size, -inf)
    # Summed by logarithms, because chances far from the middle are too small for a float.
    for place, way in enumerate(ways):
        part = slice(place, place + logs.size)
        found[part] = np.logaddexp(found[part], logs + way)
    return joined, found


def _likeliest(distribution: _Distribution, place: int) -> float:
    """Odds ratio under which the count seen is the expected one."""
    last = distribution.counts.size - 1
    if place in {0, last}:
        return 0.0 if place == 0 else inf
    seen = distribution.counts[place]
    return _root(lambda log_odds: float(distribution.chances(log_odds) @ distribution.counts - seen))


def _bound(distribution: _Distribution, place: int, tail: float, *, is_low: bool) -> float:
    """Odds ratio at which the count seen, or one further out, has the chance `tail`."""
    if is_low:
        if place == 0:
            return 0.0
        return _root(lambda log_odds: float(distribution.chances(log_odds)[place:].sum() - tail))
    if place == distribution.counts.size - 1:
        return inf
    return _root(lambda log_odds: float(tail - distribution.chances(log_odds)[: place + 1].sum()))


def _root(function: Callable[[float], float]) -> float:
    """Odds ratio at which a rising function of its logarithm is zero."""
    reach = log(2.0)
    while function(-reach) > 0 or function(reach) < 0:
        reach *= 2
    return float(np.exp(optimize.brentq(function, -reach, reach, xtol=1e-13, rtol=1e-14)))


def _level(confidence: float) -> float:
    """Read a confidence level; raises LevelError."""
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    return confidence
