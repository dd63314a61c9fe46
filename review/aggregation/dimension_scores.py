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
from assessments.measurement.disclosure import BOTTOM
from assessments.measurement.ratings import ANONYMOUS_FROM, group_index
from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import NORMAL_95, RaterSpread
from review.aggregation.design import CycleDesign

_ESTIMATED = np.uint8(Reason.ESTIMATED)


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
        return np.asarray(self.reason == _ESTIMATED)

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
    ranks: Sequence[RankCells], *, design: CycleDesign, profile_of_subject: NDArray[np.intp], terms: CellTerms
) -> DimensionScores:
    """Score every dimension of every subject from the shown cells.

    `S = sum_shown w (m - mu) / sum_shown w + sum_applicable w mu / sum_applicable w`; variance
    `sum_shown (w / sum w)^2 s^2 / n`. With the manager and an anonymous cell it is a multi-rater score, with the
    manager alone a manager assessment, else there is not enough evidence. `ranks` from ranked_cells. Source: the
    numeric contract, rules 5 and 6.
    """
    shape = (len(design.layout.dimensions), len(profile_of_subject))
    above, below, variance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    manager, anonymous = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for rank in ranks:
        weight = of_kind(terms.weight, rank.kind)
        error = weight * weight * of_kind(terms.variance, rank.kind)
        if not rank.is_whole:
            weight, error = weight * rank.shown, error * rank.shown
        part = rank.mean - of_kind(terms.mean, rank.kind)
        part *= weight
        above[:, rank.subject] += part
        below[:, rank.subject] += weight
        np.divide(error, rank.number, out=part)
        variance[:, rank.subject] += part
        manager[:, rank.subject] |= rank.shown & terms.is_manager[rank.kind]
        anonymous[:, rank.subject] |= (weight > 0) & terms.is_anonymous[rank.kind]
    profile = one_or_all(profile_of_subject)
    base, has_base = of_kind(terms.base, profile), of_kind(terms.has_base, profile)
    reason = _reason(design, profile, manager=manager, has_score=(below > 0) & has_base)
    estimated = reason == _ESTIMATED
    divisor = np.where(below > 0, below, 1.0)
    above /= divisor
    above += base
    np.sqrt(variance, out=variance)
    variance /= divisor
    if not estimated.all():
        above *= estimated
        variance *= estimated
    evidence = (manager.view(np.uint8) + (manager & anonymous)) * estimated
    required = np.broadcast_to(of_kind(design.required_levels, profile), shape)
    return DimensionScores(above.T, variance.T, below.T, reason.T, evidence.T, required.T)


def _reason(
    design: CycleDesign,
    profile: NDArray[np.intp],
    *,
    manager: NDArray[np.bool_],
    has_score: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Why a dimension has no score, or that it has one; all arrays are (dimensions, subjects)."""
    # Self is shown beside and does not make a dimension asked.
    asked = of_kind(np.asarray(design.applicable[:, 1:].any(axis=1)), profile)
    codes = [np.uint8(code) for code in (Reason.ESTIMATED, Reason.NO_CYCLE_MEAN, Reason.MANAGER_MISSING)]
    reason = np.where(manager, np.where(has_score, codes[0], codes[1]), codes[2])
    return np.where(asked, reason, np.uint8(Reason.NOT_ASKED))


@dataclass(frozen=True)
class RankRows:
    """Rows of a cell table, no subject twice, and the subject of each."""

    rows: NDArray[np.intp]
    subject: NDArray[np.int32]


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
    return [RankRows(rows[part], subject[part]) for part in parts]


@dataclass(frozen=True)
class RankCells:
    """Cells that come first, second ... in their subject, with their numbers, (dimensions, cells).

    `subject` is a slice where it is all subjects; a subject without such a cell has one that shows nothing. `kind` is
    one number where all are of a kind. `number`: raters, at least 1; `is_whole`: whether all show every dimension.
    """

    subject: slice | NDArray[np.int32]
    kind: NDArray[np.intp]
    raters: NDArray[np.uint16]
    number: NDArray[np.float64]
    mean: NDArray[np.float64]
    shown: NDArray[np.bool_]
    is_whole: bool


def ranked_cells(cells: CellTable, *, terms: CellTerms) -> list[RankCells]:
    """Read the counted cells of some subjects rank by rank."""
    scale = cells.scale.astype(np.float64)[:, None]
    # A part of a table is no whole block of memory: take would copy all of it anew for each rank.
    all_raters, all_totals = np.ascontiguousarray(cells.raters.T), np.ascontiguousarray(cells.total.T)
    result = []
    for rank in rows_by_rank(cells, terms=terms):
        rows, kind = rank.rows, one_or_all(terms.kind[rank.rows])
        subject: slice | NDArray[np.int32] = rank.subject
        is_missing = None
        if 2 * len(rows) > cells.subjects:
            subject = slice(0, cells.subjects)
            if len(rows) < cells.subjects:
                places = np.zeros(cells.subjects, dtype=np.intp)
                places[rank.subject] = np.arange(len(rows))
                is_missing = np.ones(cells.subjects, dtype=np.bool_)
                is_missing[rank.subject] = False
                rows, kind = rows[places], kind if kind.size == 1 else kind[places]
        raters = all_raters.take(rows, axis=1)
        if is_missing is not None:
            raters *= ~is_missing
        shown = raters > 0
        number = raters.astype(np.float64)
        np.maximum(number, 1.0, out=number)
        mean = all_totals.take(rows, axis=1).astype(np.float64)
        mean /= number * scale
        anonymous = terms.is_anonymous[kind]
        if anonymous.any():
            np.maximum(mean, np.where(anonymous, BOTTOM, 0.0), out=mean)
        result.append(RankCells(subject, kind, raters, number, mean, shown, bool(shown.all())))
    return result


Table = TypeVar("Table", NDArray[np.float64], NDArray[np.bool_])


def of_kind(table: Table, kind: NDArray[np.intp]) -> Table:
    """Rows of a table (kinds, dimensions) for each cell or subject, as columns; one column where all are alike."""
    if kind.size == 1:
        return table[kind].T
    return table.T.take(kind, axis=1)


def one_or_all(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """The one place where all are the same, else all of them, so that what all share is not copied for each."""
    if len(places) and bool((places == places[0]).all()):
        return places[:1]
    return places
