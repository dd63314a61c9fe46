"""Whether a group agrees more than people would who do not agree at all: by simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import Reason
from assessments.measurement.reliability.null_distributions import checked_probabilities
from assessments.measurement.reliability.tables import tails
from assessments.measurement.reliability.within_group import WithinGroupAgreement

SIMULATIONS = 10_000
# Equal variances that were added up in another order must count as equal.
ROUNDING = 1e-9


@dataclass(frozen=True)
class AgreementSignificance:
    """Per group (groups,): how often groups without agreement agree as much, and the variance that 5 % stay below.

    Where `reason` is not 0 the group is not reported, and both numbers are 0.
    """

    p: NDArray[np.float64]
    critical_variance: NDArray[np.float64]
    reason: NDArray[np.int8]


def agreement_significance(
    agreement: WithinGroupAgreement,
    *,
    probabilities: ArrayLike,
    level: float = 0.95,
    simulations: int = SIMULATIONS,
    seed: int = 1,
) -> AgreementSignificance:
    """Say how likely so much agreement is among people who answer by chance.

    `probabilities` (categories,) of the null distribution, from `null_probabilities`. The mean variance of the items is
    compared with that of simulated groups with the same numbers of raters, items independent:
    `p = (1 + simulated <= observed) / (1 + simulated)`. As rwg, rwg(J) and r*wg(J) fall when it rises, p is theirs
    too. The same for the same seed. Raises NullError, LevelError. Sources: Dunlap, Burke and Smith-Crowe (2003),
    Journal of Applied Psychology 88, 356-362; Cohen, Doveh and Nahum-Shani (2009), Organizational Research Methods
    12, 148-164.

    >>> from assessments.measurement.reliability.within_group import within_group_agreement
    >>> found = within_group_agreement([[4], [4], [4], [4]], group=[0] * 4, lowest=1, highest=5, null_variance=2.0)
    >>> bool(agreement_significance(found, probabilities=[0.2] * 5).p[0] < 0.02)
    True
    """
    shares = checked_probabilities(probabilities)
    tails(level)
    item, scale = agreement.item, agreement.scale
    counted = np.where(item.reason == Reason.ESTIMATED, item.raters, 0)
    p, critical = np.zeros((2, len(counted)))
    random = np.random.default_rng(seed)
    sizes, kind = np.unique(counted, axis=0, return_inverse=True)
    drawn: dict[tuple[int, int], NDArray[np.float64]] = {}
    for number, size in enumerate(sizes):
        if not size.any():
            continue
        for place in np.flatnonzero(size):
            key = int(place), int(size[place])
            if key not in drawn:
                drawn[key] = _variances(random, shares, raters=key[1], simulations=simulations)
        simulated = sum(drawn[int(place), int(size[place])] for place in np.flatnonzero(size)) / np.count_nonzero(size)
        ordered = np.sort(simulated)
        groups = np.flatnonzero(kind.ravel() == number)
        p[groups] = (1 + np.searchsorted(ordered, scale.variance[groups] + ROUNDING, side="right")) / (1 + simulations)
        critical[groups] = np.quantile(ordered, 1 - level, method="inverted_cdf")
    return AgreementSignificance(p=p, critical_variance=critical, reason=scale.reason)


def _variances(
    random: np.random.Generator, probabilities: NDArray[np.float64], *, raters: int, simulations: int
) -> NDArray[np.float64]:
    """Variances (n - 1) of simulated groups who answer one item by chance."""
    counts = random.multinomial(raters, probabilities / probabilities.sum(), size=simulations)
    value = np.arange(len(probabilities)) - (len(probabilities) - 1) / 2
    result: NDArray[np.float64] = (counts @ value**2 - (counts @ value) ** 2 / raters) / (raters - 1)
    return np.maximum(result, 0.0)
