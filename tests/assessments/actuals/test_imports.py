"""Files of monthly actuals: all or nothing, every fault by row and column, the same file again changes nothing."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from assessments.actuals.actions import ImportOutcome, import_actuals
from assessments.actuals.errors import CurrencyMissingError, NothingToImportError
from assessments.actuals.imports import month_of
from assessments.actuals.models import ActualsImport, MonthlyActual
from people.audit.models import AuditEvent
from people.organisation.models import Person
from web.database import db
from web.files.errors import FileProblemsError
from web.files.writing import xlsx_bytes
from web.transactions import in_transaction

HEAD = "employee_number,kpi_code,month,value,numerator,denominator,members\n"
GOOD = HEAD + (
    '1,net-sales,2026-01,"12,345.67",,,\n'
    "1,on-time-shipping,2026-01,,9,10,\n"
    "1,active-customers,2026-01,2,,,ALFKI;ANATR\n"
    "3,active-customers,2026-01,0,,,\n"
    "3,sales-outstanding,2026/2,４５.5,,,\n"
)


def brought_in(text: str | bytes, name: str = "actuals.csv", currency: str = "USD") -> ImportOutcome:
    content = text if isinstance(text, bytes) else text.encode()
    return in_transaction(lambda: import_actuals(content, name, currency=currency))


def stored() -> list[tuple[object, ...]]:
    rows = db.session.scalars(select(MonthlyActual).order_by(MonthlyActual.id))
    return [(row.measure_code, row.month, row.value, row.denominator, row.members, row.currency) for row in rows]


def test_a_good_file_is_read_exactly(app: Flask, person: Callable[[str], Person]) -> None:
    assert brought_in(GOOD) == ImportOutcome(5, 0, 0)
    assert stored() == [
        ("net-sales", "2026-01", Decimal("12345.67"), None, None, "USD"),
        ("on-time-shipping", "2026-01", Decimal(9), Decimal(10), None, None),
        ("active-customers", "2026-01", None, None, ["ALFKI", "ANATR"], None),
        ("active-customers", "2026-01", None, None, [], None),
        ("sales-outstanding", "2026-02", Decimal("45.5"), None, None, None),
    ]
    assert db.session.scalars(select(MonthlyActual.person_id)).first() == person("nancy").id


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    brought_in(GOOD)
    events = db.session.scalar(select(func.count()).select_from(AuditEvent))
    assert brought_in(GOOD) == ImportOutcome(0, 0, 5)
    assert len(stored()) == 5
    assert db.session.scalar(select(func.count()).select_from(ActualsImport)) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == events


def test_a_correction_keeps_what_stood_before_and_where_it_came_from(app: Flask) -> None:
    brought_in(GOOD)
    corrected = GOOD.replace("12,345.67", "12,345.60")
    assert brought_in(corrected, "corrected.csv") == ImportOutcome(0, 1, 4)
    rows = db.session.scalars(
        select(MonthlyActual).where(MonthlyActual.measure_code == "net-sales").order_by(MonthlyActual.number)
    ).all()
    assert [(row.number, row.is_current, str(row.value), row.source.file_name) for row in rows] == [
        (1, False, "12345.67", "actuals.csv"),
        (2, True, "12345.6", "corrected.csv"),
    ]
    assert brought_in(GOOD) == ImportOutcome(0, 1, 4), "an earlier file is a correction again"


def test_chinese_headings_gb18030_and_excel_are_read_alike(app: Flask) -> None:
    text = "工号,指标编码,月份,实际值\n1,net-sales,2026年1月,５００\n"
    assert brought_in(text.encode("gb18030")).added == 1
    sheet = xlsx_bytes(
        {"actuals": [["Employee number", "KPI code", "Month", "Value"], ["1", "net-sales", "2026-01", 500]]}
    )
    assert brought_in(sheet, "actuals.xlsx") == ImportOutcome(0, 0, 1)


FAULTS = {
    "99,net-sales,2026-01,1,,,": ("employee_number", "Nobody has the employee number"),
    "1,profit,2026-01,1,,,": ("kpi_code", "no “profit”"),
    "1,net-sales,2026-13,1,,,": ("month", "not a month"),
    "1,net-sales,last month,1,,,": ("month", "not a month"),
    "1,net-sales,2999-01,1,,,": ("month", "has not begun"),
    "1,net-sales,2026-01,,,,": ("value", "missing"),
    "1,net-sales,2026-01,NaN,,,": ("value", "not a number"),
    "1,net-sales,2026-01,1e999,,,": ("value", "not a number"),
    '1,net-sales,2026-01,"1.234,56",,,': ("value", "not a number"),
    "1,net-sales,2026-01,0.12345678901,,,": ("value", "too many digits"),
    "1,net-sales,2026-01,1,2,,": ("numerator", "no use"),
    "1,on-time-shipping,2026-01,0.95,,,": ("value", "ratio"),
    "1,on-time-shipping,2026-01,,9,,": ("denominator", "missing"),
    "1,on-time-shipping,2026-01,,9,0,": ("denominator", "above zero"),
    "1,on-time-shipping,2026-01,,9,-1,": ("denominator", "above zero"),
    "1,active-customers,2026-01,3,,,": ("members", "list what was counted"),
    "1,active-customers,2026-01,3,,,A B": ("value", "2 members"),
    f"1,active-customers,2026-01,,,,{'A' * 65}": ("members", "too long"),
}


@pytest.mark.parametrize("row", FAULTS)
def test_each_fault_is_named_by_row_and_column_and_nothing_is_stored(app_on_sqlite: Flask, row: str) -> None:
    column, words = FAULTS[row]
    with pytest.raises(FileProblemsError) as refusal:
        brought_in(f"{GOOD}{row}\n")
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column) == (7, column)
    assert words in str(problem)
    assert stored() == []
    with app_on_sqlite.test_request_context(), force_locale("zh"), pytest.raises(FileProblemsError) as refusal:
        brought_in(f"{GOOD}{row}\n")
    assert words not in str(refusal.value.problems[0]), "the message has its Chinese"


def test_all_faults_of_a_file_are_told_at_once(app_on_sqlite: Flask) -> None:
    with pytest.raises(FileProblemsError) as refusal:
        brought_in(
            HEAD + "99,net-sales,2026-01,1,,,\n1,net-sales,2026-01,1,,,\n1,net-sales,2026-01,2,,,\n1,x,2026-01,2,,,\n"
        )
    assert [(problem.row, problem.column) for problem in refusal.value.problems] == [
        (2, "employee_number"),
        (4, "month"),
        (5, "kpi_code"),
    ]


def test_an_empty_file_and_a_currency_that_is_none_are_refused(app_on_sqlite: Flask) -> None:
    with pytest.raises(NothingToImportError):
        brought_in(HEAD)
    with pytest.raises(CurrencyMissingError):
        brought_in(GOOD, currency="$")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-03", "2026-03"), ("2026/3", "2026-03"), ("2026.03", "2026-03"), ("2026年3月", "2026-03"),
        ("２０２６－０３", "2026-03"), ("2026-03-01", "2026-03"), ("2026-03-01 00:00:00", "2026-03"),
        ("2026年3月1日", "2026-03"), ("03-2026", None), ("2026-00", None), ("2026-1-2-3", None), ("", None),
    ],
)  # fmt: skip
def test_months_are_read_as_people_write_them(text: str, month: str | None) -> None:
    assert month_of(text) == month
