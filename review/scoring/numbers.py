"""The numbers of a result as they are stored and sealed: plain values that survive JSON unchanged."""

from decimal import Decimal
from typing import Any

from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import quantised
from assessments.scorecards.models import CardResult, LineResult
from review.aggregation.dimension_scores import Evidence
from review.aggregation.explanation import BaseStep, CellStep, DimensionSteps, PersonSteps
from review.aggregation.totals import TotalResult
from review.aggregation.version import FORMULA_VERSION
from review.schemes.models import Scheme, SectionKind
from review.scoring.models import PersonScores
from review.scoring.queries import section_error


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
    competency = person.steps.section_hundredths if person.steps is not None else None
    return section_numbers(scheme, person.total, section_error(person.steps, competency))


def section_numbers(scheme: Scheme, total: TotalResult, error: float) -> list[dict[str, Any]]:
    """The sections of a total as they are stored; `error` is that of the competencies."""
    return [
        {
            "kind": section.kind.value,
            "weight": section.weight,
            "hundredths": None if term.points is None else round(term.points * 100),
            "state": term.state.value,
            "share": float(quantised(float(term.share))),
            "standard_error": error if section.kind is SectionKind.COMPETENCY and term.points is not None else 0.0,
        }
        for section, term in zip(scheme.sections, total.points.terms, strict=True)
    ]


def _frozen_steps(person: PersonScores) -> dict[str, Any]:
    """Every step from what may be shown to the numbers, as plain values: kept with the result, sealed at release."""
    steps, card = person.steps, person.card
    return {
        "formulas": steps.formula_version if steps is not None else FORMULA_VERSION,
        "hidden_groups": list(person.hidden_groups),
        "dimensions": [_frozen_dimension(step) for step in steps.dimensions] if steps is not None else [],
        **frozen_card(card),
    }


def frozen_card(card: CardResult | None) -> dict[str, Any]:
    """The steps of a scorecard, from the months to the points of its lines."""
    return {
        "currency": card.currency if card is not None else None,
        "continues_line": card.continues_line if card is not None else False,
        "key_figures": [_frozen_line(line) for line in card.lines] if card is not None else [],
    }


def _frozen_dimension(step: DimensionSteps) -> dict[str, Any]:
    return {
        "code": step.dimension,
        "cells": [frozen_cell(cell) for cell in step.cells],
        "groups": [frozen_base(base) for base in step.groups],
        "shown_weight": step.shown_weight,
        "base": step.base,
        "share": step.share,
    }


def frozen_cell(cell: CellStep) -> dict[str, Any]:
    """A cell in a dimension, as it is kept with the result."""
    return vars(cell) | {"groups": [group.value for group in cell.groups]}


def frozen_base(base: BaseStep) -> dict[str, Any]:
    """A group in the second term of a score, as it is kept with the result."""
    return vars(base) | {"group": base.group.value, "source": base.source.name.lower()}


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
