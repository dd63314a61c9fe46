"""Expected ranks with intervals: how far an order of people can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from review.aggregation.errors import AggregationError
from review.aggregation.rank_tables import may_be_tabulated, tabulated_ranks

SIMULATIONS = 2_000
MOST_EXACT = 2_000
BLOCK = 512
BLOCK_NUMBERS = 1 << 20


@dataclass(frozen=True)
class ExpectedRanks:
    """Per person the expected rank (1 is the highest) and the ends of its 80 % interval."""

    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def expected_ranks(
    value: NDArray[np.float64], *, standard_error: NDArray[np.float64], seed: int = 1, simulations: int = SIMULATIONS
) -> ExpectedRanks:
    """Expected rank of each person among all, from scores with independent normal errors.

    `ER_p = 1 + sum over q of Phi((S_q - S_p) / sqrt(se_p^2 + se_q^2))`; equals without an error share their place. The
    interval is that of the ranks of simulated scores, the same for the same seed. Both arrays (people,), without gaps.
    Above 2,000 people both come from tables over scores and errors, in time and memory that grow as the number of
    people: the expected rank within 0.01 % of the number of people, the ends as sure as those of 2,000 simulations. Up
    to 2,000 people, and where errors are tiny beside the range of scores, the expected rank is exact. Raises
    AggregationError.
    Source: Laird and Louis (1989); Goldstein and Spiegelhalter (1996).

    >>> expected_ranks(np.array([4.0, 3.0]), standard_error=np.zeros(2)).expected.tolist()
    [1.0, 2.0]
    """
    if value.ndim != 1 or value.shape != standard_error.shape or simulations < 1:
        raise AggregationError(people=value.shape, errors=standard_error.shape, simulations=simulations)
    if not (np.isfinite(value).all() and np.isfinite(standard_error).all() and bool((standard_error >= 0).all())):
        raise AggregationError(value="not_finite")
    if len(value) > MOST_EXACT and may_be_tabulated(value, standard_error):
        return ExpectedRanks(*tabulated_ranks(value, standard_error))
    expected = _ranks_of_certain(value) if not standard_error.any() else _exact(value, standard_error)
    low, high = _interval(value, standard_error, seed=seed, simulations=simulations)
    return ExpectedRanks(expected=expected, low=low, high=high)


def _ranks_of_certain(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks of numbers without an error; equals share the mean of their places."""
    ascending = np.sort(value)
    above = len(value) - np.searchsorted(ascending, value, side="right")
    equal = len(value) - np.searchsorted(ascending, value, side="left") - above
    result: NDArray[np.float64] = above + (equal + 1) / 2
    return result


def _exact(value: NDArray[np.float64], standard_error: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum over everyone, for some people at a time."""
    expected = np.empty(len(value))
    for first in range(0, len(value), BLOCK):
        some = slice(first, first + BLOCK)
        apart = value[None, :] - value[some, None]
        error = np.hypot(standard_error[None, :], standard_error[some, None])
        above = np.where(error > 0, ndtr(apart / np.where(error > 0, error, 1.0)), (np.sign(apart) + 1) / 2)
        # Everybody is counted against themselves with one half.
        expected[some] = 0.5 + above.sum(axis=1)
    return expected


def _interval(
    value: NDArray[np.float64], standard_error: NDArray[np.float64], *, seed: int, simulations: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tenth and ninetieth percentile of each person's rank in simulated scores."""
    if not len(value):
        return np.zeros(0), np.zeros(0)
    # Many people get fewer simulations, so that the ranks of all of them stay in memory.
    simulations = min(simulations, max(BLOCK_NUMBERS * 16 // len(value), 20))
    random = np.random.default_rng(seed)
    rank = np.empty((simulations, len(value)), dtype=np.int32)
    for row in rank:
        drawn = value + standard_error * random.standard_normal(len(value))
        row[np.argsort(-drawn, kind="stable")] = np.arange(1, len(value) + 1)
    low, high = np.quantile(rank, [0.1, 0.9], axis=0, method="inverted_cdf")
    return low.astype(np.float64), high.astype(np.float64)
