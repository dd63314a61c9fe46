"""Oblique rotation: factors turned until each item belongs to as few of them as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TURNS = 1_000
ROUGH = 1e-4
SMALLEST = 1e-8
HALVINGS = 20
STARTS = 4


@dataclass(frozen=True)
class ObliqueFactors:
    """Loadings on the turned factors (items, factors), and the factors' correlations (factors, factors)."""

    loadings: NDArray[np.float64]
    correlations: NDArray[np.float64]


def oblique_factors(loadings: NDArray[np.float64]) -> ObliqueFactors:
    """Turn factors, which may then correlate, until the loadings are as simple as possible (direct oblimin, gamma 0).

    `loadings` (items, factors). Least `1/4 sum over factors j != k of sum l_ij^2 l_ik^2`, `L = A (T')^-1` with columns
    of T of length one, `Phi = T' T`, by projected gradients from T = I and from a few seeded turns, because some
    starts end on a saddle. Source: Jennrich and Sampson (1966); Bernaards and Jennrich (2005), Educational and
    Psychological Measurement 65, 676-696.

    >>> found = oblique_factors(np.array([[0.8, 0.4], [0.8, 0.4], [0.8, -0.4], [0.8, -0.4]]))
    >>> np.sort(np.abs(found.loadings.round(2)), axis=1)[0].tolist(), float(abs(found.correlations.round(2)[0, 1]))
    ([0.0, 0.89], 0.6)
    """
    size = loadings.shape[1]
    random = np.random.default_rng(1)
    turns = [np.eye(size), *(np.linalg.qr(random.standard_normal((size, size)))[0] for _ in range(STARTS - 1))]
    found = [_simplest(loadings, turn, until=ROUGH) for turn in turns]
    least = min(value for _, value in found)
    best = next(turn for turn, value in found if value <= least + ROUGH**2)
    turn, _ = _simplest(loadings, best, until=SMALLEST)
    turned = loadings @ np.linalg.inv(turn).T
    sign = np.where(turned.sum(axis=0) < 0, -1.0, 1.0)
    return ObliqueFactors(turned * sign, sign[:, None] * (turn.T @ turn) * sign)


def _simplest(
    loadings: NDArray[np.float64], turn: NDArray[np.float64], *, until: float
) -> tuple[NDArray[np.float64], float]:
    """The turn where the descent from this one ends, and the complexity there."""
    value, slope = _criterion(loadings, turn)
    step = 1.0
    for _ in range(TURNS):
        along = slope - turn * (turn * slope).sum(axis=0)
        steepness = float(np.vdot(along, along))
        if steepness < until**2:
            break
        step *= 2
        for _ in range(HALVINGS):
            moved = turn - step * along
            moved /= np.sqrt(np.square(moved).sum(axis=0))
            at_moved, new_slope = _criterion(loadings, moved)
            if at_moved < value - steepness * step / 2:
                break
            step /= 2
        turn, value, slope = moved, at_moved, new_slope
    return turn, value


def _criterion(loadings: NDArray[np.float64], turn: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Complexity of the turned loadings, and its slope in the turn."""
    inverse = np.linalg.inv(turn)
    turned = loadings @ inverse.T
    squares = turned**2
    others = squares.sum(axis=1, keepdims=True) - squares
    slope = -(turned.T @ (turned * others) @ inverse).T
    return float(np.vdot(squares, others)) / 4, slope
