"""The way back from a result, written for its reader: each number with its rule, formula and parts."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from assessments.measurement.curves import GAP_CURVE
from review.lineage.models import Rule, Step
from review.lineage.queries import Background
from review.results.models import Result
from review.results.reports import REASONS, ShownFigure
from review.schemes.models import Scheme, SectionKind, VisiblePart
from rubrics.frameworks.models import RaterGroup
from web.formats import NOTHING, format_number, format_score, format_signed
from web.language import gettext as _
from web.language import localized

Entry = Mapping[str, Any]
Parts = Collection[VisiblePart]


def grade_step(result: Result, background: Background, parts: Parts) -> Step:
    """From the calculated grade down to cells and months; what the reader may not see is named as hidden."""
    scheme = result.participant.scheme
    assert scheme is not None, "a graded participant has a scheme"
    if VisiblePart.GRADE not in parts:
        return _unseen(_("Performance grade"), VisiblePart.GRADE)
    return Step(
        rule=Rule.GRADE,
        label=_("Calculated grade"),
        value=result.calculated_grade,
        shown=result.calculated_grade or NOTHING,
        how=_band_of(result, scheme) if VisiblePart.TOTAL_POINTS in parts else "",
        parts=(total_step(result, background, parts),),
        facts={
            "bands": [[band.grade, band.cut] for band in scheme.bands],
            "gate_cap": scheme.gate_cap,
            "has_failed_gate": result.has_failed_gate,
        },
    )


def _band_of(result: Result, scheme: Scheme) -> str:
    if result.total is None:
        return str(REASONS.get(result.reason, NOTHING))
    bands = [(band.grade, band.cut) for band in scheme.bands]
    place = next(place for place, (_grade, cut) in enumerate(bands) if cut is None or result.total >= cut)
    lower = bands[place][1]
    above = bands[place - 1][1] if place else None
    text = _points(result.total) if lower is None else f"{_points(result.total)} ≥ {_points(lower)}"
    if above is not None:
        text = f"{_points(above)} > {text}"
    if result.has_failed_gate and scheme.gate_cap:
        text = _("%(band)s, capped at %(cap)s by a failed gate", band=text, cap=scheme.gate_cap)
    return text


def total_step(result: Result, background: Background, parts: Parts) -> Step:
    """The total from its sections."""
    if VisiblePart.TOTAL_POINTS not in parts:
        return _unseen(_("Total points"), VisiblePart.TOTAL_POINTS)
    counted = [entry for entry in result.sections if entry["state"] == "scored"]
    terms = " + ".join(f"{entry['weight']} × {_points(entry['hundredths'])}" for entry in counted)
    has_sections = VisiblePart.SECTION_POINTS in parts
    return Step(
        rule=Rule.TOTAL,
        label=_("Total points"),
        value=result.total,
        shown=_points(result.total),
        how=f"({terms}) / {sum(entry['weight'] for entry in counted)}" if has_sections and counted else "",
        note=str(REASONS[result.reason]) if result.reason else "",
        parts=tuple(_section_step(result, entry, background, parts) for entry in result.sections),
        facts={"sections": result.sections},
    )


def _section_step(result: Result, entry: Entry, background: Background, parts: Parts) -> Step:
    kind = SectionKind(entry["kind"])
    if VisiblePart.SECTION_POINTS not in parts:
        return _unseen(str(kind.label), VisiblePart.SECTION_POINTS)
    is_competency = kind is SectionKind.COMPETENCY
    below = _dimension_steps(result, background, parts) if is_competency else _line_steps(result, background, parts)
    return Step(
        rule=Rule.COMPETENCY_SECTION if is_competency else Rule.FIGURE_SECTION,
        label=str(kind.label),
        value=entry["hundredths"],
        shown=_points(entry["hundredths"]),
        how=_weighted_points(below),
        note=_("weight %(weight)s%%", weight=entry["weight"]) if entry["state"] == "scored" else _state(entry),
        parts=below,
        facts={"state": entry["state"]},
    )


def _weighted_points(steps: tuple[Step, ...]) -> str:
    counted = [step for step in steps if step.facts.get("weight") and step.value is not None]
    if not counted or any(step.rule is Rule.HIDDEN for step in steps):
        return ""
    terms = " + ".join(f"{format_number(step.facts['weight'])} × {step.shown}" for step in counted)
    return f"({terms}) / {format_number(sum(step.facts['weight'] for step in counted))}"


def _state(entry: Entry) -> str:
    return str(REASONS.get(entry["state"], NOTHING))


def _dimension_steps(result: Result, background: Background, parts: Parts) -> tuple[Step, ...]:
    if VisiblePart.DIMENSION_SCORES not in parts:
        return (_unseen(_("Competencies and areas"), VisiblePart.DIMENSION_SCORES),)
    by_code = {step["code"]: step for step in result.steps["dimensions"]}
    order = [code for code in background.dimensions if any(entry["code"] == code for entry in result.dimensions)]
    entries = {entry["code"]: entry for entry in result.dimensions}
    hidden = result.steps["hidden_groups"]
    return tuple(_points_step(entries[code], by_code[code], hidden, background, parts) for code in order)


def _points_step(entry: Entry, step: Entry, hidden: Collection[str], background: Background, parts: Parts) -> Step:
    """Points of a dimension, from its gap, from its score, from its cells."""
    name = localized(background.dimensions[entry["code"]].name)
    facts = {"weight": entry["weight"], "curve": [list(point) for point in GAP_CURVE.points], "code": entry["code"]}
    if entry["reason"]:
        reason = str(REASONS.get(entry["reason"], entry["reason"]))
        return Step(Rule.HIDDEN, name, None, NOTHING, note=reason, facts=facts)
    score = _score_step(entry, step, hidden, parts)
    gap = Step(
        rule=Rule.GAP,
        label=_("Gap of %(name)s", name=name),
        value=entry["gap"],
        shown=format_signed(entry["gap"]),
        how=f"{format_number(entry['score'], 2)} − {format_number(entry['required'])}",
        parts=(score,),
        facts={"required": entry["required"]},
    )
    return Step(
        rule=Rule.GAP_POINTS,
        label=name,
        value=entry["points"],
        shown=format_number(entry["points"], 2),
        how=_("gap %(gap)s", gap=gap.shown),
        note=_("weight %(weight)s%%", weight=format_number(entry["weight"])),
        parts=(gap,),
        facts=facts,
    )


def _score_step(entry: Entry, step: Entry, hidden: Collection[str], parts: Parts) -> Step:
    shown = [cell for cell in step["cells"] if cell["is_shown"] and cell["weight"]]
    has_margin = VisiblePart.UNCERTAINTY in parts
    facts = {"step": step, "standard_error": entry["standard_error"], "low": entry["low"], "high": entry["high"]}
    number = format_score(entry["score"], entry["high"] - entry["score"] if has_margin else None)
    if VisiblePart.CELLS not in parts:
        below: tuple[Step, ...] = (_unseen(_("Scores by source"), VisiblePart.CELLS),)
        return Step(Rule.SCORE, _("Score"), entry["score"], number, parts=below, facts=facts)
    terms = " + ".join(
        f"{_two(cell['weight'])} × ({_mean(cell['mean'])} − {_mean(cell['cycle_mean'])})" for cell in shown
    )
    return Step(
        rule=Rule.SCORE,
        label=_("Score"),
        value=entry["score"],
        shown=number,
        how=f"({terms}) / {_two(step['shown_weight'])} + {_mean(step['base'])}",
        parts=(*_cell_steps(step, hidden), _level_step(step)),
        facts=facts,
    )


def _cell_steps(step: Entry, hidden: Collection[str]) -> tuple[Step, ...]:
    steps = []
    for cell in step["cells"]:
        label = _groups(cell["groups"])
        if not cell["is_shown"]:
            steps.append(Step(Rule.HIDDEN, label, None, NOTHING, note=_("Not shown: too few answers")))
            continue
        raters = _("n = %(count)s", count=cell["raters"])
        beside = _("shown beside, counts nowhere") if not cell["weight"] else ""
        facts = {"groups": cell["groups"], "raters": cell["raters"], "code": step["code"]}
        shown = format_number(cell["mean"], 2)
        steps.append(Step(Rule.CELL, label, cell["mean"], shown, how=raters, note=beside, facts=facts))
    asked = {base["group"] for base in step["groups"]}
    steps.extend(
        Step(Rule.HIDDEN, _groups([group]), None, NOTHING, note=_("Not shown: too few answers"))
        for group in hidden
        if group in asked
    )
    return tuple(steps)


def _level_step(step: Entry) -> Step:
    counted = [base for base in step["groups"] if base["source"] != "none"]
    terms = " + ".join(f"{_two(base['weight'])} × {_mean(base['cycle_mean'])}" for base in counted)
    return Step(
        rule=Rule.CYCLE_LEVEL,
        label=_("Level of the cycle"),
        value=step["base"],
        shown=format_number(step["base"], 2),
        how=f"({terms}) / {_two(sum(base['weight'] for base in counted))}",
        facts={"groups": counted},
    )


def _line_steps(result: Result, background: Background, parts: Parts) -> tuple[Step, ...]:
    if VisiblePart.KPI_LINES not in parts:
        return (_unseen(_("KPIs"), VisiblePart.KPI_LINES),)
    steps = result.steps
    return tuple(_line_step(result, line, background) for line in steps["key_figures"])


def _line_step(result: Result, line: Entry, background: Background) -> Step:
    """Points of a KPI from its actual, from its months, each from its file."""
    shown = ShownFigure(line, background.measures.get(line["measure_id"]), str(result.steps.get("currency") or "USD"))
    months = tuple(_month_step(result, line, month, shown, background) for month in line["months"])
    actual = Step(
        rule=Rule.JOINED_MONTHS,
        label=_("Actual of %(name)s", name=shown.name),
        value=line["actual"],
        shown=shown.actual,
        how=_joined(line),
        note=_("no figure for %(months)s", months=", ".join(line["missing"])) if line["missing"] else "",
        parts=months,
        facts={"line": line},
    )
    weight = {"weight": line["weight"], "line": line, "continues_line": result.steps["continues_line"]}
    curve = " · ".join(f"{shown.figure(figure)} → {_plain(points)}" for figure, points in line["curve"])
    return Step(
        rule=Rule.FIGURE_POINTS,
        label=shown.name,
        value=line["points"],
        shown=format_number(line["points"]) if line["points"] is not None else shown.points,
        how=curve,
        note=_("weight %(weight)s", weight=shown.weight) if line["weight"] else "",
        parts=(actual,),
        facts=weight,
    )


def _month_step(result: Result, line: Entry, month: Entry, shown: ShownFigure, background: Background) -> Step:
    file = background.files.get(month["import_id"])
    current = background.current.get((result.participant.person_id, line["code"], month["month"]))
    notes = [_("correction %(number)s", number=month["number"] - 1)] if month["number"] > 1 else []
    if current is not None and current.number != month["number"]:
        notes.append(_("corrected since; the released result stays as it was"))
    how = _("file %(name)s", name=file.file_name) if file is not None else ""
    return Step(
        rule=Rule.MONTH,
        label=month["month"],
        value=month,
        shown=_month_figure(month, shown),
        how=how,
        note=", ".join(notes),
        facts={"person_id": result.participant.person_id, "code": line["code"]},
    )


def _month_figure(month: Entry, shown: ShownFigure) -> str:
    if month["members"] is not None:
        return format_number(month["members"])
    if month["denominator"] is not None:
        return f"{_plain(month['value'])} / {_plain(month['denominator'])}"
    return shown.figure(month["value"])


def _joined(line: Entry) -> str:
    if line["denominator"] is not None:
        return f"{_plain(line['numerator'])} / {_plain(line['denominator'])}"
    values = [_plain(month["value"]) for month in line["months"] if month["value"] is not None]
    if line["joining"] == "distinct_count":
        return str(_("each counted once over %(count)s months", count=len(line["months"])))
    return (values[-1] if values else "") if line["joining"] == "last" else " + ".join(values)


def _unseen(label: str, part: VisiblePart) -> Step:
    return Step(Rule.HIDDEN, label, None, NOTHING, note=_("Not shown by the scheme: %(part)s", part=part.label))


def _groups(groups: Collection[str]) -> str:
    return " + ".join(RaterGroup(group).label for group in groups)


def _points(hundredths: int | None) -> str:
    return NOTHING if hundredths is None else format_number(Decimal(hundredths).scaleb(-2), 2)


def _two(number: float) -> str:
    return format_number(number) if float(number).is_integer() else format_number(number, 2)


def _mean(number: float) -> str:
    return format_number(number, 2)


def _plain(figure: str) -> str:
    return format_number(Decimal(figure))
