"""Squared multiple correlations: how much of each item the other items tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1e-9


def multiple_correlations(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each item's variance that the other items together tell.

    `correlation` (items, items). `1 - 1 / (R^-1)_ii`; where items repeat each other, `r_i' R_rest^- r_i` with the
    pseudo-inverse. Between 0 and 1. Source: Guttman (1953), Psychometrika 18, 277-296.

    >>> multiple_correlations(np.array([[1.0, 0.5], [0.5, 1.0]])).round(4).tolist()
    [0.25, 0.25]
    """
    values, vectors = np.linalg.eigh(correlation)
    if values[0] > SMALLEST:
        result: NDArray[np.float64] = 1 - 1 / ((vectors**2) @ (1 / values))
        return np.clip(result, 0.0, 1.0)
    shares = np.empty(len(correlation))
    for item in range(len(correlation)):
        others = np.arange(len(correlation)) != item
        with_item = correlation[others, item]
        inverse = np.linalg.pinv(correlation[np.ix_(others, others)], rcond=SMALLEST, hermitian=True)
        shares[item] = with_item @ inverse @ with_item
    return np.clip(shares, 0.0, 1.0)
