"""Weighted means over dimensions and their errors, with the covariance of raters shared by the dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.uncertainty import RaterSpread
from review.aggregation.dimension_scores import CellTerms, DimensionScores, RankRows


def composite_variances(
    cells: CellTable,
    *,
    terms: CellTerms,
    ranks: Sequence[RankRows],
    scores: DimensionScores,
    spread: RaterSpread,
    coefficients: Sequence[NDArray[np.float64]],
) -> list[NDArray[np.float64]]:
    """Error variance of `sum_d v_d S_d` of every subject, for each array of coefficients v (subjects, dimensions).

    `Var = sum_cells sum_de u_d u_e r_de / max(n_d, n_e)` with `u_d = v_d (w_d / sum w_d) s_d`: the raters of a cell are
    shared by its dimensions (their errors correlate by r), and those of the smaller count are taken to be among those
    of the larger. Shown values and published spread only. Source: variance of a weighted sum; the contract, rule 6.
    """
    results = np.zeros((len(coefficients), len(scores.value)))
    weight = scores.shown_weight.T
    scale = scores.is_estimated.T / np.where(weight > 0, weight, 1.0)
    shares = np.stack([part.T * scale for part in coefficients])
    deviation = (np.sqrt(terms.variance) * terms.weight).T
    for rank in ranks:
        raters = cells.raters.T[:, rank.rows].astype(np.float64)
        own = np.where(raters > 0, deviation[:, terms.kind[rank.rows]], 0.0)
        results[:, rank.subject] += _shared(shares[:, :, rank.subject] * own, raters, own > 0, spread.correlation)
    return list(np.maximum(results, 0.0))


def _shared(
    parts: NDArray[np.float64],
    raters: NDArray[np.float64],
    counted: NDArray[np.bool_],
    correlation: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Sum over pairs of dimensions of `u_d u_e r_de / max(n_d, n_e)`; parts (composites, dimensions, cells).

    `1 / max(n_d, n_e)` is `1 / N` for the largest count N, and `1/k - 1/(k + 1)` more for every smaller count k that
    neither exceeds: a quadratic form for each such k, instead of a term for each pair.
    """
    most = np.where(counted, raters, 1.0).max(axis=0)
    least = np.where(counted, raters, np.inf).min(axis=0)
    result: NDArray[np.float64] = _quadratic(parts, correlation) / most
    uneven = np.flatnonzero(least < most)
    if not len(uneven):
        return result
    some, counts = parts[:, :, uneven], raters[:, uneven]
    low, high = least[uneven], most[uneven]
    for count in range(int(low.min()), int(high.max())):
        here = np.flatnonzero((low <= count) & (count < high))
        within = some[:, :, here] * (counts[:, here] <= count)
        result[:, uneven[here]] += _quadratic(within, correlation) / (count * (count + 1))
    return result


def _quadratic(parts: NDArray[np.float64], correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quadratic form of each cell of each composite."""
    result: NDArray[np.float64] = ((correlation @ parts) * parts).sum(axis=1)
    return result


def score_covariance(
    cells: CellTable, *, subject: int, terms: CellTerms, scores: DimensionScores, spread: RaterSpread
) -> NDArray[np.float64]:
    """Error covariance of one subject's dimension scores, (dimensions, dimensions), for comparing two of them."""
    size = len(cells.layout.dimensions)
    result = np.zeros((size, size))
    weight = np.where(scores.shown_weight[subject] > 0, scores.shown_weight[subject], 1.0)
    for row in cells.rows_of(subject):
        raters = np.maximum(cells.raters[row].astype(np.float64), 1.0)
        kind = terms.kind[row]
        part = np.where(cells.raters[row] > 0, terms.weight[kind] / weight * np.sqrt(terms.variance[kind]), 0.0)
        result += np.outer(part, part) * spread.correlation / np.maximum.outer(raters, raters)
    known = scores.is_estimated[subject]
    return np.where(np.outer(known, known), result, 0.0)
