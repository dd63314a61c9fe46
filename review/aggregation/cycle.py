"""A whole cycle at once: ratings in, cells, scores, errors and points out (rules 1-6, 8-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.closing import closed_cells
from assessments.measurement.cycle_means import CycleMeans, cycle_means
from assessments.measurement.disclosure import DELETED
from assessments.measurement.uncertainty import RaterSpread, rater_spread
from review.aggregation.composites import composite_variances
from review.aggregation.design import CycleDesign
from review.aggregation.dimension_scores import (
    CellTerms,
    DimensionScores,
    cell_terms,
    dimension_scores,
    of_kind,
    one_or_all,
    ranked_cells,
)
from review.aggregation.errors import AggregationError
from review.aggregation.overall import OverallScores, overall_scores
from review.aggregation.points import (
    SectionPoints,
    composite_shares,
    dimension_points,
    points_slope,
    section_points,
)
from review.aggregation.version import FORMULA_VERSION

BLOCK_SUBJECTS = 1 << 12


@dataclass(frozen=True)
class CycleScores:
    """Everything that the aggregation computes for a cycle, with every step between, for lineage and seals.

    `cell_of_group` is known where the scores come from answers, None where they come from cells; `items_shown` and
    `deleted_groups` (subjects, 7 groups) come from the answers, or as they were kept.
    """

    design: CycleDesign
    profile_of_subject: NDArray[np.intp]
    cells: CellTable
    cell_of_group: NDArray[np.int8] | None
    items_shown: NDArray[np.bool_] | None
    deleted_groups: NDArray[np.bool_] | None
    means: CycleMeans
    spread: RaterSpread
    terms: CellTerms
    scores: DimensionScores
    overall: OverallScores
    section: SectionPoints
    formula_version: str = FORMULA_VERSION

    @property
    def points(self) -> NDArray[np.float64]:
        """Points of every dimension (subjects, dimensions), 0 where there is no score."""
        return dimension_points(self.scores)


def aggregate_cycle(
    ratings: NDArray[np.uint8],
    *,
    subject: NDArray[np.integer],
    group: NDArray[np.integer],
    profile_of_subject: NDArray[np.integer],
    design: CycleDesign,
    means: CycleMeans | None = None,
    spread: RaterSpread | None = None,
) -> CycleScores:
    """Aggregate a cycle from its answers: partition, cells, cycle means, spread, scores, overall, points.

    `ratings` (raters, items) codes 0-5 and 9; `subject`, `group` (raters,): whom each rates, as which group of GROUPS;
    `profile_of_subject` (subjects,). `means` and `spread` are estimated, or taken as given where they are frozen.
    Deterministic; the order of raters does not matter. Raises the named errors of measurement and aggregation.
    """
    profiles = design.checked_profiles(profile_of_subject)
    closed = closed_cells(
        ratings,
        subject=subject,
        group=group,
        profile_of_subject=profiles,
        asked=design.applicable,
        layout=design.layout,
        threshold=design.threshold,
    )
    cells = closed.cells
    means = means or cycle_means(cells, applicable=design.applicable, profile_of_subject=profiles)
    if spread is None:
        spread = rater_spread(cells, within=closed.within, default_variance=design.default_rater_variance)
    result = aggregate_cells(
        cells,
        profile_of_subject=profiles,
        design=design,
        means=means,
        spread=spread,
        items_shown=closed.items_shown,
        deleted_groups=closed.cell_of_group == DELETED,
    )
    return replace(result, cell_of_group=closed.cell_of_group)


def aggregate_cells(
    cells: CellTable,
    *,
    profile_of_subject: NDArray[np.integer],
    design: CycleDesign,
    means: CycleMeans,
    spread: RaterSpread,
    items_shown: NDArray[np.bool_] | None = None,
    deleted_groups: NDArray[np.bool_] | None = None,
) -> CycleScores:
    """Aggregate from stored cells with the frozen means and spread: the same numbers to the last bit.

    `items_shown` and `deleted_groups`, as they were kept at close, only go along for the explanation. Used to recompute
    and verify after close, for corrections of named sources, and with annulled cells (0 raters).
    """
    profiles = design.checked_profiles(profile_of_subject)
    if cells.subjects != len(profiles) or cells.layout != design.layout:
        raise AggregationError(subjects=cells.subjects, profiles=len(profiles))
    terms = cell_terms(cells, design=design, profile_of_subject=profiles, means=means, spread=spread)
    scored = partial(_scored, cells, design=design, profiles=profiles, terms=terms, spread=spread)
    starts = range(0, max(len(profiles), 1), BLOCK_SUBJECTS)
    parts = (scored(first, min(first + BLOCK_SUBJECTS, len(profiles))) for first in starts)
    required = of_kind(design.required_levels, one_or_all(profiles))
    scores, overall, section = _joined(parts, required=np.broadcast_to(required, (len(required), len(profiles))).T)
    return CycleScores(
        design=design,
        profile_of_subject=profiles,
        cells=cells,
        cell_of_group=None,
        items_shown=items_shown,
        deleted_groups=deleted_groups,
        means=means,
        spread=spread,
        terms=terms,
        scores=scores,
        overall=overall,
        section=section,
    )


def _scored(
    cells: CellTable,
    first: int,
    last: int,
    *,
    design: CycleDesign,
    profiles: NDArray[np.intp],
    terms: CellTerms,
    spread: RaterSpread,
) -> tuple[DimensionScores, OverallScores, SectionPoints]:
    """Score some subjects, few enough to stay in the processor's cache."""
    some = cells.part(first, last)
    terms = replace(terms, kind=terms.kind[cells.rows_between(first, last)])
    ranks = ranked_cells(some, terms=terms)
    scores = dimension_scores(ranks, design=design, profile_of_subject=profiles[first:last], terms=terms)
    weights = of_kind(design.profile_weights, one_or_all(profiles[first:last])).T
    composite = composite_shares(scores, weights)
    variance, points_variance = composite_variances(
        ranks,
        terms=terms,
        scores=scores,
        spread=spread,
        coefficients=[composite.share, composite.share * points_slope(scores)],
    )
    return (
        scores,
        overall_scores(scores, composite=composite, variance=variance),
        section_points(scores, composite=composite, variance=points_variance),
    )


Scored = tuple[DimensionScores, OverallScores, SectionPoints]


def _joined(blocks: Iterable[Scored], *, required: NDArray[np.float64]) -> Scored:
    """Put the results of the blocks one after the other, each number of a dimension beside those of the others.

    `required` (subjects, dimensions): levels for all of them, which are not copied where they are everyone's.
    """
    joined: list[dict[str, NDArray[Any]]] = [{}, {}, {}]
    first = 0
    for block in blocks:
        last = first + len(block[1].value)
        for part, columns in zip(block, joined, strict=True):
            for name, values in vars(part).items():
                numbers = values.T
                if name == "required":
                    continue
                if name not in columns:
                    columns[name] = np.empty((*numbers.shape[:-1], len(required)), dtype=numbers.dtype)
                columns[name][..., first:last] = numbers
        first = last
    scores, overall, section = ({name: column.T for name, column in columns.items()} for columns in joined)
    return DimensionScores(**scores, required=required), OverallScores(**overall), SectionPoints(**section)


def section_of(result: CycleScores, dimensions: tuple[str, ...]) -> SectionPoints:
    """Points of a section that is made of some of the dimensions, such as the competencies without the duties."""
    chosen = np.array([name in dimensions for name in result.design.layout.dimensions])
    weights = np.where(chosen, result.design.profile_weights[result.profile_of_subject], 0.0)
    composite = composite_shares(result.scores, weights)
    (variance,) = composite_variances(
        ranked_cells(result.cells, terms=result.terms),
        terms=result.terms,
        scores=result.scores,
        spread=result.spread,
        coefficients=[composite.share * points_slope(result.scores)],
    )
    return section_points(result.scores, composite=composite, variance=variance)
