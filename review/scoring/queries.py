"""A closed cycle's evidence read in a few queries and aggregated at once: the same code at close and ever after."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.evidence.queries import closed_survey, cycle_means_of, spread_of
from assessments.measurement.ratings import GROUPS, FormLayout
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import quantised
from assessments.measurement.weighting import PartState
from assessments.scorecards.models import CardResult, LineResult
from assessments.scorecards.queries import period_results
from assessments.surveys.models import SurveySubject
from assessments.surveys.queries import subjects_of
from review.aggregation.cycle import CycleScores, aggregate_cells
from review.aggregation.design import CycleDesign
from review.aggregation.dimension_scores import Evidence
from review.aggregation.explanation import DimensionSteps, PersonSteps, person_steps
from review.aggregation.totals import SectionEntry, TotalResult, total_result
from review.aggregation.version import FORMULA_VERSION
from review.cycles.models import Cycle, Participant
from review.cycles.queries import participants_of
from review.schemes.models import SectionKind
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.queries import requirements_of

KPI_STATES = {
    Reason.ESTIMATED: PartState.SCORED,
    Reason.NOT_APPLICABLE: PartState.NOT_APPLICABLE,
    Reason.NOT_DELIVERED: PartState.NOT_DELIVERED,
}


@dataclass(frozen=True)
class PersonScores:
    """All numbers of one participant, with the steps between them."""

    participant: Participant
    steps: PersonSteps | None
    card: CardResult | None
    total: TotalResult
    hidden_groups: tuple[str, ...] = ()

    @property
    def has_failed_gate(self) -> bool:
        """Whether a gate of the scorecard was not passed."""
        return self.card is not None and bool(self.card.gates_failed)


@dataclass(frozen=True)
class ScoredCycle:
    """A closed cycle, aggregated."""

    cycle: Cycle
    participants: Sequence[Participant]
    scores: CycleScores
    place_of_subject: dict[int, int]
    cards: dict[int, CardResult]
    deleted_groups: NDArray[np.bool_]

    @cached_property
    def people(self) -> list[PersonScores]:
        """Every graded participant's numbers, in the order of participants."""
        return [self.person(row) for row in self.participants if row.is_graded]

    def person(self, participant: Participant) -> PersonScores:
        """One participant's numbers with their steps."""
        place = self.place_of_subject.get(participant.subject_id or 0)
        steps = None if place is None else person_steps(self.scores, place)
        card = self.cards.get(participant.scorecard_id or 0)
        deleted = () if place is None else np.flatnonzero(self.deleted_groups[place])
        hidden = tuple(GROUPS[group].value for group in deleted)
        return PersonScores(participant, steps, card, total_of(participant, steps, card), hidden)


def scored_cycle(cycle: Cycle) -> ScoredCycle:
    """Read a closed cycle's cells, frozen means and scorecards, and aggregate them."""
    participants = participants_of(cycle)
    closed = closed_survey(cycle.survey)
    layout = closed.table.layout
    by_id = {subject.id: subject for subject in subjects_of(cycle.survey)}
    subjects = [by_id[int(subject_id)] for subject_id in closed.frame.subject_ids]
    design, design_row = cycle_design(cycle, subjects, layout)
    scores = aggregate_cells(
        closed.table,
        profile_of_subject=np.array(design_row, dtype=np.intp),
        design=design,
        means=cycle_means_of(cycle.survey, layout),
        spread=spread_of(cycle.survey, layout),
        items_shown=closed.items_shown,
        deleted_groups=closed.deleted_groups,
    )
    results = period_results([row.scorecard_id for row in participants if row.scorecard_id is not None])
    return ScoredCycle(
        cycle=cycle,
        participants=participants,
        scores=scores,
        place_of_subject={subject.id: place for place, subject in enumerate(subjects)},
        cards={card.card_id: card for card in results.cards},
        deleted_groups=closed.deleted_groups,
    )


def cycle_design(cycle: Cycle, subjects: Sequence[SurveySubject], layout: FormLayout) -> tuple[CycleDesign, list[int]]:
    """What the cycle decided before opening, as arrays, and the row of each subject in them.

    Subjects with the same profile and the same group weights share a row.
    """
    keys = [(subject.profile_id, tuple(sorted(subject.weights.items()))) for subject in subjects]
    rows = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    profiles = {subject.profile_id: subject.profile for subject in subjects}
    requirements = requirements_of(list(profiles.values()))
    shape = (len(rows), len(layout.dimensions))
    applicable = np.zeros((len(rows), len(GROUPS), len(layout.dimensions)), dtype=np.bool_)
    weights, required, group_weights = np.zeros(shape), np.zeros(shape), np.zeros((len(rows), len(GROUPS)))
    for (profile_id, weight_items), row in rows.items():
        given = dict(weight_items)
        group_weights[row] = [float(given.get(group.value, 0)) for group in GROUPS]
        for requirement in requirements[profile_id]:
            place = layout.index(requirement.dimension_code)
            weights[row, place] = requirement.weight_percent
            required[row, place] = requirement.required_level
            applicable[row, :, place] = [requirement.asks(RaterGroup(group.value)) for group in GROUPS]
    group_weights[:, 0] = 0.0
    design = CycleDesign(
        layout=layout,
        applicable=applicable,
        group_weights=group_weights,
        profile_weights=weights,
        required_levels=required,
        threshold=cycle.survey.threshold,
        default_rater_variance=_default_variance(cycle),
    )
    return design, [rows[key] for key in keys]


def _default_variance(cycle: Cycle) -> float:
    framework = cycle.survey.framework
    assert framework is not None, "a closed survey has its form version"
    return framework.default_rater_variance


def total_of(participant: Participant, steps: PersonSteps | None, card: CardResult | None) -> TotalResult:
    """Total and grade of a participant from dimensions and scorecard."""
    scheme = participant.scheme
    assert scheme is not None, "a graded participant has a scheme"
    entries = [_section(section.kind, section.weight, steps, card) for section in scheme.sections]
    caps = [scheme.gate_cap] if scheme.gate_cap is not None and card is not None and card.gates_failed else []
    return total_result(entries, bands=scheme.grade_bands, caps=caps)


def _section(kind: SectionKind, weight: int, steps: PersonSteps | None, card: CardResult | None) -> SectionEntry:
    if kind is SectionKind.COMPETENCY:
        hundredths = steps.section_hundredths if steps is not None else None
        return SectionEntry(kind.value, weight, hundredths, _section_error(kind, steps, hundredths))
    if card is None:
        return SectionEntry(kind.value, weight, None, state=PartState.MISSING)
    state = KPI_STATES.get(card.section_reason, PartState.MISSING)
    return SectionEntry(kind.value, weight, card.hundredths, state=state)


def _section_error(kind: SectionKind, steps: PersonSteps | None, points: float | None) -> float:
    """The error of a section's points: from raters alone, because figures are counted."""
    if kind is not SectionKind.COMPETENCY or steps is None or points is None:
        return 0.0
    return float(quantised(steps.section_error))


def result_numbers(person: PersonScores) -> dict[str, Any]:
    """The numbers of a result as they are stored: quantised, so that a recomputation compares equal."""
    steps, total = person.steps, person.total
    has_overall = steps is not None and steps.overall_reason is Reason.ESTIMATED
    return {
        "evidence": (steps.overall_evidence if steps is not None else Evidence.NOT_ENOUGH).name.lower(),
        "overall": float(quantised(steps.overall)) if steps is not None and has_overall else None,
        "overall_error": float(quantised(steps.overall_error)) if steps is not None and has_overall else None,
        "dimensions": _dimension_numbers(steps),
        "sections": _section_numbers(person),
        "steps": _frozen_steps(person),
        "total": total.hundredths,
        "total_error": None if total.hundredths is None else float(quantised(total.standard_error)),
        "reason": "" if total.reason is Reason.ESTIMATED else total.reason.code,
        "has_failed_gate": person.has_failed_gate,
        "calculated_grade": total.grade,
    }


def _dimension_numbers(steps: PersonSteps | None) -> list[dict[str, Any]]:
    if steps is None:
        return []
    return [
        {
            "code": step.dimension,
            "reason": "" if step.reason is Reason.ESTIMATED else step.reason.code,
            "evidence": step.evidence.name.lower(),
            "score": _number(step.score, step.reason),
            "standard_error": _number(step.standard_error, step.reason),
            "low": _number(step.low, step.reason),
            "high": _number(step.high, step.reason),
            "required": step.required,
            "weight": step.weight,
            "gap": _number(step.gap, step.reason),
            "points": _number(step.points, step.reason),
        }
        for step in steps.dimensions
        if step.weight > 0 or step.reason is not Reason.NOT_ASKED
    ]


def _number(value: float, reason: Reason) -> float | None:
    return float(quantised(value)) if reason is Reason.ESTIMATED else None


def _section_numbers(person: PersonScores) -> list[dict[str, Any]]:
    scheme = person.participant.scheme
    assert scheme is not None, "a graded participant has a scheme"
    return [
        {
            "kind": section.kind.value,
            "weight": section.weight,
            "hundredths": None if term.points is None else round(term.points * 100),
            "state": term.state.value,
            "share": float(quantised(float(term.share))),
            "standard_error": _section_error(section.kind, person.steps, term.points),
        }
        for section, term in zip(scheme.sections, person.total.points.terms, strict=True)
    ]


def _frozen_steps(person: PersonScores) -> dict[str, Any]:
    """Every step from what may be shown to the numbers, as plain values: kept with the result, sealed at release."""
    steps, card = person.steps, person.card
    return {
        "formulas": steps.formula_version if steps is not None else FORMULA_VERSION,
        "hidden_groups": list(person.hidden_groups),
        "dimensions": [_frozen_dimension(step) for step in steps.dimensions] if steps is not None else [],
        "currency": card.currency if card is not None else None,
        "continues_line": card.continues_line if card is not None else False,
        "key_figures": [_frozen_line(line) for line in card.lines] if card is not None else [],
    }


def _frozen_dimension(step: DimensionSteps) -> dict[str, Any]:
    return {
        "code": step.dimension,
        "cells": [vars(cell) | {"groups": [group.value for group in cell.groups]} for cell in step.cells],
        "groups": [
            vars(base) | {"group": base.group.value, "source": base.source.name.lower()} for base in step.groups
        ],
        "shown_weight": step.shown_weight,
        "base": step.base,
        "share": step.share,
    }


def _frozen_line(line: LineResult) -> dict[str, Any]:
    return {
        "code": line.measure_code,
        "measure_id": line.measure_id,
        "joining": line.joining,
        "is_lower_better": line.is_lower_better,
        "weight": line.weight,
        "share": str(line.share),
        "status": line.status.value,
        "is_gate": line.is_gate,
        "is_gate_passed": line.is_gate_passed,
        "target": _text(line.target),
        "curve": [[str(figure), str(points)] for figure, points in line.curve],
        "actual": _text(line.actual),
        "numerator": _text(line.numerator),
        "denominator": _text(line.denominator),
        "points": None if line.points is None else float(quantised(line.points)),
        "reason": "" if line.reason is Reason.ESTIMATED else line.reason.code,
        "attainment": _text(line.attainment),
        "months": [
            {
                "month": month.month,
                "value": _text(month.value),
                "denominator": _text(month.denominator),
                "members": month.members,
                "number": month.number,
                "import_id": month.import_id,
            }
            for month in line.months
        ],
        "missing": list(line.missing),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
