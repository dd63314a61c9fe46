"""Weighted means over dimensions and their errors, with the covariance of raters shared by the dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.uncertainty import RaterSpread
from review.aggregation.dimension_scores import CellTerms, DimensionScores, RankCells, of_kind

_MOST = np.iinfo(np.uint16).max


def composite_variances(
    ranks: Sequence[RankCells],
    *,
    terms: CellTerms,
    scores: DimensionScores,
    spread: RaterSpread,
    coefficients: Sequence[NDArray[np.float64]],
) -> list[NDArray[np.float64]]:
    """Error variance of `sum_d v_d S_d` of every subject, for each array of coefficients v (subjects, dimensions).

    `Var = sum_cells sum_de u_d u_e r_de / max(n_d, n_e)` with `u_d = v_d (w_d / sum w_d) s_d`: the raters of a cell are
    shared by its dimensions (their errors correlate by r), and those of the smaller count are taken to be among those
    of the larger. Shown values and published spread only; coefficients of one row are those of everyone. Source:
    variance of a weighted sum; the contract, rule 6.
    """
    results = np.zeros((len(coefficients), len(scores.value)))
    scale = _scale(scores)
    shares = [part.T * scale for part in coefficients]
    deviation = np.sqrt(terms.variance) * terms.weight
    for rank in ranks:
        own = of_kind(deviation, rank.kind)
        counted = _counted(rank, own)
        parts = [(share if share.shape[1] == 1 else share[:, rank.subject]) * own for share in shares]
        if not rank.is_whole:
            parts = [part * rank.shown for part in parts]
        variances = _shared(parts, rank.raters, counted, spread.correlation)
        for result, variance in zip(results, variances, strict=True):
            result[rank.subject] += variance
    return list(np.maximum(results, 0.0))


def _scale(scores: DimensionScores) -> NDArray[np.float64]:
    """One over the shown weight of every score (dimensions, subjects), 0 without; one column where all are alike."""
    weight, estimated = scores.shown_weight.T, scores.is_estimated.T
    if weight.size and bool(estimated.all() and (weight == weight[:, :1]).all()):
        weight, estimated = weight[:, :1], estimated[:, :1]
    return estimated / np.where(weight > 0, weight, 1.0)


def _counted(rank: RankCells, own: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """Where a cell adds to the error, (dimensions, cells); None where it does in every dimension."""
    is_moved = own > 0
    if rank.is_whole and is_moved.all():
        return None
    return rank.shown & is_moved


def _shared(
    parts: Sequence[NDArray[np.float64]],
    raters: NDArray[np.uint16],
    counted: NDArray[np.bool_] | None,
    correlation: NDArray[np.float64],
) -> list[NDArray[np.float64]]:
    """Sums over pairs of dimensions of `u_d u_e r_de / max(n_d, n_e)`; u (dimensions, cells), or one column for all.

    `1 / max(n_d, n_e)` is `1 / N` for the largest count N, and `1/k - 1/(k + 1)` more for every smaller count k that
    neither exceeds: a quadratic form for each such k, instead of a term for each pair.
    """
    if counted is None:
        most, least = raters.max(axis=0), raters.min(axis=0)
    else:
        most = np.where(counted, raters, np.uint16(1)).max(axis=0)
        least = np.where(counted, raters, np.uint16(_MOST)).min(axis=0)
    results = [_quadratic(part, correlation) / most for part in parts]
    uneven = np.flatnonzero(least < most)
    if not len(uneven):
        return results
    some = [part if part.shape[1] == 1 else part.take(uneven, axis=1) for part in parts]
    counts, low, high = raters.take(uneven, axis=1), least[uneven], most[uneven]
    for count in range(int(low.min()), int(high.max())):
        here = np.flatnonzero((low <= count) & (count < high))
        is_within = counts.take(here, axis=1) <= count
        for result, part in zip(results, some, strict=True):
            within = (part if part.shape[1] == 1 else part.take(here, axis=1)) * is_within
            result[uneven[here]] += _quadratic(within, correlation) / (count * (count + 1))
    return results


def _quadratic(parts: NDArray[np.float64], correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quadratic form of each cell."""
    product = correlation @ parts
    product *= parts
    result: NDArray[np.float64] = np.add.reduce(product, axis=0)
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
