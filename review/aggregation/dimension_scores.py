"""Score of each dimension from shown cells, so that a missing group costs or gains nothing (rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.cycle_means import CycleMeans, cell_kinds, members_of
from assessments.measurement.ratings import ANONYMOUS_FROM, group_index
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
    cells: CellTable,
    *,
    design: CycleDesign,
    profile_of_subject: NDArray[np.intp],
    terms: CellTerms,
    ranks: Sequence[RankRows],
) -> DimensionScores:
    """Score every dimension of every subject from the shown cells.

    `S = sum_shown w (m - mu) / sum_shown w + sum_applicable w mu / sum_applicable w`; variance
    `sum_shown (w / sum w)^2 s^2 / n`. With the manager and an anonymous cell it is a multi-rater score, with the
    manager alone a manager assessment, else there is not enough evidence. `ranks` from rows_by_rank. Source: the
    numeric contract, rules 5 and 6.
    """
    shape = (len(design.layout.dimensions), len(profile_of_subject))
    above, below, variance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    manager, anonymous = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for rank in ranks:
        kind = terms.kind[rank.rows]
        raters = cells.raters.T[:, rank.rows]
        shown = raters > 0
        weight = terms.weight.T[:, kind] * shown
        above[:, rank.subject] += weight * (cells.means_of(rank.rows).T - terms.mean.T[:, kind])
        below[:, rank.subject] += weight
        variance[:, rank.subject] += weight * weight * terms.variance.T[:, kind] / np.maximum(raters, 1)
        manager[:, rank.subject] |= shown & terms.is_manager[kind]
        anonymous[:, rank.subject] |= (weight > 0) & terms.is_anonymous[kind]
    divisor = np.where(below > 0, below, 1.0)
    base, has_base = terms.base.T[:, profile_of_subject], terms.has_base.T[:, profile_of_subject]
    reason = _reason(design, profile_of_subject, manager=manager, has_score=(below > 0) & has_base)
    estimated = reason == Reason.ESTIMATED
    evidence = (manager.astype(np.uint8) + (manager & anonymous)) * estimated
    return DimensionScores(
        value=((above / divisor + base) * estimated).T,
        standard_error=(np.sqrt(variance) / divisor * estimated).T,
        shown_weight=below.T,
        reason=reason.T,
        evidence=evidence.T,
        required=design.required_levels.T[:, profile_of_subject].T,
    )


def _reason(
    design: CycleDesign,
    profile_of_subject: NDArray[np.intp],
    *,
    manager: NDArray[np.bool_],
    has_score: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Why a dimension has no score, or that it has one; all arrays are (dimensions, subjects)."""
    # Self is shown beside and does not make a dimension asked.
    asked = np.asarray(design.applicable[:, 1:].any(axis=1)).T[:, profile_of_subject]
    codes = [np.uint8(code) for code in (Reason.ESTIMATED, Reason.NO_CYCLE_MEAN, Reason.MANAGER_MISSING)]
    reason = np.where(manager, np.where(has_score, codes[0], codes[1]), codes[2])
    return np.where(asked, reason, np.uint8(Reason.NOT_ASKED))


@dataclass(frozen=True)
class RankRows:
    """Rows of a cell table, no subject twice, and the subject of each; slices where they are evenly spaced."""

    rows: slice | NDArray[np.intp]
    subject: slice | NDArray[np.int32]


def rows_by_rank(cells: CellTable, *, terms: CellTerms) -> list[RankRows]:
    """Rows that come first, second ... in their subject, always in the same order; cells that do not count left out."""
    counts = (terms.weight > 0).any(axis=1) | terms.is_manager
    rows = np.flatnonzero(counts[terms.kind])
    if not len(rows):
        return []
    subject = cells.subject[rows]
    is_first = np.diff(subject, prepend=-1) != 0
    place = np.arange(len(rows))
    rank = place - np.maximum.accumulate(np.where(is_first, place, 0))
    parts = [np.flatnonzero(rank == number) for number in range(int(rank.max()) + 1)]
    return [RankRows(_spaced(rows[part]), _spaced(subject[part])) for part in parts]


Index = TypeVar("Index", NDArray[np.intp], NDArray[np.int32])


def _spaced(places: Index) -> slice | Index:
    """Write evenly spaced places as a slice, which numpy need not copy."""
    step = int(places[1] - places[0]) if len(places) > 1 else 1
    if step > 0 and bool((np.diff(places) == step).all()):
        return slice(int(places[0]), int(places[-1]) + 1, step)
    return places
