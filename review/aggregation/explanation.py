"""One person's way from shown cells to points, step by step, in plain values for a page."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cycle_means import MeanSource, members_of
from assessments.measurement.ratings import GROUPS, RaterGroup
from assessments.measurement.reasons import Reason
from assessments.measurement.uncertainty import Difference, difference, estimate
from review.aggregation.composites import score_covariance
from review.aggregation.cycle import CycleScores
from review.aggregation.dimension_scores import DimensionScores, Evidence
from review.aggregation.points import dimension_points, section_shares


@dataclass(frozen=True)
class CellStep:
    """A cell in a dimension: groups, raters, mean, weight, cycle mean, its part `weight (mean - cycle mean)`.

    `variance` is the error variance of one rater.
    """

    groups: tuple[RaterGroup, ...]
    is_shown: bool
    raters: int
    mean: float
    weight: float
    cycle_mean: float
    part: float
    variance: float


@dataclass(frozen=True)
class BaseStep:
    """An applicable group in the second term of rule 5: its weight, its cycle mean and where that comes from."""

    group: RaterGroup
    weight: float
    cycle_mean: float
    source: MeanSource


@dataclass(frozen=True)
class DimensionSteps:
    """A dimension of one person with every step from its cells to its points.

    `score = sum(cell.part) / shown_weight + base`; `gap = score - required`; `share` is its part of the section.
    """

    dimension: str
    cells: tuple[CellStep, ...]
    groups: tuple[BaseStep, ...]
    shown_weight: float
    base: float
    score: float
    standard_error: float
    low: float
    high: float
    reason: Reason
    evidence: Evidence
    required: float
    gap: float
    points: float
    weight: float
    share: float
    items_shown: bool


@dataclass(frozen=True)
class PersonSteps:
    """One person's scores with their steps; `hidden` are the groups whose answers were deleted."""

    dimensions: tuple[DimensionSteps, ...]
    cells: tuple[tuple[RaterGroup, ...], ...]
    hidden: tuple[RaterGroup, ...]
    overall: float
    overall_error: float
    overall_reason: Reason
    overall_evidence: Evidence
    section_hundredths: int | None
    section_reason: Reason
    section_error: float
    formula_version: str

    def dimension(self, code: str) -> DimensionSteps:
        """Find a dimension by its code; raises KeyError."""
        for steps in self.dimensions:
            if steps.dimension == code:
                return steps
        raise KeyError(code)


def person_steps(result: CycleScores, subject: int) -> PersonSteps:
    """Explain one person's numbers: inputs and intermediates of every step, from the arrays of the cycle."""
    rows = result.cells.rows_of(subject)
    weights = result.design.profile_weights[result.profile_of_subject[subject]]
    scores = scores_of(result.scores, slice(subject, subject + 1))
    shares, points = section_shares(scores, weights[None])[0], dimension_points(scores)
    dimensions = tuple(
        _dimension(
            result,
            scores,
            subject,
            place,
            weight=float(weights[place]),
            share=float(shares[0, place]),
            points=float(points[0, place]),
        )
        for place in range(len(result.design.layout.dimensions))
    )
    section, overall = result.section, result.overall
    return PersonSteps(
        dimensions=dimensions,
        cells=tuple(result.cells.groups_of(row) for row in rows),
        hidden=_deleted(result.deleted_groups, subject),
        overall=float(overall.value[subject]),
        overall_error=float(overall.standard_error[subject]),
        overall_reason=Reason(int(overall.reason[subject])),
        overall_evidence=Evidence(int(overall.evidence[subject])),
        section_hundredths=int(section.hundredths[subject]) if section.reason[subject] == Reason.ESTIMATED else None,
        section_reason=Reason(int(section.reason[subject])),
        section_error=float(section.standard_error[subject]),
        formula_version=result.formula_version,
    )


def scores_of(scores: DimensionScores, subjects: slice | NDArray[np.integer]) -> DimensionScores:
    """Scores of some subjects, so that what is derived from them costs no more than they do."""
    return replace(scores, **{field.name: getattr(scores, field.name)[subjects] for field in fields(scores)})


def _deleted(deleted_groups: NDArray[np.bool_] | None, subject: int) -> tuple[RaterGroup, ...]:
    """Groups of a subject whose answers were deleted at close."""
    if deleted_groups is None:
        return ()
    return tuple(group for place, group in enumerate(GROUPS) if deleted_groups[subject, place])


def _dimension(
    result: CycleScores,
    scores: DimensionScores,
    subject: int,
    place: int,
    *,
    weight: float,
    share: float,
    points: float,
) -> DimensionSteps:
    """Steps of one dimension; `scores` are the subject's alone."""
    profile, at = int(result.profile_of_subject[subject]), (0, place)
    return DimensionSteps(
        dimension=result.design.layout.dimensions[place],
        cells=_cell_steps(result, subject, place),
        groups=base_steps(result, profile, place),
        shown_weight=float(scores.shown_weight[at]),
        base=float(result.terms.base[profile, place]),
        score=float(scores.value[at]),
        standard_error=float(scores.standard_error[at]),
        low=float(scores.low[at]),
        high=float(scores.high[at]),
        reason=Reason(int(scores.reason[at])),
        evidence=Evidence(int(scores.evidence[at])),
        required=float(scores.required[at]),
        gap=float(scores.gap[at]),
        points=points,
        weight=weight,
        share=share,
        items_shown=bool(result.items_shown[subject, place]) if result.items_shown is not None else False,
    )


def _cell_steps(result: CycleScores, subject: int, place: int) -> tuple[CellStep, ...]:
    """The subject's cells that take part in a dimension, shown or hidden."""
    steps = (cell_step(result, row, place) for row in result.cells.rows_of(subject))
    return tuple(step for step in steps if step is not None)


def cell_step(result: CycleScores, row: int, place: int) -> CellStep | None:
    """One cell in one dimension, or None where the dimension does not ask its groups.

    Cells of the same kind (profile and groups) with as many raters and the same total have the same step.
    """
    profile = result.profile_of_subject[result.cells.subject[row]]
    asked = members_of(int(result.cells.groups[row])) & result.design.applicable[profile, :, place]
    if not asked.any():
        return None
    kind, raters = result.terms.kind[row], int(result.cells.raters[row, place])
    mean = float(result.cells.means_of(np.array([row]))[0, place])
    weight, cycle_mean = float(result.terms.weight[kind, place]), float(result.terms.mean[kind, place])
    return CellStep(
        groups=result.cells.groups_of(row),
        is_shown=raters > 0,
        raters=raters,
        mean=mean,
        weight=weight,
        cycle_mean=cycle_mean,
        part=weight * (mean - cycle_mean) if raters else 0.0,
        variance=float(result.terms.variance[kind, place]),
    )


def base_steps(result: CycleScores, profile: int, place: int) -> tuple[BaseStep, ...]:
    """Groups of the second term: applicable ones with a weight, and their cycle means."""
    weights = result.design.group_weights[profile]
    return tuple(
        BaseStep(
            group=GROUPS[group],
            weight=float(weights[group]),
            cycle_mean=float(result.means.value[group, place]),
            source=MeanSource(int(result.means.source[group, place])),
        )
        for group in np.flatnonzero(result.design.applicable[profile, :, place] & (weights > 0))
    )


def dimension_difference(result: CycleScores, *, subject: int, first: str, second: str) -> Difference:
    """Whether two dimensions of one person differ by more than noise, with the covariance of their shared raters."""
    layout, scores = result.design.layout, result.scores
    covariance = score_covariance(
        result.cells, subject=subject, terms=result.terms, scores=scores, spread=result.spread
    )
    places = layout.index(first), layout.index(second)
    values = (
        estimate(float(scores.value[subject, place]), float(scores.standard_error[subject, place])) for place in places
    )
    return difference(*values, covariance=float(covariance[places]))
