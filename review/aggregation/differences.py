"""Differences within a cycle: two dimensions of a person, or two people, with the raters they share (rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.common_raters import CommonRaters
from assessments.measurement.ratings import ANONYMOUS_FROM
from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import NORMAL_95
from review.aggregation.cycle import CycleScores
from review.aggregation.errors import AggregationError
from review.aggregation.points import section_shares


@dataclass(frozen=True)
class Differences:
    """Differences of two numbers each, all arrays of one shape; 0 where `reason` is not ESTIMATED; 90 % intervals."""

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.uint8]

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Where there is a difference."""
        return np.asarray(self.reason == Reason.ESTIMATED)

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower end of the interval."""
        return self.value - NORMAL_95 * self.standard_error

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper end of the interval."""
        return self.value + NORMAL_95 * self.standard_error

    @property
    def is_different(self) -> NDArray[np.bool_]:
        """Where the interval leaves out 0, so that the difference is more than noise."""
        return self.is_estimated & ((self.low > 0) | (self.high < 0))


@dataclass(frozen=True)
class SubjectDifferences:
    """First person minus second: `dimensions` (pairs, dimensions) and `overall` (pairs,)."""

    dimensions: Differences
    overall: Differences


def differences(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    *,
    variance: NDArray[np.float64],
    first_reason: NDArray[np.uint8],
    second_reason: NDArray[np.uint8],
) -> Differences:
    """Subtract two arrays of numbers whose difference has this error variance, all of one shape.

    The reason of a missing difference is that of the first number, else that of the second.

    >>> one, other = np.array([4.0]), np.array([3.5])
    >>> known = np.zeros(1, dtype=np.uint8)
    >>> found = differences(one, other, variance=np.array([0.08]), first_reason=known, second_reason=known)
    >>> bool(found.is_different[0])
    True
    """
    reason = np.where(first_reason != Reason.ESTIMATED, first_reason, second_reason)
    known = reason == Reason.ESTIMATED
    # A sum of squares and covariances may fall below 0 by the error of binary fractions.
    error = np.sqrt(np.maximum(variance, 0.0))
    return Differences(
        value=np.where(known, first - second, 0.0),
        standard_error=np.where(known, error, 0.0),
        reason=reason.astype(np.uint8),
    )


def dimension_differences(
    result: CycleScores, *, subject: NDArray[np.integer], first: NDArray[np.integer], second: NDArray[np.integer]
) -> Differences:
    """Whether two dimensions of a person differ by more than noise, for many people and pairs of dimensions at once.

    `subject`, `first`, `second` (pairs,): a person and two dimensions, as places in the cycle's arrays. The raters of a
    cell are shared by its dimensions: `Var = se_d^2 + se_e^2 - 2 cov`, with
    `cov = sum_cells (w_d / W_d)(w_e / W_e) s_d s_e r_de / max(n_d, n_e)`. Raises AggregationError for places that do
    not exist. Source: variance of a difference; the numeric contract, rule 6.
    """
    scores, cells, terms = result.scores, result.cells, result.terms
    _require_places(subject, first, second, limits=scores.value.shape)
    starts = np.searchsorted(cells.subject, np.arange(cells.subjects + 1, dtype=cells.subject.dtype))
    covariance = np.zeros(len(subject))
    for rank in range(int(np.diff(starts).max(initial=0))):
        pair = np.flatnonzero(starts[subject] + rank < starts[subject + 1])
        row, one, other = starts[subject[pair]] + rank, first[pair], second[pair]
        kind = terms.kind[row]
        raters = np.maximum(cells.raters[row, one], cells.raters[row, other])
        both = (cells.raters[row, one] > 0) & (cells.raters[row, other] > 0)
        weight = terms.weight[kind, one] * terms.weight[kind, other] * both
        spread = (
            np.sqrt(terms.variance[kind, one] * terms.variance[kind, other]) * result.spread.correlation[one, other]
        )
        covariance[pair] += weight * spread / np.maximum(raters, 1)
    divisor = scores.shown_weight[subject, first] * scores.shown_weight[subject, second]
    errors = scores.standard_error[subject, first] ** 2 + scores.standard_error[subject, second] ** 2
    return differences(
        scores.value[subject, first],
        scores.value[subject, second],
        # A dimension does not differ from itself, not even by the error of binary fractions.
        variance=np.where(first == second, 0.0, errors - 2 * covariance / np.where(divisor > 0, divisor, 1.0)),
        first_reason=scores.reason[subject, first],
        second_reason=scores.reason[subject, second],
    )


def subject_differences(
    result: CycleScores,
    *,
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    common: CommonRaters | None = None,
    shared_variance: NDArray[np.float64] | None = None,
    named_shared_variance: NDArray[np.float64] | None = None,
) -> SubjectDifferences:
    """Whether two people of a cycle differ by more than noise, in every dimension and overall, for many pairs at once.

    `first`, `second` (pairs,): people; `common`: their common raters; `shared_variance` (dimensions,): covariance of
    one anonymous rater's errors about two people (conduct.Conduct), `named_shared_variance` that of a named source;
    without them errors are independent. `Var = se_1^2 + se_2^2 - 2 cov`, with
    `cov = sum_cells (w_a / W_1)(w_b / W_2) k c_d / (n_a n_b)`; overall with `sqrt(c_d c_e) r_de` for two dimensions.
    Raises AggregationError. Source: variance of a difference; the numeric contract, rule 6.
    """
    scores, overall = result.scores, result.overall
    _require_places(first, second, limits=(len(overall.value),) * 2)
    by_dimension, of_overall = np.zeros((len(first), scores.value.shape[1])), np.zeros(len(first))
    if common is not None:
        carried = _carried(result, common, shared_variance, named_shared_variance)
        one, other = (
            _leverage(result, people[common.pair], cell)
            for people, cell in ((first, common.first_cell), (second, common.second_cell))
        )
        np.add.at(by_dimension, common.pair, one * other * common.raters * carried**2)
        parts = _overall_covariance(result, common, carried, one=one, other=other, first=first, second=second)
        np.add.at(of_overall, common.pair, parts)
    errors = scores.standard_error[first] ** 2 + scores.standard_error[second] ** 2
    overall_errors = overall.standard_error[first] ** 2 + overall.standard_error[second] ** 2
    return SubjectDifferences(
        dimensions=differences(
            scores.value[first],
            scores.value[second],
            variance=errors - 2 * by_dimension,
            first_reason=scores.reason[first],
            second_reason=scores.reason[second],
        ),
        overall=differences(
            overall.value[first],
            overall.value[second],
            variance=overall_errors - 2 * of_overall,
            first_reason=overall.reason[first],
            second_reason=overall.reason[second],
        ),
    )


def _require_places(*places: NDArray[np.integer], limits: tuple[int, ...]) -> None:
    """Refuse arrays of other lengths than the first, and places outside the cycle."""
    for number, of_pairs in enumerate(places):
        limit = limits[min(number, len(limits) - 1)]
        if of_pairs.ndim != 1 or len(of_pairs) != len(places[0]):
            raise AggregationError(pairs=[each.shape for each in places])
        if len(of_pairs) and not (int(of_pairs.min()) >= 0 and int(of_pairs.max()) < limit):
            raise AggregationError(pairs="outside", limit=limit)


def _carried(
    result: CycleScores,
    common: CommonRaters,
    shared_variance: NDArray[np.float64] | None,
    named_shared_variance: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Deviation of what a rater carries from person to person (entries, dimensions), by the kind of both cells."""
    size = len(result.design.layout.dimensions)
    deviations = []
    for variance in (shared_variance, named_shared_variance):
        given = np.zeros(size) if variance is None else np.asarray(variance, dtype=np.float64)
        if given.shape != (size,) or not np.isfinite(given).all() or bool((given < 0).any()):
            raise AggregationError(shared_variance=given.shape)
        deviations.append(np.sqrt(given))
    groups = result.cells.groups
    anonymous, other = (groups[cell] >= 1 << ANONYMOUS_FROM for cell in (common.first_cell, common.second_cell))
    # Of one who rates one person by name and another without it nothing is known.
    alike = (anonymous == other)[:, None]
    carried: NDArray[np.float64] = np.where(anonymous[:, None], deviations[0], deviations[1]) * alike
    return carried


def _leverage(result: CycleScores, subject: NDArray[np.integer], cell: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much one rater of a cell moves each score of the person: `w / (W n)`, (entries, dimensions)."""
    weight, raters = result.terms.weight[result.terms.kind[cell]], result.cells.raters[cell].astype(np.float64)
    shown = result.scores.shown_weight[subject]
    part = weight / np.where(shown > 0, shown, 1.0) / np.maximum(raters, 1.0)
    return np.where((raters > 0) & result.scores.is_estimated[subject], part, 0.0)


def _overall_covariance(
    result: CycleScores,
    common: CommonRaters,
    carried: NDArray[np.float64],
    *,
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    first: NDArray[np.integer],
    second: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Covariance of two overall scores by each entry: of two dimensions the smaller number of raters is common."""
    profiles = result.design.profile_weights[result.profile_of_subject]
    shares = section_shares(result.scores, profiles)[0]
    left = shares[first[common.pair]] * one * carried
    right = shares[second[common.pair]] * other * carried
    covariance = np.zeros(len(common.pair))
    for place in range(left.shape[1]):
        raters = np.minimum(common.raters[:, place, None], common.raters)
        covariance += left[:, place] * ((right * raters) @ result.spread.correlation[place])
    return covariance
