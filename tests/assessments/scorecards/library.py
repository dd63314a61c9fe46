"""KPIs for the tests of scorecards: one of each way of joining, both directions, both kinds of curve."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from assessments.actuals.models import ActualsImport, ImportState, MonthlyActual
from assessments.scorecards.actions import LineDraft, agree_scorecard, draft_scorecard
from assessments.scorecards.models import Scorecard
from people.organisation.models import Person
from rubrics.measures.models import CurveBasis, Direction, Joining, Measure, MeasureUnit
from rubrics.measures.queries import measure_by_code
from web.database import db
from web.transactions import in_transaction

STARTS_ON, ENDS_ON = date(2026, 1, 1), date(2026, 3, 31)
RATIO, ABSOLUTE = CurveBasis.RATIO_TO_TARGET, CurveBasis.ABSOLUTE
MEASURES = (
    ("net-sales", MeasureUnit.MONEY, Direction.HIGHER, Joining.SUM, RATIO, (0.8, 1.0, 1.3)),
    ("sales-outstanding", MeasureUnit.DAYS, Direction.LOWER, Joining.LAST, ABSOLUTE, (60.0, 45.0, 30.0)),
    ("on-time-shipping", MeasureUnit.PERCENT, Direction.HIGHER, Joining.RATIO_OF_SUMS, ABSOLUTE, (0.9, 0.95, 0.99)),
    ("active-customers", MeasureUnit.COUNT, Direction.HIGHER, Joining.DISTINCT_COUNT, RATIO, (0.8, 1.0, 1.2)),
    ("complaints", MeasureUnit.COUNT, Direction.LOWER, Joining.SUM, ABSOLUTE, (3.0, 0.0, -1.0)),
)
Actual = tuple[str, str | None, str | None]


def add_measures() -> None:
    """Put the KPIs of the tests into the library."""
    for place, (code, unit, direction, joining, basis, (threshold, target, cap)) in enumerate(MEASURES):
        text = {"zh": f"指标 {code}", "en": code.replace("-", " ").capitalize()}
        db.session.add(
            Measure(
                code=code,
                number=1,
                place=place,
                area_code="R1",
                name=text,
                definition=text,
                source=text,
                owner=text,
                unit=unit,
                direction=direction,
                joining=joining,
                curve_basis=basis,
                curve_threshold=threshold,
                curve_target=target,
                curve_cap=cap,
                content_digest="0" * 64,
            )
        )
    db.session.flush()


def measure(code: str) -> Measure:
    """A KPI of the tests."""
    found = measure_by_code(code)
    assert found is not None
    return found


def line(code: str, weight: int, target: str | None = None, **more: object) -> LineDraft:
    """A KPI with its weight and target."""
    figures = {key: Decimal(value) if isinstance(value, str) else value for key, value in more.items()}
    if "curve" in more:
        figures["curve"] = tuple((Decimal(figure), Decimal(points)) for figure, points in more["curve"])  # type: ignore[attr-defined]  # a curve is pairs
    return LineDraft(measure(code), weight, None if target is None else Decimal(target), **figures)  # type: ignore[arg-type]  # the caller says what it means


def contract_lines() -> list[LineDraft]:
    """The two KPIs of the contract example."""
    return [
        line("net-sales", 60, "1000000", threshold="800000", cap="1300000"),
        line("sales-outstanding", 40, "45", threshold="60", cap="30"),
    ]


def drafted(person: Person, lines: Callable[[], Sequence[LineDraft]] = contract_lines) -> Scorecard:
    """A draft for the first quarter of 2026."""
    return in_transaction(
        lambda: draft_scorecard(person, starts_on=STARTS_ON, ends_on=ENDS_ON, currency="USD", lines=lines())
    )


def agreed(person: Person, lines: Callable[[], Sequence[LineDraft]] = contract_lines) -> Scorecard:
    """An agreed scorecard for the first quarter of 2026."""
    card = drafted(person, lines)
    return in_transaction(lambda: agree_scorecard(card, None))


def record_actuals(person: Person, code: str, *figures: Actual, currency: str = "USD") -> None:
    """Store monthly actuals: (month, value or members, denominator)."""

    def action() -> None:
        source = ActualsImport(file_name="t.csv", file_digest="0" * 64, currency="USD", state=ImportState.IMPORTED)
        db.session.add(source)
        db.session.flush()
        found = measure(code)
        for month, value, denominator in figures:
            is_count = found.joining is Joining.DISTINCT_COUNT
            db.session.add(
                MonthlyActual(
                    person_id=person.id,
                    measure_code=code,
                    measure_id=found.id,
                    month=month,
                    value=None if is_count or value is None else Decimal(value),
                    denominator=None if denominator is None else Decimal(denominator),
                    members=(value or "").split() if is_count else None,
                    currency=currency if found.unit is MeasureUnit.MONEY else None,
                    import_id=source.id,
                )
            )

    in_transaction(action)


def contract_actuals(person: Person) -> None:
    """What the contract example says was reached: 950,000 and 50 days."""
    record_actuals(
        person, "net-sales", ("2026-01", "300000", None), ("2026-02", "250000", None), ("2026-03", "400000", None)
    )
    record_actuals(person, "sales-outstanding", ("2026-01", "70", None), ("2026-03", "50", None))
