"""How sure an omega is: people drawn again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.factors import LEAST_UNIQUENESS
from assessments.measurement.reliability.omega import omega
from assessments.measurement.reliability.tables import Interval, score_table, tails

RESAMPLES = 1_000
BLOCKS = 200
CHUNK = 250
STEPS = 2_000
CLOSE = 1e-7
LEAST_USABLE = 0.9
# A draw of equal answers leaves rounding of this share of the variance.
SMALLEST_SHARE = 1e-12


def omega_interval(
    scores: ArrayLike, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 1
) -> Interval | NotEstimable:
    """Say between which bounds omega lies, by drawing the same number of people again many times.

    `scores` (people, items), NaN where missing. Bias-corrected and accelerated percentiles of the omegas of the draws:
    `z_0` from the share below the estimate, acceleration from leaving out people (at most 200 blocks of them). The
    same for the same seed. Not estimable where omega is not, or when more than a tenth of the draws have an item that
    does not vary. Raises ScoresError, LevelError. Sources: Efron (1987), Journal of the American Statistical
    Association 82, 171-185; Kelley and Pornprasertmanit (2016), Psychological Methods 21, 69-92.

    >>> random = np.random.default_rng(1)
    >>> scores = random.normal(size=(80, 1)) + random.normal(size=(80, 4))
    >>> found = omega_interval(scores, resamples=200)
    >>> bool(found.low < omega(scores).value < found.high)
    True
    """
    table = score_table(scores)
    low, high = tails(level)
    estimate = omega(table)
    if isinstance(estimate, NotEstimable):
        return estimate
    people = len(table)
    random = np.random.default_rng(seed)
    sums = _Products(table)
    drawn = []
    for first in range(0, resamples, CHUNK):
        weights = random.multinomial(people, np.full(people, 1 / people), size=min(CHUNK, resamples - first))
        drawn.append(_omegas(sums.covariances(weights.astype(np.float64)), estimate.loadings))
    found = np.concatenate(drawn)
    found = found[np.isfinite(found)]
    if len(found) < LEAST_USABLE * resamples:
        return NotEstimable(Reason.NO_VARIATION)
    block = np.arange(people) * min(people, BLOCKS) // people
    without = (block != np.arange(min(people, BLOCKS))[:, None]).astype(np.float64)
    left = _omegas(sums.covariances(without), estimate.loadings)
    shift = _shift(found, estimate.value)
    places = [_place(tail, shift, _acceleration(left[np.isfinite(left)])) for tail in (low, high)]
    ends = np.quantile(found, places)
    return Interval(float(ends[0]), float(ends[1]))


class _Products:
    """Products of all two items for each person, so that any weighting of people gives covariances at once."""

    def __init__(self, table: NDArray[np.float64]) -> None:
        """Keep the products (people, items x items) of scores about their mean, and of who has which."""
        there = np.isfinite(table)
        centred = np.where(there, table - np.nanmean(table, axis=0), 0.0)
        has = there.astype(np.float64)
        self.items = table.shape[1]
        self.noise = SMALLEST_SHARE * np.square(centred).mean(axis=0)
        self.products, self.sums, self.counts = (
            (first[:, :, None] * second[:, None, :]).reshape(len(table), -1)
            for first, second in ((centred, centred), (centred, has), (has, has))
        )

    def covariances(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pairwise covariances (draws, items, items); zero throughout where a draw cannot give them."""
        shape = (len(weights), self.items, self.items)
        counts, sums = (weights @ self.counts).reshape(shape), (weights @ self.sums).reshape(shape)
        products = (weights @ self.products).reshape(shape)
        covariance: NDArray[np.float64] = products - sums * sums.transpose(0, 2, 1) / np.maximum(counts, 1)
        covariance /= np.maximum(counts - 1, 1)
        usable = (counts.min(axis=(1, 2)) >= 2) & (np.einsum("bii->bi", covariance) > self.noise).all(axis=1)
        covariance[~usable] = 0.0
        return covariance


def _omegas(covariances: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Omega of each covariance matrix by the EM algorithm, all at once; NaN inside for those that cannot have one."""
    variances = np.einsum("bii->bi", covariances)
    usable = (variances > 0).all(axis=1)
    deviations = np.sqrt(variances[usable])
    correlations = covariances[usable] / (deviations[:, :, None] * deviations[:, None, :])
    loadings, psi = _one_factor(correlations, start)
    shared = (loadings * deviations).sum(axis=1) ** 2
    result = np.full(len(covariances), np.nan)
    result[usable] = shared / (shared + (psi * deviations**2).sum(axis=1))
    return result


def _one_factor(
    correlations: NDArray[np.float64], start: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loadings and uniquenesses (draws, items) of one factor by maximum likelihood; Rubin and Thayer (1982)."""
    loadings = np.tile(start, (len(correlations), 1))
    psi = np.maximum(1 - loadings**2, LEAST_UNIQUENESS)
    moving = np.arange(len(correlations))
    for _ in range(STEPS):
        weight = loadings[moving] / psi[moving]
        weight /= 1 + (weight * loadings[moving]).sum(axis=1, keepdims=True)
        with_factor = np.einsum("bij,bj->bi", correlations[moving], weight)
        spread = 1 + (weight * (with_factor - loadings[moving])).sum(axis=1, keepdims=True)
        moved = with_factor / spread
        psi[moving] = np.clip(1 - moved * with_factor, LEAST_UNIQUENESS, 1.0)
        far = np.abs(moved - loadings[moving]).max(axis=1) > CLOSE
        loadings[moving] = moved
        moving = moving[far]
        if not len(moving):
            break
    return loadings, psi


def _shift(found: NDArray[np.float64], value: float) -> float:
    """Normal quantile of the share of draws below the estimate, ties counted half, kept off the ends."""
    share = float((found < value).mean() + (found == value).mean() / 2)
    return float(ndtri(np.clip(share, 0.5 / len(found), 1 - 0.5 / len(found))))


def _acceleration(left: NDArray[np.float64]) -> float:
    """How fast the error of omega changes with omega, from the omegas without some people."""
    apart = left.mean() - left
    squares = float((apart**2).sum())
    return float((apart**3).sum()) / (6 * squares**1.5) if squares > 0 else 0.0


def _place(tail: float, shift: float, acceleration: float) -> float:
    """Which percentile of the draws stands for a tail of the interval."""
    moved = shift + float(ndtri(tail))
    return float(ndtr(shift + moved / max(1 - acceleration * moved, 1e-3)))
