"""McDonald's omega: how much of a sum of items comes from what the items share, when they share it unequally."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.covariances import correlations_of, covariance_matrix, pairwise_covariances
from assessments.measurement.reliability.factors import likely_factors
from assessments.measurement.reliability.tables import score_table


@dataclass(frozen=True)
class Omega:
    """Omega of the sum of the items as they are, of standardised items, and over the variance observed.

    `loadings` and `uniquenesses` (items,) are those of standardised items.
    """

    value: float
    standardised: float
    over_observed: float
    loadings: NDArray[np.float64]
    uniquenesses: NDArray[np.float64]


def omega(scores: ArrayLike) -> Omega | NotEstimable:
    """Say how reliable the sum of several items is when one thing stands behind all of them.

    `scores` (people, items), NaN where missing: covariances are pairwise. One factor by maximum likelihood, loadings l
    and uniquenesses u of standardised items, s their standard deviations: `(sum l s)^2 / ((sum l s)^2 + sum u s^2)`,
    the variance that the model implies below; `standardised` with s = 1; `over_observed` the same above the observed
    variance. Not estimable with fewer than three items, when an item does not vary, or two have fewer than two people
    in common. Raises ScoresError. Source: McDonald (1999), Test theory, chapter 6.

    >>> found = omega([[1, 2, 2], [2, 2, 4], [3, 5, 4], [4, 4, 5], [5, 5, 5]])
    >>> round(found.value, 2)
    0.94
    """
    found = pairwise_covariances(score_table(scores))
    return found if isinstance(found, NotEstimable) else _omega(found.covariance)


def omega_of_covariance(covariance: ArrayLike) -> Omega | NotEstimable:
    """Say the same from the covariances or correlations of the items (items, items); raises CovarianceError.

    >>> round(omega_of_covariance([[1, 0.72, 0.63], [0.72, 1, 0.56], [0.63, 0.56, 1]]).value, 4)
    0.8446
    """
    return _omega(covariance_matrix(covariance))


def _omega(covariance: NDArray[np.float64]) -> Omega | NotEstimable:
    """Omega from a covariance matrix."""
    if len(covariance) < 3:
        return NotEstimable(Reason.TOO_FEW_ITEMS)
    correlation = correlations_of(covariance)
    total = float(covariance.sum())
    if isinstance(correlation, NotEstimable) or not total > 0:
        return NotEstimable(Reason.NO_VARIATION)
    found = likely_factors(correlation)
    loadings, psi = found.loadings[:, 0], found.uniquenesses
    variances = np.diagonal(covariance)
    shared = float(loadings @ np.sqrt(variances)) ** 2
    of_units = float(loadings.sum()) ** 2
    return Omega(
        value=shared / (shared + float(psi @ variances)),
        standardised=of_units / (of_units + float(psi.sum())),
        over_observed=shared / total,
        loadings=loadings,
        uniquenesses=psi,
    )
