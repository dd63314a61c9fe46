"""How scorecards are written for readers: figures in their units, and the way from months to points."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from babel.numbers import get_currency_precision

from assessments.measurement.reasons import Reason
from assessments.scorecards.models import CardResult, LineResult, LineStatus, Scorecard, ScorecardLine
from rubrics.measures.models import Joining, Measure, MeasureUnit
from web.charts.bars import Bar, bars_svg
from web.charts.pictures import Picture
from web.formats import NOTHING, format_money, format_number, format_percent
from web.language import LazyString, localized
from web.language import gettext as _
from web.language import lazy_gettext as _l

HIGHEST_POINTS, TARGET_POINTS, STEP = 120, 100, 20
REASONS: Mapping[Reason, LazyString] = {
    Reason.NO_ACTUALS: _l("No actuals yet"),
    Reason.ZERO_DENOMINATOR: _l("The denominators add up to zero"),
    Reason.NOT_APPLICABLE: _l("Left out"),
    Reason.NOT_DELIVERED: _l("Not delivered"),
    Reason.PART_MISSING: _l("Not all KPIs have actuals yet"),
    Reason.TOO_LITTLE_WEIGHT: _l("Less than 60 percent of the weights remain"),
    Reason.NOT_ASKED: _l("No KPI counts"),
}


@dataclass(frozen=True)
class ShownLine:
    """A line of a scorecard with its result, as the page shows both."""

    line: ScorecardLine
    result: LineResult
    currency: str

    @property
    def name(self) -> str:
        """The KPI's name in the reader's language."""
        return localized(self.line.measure.name)

    @property
    def target(self) -> str:
        """The target in its unit."""
        return self.figure(self.line.target)

    @property
    def actual(self) -> str:
        """What was reached, in its unit, or why there is no figure."""
        if self.result.actual is None:
            return str(REASONS.get(self.result.reason, NOTHING))
        return self.figure(self.result.actual)

    @property
    def attainment(self) -> str:
        """Actual over target in percent, only to look at."""
        return format_percent(self.result.attainment, 1)

    @property
    def points(self) -> str:
        """Points to a hundredth, or why there are none."""
        if self.result.points is not None:
            return format_number(self.result.points, 2)
        if self.line.is_gate:
            passed = {True: _("Gate passed"), False: _("Gate not passed"), None: NOTHING}
            return str(passed[self.result.is_gate_passed])
        return str(REASONS.get(self.result.reason, NOTHING) if self.line.is_scored else _("Only followed"))

    @property
    def is_incomplete(self) -> bool:
        """Whether a month of a line that counts has no figure."""
        return self.line.is_scored and self.line.status is LineStatus.NORMAL and bool(self.result.missing)

    @property
    def curve(self) -> str:
        """The curve in one line: threshold, target, stretch value with their points."""
        return " · ".join(f"{self.figure(figure)} → {format_number(points)}" for figure, points in self.result.curve)

    def figure(self, figure: Decimal | None) -> str:
        """A figure in the unit of this KPI."""
        return shown_figure(figure, self.line.measure, self.currency)

    def month(self, month: str) -> str:
        """What a month gave: the figure, both sides of a ratio, or how many were counted."""
        found = next((entry for entry in self.result.months if entry.month == month), None)
        if found is None:
            return NOTHING
        if found.members is not None:
            return format_number(found.members)
        if found.denominator is not None:
            return f"{plain_number(found.value)} / {plain_number(found.denominator)}"
        return self.figure(found.value)


def shown_lines(card: Scorecard, result: CardResult) -> list[ShownLine]:
    """The lines of a scorecard beside their results."""
    results = {line.line_id: line for line in result.lines}
    return [ShownLine(line, results[line.id], card.currency) for line in card.lines]


def shown_figure(figure: Decimal | None, measure: Measure, currency: str) -> str:
    """A figure in its unit: money, percent, days, hours or a plain number."""
    if figure is None:
        return NOTHING
    if measure.unit is MeasureUnit.MONEY:
        units = figure.scaleb(get_currency_precision(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return format_money(int(units), currency)
    if measure.unit is MeasureUnit.PERCENT:
        return format_percent(figure, 1)
    number = plain_number(figure)
    if measure.unit is MeasureUnit.DAYS:
        return str(_("%(number)s days", number=number))
    return str(_("%(number)s hours", number=number)) if measure.unit is MeasureUnit.HOURS else number


def plain_number(figure: Decimal | None) -> str:
    """A number with two decimals where it has any."""
    if figure is None:
        return NOTHING
    return format_number(figure, None if figure == figure.to_integral_value() else 2)


def points_picture(lines: list[ShownLine]) -> Picture | None:
    """A bar of points for each KPI that counts; None where none does."""
    bars = [
        Bar(
            shown.name,
            value=shown.result.points,
            note=f"{shown.line.weight}%",
            hidden="" if shown.result.points is not None else shown.points,
        )
        for shown in lines
        if shown.line.is_scored
    ]
    if not bars:
        return None
    return bars_svg(
        bars,
        required=TARGET_POINTS,
        low=0,
        high=HIGHEST_POINTS,
        step=STEP,
        legend=_("Target met: 100"),
        title=_("Points by KPI"),
    )


def explanation(lines: list[ShownLine]) -> list[tuple[str, str, str, None]]:
    """From months to figures to points, one step a row: label, how with exact numbers, value."""
    steps: list[tuple[str, str, str, None]] = []
    for shown in lines:
        if not shown.line.is_scored or shown.result.actual is None:
            continue
        steps.append((shown.name, _joined_how(shown), shown.actual, None))
        if shown.result.points is not None:
            points = format_number(shown.result.points, 6)
            steps.append((_("Points: %(name)s", name=shown.name), _points_how(shown), points, None))
    return steps


def mean_formula(lines: list[ShownLine]) -> str:
    """The weighted mean of the points, written out."""
    counted = [shown for shown in lines if shown.line.is_scored and shown.result.points is not None]
    terms = " + ".join(f"{shown.line.weight} × {format_number(shown.result.points, 6)}" for shown in counted)
    return f"({terms}) / {sum(shown.line.weight for shown in counted)}" if counted else ""


def _joined_how(shown: ShownLine) -> str:
    result = shown.result
    if result.denominator is not None:
        return f"{format_number(result.numerator)} / {format_number(result.denominator)}"
    how = shown.line.measure.joining
    if how is Joining.DISTINCT_COUNT:
        return str(_("each counted once over %(count)s months", count=len(result.months)))
    used = [format_number(entry.value) for entry in result.months]
    return str(_("last of: %(months)s", months=", ".join(used))) if how is Joining.LAST else " + ".join(used)


def _points_how(shown: ShownLine) -> str:
    """The stretch of the curve that gave the points, written out so that it can be computed again."""
    result = shown.result
    curve, actual = result.curve, result.actual
    if actual is None:
        return NOTHING
    sign = -1 if curve[0][0] > curve[-1][0] else 1
    position = sign * actual
    if position >= sign * curve[-1][0]:
        return str(_("at the stretch value %(cap)s or better", cap=shown.figure(curve[-1][0])))
    if position < sign * curve[0][0] and result.points == 0:
        return str(_("worse than the threshold %(threshold)s", threshold=shown.figure(curve[0][0])))
    (low, below), (high, above) = next(
        (first, second) for first, second in pairwise(curve) if position < sign * second[0]
    )
    # A ratio stands as its two sides, because its decimals would be cut off.
    figure = format_number(actual) if result.denominator is None else _joined_how(shown)
    start = format_number(low)
    rise = f"{format_number(above - below)} × ({figure} − {start}) / ({format_number(high)} − {start})"
    return f"{format_number(below)} + {rise}"


def status_sentence(line: ScorecardLine) -> str:
    """What stands about a line that does not simply count; empty where nothing does."""
    details = {
        "reason": line.status_reason,
        "asked": line.asked_by.name if line.asked_by else NOTHING,
        "approved": line.approved_by.name if line.approved_by else NOTHING,
    }
    if line.status is LineStatus.NOT_APPLICABLE:
        return str(_("Left out: %(reason)s (asked by %(asked)s, approved by %(approved)s)", **details))
    if line.status is LineStatus.NOT_DELIVERED:
        return str(_("Not delivered: %(reason)s (noted by %(asked)s)", **details))
    return str(_("To be left out? %(reason)s (asked by %(asked)s)", **details)) if line.is_waiting else ""
