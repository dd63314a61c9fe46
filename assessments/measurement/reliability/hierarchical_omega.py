"""Hierarchical omega: how much of a sum comes from one thing behind all items, and how much from groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.covariances import correlations_of, covariance_matrix, pairwise_covariances
from assessments.measurement.reliability.errors import FactorsError
from assessments.measurement.reliability.factors import least_residual_factors
from assessments.measurement.reliability.rotation import oblique_factors
from assessments.measurement.reliability.tables import score_table


@dataclass(frozen=True)
class HierarchicalOmega:
    """Share of a sum of standardised items from the general factor (`general`), and from all factors (`total`).

    `general_loadings` (items,), `group_loadings` (items, factors) and `uniquenesses` (items,) of the bifactor solution;
    `factor_correlations` before it; `is_reversed` (items,) tells the items that count the other way round.
    """

    general: float
    total: float
    general_loadings: NDArray[np.float64]
    group_loadings: NDArray[np.float64]
    uniquenesses: NDArray[np.float64]
    factor_correlations: NDArray[np.float64]
    is_reversed: NDArray[np.bool_]


def hierarchical_omega(scores: ArrayLike, *, factors: int = 3) -> HierarchicalOmega | NotEstimable:
    """Say how much of the sum of several items one thing explains, when groups of items have more in common.

    `scores` (people, items), NaN where missing: correlations are pairwise. Factors by minres, turned by oblimin, a
    second-order factor through their correlations, then Schmid and Leiman: general loadings `g = L gamma`, group
    loadings `L sqrt(1 - gamma^2)`. `omega_h = (sum g)^2 / sum R`, `omega_t = 1 - sum u^2 / sum R`; two factors share
    their correlation equally. Items with negative g are reversed first. Not estimable when the items are too few for
    so many factors, an item does not vary, or two have fewer than two people in common. Raises ScoresError,
    FactorsError. Sources: Schmid and Leiman (1957), Psychometrika 22, 53-61; Zinbarg, Revelle, Yovel and Li (2005),
    Psychometrika 70, 123-133.

    >>> hierarchical_omega([[1, 2], [2, 1]]).reason.code
    'too_few_items'
    """
    found = pairwise_covariances(score_table(scores))
    return found if isinstance(found, NotEstimable) else _hierarchical(found.covariance, factors=factors)


def hierarchical_omega_of_covariance(covariance: ArrayLike, *, factors: int = 3) -> HierarchicalOmega | NotEstimable:
    """Say the same from covariances or correlations (items, items); raises CovarianceError, FactorsError.

    >>> blocks = 0.3 + 0.3 * np.kron(np.eye(3), np.ones((3, 3)))
    >>> np.fill_diagonal(blocks, 1.0)
    >>> found = hierarchical_omega_of_covariance(blocks)
    >>> round(found.general, 3), round(found.total, 3)
    (0.675, 0.9)
    """
    return _hierarchical(covariance_matrix(covariance), factors=factors)


def _hierarchical(covariance: NDArray[np.float64], *, factors: int) -> HierarchicalOmega | NotEstimable:
    """Both omegas from a covariance matrix."""
    if factors < 2:
        raise FactorsError(factors=factors)
    items = len(covariance)
    if items <= factors or (items - factors) ** 2 < items + factors:
        return NotEstimable(Reason.TOO_FEW_ITEMS)
    correlation = correlations_of(covariance)
    if isinstance(correlation, NotEstimable):
        return correlation
    first = least_residual_factors(correlation, factors=factors)
    turned = oblique_factors(first.loadings)
    gamma = _second_order(turned.correlations)
    general = turned.loadings @ gamma
    general = general if general.sum() >= 0 else -general
    sign = np.where(general < 0, -1.0, 1.0)
    total = float(sign @ correlation @ sign)
    if not total > 0:
        return NotEstimable(Reason.NO_VARIATION)
    unique = 1 - np.square(first.loadings).sum(axis=1)
    return HierarchicalOmega(
        general=float(np.abs(general).sum()) ** 2 / total,
        total=1 - float(unique.sum()) / total,
        general_loadings=general * sign,
        group_loadings=sign[:, None] * turned.loadings * np.sqrt(1 - gamma**2),
        uniquenesses=unique,
        factor_correlations=turned.correlations,
        is_reversed=sign < 0,
    )


def _second_order(correlations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loadings of the factors on the one behind them; two factors share their correlation equally."""
    if len(correlations) == 2:
        between = float(correlations[0, 1])
        return np.array([1.0, -1.0 if between < 0 else 1.0]) * sqrt(abs(between))
    return least_residual_factors(correlations, factors=1).loadings[:, 0]
