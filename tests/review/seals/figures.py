"""Scorecards made by chance, and the sealed content of a person who has one."""

import json
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from assessments.measurement import joining
from assessments.measurement.curves import Curve, curve_points, kpi_curve
from assessments.measurement.reasons import Reason
from assessments.measurement.weighting import weighted_points
from assessments.scorecards.models import CardResult, LineResult, LineStatus, MonthFigure
from review.aggregation.bands import DEFAULT_BANDS
from review.aggregation.cycle import CycleScores
from review.schemes.models import SectionKind

MONTHS = ("2026-01", "2026-02", "2026-03")
WEIGHTS = {1: [100], 2: [60, 40], 3: [50, 30, 20], 4: [40, 30, 20, 10]}
amounts = st.decimals(-10, 1000, places=2, allow_nan=False, allow_infinity=False)


def scheme_of(weights: dict[SectionKind, int], gate_cap: str | None) -> Any:
    """Sections and bands as the scoring reads them."""
    sections = [SimpleNamespace(kind=kind, weight=weight) for kind, weight in weights.items()]
    return SimpleNamespace(sections=sections, gate_cap=gate_cap, grade_bands=DEFAULT_BANDS)


def sealed(numbers: dict[str, Any], scheme: Any, scores: CycleScores) -> dict[str, Any]:
    """What a seal would say, as it comes back from JSON."""
    names = scores.design.layout.dimensions
    correlation = {
        first: {second: float(scores.spread.correlation[row, place]) for place, second in enumerate(names)}
        for row, first in enumerate(names)
    }
    bands = [*([grade, cut] for grade, cut in DEFAULT_BANDS.cuts), [DEFAULT_BANDS.lowest, None]]
    content = numbers | {
        "correlation": correlation,
        "gap_curve": [[-2, 60], [-1, 80], [0, 100], [1, 110], [2, 120]],
        "scheme": {"bands": bands, "gate_cap": scheme.gate_cap},
    }
    result: dict[str, Any] = json.loads(json.dumps(content))
    return result


@st.composite
def cards(draw: st.DrawFn) -> CardResult:
    """A scorecard of some lines, joined in any way, and perhaps a gate."""
    weights = draw(st.sampled_from(list(WEIGHTS.values())))
    continues_line = draw(st.booleans())
    lines = [_line(draw, place, weight, continues_line) for place, weight in enumerate(weights)]
    if draw(st.booleans()):
        lines.append(_line(draw, len(lines), 0, continues_line))
    section = weighted_points(
        [line.points for line in lines if line.weight],
        weights=[line.weight for line in lines if line.weight],
        states=[line.state for line in lines if line.weight],
    )
    return CardResult(
        1, "USD", continues_line, tuple(lines), section.hundredths, section.reason, section.remaining_share
    )


def _period(draw: st.DrawFn) -> tuple[str, tuple[MonthFigure, ...], joining.JoinedActual]:
    how = draw(st.sampled_from(["sum", "ratio_of_sums", "last"]))
    months = tuple(
        MonthFigure(month, draw(amounts), draw(amounts) if how == "ratio_of_sums" else None, None, 1, 1)
        for month in draw(st.sets(st.sampled_from(MONTHS)).map(sorted))
    )
    joined = joining.joined_actual(
        [joining.MonthlyActual(entry.month, entry.value, entry.denominator) for entry in months], how=how
    )
    return how, months, joined


def _line(draw: st.DrawFn, place: int, weight: int, continues_line: bool) -> LineResult:
    how, months, joined = _period(draw)
    curve = draw(
        st.sampled_from([kpi_curve(Decimal(60), Decimal(100), Decimal(130)), kpi_curve(60, Decimal("45.5"), 30)])
    )
    status = draw(st.sampled_from([LineStatus.NORMAL] * 6 + [LineStatus.NOT_APPLICABLE, LineStatus.NOT_DELIVERED]))
    points = None
    if joined.value is not None and weight and status is LineStatus.NORMAL:
        points = float(curve_points(Curve(curve.points, continues_line=continues_line), joined.value))
    target, is_lower = Decimal(100), curve.is_lower_better
    passed = None if weight or joined.value is None else (joined.value <= target) == is_lower or joined.value == target
    return LineResult(
        line_id=place,
        card_id=1,
        measure_id=place,
        measure_code=f"figure-{place}",
        joining=how,
        is_lower_better=is_lower,
        weight=weight,
        is_gate=not weight,
        status=status,
        target=target,
        curve=tuple((Decimal(str(x)), Decimal(str(y))) for x, y in curve.points),
        actual=joined.value,
        numerator=joined.numerator,
        denominator=joined.denominator,
        points=points,
        reason=joined.reason if status is LineStatus.NORMAL else Reason.NOT_APPLICABLE,
        attainment=None if is_lower or joined.value is None else joined.value / target,
        share=Fraction(weight, 100),
        is_gate_passed=passed,
        months=months,
        missing=(),
        foreign=(),
    )
