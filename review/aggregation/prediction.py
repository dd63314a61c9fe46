"""What a missing group would probably have said: scores estimated from how groups go together (HR only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cycle_means import members_of
from assessments.measurement.ratings import GROUPS
from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import NORMAL_95
from review.aggregation.cycle import CycleScores
from review.aggregation.dimension_scores import rows_by_rank

LEAST_SUBJECTS = 30
FULL_TRUST = 100
MOST_SUBJECTS = 5_000
ITERATIONS = 500
TOLERANCE = 1e-8


@dataclass(frozen=True)
class PredictedScores:
    """Estimated composite of all asked groups (subjects, dimensions), with the error of prediction; 90 % intervals.

    `covariance` (dimensions, groups, groups): of the groups' true values, which the prediction uses.
    """

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.uint8]
    covariance: NDArray[np.float64]

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower end of the interval."""
        return self.value - NORMAL_95 * self.standard_error

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper end of the interval."""
        return self.value + NORMAL_95 * self.standard_error


@dataclass(frozen=True)
class _Observed:
    """Shown cells of one dimension: each row `design @ true group values + error`; empty places have a design of 0."""

    design: NDArray[np.float64]
    distance: NDArray[np.float64]
    error: NDArray[np.float64]
    subjects: NDArray[np.intp]


def predicted_scores(result: CycleScores) -> PredictedScores:
    """Predict every subject's composite with all groups that are asked, from the shown cells of the cycle.

    With the groups' true values normal about the cycle means (covariance C) and a cell observing the weighted mean A of
    its groups with error variance D: `u = C A' (A C A' + D)^-1 (m - A mu)`, prediction `w'(mu + u)`, its error variance
    `w'(C - C A' (A C A' + D)^-1 A C)w`. C by expectation-maximisation over at least 30 subjects, drawn towards compound
    symmetry below 100. Source: Henderson (1975); Robinson (1991); Dempster, Laird and Rubin (1977).
    """
    shape = result.scores.value.shape
    value, error = np.zeros(shape), np.zeros(shape)
    reason = np.full(shape, Reason.TOO_FEW_VALUES, dtype=np.uint8)
    covariances = np.zeros((shape[1], len(GROUPS), len(GROUPS)))
    weights = _weights(result)
    for place in range(shape[1]):
        observed = _observed(result, place)
        if len(observed.subjects) < LEAST_SUBJECTS:
            continue
        covariance = _covariance(observed)
        covariances[place] = covariance
        mean, spread = _posterior(observed, covariance)
        weight = weights[result.profile_of_subject[observed.subjects], :, place]
        base = weight @ result.means.value[:, place]
        rows = observed.subjects
        value[rows, place] = base + np.einsum("sg,sg->s", weight, mean)
        error[rows, place] = np.sqrt(np.maximum(np.einsum("sg,sgh,sh->s", weight, spread, weight), 0.0))
        reason[rows, place] = Reason.ESTIMATED
    return PredictedScores(value=value, standard_error=error, reason=reason, covariance=covariances)


def _weights(result: CycleScores) -> NDArray[np.float64]:
    """Share of each asked group with a cycle mean (profiles, groups, dimensions)."""
    counted = result.design.applicable & result.means.is_known
    weights = result.design.group_weights[:, :, None] * counted
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0)


def _observed(result: CycleScores, place: int) -> _Observed:
    """Gather the shown, weighted cells of a dimension, subject by subject."""
    cells, terms, design = result.cells, result.terms, result.design
    ranks = rows_by_rank(cells, terms=terms)
    shape = (cells.subjects, len(ranks))
    matrix, distance, error = np.zeros((*shape, len(GROUPS))), np.zeros(shape), np.ones(shape)
    member = np.array([members_of(mask) for mask in range(1 << len(GROUPS))])
    for rank, entry in enumerate(ranks):
        rows = entry.rows
        used = rows[(cells.raters[rows, place] > 0) & (terms.weight[terms.kind[rows], place] > 0)]
        subject, kind = cells.subject[used], terms.kind[used]
        profile = result.profile_of_subject[subject]
        counted = design.applicable[profile, :, place] & result.means.is_known[:, place] & member[cells.groups[used]]
        weight = design.group_weights[profile] * counted
        matrix[subject, rank] = weight / weight.sum(axis=1, keepdims=True)
        distance[subject, rank] = cells.means_of(used)[:, place] - terms.mean[kind, place]
        error[subject, rank] = terms.variance[kind, place] / cells.raters[used, place]
    subjects = np.flatnonzero(matrix.any(axis=(1, 2)))
    return _Observed(matrix[subjects], distance[subjects], error[subjects], subjects)


def _posterior(observed: _Observed, covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best linear prediction of each subject's group values about the means, and the covariance of its error."""
    crossed = observed.design @ covariance
    total = crossed @ observed.design.transpose(0, 2, 1)
    places = np.arange(total.shape[1])
    total[:, places, places] += observed.error
    gain = np.linalg.solve(total, crossed).transpose(0, 2, 1)
    mean = np.einsum("sgc,sc->sg", gain, observed.distance)
    return mean, covariance - gain @ crossed


def _covariance(observed: _Observed) -> NDArray[np.float64]:
    """Covariance of the groups' true values by expectation-maximisation, over at most 5,000 subjects."""
    first = slice(MOST_SUBJECTS)
    some = _Observed(observed.design[first], observed.distance[first], observed.error[first], observed.subjects[first])
    seen = np.asarray(some.design.any(axis=(0, 1)))
    current = np.where(np.outer(seen, seen), 0.1, 0.0) + np.diag(np.where(seen, 0.1, 0.0))
    for _ in range(ITERATIONS):
        mean, spread = _posterior(some, current)
        after = np.where(np.outer(seen, seen), (mean.T @ mean + spread.sum(axis=0)) / len(mean), 0.0)
        is_settled = float(np.abs(after - current).max()) < TOLERANCE
        current = after
        if is_settled:
            break
    return _shrunk(current, seen=seen, subjects=len(some.subjects))


def _shrunk(covariance: NDArray[np.float64], *, seen: NDArray[np.bool_], subjects: int) -> NDArray[np.float64]:
    """Draw a covariance from fewer than 100 subjects towards equal variances and equal covariances."""
    number = int(seen.sum())
    if subjects >= FULL_TRUST or number < 2:
        return covariance
    trust = subjects / FULL_TRUST
    variance = float(np.diagonal(covariance)[seen].mean())
    shared = float((covariance.sum() - np.trace(covariance)) / (number * (number - 1)))
    symmetric = np.where(np.eye(len(seen), dtype=np.bool_), variance, shared) * np.outer(seen, seen)
    return trust * covariance + (1 - trust) * symmetric
