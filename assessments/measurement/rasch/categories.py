"""How likely each category of a rating is at a place on the scale: the Rasch model of ordered categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CategoryChances:
    """What the model says of ratings: chances of categories (categories, ...), and (...) for each rating.

    `expected` is the mean category (from 0), `variance` its variance, `log_total` the logarithm of the divisor.
    """

    chance: NDArray[np.float64]
    log_total: NDArray[np.float64]
    expected: NDArray[np.float64]
    variance: NDArray[np.float64]

    def step_covariance(self) -> NDArray[np.float64]:
        """Covariance of being in category k with the rating: `P_k (k - E)`, (categories, ...)."""
        rank = _ranks(self.chance)
        return self.chance * (rank - self.expected)

    def fourth_moment(self) -> NDArray[np.float64]:
        """Fourth central moment of the rating: `sum_k P_k (k - E)^4`."""
        total: NDArray[np.float64] = (self.chance * (_ranks(self.chance) - self.expected) ** 4).sum(axis=0)
        return total


def category_chances(location: NDArray[np.float64], *, potential: NDArray[np.float64]) -> CategoryChances:
    """Chances of the categories for a rating whose person stands `location` logits above item and rater.

    `P_k = exp(k location + potential_k) / sum_l exp(l location + potential_l)`; the potential of category k is
    `-(tau_1 + ... + tau_k)`, minus infinity for a category that nobody used. `location` (...), `potential`
    (categories, ...) or what fits it. Source: Andrich (1978), Psychometrika 43, 561-573; Masters (1982).

    >>> chances = category_chances(np.array([0.0]), potential=np.array([[0.0], [0.5], [0.0]]))
    >>> chances.chance[:, 0].round(3).tolist(), float(chances.expected[0])
    ([0.274, 0.452, 0.274], 1.0)
    """
    rank = np.arange(len(potential), dtype=np.float64).reshape(-1, *([1] * location.ndim))
    chance = rank * location + potential
    top = chance.max(axis=0)
    chance -= top
    np.exp(chance, out=chance)
    total = chance.sum(axis=0)
    chance /= total
    expected = np.einsum("k,k...->...", rank.ravel(), chance)
    variance = np.maximum(np.einsum("k,k...->...", rank.ravel() ** 2, chance) - expected**2, 0.0)
    return CategoryChances(chance=chance, log_total=np.log(total) + top, expected=expected, variance=variance)


def _ranks(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers of the categories, shaped to fit the chances."""
    return np.arange(len(chance), dtype=np.float64).reshape(-1, *([1] * (chance.ndim - 1)))
