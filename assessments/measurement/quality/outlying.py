"""Mahalanobis distance: how unusual a form's pattern of answers is among all forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from assessments.measurement.quality.answer_table import AnswerTable, Flags, Numbers, Reasons, too_few
from assessments.measurement.quality.synonyms import column_means
from assessments.measurement.reasons import Reason

# Smallest eigenvalue of a covariance, as a share of the largest, that is no rounding.
LEAST_EIGENVALUE = 1e-10
CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True)
class Distances:
    """Squared distance per form (forms,), its degrees of freedom (the items that count) and p-value.

    0, 0 and 1 with a `reasons` code where it is not estimable.
    """

    squared: Numbers
    degrees: NDArray[np.int64]
    p_values: Numbers
    reasons: Reasons


def mahalanobis_distances(answers: AnswerTable) -> Distances:
    """Give the squared distance of each form from the mean of all, in units of their covariance, and its p-value.

        D^2 = (y - m)' S^-1 (y - m)        p = P(chi2 with as many degrees of freedom as answers > D^2)

    With answers missing, only the form's own items count, with their part of S; means and covariances are over the
    forms that answered, pair by pair. Items that do not vary are left out. The p-value supposes normal answers: it
    orders forms, it proves nothing. Source: Mahalanobis (1936); Meade and Craig (2012), Psychological Methods 17.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> forms = answers_of([[1, 2], [2, 1], [4, 5], [5, 4], [3, 3]])
    >>> mahalanobis_distances(forms).squared.round(4).tolist()
    [2.0, 2.0, 2.0, 2.0, 0.0]
    """
    covariance, joint = _covariance(answers)
    varies = np.diagonal(covariance) > LEAST_EIGENVALUE * np.diagonal(covariance).max(initial=0.0)
    given = answers.answered[:, varies]
    distance = np.where(given, (answers.values - column_means(answers))[:, varies], 0.0)
    covariance, joint = covariance[np.ix_(varies, varies)], joint[np.ix_(varies, varies)]
    degrees = given.sum(axis=1, dtype=np.int64)
    reasons = too_few(answers.counts, least=1)
    reasons[(degrees == 0) & (reasons == Reason.ESTIMATED)] = Reason.NO_VARIATION
    if (joint > 1).all() and _is_regular(covariance):
        squared = _by_precision(distance, given=given, covariance=covariance)
    else:
        squared = _by_patterns(distance, given=given, covariance=covariance, joint=joint, reasons=reasons)
    is_there = reasons == Reason.ESTIMATED
    squared, degrees = np.where(is_there, squared, 0.0), np.where(is_there, degrees, 0)
    return Distances(squared, degrees, np.asarray(chi2.sf(squared, np.maximum(degrees, 1))), reasons)


def _covariance(answers: AnswerTable) -> tuple[Numbers, NDArray[np.int64]]:
    """Covariances of pairs of items, each over the forms that answer both, and how many those are."""
    given = answers.answered.astype(np.float64)
    centred = np.where(answers.answered, answers.values - column_means(answers), 0.0)
    joint = np.rint(given.T @ given).astype(np.int64)
    sums = centred.T @ given
    products = centred.T @ centred - sums * sums.T / np.maximum(joint, 1)
    return products / np.maximum(joint - 1, 1), joint


def _is_regular(covariance: Numbers) -> bool:
    """Whether a covariance can be inverted, and with it every part of it."""
    values = np.linalg.eigvalsh(covariance)
    return bool(len(values)) and bool(values[0] > LEAST_EIGENVALUE * values[-1])


def _by_precision(distance: Numbers, *, given: Flags, covariance: Numbers) -> Numbers:
    """Distances through one inverse K of the whole covariance.

    With v = K d, missing distances being 0: D^2 = d'v - v_m' (K_mm)^-1 v_m, m the items that are missing.
    """
    precision = np.linalg.inv(covariance).astype(np.float64)
    weighted = distance @ precision
    squared = np.einsum("fi,fi->f", distance, weighted)
    missing = (~given).sum(axis=1)
    for number in np.unique(missing[missing > 0]):
        forms = np.flatnonzero(missing == number)
        if 2 * number <= given.shape[1]:
            squared[forms] -= _quadratic(weighted, matrix=precision, forms=forms, chosen=~given)
        else:
            squared[forms] = _quadratic(distance, matrix=covariance, forms=forms, chosen=given)
    result: Numbers = np.maximum(squared, 0.0)
    return result


def _quadratic(rows: Numbers, *, matrix: Numbers, forms: NDArray[np.int64], chosen: Flags) -> Numbers:
    """Give x' M^-1 x for each form, x and M cut down to its chosen items, of which all these forms have as many."""
    result = np.zeros(len(forms))
    items = np.nonzero(chosen[forms])[1].reshape(len(forms), -1)
    step = max(CELLS_AT_ONCE // max(items.shape[1] ** 2, 1), 1)
    for start in range(0, len(forms), step):
        part = items[start : start + step]
        own = np.take_along_axis(rows[forms[start : start + step]], part, axis=1)
        solved = np.linalg.solve(matrix[part[:, :, None], part[:, None, :]], own[:, :, None])[:, :, 0]
        result[start : start + step] = np.einsum("fi,fi->f", own, solved)
    return result


def _by_patterns(
    distance: Numbers, *, given: Flags, covariance: Numbers, joint: NDArray[np.int64], reasons: Reasons
) -> Numbers:
    """Distances pattern by pattern of answered items; notes a reason where its part of the covariance is singular."""
    squared = np.zeros(len(distance))
    if not given.size:
        return squared
    patterns, pattern_of = np.unique(given, axis=0, return_inverse=True)
    order = np.argsort(pattern_of, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(pattern_of, minlength=len(patterns)))[:-1])
    for pattern, forms in zip(patterns, groups, strict=True):
        part = np.ix_(pattern, pattern)
        if not pattern.any():
            continue
        if (joint[part] < 2).any():
            reasons[forms] = Reason.TOO_FEW_VALUES
        elif not _is_regular(covariance[part]):
            reasons[forms] = Reason.TOO_FEW_VALUES if (joint[part] <= pattern.sum()).any() else Reason.NO_VARIATION
        else:
            own = distance[np.ix_(forms, np.flatnonzero(pattern))]
            squared[forms] = np.einsum("fi,if->f", own, np.linalg.solve(covariance[part], own.T))
    return squared
