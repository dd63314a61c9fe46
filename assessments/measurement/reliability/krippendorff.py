"""Krippendorff's alpha: agreement of any number of coders, on any kind of scale, with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.codes import category_codes
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import score_table

BLOCK = 1024


class Metric(StrEnum):
    """What a difference between two values means: another name, another rank, a distance, or a ratio."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


@dataclass(frozen=True)
class KrippendorffAlpha:
    """Alpha, the disagreement found and the one expected by chance, and how many units and values could be compared."""

    value: float
    observed: float
    expected: float
    units: int
    values: int


def krippendorff_alpha(values: ArrayLike, *, metric: Metric) -> KrippendorffAlpha | NotEstimable:
    """Say how far coders agree beyond chance, whatever the scale and however many values are missing.

    `values` (units, coders): numbers with NaN, for nominal data also words with None, where a coder said nothing.
    `alpha = 1 - D_o / D_e`, `D_o = 1/n sum over units of sum over pairs of d^2 / (m_u - 1)`, D_e over all pairs of the
    n values of units with at least two. `d^2`: 0 or 1; `(mid-rank difference)^2`; `(a - b)^2`; `((a - b) / (a + b))^2`.
    Not estimable when no unit has two values, or all are equal. Raises ScoresError, also for ratios of negative
    numbers. Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability; Krippendorff (2004), chapter 11.

    >>> round(krippendorff_alpha([[1, 1], [2, 2], [3, 2], [3, 3]], metric=Metric.NOMINAL).value, 4)
    0.6667
    """
    metric = Metric(metric)
    codes = category_codes(values)
    places, counts = codes.places, (codes.places >= 0).sum(axis=1)
    comparable = counts >= 2
    if not comparable.any():
        return NotEstimable(Reason.TOO_FEW_VALUES)
    places, counts = places[comparable], counts[comparable]
    unit, coder = np.nonzero(places >= 0)
    place = places[unit, coder]
    if place.min() == place.max():
        return NotEstimable(Reason.NO_VARIATION)
    if metric is Metric.NOMINAL:
        observed, expected = _nominal(place, unit, counts)
    elif metric is Metric.RATIO:
        observed, expected = _ratio(score_table(values)[comparable])
    else:
        found = _ranks(place) if metric is Metric.ORDINAL else score_table(values)[comparable][unit, coder]
        observed, expected = _interval(found, unit, counts)
    if not expected > 0:
        return NotEstimable(Reason.NO_VARIATION)
    return KrippendorffAlpha(1 - observed / expected, observed, expected, units=len(counts), values=len(place))


def _nominal(place: NDArray[np.intp], unit: NDArray[np.intp], counts: NDArray[np.int64]) -> tuple[float, float]:
    """Shares of unlike pairs, within units and among all values."""
    number = len(place)
    _, of_pair, together = np.unique(unit * (int(place.max()) + 1) + place, return_index=True, return_counts=True)
    alike = float((together * (together - 1) / (counts[unit[of_pair]] - 1)).sum()) / number
    totals = np.bincount(place).astype(np.float64)
    return 1 - alike, 1 - float((totals * (totals - 1)).sum()) / (number * (number - 1))


def _ranks(place: NDArray[np.intp]) -> NDArray[np.float64]:
    """Rank of each value among all, equal values sharing the middle of theirs."""
    totals = np.bincount(place)
    result: NDArray[np.float64] = (np.cumsum(totals) - (totals - 1) / 2)[place]
    return result


def _interval(found: NDArray[np.float64], unit: NDArray[np.intp], counts: NDArray[np.int64]) -> tuple[float, float]:
    """Mean squared differences: twice the squares about the mean, within units and among all values."""
    centred = found - found.mean()
    means = np.bincount(unit, weights=centred) / counts
    squares = np.bincount(unit, weights=(centred - means[unit]) ** 2)
    number = len(found)
    observed = float((2 * counts * squares / (counts - 1)).sum()) / number
    return observed, 2 * float(centred @ centred) / (number - 1)


def _ratio(table: NDArray[np.float64]) -> tuple[float, float]:
    """Mean squared relative differences, within units and among all values."""
    if (table < 0).any():
        raise ScoresError(lowest=float(np.nanmin(table)))
    there = np.isfinite(table)
    counts = there.sum(axis=1)
    observed = 0.0
    for first in range(table.shape[1]):
        for second in range(first + 1, table.shape[1]):
            both = there[:, first] & there[:, second]
            apart = _relative(table[both, first], table[both, second])
            observed += 2 * float((apart / (counts[both] - 1)).sum())
    found, totals = np.unique(table[there], return_counts=True)
    expected = 0.0
    for start in range(0, len(found), BLOCK):
        some = slice(start, start + BLOCK)
        expected += float(totals[some] @ _relative(found[some, None], found[None, :]) @ totals)
    number = int(counts.sum())
    return observed / number, expected / (number * (number - 1))


def _relative(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared difference over squared sum, 0 for two zeros."""
    both = first + second
    result: NDArray[np.float64] = ((first - second) / np.where(both > 0, both, 1.0)) ** 2
    return result
