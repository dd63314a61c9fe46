"""What stands in the report of a result: finished texts and pictures for the document."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessments.closing.models import StoredComment
from assessments.measurement.uncertainty import NORMAL_95
from assessments.surveys.models import Question
from review.plans.models import DevelopmentPlan
from review.results.models import GradeStep
from review.results.reports import (
    EVIDENCE,
    REASONS,
    ShownDimension,
    ShownFigure,
    cells_picture,
    hidden_groups,
    radar_picture,
    shown_cells,
    step_title,
)
from review.schemes.models import VisiblePart
from web.formats import NOTHING, format_date, format_moment, format_number, format_score, format_signed
from web.language import current_language, localized
from web.language import gettext as _

Page = Mapping[str, Any]
Table = dict[str, Any]


def result_document(
    page: Page,
    *,
    dimensions: Sequence[ShownDimension],
    figures: Sequence[ShownFigure],
    comments: Mapping[Question, Sequence[StoredComment]],
    history: Sequence[GradeStep],
    plan: DevelopmentPlan | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """The data of templates/documents/result.typ and its pictures, in the reader's language."""
    participant = page["participant"]
    radar = radar_picture(dimensions)
    bars = _bars(page, dimensions)
    data = {
        "language": current_language(),
        "title": _("Result of %(name)s", name=participant.person.name),
        "subtitle": localized(participant.cycle.name),
        "footer": _("Confidential · Steelyard"),
        "facts": _facts(page),
        "numbers": _numbers(page),
        "has_radar": radar is not None,
        "profile": _profile(dimensions),
        "bars": [{"picture": name, "title": title} for name, (title, _svg) in bars.items()],
        "figures": _figures(figures),
        "comments": _comments(comments),
        "history": [[format_date(step.decided_at), step_title(step), _reason(step)] for step in history],
        "plan": _plan(plan, dimensions),
        "signature": _signature(page),
        "words": _words(page),
    }
    pictures = {name: svg for name, (_title, svg) in bars.items()}
    return data, pictures | ({"radar": radar.svg} if radar is not None else {})


def _facts(page: Page) -> list[list[str]]:
    participant, cycle = page["participant"], page["participant"].cycle
    period = _("%(start)s to %(end)s", start=format_date(cycle.period_starts_on), end=format_date(cycle.period_ends_on))
    facts = [
        [_("Employee"), f"{participant.person.name} ({participant.person.employee_number})"],
        [_("Position"), localized(participant.position.title)],
        [_("Unit"), localized(participant.unit.name)],
        [_("Period"), period],
        [_("Manager"), participant.manager.name if participant.manager else NOTHING],
        [_("Second line"), participant.second_line.name if participant.second_line else NOTHING],
        [_("Version of the formulas"), page["result"].formula_version.number],
    ]
    if cycle.released_at is not None:
        facts.insert(-1, [_("Released"), format_date(cycle.released_at)])
    return facts


def _numbers(page: Page) -> list[dict[str, str]]:
    """The key figures at the top, as far as the reader is shown them."""
    result, parts, scheme = page["result"], page["parts"], page["participant"].scheme
    numbers = []
    if VisiblePart.GRADE in parts:
        coefficient = scheme.coefficient_of(result.grade) if result.grade else None
        note = _("Coefficient %(number)s", number=format_number(coefficient, 2)) if result.grade else ""
        numbers.append({"label": _("Performance grade"), "value": result.grade or NOTHING, "note": note})
    if VisiblePart.TOTAL_POINTS in parts:
        note = str(REASONS[result.reason]) if result.reason else ""
        numbers.append({"label": _("Total points"), "value": _points(result.total), "note": note})
    if VisiblePart.SECTION_POINTS in parts:
        for entry in result.sections:
            weight = _("weight %(weight)s%%", weight=entry["weight"])
            label = str(page["sections"][entry["kind"]])
            numbers.append({"label": label, "value": _points(entry["hundredths"]), "note": weight})
    if VisiblePart.DIMENSION_SCORES in parts and result.overall is not None:
        margin = NORMAL_95 * result.overall_error if VisiblePart.UNCERTAINTY in parts else None
        overall = format_score(result.overall, margin)
        numbers.append({"label": _("Overall score"), "value": overall, "note": str(EVIDENCE[result.evidence])})
    return numbers


def _profile(dimensions: Sequence[ShownDimension]) -> Table:
    with_change = any(shown.change is not None for shown in dimensions)
    headings = [_("Competency or area"), _("Weight"), _("Score"), _("Required"), _("Gap"), _("Own view")]
    rows = []
    for shown in dimensions:
        row = [
            shown.name,
            f"{shown.weight:.0f}%" if shown.weight else NOTHING,
            format_score(shown.score, shown.margin) if shown.score is not None else shown.reason,
            format_number(shown.required),
            format_signed(shown.gap),
            format_number(shown.own, 2),
        ]
        rows.append([*row, _change(shown)] if with_change else row)
    return {"headings": [*headings, _("Since the last result")] if with_change else headings, "rows": rows}


def _change(shown: ShownDimension) -> str:
    if shown.change is None:
        return NOTHING
    mark = " *" if shown.change.is_different else ""
    return f"{format_signed(shown.change.value)}{mark}"


def _bars(page: Page, dimensions: Sequence[ShownDimension]) -> dict[str, tuple[str, str]]:
    """A picture of the sources of each dimension, by the name that the document knows it by."""
    if VisiblePart.CELLS not in page["parts"]:
        return {}
    found = {}
    for place, shown in enumerate(dimensions, start=1):
        picture = cells_picture(shown, shown_cells(page["result"], shown.dimension.code))
        if picture is not None:
            found[f"cells-{place}"] = (shown.name, picture.svg)
    return found


def _figures(figures: Sequence[ShownFigure]) -> Table:
    headings = [_("KPI"), _("Weight"), _("Target"), _("Actual"), _("Attainment"), _("Points")]
    rows = [[one.name, one.weight, one.target, one.actual, one.attainment, one.points] for one in figures]
    return {"headings": headings, "rows": rows}


def _comments(comments: Mapping[Question, Sequence[StoredComment]]) -> list[dict[str, Any]]:
    return [
        {"question": str(question.label), "texts": [_text(row) for row in rows]}
        for question, rows in comments.items()
        if rows
    ]


def _text(row: StoredComment) -> str:
    if row.author is None:
        return row.text
    return str(_("%(text)s — %(name)s", text=row.text, name=row.author.name))


def _reason(step: GradeStep) -> str:
    who = step.decided_by.name if step.decided_by else ""
    return " · ".join(part for part in (who, step.reason) if part) or NOTHING


def _plan(plan: DevelopmentPlan | None, dimensions: Sequence[ShownDimension]) -> Table | None:
    if plan is None or not plan.goals:
        return None
    names = {shown.dimension.code: shown.name for shown in dimensions}
    rows = [
        [goal.aim, names.get(goal.dimension_code or "", NOTHING), format_date(goal.due_on), f"{goal.progress}%"]
        for goal in plan.goals
    ]
    return {"headings": [_("Aim"), _("Competency or area"), _("Until"), _("Progress")], "rows": rows}


def _signature(page: Page) -> str:
    signature = page["signature"]
    if signature is None:
        return ""
    words = _("Read and agreed.") if signature.agrees else _("Read, but not agreed.")
    note = f"\n{signature.note}" if signature.note else ""
    who, moment = page["participant"].person.name, format_moment(signature.signed_at)
    return str(_("%(name)s, %(moment)s: %(words)s", name=who, moment=moment, words=words)) + note


def _words(page: Page) -> dict[str, str]:
    """Headings and remarks of the document."""
    hidden = hidden_groups(page["result"])
    return {
        "profile": _("Competencies and areas"),
        "picture": _("Profile: own view, result and what is required. The same numbers are in the table."),
        "interval": _("± is half of a 90 percent interval: how far chance among raters may move a score.")
        if VisiblePart.UNCERTAINTY in page["parts"]
        else "",
        "change": _("* The change since the last result is more than noise."),
        "cells": _("By source"),
        "cells_note": _("Anonymous sources are shown only together, from three people on; n says how many."),
        "hidden": _("Not shown: %(groups)s", groups=", ".join(hidden)) if hidden else "",
        "figures": _("KPIs"),
        "manager": _("What the manager says"),
        "manager_text": page["result"].comment if VisiblePart.GRADE in page["parts"] else "",
        "comments": _("Comments"),
        "history": _("History of the grade"),
        "day": _("Day"),
        "what": _("What"),
        "who": _("Who and why"),
        "plan": _("Development plan"),
        "signature": _("Signature"),
        "employee": _("Employee"),
        "manager_line": _("Manager"),
        "note": _("Signing says that one has read the result, not that one agrees with it."),
    }


def _points(hundredths: int | None) -> str:
    return NOTHING if hundredths is None else format_number(hundredths / 100, 2)
