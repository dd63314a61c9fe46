"""Weighted means over dimensions and their errors, with the covariance of raters shared by the dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.uncertainty import RaterSpread
from review.aggregation.dimension_scores import CellTerms, DimensionScores, rows_by_rank


def composite_variance(
    cells: CellTable,
    *,
    terms: CellTerms,
    scores: DimensionScores,
    spread: RaterSpread,
    coefficients: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Error variance of `sum_d v_d S_d` of every subject; `coefficients` v are (subjects, dimensions).

    `Var = sum_cells sum_de u_d u_e r_de / max(n_d, n_e)` with `u_d = v_d (w_d / sum w_d) s_d`: the raters of a cell are
    shared by its dimensions (their errors correlate by r), and those of the smaller count are taken to be among those
    of the larger. Shown values and published spread only. Source: variance of a weighted sum; the contract, rule 6.
    """
    result = np.zeros(len(coefficients))
    divisor = np.where(scores.shown_weight > 0, scores.shown_weight, 1.0)
    share = np.where(scores.is_estimated, coefficients, 0.0) / divisor
    deviation = np.sqrt(terms.variance) * terms.weight
    for rows in rows_by_rank(cells):
        subject = cells.subject[rows]
        raters = cells.raters[rows].astype(np.float64)
        part = np.where(raters > 0, share[subject] * deviation[terms.kind[rows]], 0.0)
        result[subject] += _shared(part, raters, spread.correlation)
    return np.maximum(result, 0.0)


def _shared(
    part: NDArray[np.float64], raters: NDArray[np.float64], correlation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum over pairs of dimensions of `u_d u_e r_de / max(n_d, n_e)`, cell by cell.

    `1 / max(n_d, n_e)` is `1 / N` for the largest count N, and `1/k - 1/(k + 1)` more for every smaller count k that
    neither exceeds: one quadratic form for each count that occurs, instead of one term for each pair.
    """
    counted = part != 0
    most = np.where(counted, raters, 0.0).max(axis=1, initial=0.0)
    least = np.where(counted, raters, np.inf).min(axis=1, initial=np.inf)
    result: NDArray[np.float64] = _quadratic(part, correlation) / np.maximum(most, 1.0)
    uneven = np.flatnonzero(least < most)
    if not len(uneven):
        return result
    for count in np.unique(raters[uneven][counted[uneven]])[:-1]:
        rows = uneven[(least[uneven] <= count) & (count < most[uneven])]
        # Between two counts that occur the steps 1/k - 1/(k + 1) add up; each row ends them at its own next count.
        within = np.where(raters[rows] <= count, part[rows], 0.0)
        above = np.where(counted[rows] & (raters[rows] > count), raters[rows], np.inf).min(axis=1)
        below = np.where(counted[rows] & (raters[rows] <= count), raters[rows], 0.0).max(axis=1)
        step = np.where(below == count, 1.0 / count - 1.0 / above, 0.0)
        result[rows] += step * _quadratic(within, correlation)
    return result


def _quadratic(part: NDArray[np.float64], correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quadratic form of each row."""
    result: NDArray[np.float64] = np.einsum("cd,cd->c", part @ correlation, part)
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
