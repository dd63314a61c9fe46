"""Score of each dimension from shown cells, so that a missing group costs or gains nothing (rule 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.cycle_means import CycleMeans, cell_kinds, members_of
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, group_index
from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import NORMAL_95, RaterSpread
from review.aggregation.design import CycleDesign


class Evidence(IntEnum):
    """What a score stands on: too little, the manager alone, or the manager and an anonymous cell."""

    NOT_ENOUGH = 0
    MANAGER_ASSESSMENT = 1
    MULTI_RATER = 2

    @property
    def code(self) -> str:
        """The name that pages and stored results know it by."""
        return self.name.lower()


@dataclass(frozen=True)
class CellTerms:
    """Per distinct pair of profile and groups: weight, cycle mean and error variance of one rater, by dimension.

    `kind` (cells,) is the pair of each cell; `weight`, `mean`, `variance` (pairs, dimensions); `is_manager`,
    `is_anonymous` (pairs,). `base` (profiles, dimensions) is the second term of rule 5, `has_base` whether it exists.
    """

    kind: NDArray[np.intp]
    weight: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    is_manager: NDArray[np.bool_]
    is_anonymous: NDArray[np.bool_]
    base: NDArray[np.float64]
    has_base: NDArray[np.bool_]


@dataclass(frozen=True)
class DimensionScores:
    """Scores of every subject and dimension, (subjects, dimensions); 0 where `reason` is not ESTIMATED.

    `shown_weight` is the divisor of rule 5's first sum. Intervals are at 90 %.
    """

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    shown_weight: NDArray[np.float64]
    reason: NDArray[np.uint8]
    evidence: NDArray[np.uint8]
    required: NDArray[np.float64]

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Where there is a score."""
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
    def gap(self) -> NDArray[np.float64]:
        """Score minus required level, 0 where there is no score."""
        return np.where(self.is_estimated, self.value - self.required, 0.0)


def cell_terms(
    cells: CellTable,
    *,
    design: CycleDesign,
    profile_of_subject: NDArray[np.intp],
    means: CycleMeans,
    spread: RaterSpread,
) -> CellTerms:
    """Find weight, cycle mean and rater variance of every kind of cell.

    A pooled cell's weight is the sum over its applicable groups, its cycle mean theirs by weight. A group without a
    cycle mean (it is in no shown cell of the cycle) takes no part.
    """
    kinds, kind = cell_kinds(cells, profile_of_subject)
    counted = design.applicable & means.is_known
    weights = design.group_weights[:, :, None] * counted
    total = weights.sum(axis=1)
    base = (weights * means.value).sum(axis=1) / np.where(total > 0, total, 1.0)
    shape = (len(kinds), len(design.layout.dimensions))
    weight, mean, variance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    manager, anonymous = np.zeros(len(kinds), dtype=np.bool_), np.zeros(len(kinds), dtype=np.bool_)
    for place, (profile, mask) in enumerate(kinds):
        of_groups = weights[profile] * members_of(mask)[:, None]
        weight[place] = of_groups.sum(axis=0)
        mean[place] = (of_groups * means.value).sum(axis=0) / np.where(weight[place] > 0, weight[place], 1.0)
        anonymous[place] = mask >= 1 << ANONYMOUS_FROM
        manager[place] = mask == 1 << group_index("manager")
        variance[place] = spread.rater_variance if anonymous[place] else spread.named_variance
    return CellTerms(kind, weight, mean, variance, manager, anonymous, base, total > 0)


def dimension_scores(
    cells: CellTable, *, design: CycleDesign, profile_of_subject: NDArray[np.intp], terms: CellTerms
) -> DimensionScores:
    """Score every dimension of every subject from the shown cells.

    `S = sum_shown w (m - mu) / sum_shown w + sum_applicable w mu / sum_applicable w`; variance
    `sum_shown (w / sum w)^2 s^2 / n`. With the manager and an anonymous cell it is a multi-rater score, with the
    manager alone a manager assessment, else there is not enough evidence. Source: the numeric contract, rules 5 and 6.
    """
    shape = (len(profile_of_subject), len(design.layout.dimensions))
    above, below, variance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    manager, anonymous = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for rows in rows_by_rank(cells):
        subject, kind = cells.subject[rows], terms.kind[rows]
        raters = cells.raters[rows]
        shown = raters > 0
        weight = np.where(shown, terms.weight[kind], 0.0)
        above[subject] += weight * (cells.means_of(rows) - terms.mean[kind])
        below[subject] += weight
        variance[subject] += weight * weight * terms.variance[kind] / np.maximum(raters, 1)
        manager[subject] |= shown & terms.is_manager[kind][:, None]
        anonymous[subject] |= (weight > 0) & terms.is_anonymous[kind][:, None]
    divisor = np.where(below > 0, below, 1.0)
    base, has_base = terms.base[profile_of_subject], terms.has_base[profile_of_subject]
    reason = _reason(design, profile_of_subject, manager=manager, has_score=(below > 0) & has_base)
    estimated = reason == Reason.ESTIMATED
    evidence = np.where(manager, np.where(anonymous, Evidence.MULTI_RATER, Evidence.MANAGER_ASSESSMENT), 0)
    return DimensionScores(
        value=np.where(estimated, above / divisor + base, 0.0),
        standard_error=np.where(estimated, np.sqrt(variance) / divisor, 0.0),
        shown_weight=below,
        reason=reason,
        evidence=np.where(estimated, evidence, Evidence.NOT_ENOUGH).astype(np.uint8),
        required=design.required_levels[profile_of_subject],
    )


def _reason(
    design: CycleDesign,
    profile_of_subject: NDArray[np.intp],
    *,
    manager: NDArray[np.bool_],
    has_score: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Why a dimension has no score, or that it has one."""
    # Self is shown beside and does not make a dimension asked.
    asked = np.asarray(design.applicable[:, 1:].any(axis=1))[profile_of_subject]
    reason = np.where(manager, np.where(has_score, Reason.ESTIMATED, Reason.NO_CYCLE_MEAN), Reason.MANAGER_MISSING)
    return np.where(asked, reason, Reason.NOT_ASKED).astype(np.uint8)


def rows_by_rank(cells: CellTable) -> list[NDArray[np.intp]]:
    """Rows of the cells that come first, second ... in their subject: no subject twice in one of them."""
    if not len(cells.subject):
        return []
    first = np.searchsorted(cells.subject, cells.subject)
    rank = np.arange(len(cells.subject)) - first
    return [np.flatnonzero(rank == place) for place in range(min(int(rank.max()) + 1, len(GROUPS)))]
