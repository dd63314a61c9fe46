"""Expected ranks of very many people from tables over scores and errors, instead of all pairs of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

GRID = 1 << 13
LEVELS = 32
NODES = 64
COARSE = 32
STEPS = 20
REACH = 9.0
LEAST_STEPS = 3.0
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class _Tables:
    """Grid of scores, levels of error variance, and where the people are.

    `spectrum` (levels, frequencies): of the number of people at each place with each variance; `omega` (frequencies,);
    `smoothed` (frequencies,): the sum over levels, each smoothed by its own error.
    """

    grid: NDArray[np.float64]
    levels: NDArray[np.float64]
    spectrum: NDArray[np.complex128]
    omega: NDArray[np.float64]
    smoothed: NDArray[np.complex128]


def may_be_tabulated(value: NDArray[np.float64], standard_error: NDArray[np.float64]) -> bool:
    """Whether all errors are wide enough, beside the range of the scores, for a grid of 8,192 places."""
    error = float(standard_error.max())
    width = float(value.max() - value.min()) + 2 * REACH * error * 2**0.5
    return bool(standard_error.min() > LEAST_STEPS * width / GRID)


def tabulated_ranks(
    value: NDArray[np.float64], standard_error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Expected rank and the ends of its 80 % interval for everyone, by two tables over score and error variance.

    With H_v the histogram of the people of variance v: `U_v(x) = sum_w (H_w * N(0, v + w))` is a product of spectra;
    the expected rank is half plus what lies above S_p. The rank itself is, given the person's true score t, about
    normal with mean `1 + T(t)` and variance `sum_q P_q (1 - P_q)`, where T counts the others above t and P_q is the
    probability that q is; its quantiles are those of the mixture over 64 equally probable t.
    Source: Laird and Louis (1989); Poisson's binomial distribution; convolution theorem.
    """
    tables = _tables(value, standard_error)
    variance = standard_error**2
    above = np.array([_above(tables, level) for level in tables.levels])
    place = (value - tables.grid[0]) / (tables.grid[1] - tables.grid[0])
    level = np.interp(variance, tables.levels, np.arange(LEVELS))
    expected = 0.5 + _interpolated(above, level, place)
    low, high = _quantiles(tables)
    ends = (np.ceil(_interpolated(part, level, place / COARSE) - 1e-9) for part in (low, high))
    first, last = (np.clip(end, 1.0, float(len(value))) for end in ends)
    return expected, first, np.maximum(first, last)


def _tables(value: NDArray[np.float64], standard_error: NDArray[np.float64]) -> _Tables:
    """Spread everyone over the two nearest places and variances, so that means are kept."""
    reach = REACH * float(standard_error.max()) * 2**0.5
    grid = np.linspace(float(value.min()) - reach, float(value.max()) + reach, GRID)
    step = grid[1] - grid[0]
    levels = np.linspace(float(standard_error.min()), float(standard_error.max()), LEVELS) ** 2
    # All errors alike would make levels of no width.
    levels = levels + np.arange(LEVELS) * levels[-1] * 1e-9
    place = (value - grid[0]) / step
    level = np.interp(standard_error**2, levels, np.arange(LEVELS))
    left, below = (np.minimum(part.astype(np.int64), size - 2) for part, size in ((place, GRID), (level, LEVELS)))
    across, up = place - left, level - below
    people = np.zeros(LEVELS * GRID)
    for row, share in ((0, 1 - up), (1, up)):
        for column, part in ((0, 1 - across), (1, across)):
            people += np.bincount((below + row) * GRID + left + column, weights=share * part, minlength=LEVELS * GRID)
    omega = 2 * np.pi * np.fft.rfftfreq(2 * GRID, d=step)
    spectrum = np.fft.rfft(people.reshape(LEVELS, GRID), n=2 * GRID, axis=1)
    smoothed = (spectrum * np.exp(-0.5 * levels[:, None] * omega**2)).sum(axis=0)
    return _Tables(grid, levels, spectrum, omega, smoothed)


def _above(tables: _Tables, variance: float) -> NDArray[np.float64]:
    """How many people are to be expected above each place of the grid, seen with this error variance."""
    density = np.fft.irfft(tables.smoothed * np.exp(-0.5 * variance * tables.omega**2))[:GRID]
    # What lies in a place counts with one half as above it.
    result: NDArray[np.float64] = np.maximum(density[::-1].cumsum()[::-1] - density / 2, 0.0)
    return result


def _noise(tables: _Tables) -> NDArray[np.float64]:
    """Deviation of the number of people above each place: root of `sum P (1 - P)`."""
    step = tables.grid[1] - tables.grid[0]
    # Distances to both sides, those to the left at the end, as a circular convolution wants them.
    apart = np.fft.fftfreq(2 * GRID) * 2 * GRID * step
    variance = np.zeros(2 * GRID)
    for level, spectrum in zip(tables.levels, tables.spectrum, strict=True):
        probability = ndtr(apart / np.sqrt(level))
        variance += np.fft.irfft(spectrum * np.fft.rfft(probability * (1 - probability)))
    # A little, so that where nobody is near the rank is certain without a division by 0.
    result: NDArray[np.float64] = np.sqrt(np.maximum(variance[:GRID], 1e-6))
    return result


def _quantiles(tables: _Tables) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the interval of the rank for each error variance and every thirty-second place, (levels, places)."""
    above, noise = _above(tables, 0.0), _noise(tables)
    places = tables.grid[::COARSE]
    z = ndtri((np.arange(NODES) + 0.5) / NODES)
    low, high = np.zeros((2, LEVELS, len(places)))
    for row, variance in enumerate(tables.levels):
        true = places[:, None] + np.sqrt(variance) * z
        mean, spread = 1 + np.interp(true, tables.grid, above), np.interp(true, tables.grid, noise)
        low[row], high[row] = (_mixture_quantile(mean, spread, target) for target in (LOW, HIGH))
    return low, high


def _mixture_quantile(mean: NDArray[np.float64], deviation: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Quantile of equally probable normal parts, the last axis, by halving; half a rank counts as the rank."""
    low, high = (mean - REACH * deviation).min(axis=-1), (mean + REACH * deviation).max(axis=-1)
    for _ in range(STEPS):
        middle = (low + high) / 2
        is_below = ndtr((middle[:, None] + 0.5 - mean) / deviation).mean(axis=-1) < target
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    result: NDArray[np.float64] = (low + high) / 2
    return result


def _interpolated(
    table: NDArray[np.float64], level: NDArray[np.float64], place: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Read a table (levels, places) between its entries, for many people."""
    row, column = (
        np.minimum(part.astype(np.int64), size - 2) for part, size in zip((level, place), table.shape, strict=True)
    )
    up, across = level - row, place - column
    lower = table[row, column] * (1 - across) + table[row, column + 1] * across
    upper = table[row + 1, column] * (1 - across) + table[row + 1, column + 1] * across
    result: NDArray[np.float64] = lower * (1 - up) + upper * up
    return result
