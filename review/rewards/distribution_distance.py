"""How far the grades that managers gave lie from the distribution that is advised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import chi2

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.reasons import Reason
from review.rewards.errors import DistributionError

# Up to so many ways to grade a team are all counted; beyond, the chi-square distribution is near enough.
MOST_OUTCOMES = 150_000
# Two ways to grade a team that are equally probable differ by the rounding of their logarithms.
SAME_PROBABILITY = 1e-7


@dataclass(frozen=True)
class DistributionDistances:
    """Distances of many teams (teams,) from one advised distribution; numbers are 0 where `reason` is not ESTIMATED.

    `wasserstein`: steps of a grade that a person must be moved on average; `shift`: how much better (above 0) or worse
    the mean grade is than advised, in steps; `chi_square` with `degrees` of freedom; `p_value`: probability of grades
    at least as unusual if every person's grade were drawn from the advised shares, counted exactly where `is_exact`.
    """

    people: NDArray[np.int64]
    wasserstein: NDArray[np.float64]
    shift: NDArray[np.float64]
    chi_square: NDArray[np.float64]
    degrees: int
    p_value: NDArray[np.float64]
    is_exact: NDArray[np.bool_]
    reason: NDArray[np.uint8]


def distribution_distances(counts: NDArray[np.integer], *, shares: Sequence[Weight]) -> DistributionDistances:
    """Measure how far each team's grades lie from the advised shares, and whether chance alone may explain it.

    `counts` (teams, grades): people of each grade, the best first; `shares` (grades,) in percent, with sum 100. With
    the team's shares f added up to F and the advised ones p to P: `wasserstein = sum |F - P|`, `shift = sum (F - P)`,
    `chi_square = sum (n f - n p)^2 / (n p)` over grades with p > 0. The p-value is the exact multinomial one (the sum
    of the probabilities of all outcomes that are not more probable) for small teams, else that of the chi-square. A
    team without people has no numbers. A small p-value is a question to the manager, never a verdict. Raises
    DistributionError. Source: Wasserstein distance of order 1 on grades; Pearson (1900); exact multinomial test.

    >>> found = distribution_distances(np.array([[2, 1, 0]]), shares=[20, 60, 20])
    >>> round(float(found.wasserstein[0]), 3), round(float(found.p_value[0]), 3), bool(found.is_exact[0])
    (0.667, 0.208, True)
    """
    number = np.asarray(counts)
    wanted = [exact(share) for share in shares]
    if sum(wanted) != 100 or min(wanted) < 0:
        raise DistributionError(shares=[str(share) for share in wanted])
    if number.ndim != 2 or number.shape[1] != len(wanted) or number.dtype.kind not in "iu" or bool((number < 0).any()):
        raise DistributionError(counts=number.shape, grades=len(wanted))
    share = np.array([float(part / 100) for part in wanted])
    people = number.sum(axis=1, dtype=np.int64)
    divisor = np.maximum(people, 1)[:, None]
    apart = np.cumsum(number / divisor - share, axis=1)[:, :-1]
    expected = divisor * share
    positive = share > 0
    squares = ((number - expected)[:, positive] ** 2 / expected[:, positive]).sum(axis=1)
    degrees = int(positive.sum()) - 1
    p_value, is_exact = _p_values(number, people, share, squares)
    some = people > 0
    return DistributionDistances(
        people=people,
        wasserstein=np.where(some, np.abs(apart).sum(axis=1), 0.0),
        shift=np.where(some, apart.sum(axis=1), 0.0),
        chi_square=np.where(some, squares, 0.0),
        degrees=degrees,
        p_value=np.where(some, p_value, 0.0),
        is_exact=is_exact & some,
        reason=np.where(some, Reason.ESTIMATED, Reason.TOO_FEW_VALUES).astype(np.uint8),
    )


def _p_values(
    number: NDArray[np.integer], people: NDArray[np.int64], share: NDArray[np.float64], squares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Exact p-values of small teams and those of the chi-square of the others, and which are exact."""
    positive = share > 0
    impossible = number[:, ~positive].any(axis=1)
    log_share = np.log(share[positive])
    found = chi2.sf(squares, max(int(positive.sum()) - 1, 1))
    is_exact = np.zeros(len(people), dtype=np.bool_)
    for size in np.unique(people).tolist():
        team = np.flatnonzero(people == size)
        if _outcome_count(size, len(log_share)) <= MOST_OUTCOMES:
            is_exact[team] = True
            logs, below = _probabilities(size, tuple(log_share.tolist()))
            own = _log_probability(number[team][:, positive], size, log_share)
            found[team] = below[np.searchsorted(logs, own + SAME_PROBABILITY, side="right")]
    return np.where(impossible, 0.0, found), is_exact


def _outcome_count(people: int, grades: int) -> int:
    """In how many ways a number of people can have some grades, not more than counts."""
    ways = 1
    for place in range(1, grades):
        ways = ways * (people + place) // place
        if ways > MOST_OUTCOMES:
            break
    return ways


@lru_cache(maxsize=64)
def _probabilities(people: int, log_share: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the probabilities of all outcomes, ascending, and the sum of the probabilities before each."""
    outcomes = _outcomes(people, len(log_share))
    logs = np.sort(_log_probability(outcomes, people, np.array(log_share)))
    below = np.concatenate([[0.0], np.cumsum(np.exp(logs))])
    return logs, np.minimum(below / below[-1], 1.0)


def _outcomes(people: int, grades: int) -> NDArray[np.int64]:
    """All ways to give some grades to a number of people (outcomes, grades)."""
    table = np.array([[people]])
    for _ in range(grades - 1):
        left = table[:, -1] + 1
        row = np.repeat(np.arange(len(table)), left)
        given = np.arange(int(left.sum())) - np.repeat(np.cumsum(left) - left, left)
        table = np.column_stack([table[row, :-1], given, table[row, -1] - given])
    return table


def _log_probability(number: NDArray[np.integer], people: int, log_share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the multinomial probability of each row of counts."""
    result: NDArray[np.float64] = gammaln(people + 1) - gammaln(number + 1).sum(axis=1) + number @ log_share
    return result
