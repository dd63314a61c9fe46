"""Why this number: every number of every participant follows from its parts, to the last digit that is shown.

The rules are written here once more, in fractions, from the numeric contract alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assessments.actuals.models import ActualsImport, MonthlyActual
from assessments.evidence.queries import recomputed_cells
from assessments.measurement.ratings import GROUPS
from people.organisation.models import Person
from review.cycles.models import Cycle
from review.lineage.models import Rule, Step
from review.lineage.queries import background_of
from review.lineage.reports import grade_step
from review.results.models import Result
from review.results.queries import results_of
from review.schemes.models import VisiblePart
from review.seals.queries import verified
from tests.review.worlds import released_northwind_cycle
from web.database import db
from web.formats import format_number, format_signed

Find = Callable[[str], Person]
ALL = frozenset(VisiblePart)


def near(value: Fraction | float) -> Decimal:
    """To a millionth, halves to even, as every stored number."""
    exact = Fraction(value)
    number = Decimal(exact.numerator) / Decimal(exact.denominator)
    return number.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def hundredths(points: Fraction) -> int:
    return int((Decimal(str(near(points))) * 100).to_integral_value(ROUND_HALF_UP))


def on_curve(x: Fraction, curve: Any, below: Fraction) -> Fraction:
    points = sorted((Fraction(str(place)), Fraction(str(height))) for place, height in curve)
    if x < points[0][0]:
        return below
    for (left, low), (right, high) in pairwise(points):
        if x < right:
            return low + (high - low) * (x - left) / (right - left)
    return points[-1][1]


def grade_again(step: Step) -> Any:
    total, facts = step.parts[0].value, step.facts
    if total is None:
        return None
    place = next(place for place, (_, cut) in enumerate(facts["bands"]) if cut is None or total >= cut)
    if facts["has_failed_gate"] and facts["gate_cap"]:
        place = max(place, [grade for grade, _ in facts["bands"]].index(facts["gate_cap"]))
    return facts["bands"][place][0]


def total_again(step: Step) -> Any:
    sections = list(zip(step.facts["sections"], step.parts, strict=True))
    if any(entry["state"] != "scored" for entry, _ in sections):
        return None
    whole = sum(entry["weight"] for entry, _ in sections)
    return hundredths(Fraction(sum(entry["weight"] * part.value for entry, part in sections), whole * 100))


def section_again(step: Step) -> Any:
    scored = [part for part in step.parts if part.facts.get("weight") and part.value is not None]
    if step.facts["state"] != "scored":
        return None
    whole = sum(Fraction(part.facts["weight"]) for part in scored)
    return hundredths(sum((Fraction(part.facts["weight"]) * points_of(part) for part in scored), Fraction(0)) / whole)


def points_of(step: Step) -> Fraction:
    """The points before they were rounded, so that a section does not inherit the rounding of its parts."""
    if step.rule is Rule.GAP_POINTS:
        gap = step.parts[0]
        score = score_of(gap.parts[0])
        curve = step.facts["curve"]
        return on_curve(score - Fraction(gap.facts["required"]), curve, Fraction(curve[0][1]))
    return Fraction(str(step.value))


def score_of(step: Step) -> Fraction:
    cells = [part for part in step.parts if part.rule is Rule.CELL]
    frozen = {tuple(cell["groups"]): cell for cell in step.facts["step"]["cells"]}
    level = next(part for part in step.parts if part.rule is Rule.CYCLE_LEVEL)
    above = below = Fraction(0)
    for cell in cells:
        facts = frozen[tuple(cell.facts["groups"])]
        weight = Fraction(facts["weight"])
        above += weight * (Fraction(cell.value) - Fraction(facts["cycle_mean"]))
        below += weight
    return above / below + level_of(level)


def level_of(step: Step) -> Fraction:
    groups = step.facts["groups"]
    weighted = sum((Fraction(base["weight"]) * Fraction(base["cycle_mean"]) for base in groups), Fraction(0))
    return weighted / sum((Fraction(base["weight"]) for base in groups), Fraction(0))


def figure_points_again(step: Step) -> Any:
    line, actual = step.facts["line"], step.parts[0].value
    if actual is None or not line["weight"] or line["status"] != "normal":
        return None
    curve = [(Decimal(figure), height) for figure, height in line["curve"]]
    sign = -1 if curve[0][0] > curve[-1][0] else 1
    turned = [(sign * figure, height) for figure, height in curve]
    below = Fraction(0)
    if step.facts["continues_line"]:
        (left, low), (right, high) = ((Fraction(x), Fraction(y)) for x, y in turned[:2])
        below = max(low + (high - low) * (sign * Fraction(actual) - left) / (right - left), Fraction(0))
    return float(near(on_curve(Fraction(sign * Decimal(actual)), turned, below)))


def joined_again(step: Step) -> Any:
    line, months = step.facts["line"], [part.value for part in step.parts]
    if not months:
        return None
    if line["joining"] == "ratio_of_sums":
        above = sum(Decimal(month["value"]) for month in months)
        return str(above / sum(Decimal(month["denominator"]) for month in months))
    if line["joining"] == "distinct_count":
        rows = [row for part in step.parts for row in [row_of(part)]]
        return str(len(set().union(*(row.members or [] for row in rows))))
    if line["joining"] == "last":
        return months[-1]["value"]
    return str(sum((Decimal(month["value"]) for month in months), Decimal(0)))


def row_of(step: Step) -> MonthlyActual:
    """The very row of the very file that a month came from."""
    month, facts = step.value, step.facts
    row = db.session.scalars(
        select(MonthlyActual).where(
            MonthlyActual.person_id == facts["person_id"],
            MonthlyActual.measure_code == facts["code"],
            MonthlyActual.month == month["month"],
            MonthlyActual.number == month["number"],
        )
    ).one()
    assert row.import_id == month["import_id"]
    assert db.session.get_one(ActualsImport, row.import_id).file_name in step.how
    return row


def month_again(step: Step) -> Any:
    row = row_of(step)
    texts = {
        name: None if value is None else str(value)
        for name, value in (("value", row.value), ("denominator", row.denominator))
    }
    return {**step.value, **texts, "members": None if row.members is None else len(row.members)}


AGAIN: dict[Rule, Callable[[Step], Any]] = {
    Rule.GRADE: grade_again,
    Rule.TOTAL: total_again,
    Rule.COMPETENCY_SECTION: section_again,
    Rule.FIGURE_SECTION: section_again,
    Rule.FIGURE_POINTS: figure_points_again,
    Rule.JOINED_MONTHS: joined_again,
    Rule.MONTH: month_again,
}
# Means are kept to a millionth: the exact number lies within half of it, but for what a double cannot hold.
ROUNDED: dict[Rule, Callable[[Step], Fraction]] = {
    Rule.GAP_POINTS: points_of,
    Rule.GAP: lambda step: score_of(step.parts[0]) - Fraction(step.facts["required"]),
    Rule.SCORE: score_of,
    Rule.CYCLE_LEVEL: level_of,
}
HALF_A_MILLIONTH = Fraction(1, 2_000_000) + Fraction(1, 10**12)
SHOWN: dict[Rule, Callable[[Any], str]] = {
    Rule.TOTAL: lambda value: format_number(Decimal(value) / 100, 2),
    Rule.COMPETENCY_SECTION: lambda value: format_number(Decimal(value) / 100, 2),
    Rule.FIGURE_SECTION: lambda value: format_number(Decimal(value) / 100, 2),
    Rule.GAP_POINTS: lambda value: format_number(value, 2),
    Rule.GAP: format_signed,
    Rule.CELL: lambda value: format_number(value, 2),
    Rule.FIGURE_POINTS: format_number,
}


def cells_from_answers(cycle: Cycle) -> dict[tuple[int, tuple[str, ...], str], float]:
    """The mean of every shown cell, computed anew from the shuffled answers that were kept."""
    table = recomputed_cells(cycle.survey)
    subjects = sorted(result.participant.subject_id or 0 for result in results_of(cycle))
    means = table.means()
    return {
        (
            subjects[int(table.subject[row])],
            tuple(group.value for group in GROUPS if group in table.groups_of(row)),
            code,
        ): (float(means[row, place]))
        for row in range(len(table.subject))
        for place, code in enumerate(table.layout.dimensions)
        if table.raters[row, place]
    }


def walked(result: Result) -> Iterator[Step]:
    yield from grade_step(result, background_of(result), ALL).walk()


def check(step: Step, result: Result, cells: dict[tuple[int, tuple[str, ...], str], float]) -> None:
    name = f"{result.participant.person.name}: {step.label} ({step.rule})"
    if step.rule is Rule.CELL:
        assert cells[result.participant.subject_id or 0, tuple(step.facts["groups"]), step.facts["code"]] == step.value
    elif step.rule in ROUNDED and step.value is not None:
        assert abs(ROUNDED[step.rule](step) - Fraction(step.value)) <= HALF_A_MILLIONTH, name
    elif step.rule is Rule.HIDDEN:
        assert step.value is None, name
        assert step.note, "what is hidden says so"
    else:
        assert AGAIN[step.rule](step) == step.value, name
    if step.value is not None and step.rule in SHOWN:
        assert step.shown == SHOWN[step.rule](step.value), name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_every_participant_is_recomputed_to_the_last_digit(
    app: Flask, person: Find, language: str
) -> None:
    cycle = released_northwind_cycle(person)
    cells, rules = cells_from_answers(cycle), set()
    assert verified(cycle) == [], "plain arithmetic in doubles gives each stored number to the last bit"
    with app.test_request_context(headers={"Accept-Language": language}):
        results = results_of(cycle)
        assert len(results) == 8
        for result in results:
            steps = list(walked(result))
            assert (steps[0].value, steps[1].value) == (result.calculated_grade, result.total)
            for step in steps:
                check(step, result, cells)
                rules.add(step.rule)
    assert set(AGAIN) | set(ROUNDED) | {Rule.CELL} <= rules, "the walk passes every rule"


@pytest.mark.parametrize("rule", [Rule.GRADE, Rule.TOTAL, Rule.COMPETENCY_SECTION, *ROUNDED])
def test_a_wrong_number_would_be_noticed(app_on_sqlite: Flask, person: Find, rule: Rule) -> None:
    cycle = released_northwind_cycle(person)
    cells, result = cells_from_answers(cycle), results_of(cycle)[0]
    with app_on_sqlite.test_request_context():
        step = next(step for step in walked(result) if step.rule is rule and step.value is not None)
        check(step, result, cells)
        wrong = replace(step, value="Z" if rule is Rule.GRADE else step.value + 0.0000011)
        with pytest.raises(AssertionError):
            check(wrong, result, cells)


def test_what_a_reader_may_not_see_is_named_and_ends_the_walk(app_on_sqlite: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    result = results_of(cycle)[0]
    with app_on_sqlite.test_request_context():
        for part in VisiblePart:
            if part in {VisiblePart.ITEMS, VisiblePart.COMMENTS, VisiblePart.UNCERTAINTY}:
                continue
            steps = list(grade_step(result, background_of(result), ALL - {part}).walk())
            hidden = [step for step in steps if step.rule is Rule.HIDDEN and str(part.label) in step.note]
            assert hidden, part
            assert not any(step.parts or step.facts for step in hidden)
