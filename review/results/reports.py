"""How results are written for readers: scores with their intervals, cells as far as they may be shown, KPI lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.actuals.models import MonthlyActual
from assessments.measurement.uncertainty import NORMAL_95, Difference, difference, estimate
from assessments.scorecards.reports import shown_figure
from review.results.models import GradeStep, Result
from rubrics.frameworks.models import Dimension, RaterGroup
from rubrics.measures.models import Measure
from web.charts.bars import Bar, bars_svg
from web.charts.looks import Role
from web.charts.pictures import Picture
from web.charts.radar import Series, radar_svg
from web.formats import NOTHING, format_number, format_percent, format_score, format_signed
from web.language import LazyString, localized
from web.language import gettext as _
from web.language import lazy_gettext as _l

LEAST_AXES = 3
REASONS: Mapping[str, LazyString] = {
    "manager_missing": _l("Not rated by the manager"),
    "no_cycle_mean": _l("Too few shown ratings in the cycle"),
    "too_few_items": _l("Too few answers"),
    "no_answers": _l("No answers"),
    "below_threshold": _l("Too few answers"),
    "not_asked": _l("Nobody was asked"),
    "too_little_weight": _l("Less than 60 percent of the weights can be scored"),
    "part_missing": _l("A section has no points"),
    "missing": _l("Not enough evidence"),
    "no_actuals": _l("No actuals"),
    "zero_denominator": _l("The denominators add up to zero"),
    "not_applicable": _l("Left out"),
    "not_delivered": _l("Not delivered"),
}
EVIDENCE: Mapping[str, LazyString] = {
    "multi_rater": _l("Several sources"),
    "manager_assessment": _l("Manager's assessment only"),
    "not_enough": _l("Not enough evidence"),
}
TOO_FEW = _l("Not shown: too few answers")


@dataclass(frozen=True)
class ShownDimension:
    """One competency or area of a result; ``margin`` is half of the 90 % interval, None where it is not shown."""

    dimension: Dimension
    score: float | None
    margin: float | None
    required: float
    gap: float | None
    own: float | None
    weight: float
    points: float | None
    reason: str
    evidence: str
    change: Difference | None

    @property
    def name(self) -> str:
        """The full name in the reader's language."""
        return localized(self.dimension.name)

    @property
    def short_name(self) -> str:
        """The name on charts."""
        return localized(self.dimension.short_name)

    @property
    def change_margin(self) -> float | None:
        """Half of the interval of the change since the result before."""
        return None if self.change is None else NORMAL_95 * self.change.standard_error


@dataclass(frozen=True)
class ShownCell:
    """One source of a dimension: who, how many, and what they say on average; no mean where it is hidden."""

    groups: tuple[str, ...]
    raters: int
    mean: float | None

    @property
    def label(self) -> str:
        """Who is in it; several groups are shown together where each alone would be too small."""
        return " + ".join(RaterGroup(group).label for group in self.groups)

    @property
    def role(self) -> Role:
        """How a chart draws it."""
        if self.groups == ("self",):
            return "self"
        return "others" if RaterGroup(self.groups[0]).is_anonymous else "named"

    @property
    def note(self) -> str:
        """How many people it stands for, where that is more than one."""
        return "" if self.mean is None or self.role != "others" else f"n = {self.raters}"


@dataclass(frozen=True)
class ShownFigure:
    """One KPI line of a result as it was frozen, with what has been corrected since."""

    line: Mapping[str, Any]
    measure: Measure | None
    currency: str
    corrected_months: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the KPI."""
        return localized(self.measure.name) if self.measure is not None else str(self.line["code"])

    @property
    def weight(self) -> str:
        """The weight in its section, or that it is a gate or only followed."""
        if self.line["is_gate"]:
            return str(_("Gate"))
        return f"{self.line['weight']}%" if self.line["weight"] else NOTHING

    @property
    def target(self) -> str:
        """The target in its unit."""
        return self.figure(self.line["target"])

    @property
    def actual(self) -> str:
        """What was reached, in its unit, or why there is no figure."""
        if self.line["actual"] is None:
            return str(REASONS.get(self.line["reason"], NOTHING))
        return self.figure(self.line["actual"])

    @property
    def attainment(self) -> str:
        """Actual over target, only to look at."""
        share = self.line["attainment"]
        return NOTHING if share is None else format_percent(Decimal(share), 1)

    @property
    def points(self) -> str:
        """Points to a hundredth, or why there are none."""
        if self.line["is_gate"]:
            passed = {True: _("Gate passed"), False: _("Gate not passed"), None: NOTHING}
            return str(passed[self.line["is_gate_passed"]])
        if self.line["points"] is not None:
            return format_number(self.line["points"], 2)
        return str(REASONS.get(self.line["reason"], NOTHING)) if self.line["weight"] else _("Only followed")

    def figure(self, figure: str | None) -> str:
        """A figure in the unit of this KPI."""
        if figure is None or self.measure is None:
            return figure or NOTHING
        return shown_figure(Decimal(figure), self.measure, self.currency)


def shown_dimensions(
    result: Result, dimensions: Sequence[Dimension], before: Result | None, *, with_margin: bool
) -> list[ShownDimension]:
    """The dimensions of a result in the order of the framework, with their change since the result before."""
    earlier = {entry["code"]: entry for entry in before.dimensions if not entry["reason"]} if before else {}
    steps = {step["code"]: step for step in result.steps["dimensions"]}
    entries = {entry["code"]: entry for entry in result.dimensions}
    shown = []
    for dimension in dimensions:
        entry = entries.get(dimension.code)
        if entry is None:
            continue
        has_score = not entry["reason"]
        then = earlier.get(dimension.code) if has_score and with_margin else None
        own = [cell for cell in steps[dimension.code]["cells"] if cell["groups"] == ["self"] and cell["is_shown"]]
        shown.append(
            ShownDimension(
                dimension=dimension,
                score=entry["score"],
                margin=NORMAL_95 * entry["standard_error"] if has_score and with_margin else None,
                required=entry["required"],
                gap=entry["gap"],
                own=own[0]["mean"] if own else None,
                weight=entry["weight"],
                points=entry["points"],
                reason=str(REASONS.get(entry["reason"], entry["reason"])),
                evidence=str(EVIDENCE[entry["evidence"]]),
                change=difference(_estimate(entry), _estimate(then)) if then is not None else None,
            )
        )
    return shown


def _estimate(entry: Mapping[str, Any]) -> Any:
    return estimate(entry["score"], entry["standard_error"])


def shown_cells(result: Result, code: str) -> list[ShownCell]:
    """The sources of a dimension: own view, named ones, anonymous cells; groups too small are named as hidden."""
    step = next(step for step in result.steps["dimensions"] if step["code"] == code)
    cells = [
        ShownCell(tuple(cell["groups"]), cell["raters"], cell["mean"] if cell["is_shown"] else None)
        for cell in step["cells"]
    ]
    asked = {base["group"] for base in step["groups"]}
    hidden = [group for group in result.steps["hidden_groups"] if group in asked]
    return [*cells, *([ShownCell(tuple(hidden), 0, None)] if hidden else [])]


def overall_margin(result: Result) -> float | None:
    """Half of the 90 % interval of the overall score."""
    return None if result.overall_error is None else NORMAL_95 * result.overall_error


def hidden_groups(result: Result) -> list[str]:
    """The groups of which nothing is shown, because too few of them answered."""
    return [group.label for group in map(RaterGroup, result.steps["hidden_groups"])]


def radar_picture(dimensions: Sequence[ShownDimension]) -> Picture | None:
    """Own view, others and what is required, with the band of uncertainty; None below three axes."""
    axes = [shown for shown in dimensions if shown.weight > 0]
    if len(axes) < LEAST_AXES:
        return None
    others = Series(_("Result"), [one.score for one in axes], "others", [one.margin for one in axes])
    own = Series(_("Own view"), [one.own for one in axes], "self")
    required = Series(_("Required"), [one.required for one in axes], "required")
    hidden = [one.short_name for one in axes if one.score is None]
    return radar_svg(
        [one.short_name for one in axes], [own, others, required], hidden=hidden, title=_("Competency profile")
    )


def cells_picture(shown: ShownDimension, cells: Sequence[ShownCell]) -> Picture | None:
    """A bar for each source of a dimension beside the required level."""
    if not cells:
        return None
    bars = [
        Bar(cell.label, cell.mean, note=cell.note, role=cell.role, hidden="" if cell.mean is not None else str(TOO_FEW))
        for cell in cells
    ]
    if shown.score is not None:
        bars.append(Bar(_("Result"), shown.score, shown.margin, role="others"))
    return bars_svg(bars, required=shown.required, title=shown.name)


def cell_rows(cells: Sequence[ShownCell], shown: ShownDimension) -> list[list[str]]:
    """The same numbers as a table: who, how many, mean."""
    rows = [
        [cell.label, NOTHING, str(TOO_FEW)]
        if cell.mean is None
        else [cell.label, format_number(cell.raters), format_number(cell.mean, 2)]
        for cell in cells
    ]
    return [*rows, [_("Result"), NOTHING, format_score(shown.score, shown.margin)]] if shown.score is not None else rows


def radar_rows(dimensions: Sequence[ShownDimension]) -> list[list[str]]:
    """The numbers of the radar as a table."""
    return [
        [
            shown.name,
            format_score(shown.score, shown.margin) if shown.score is not None else shown.reason,
            format_number(shown.own, 2),
            format_number(shown.required),
            format_signed(shown.gap),
        ]
        for shown in dimensions
        if shown.weight > 0
    ]


def shown_figures(
    result: Result, measures: Mapping[int, Measure], current: Mapping[tuple[int, str, str], MonthlyActual]
) -> list[ShownFigure]:
    """The KPI lines as frozen at the close, each with the months that were corrected since."""
    person_id, currency = result.participant.person_id, str(result.steps.get("currency") or "USD")
    return [
        ShownFigure(line, measures.get(line["measure_id"]), currency, _corrected(line, person_id, current))
        for line in result.steps["key_figures"]
    ]


def _corrected(
    line: Mapping[str, Any], person_id: int, current: Mapping[tuple[int, str, str], MonthlyActual]
) -> tuple[str, ...]:
    """The months of the period whose figure is not the one that was counted."""
    counted = {month["month"]: month["number"] for month in line["months"]}
    months = [*counted, *line["missing"]]
    return tuple(
        month
        for month in sorted(months)
        if (row := current.get((person_id, line["code"], month))) is not None and row.number != counted.get(month)
    )


def step_title(step: GradeStep) -> str:
    """What happened to a grade, for its history."""
    return f"{step.grade or NOTHING}: {step.origin.label}"
