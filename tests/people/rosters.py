"""Files of people for the tests."""

from collections.abc import Mapping, Sequence
from datetime import date

from people.comparison.models import Plan
from people.roster.imports import import_roster, read_roster
from web.files.writing import csv_bytes
from web.transactions import in_transaction

TODAY = date(2026, 11, 23)
HEADINGS = (
    "employee_number",
    "name",
    "email",
    "unit_code",
    "position_code",
    "manager_number",
    "share",
    "hired_on",
    "left_on",
    "valid_from",
)
Cells = Mapping[str, object]


def employee(number: str, **cells: object) -> Cells:
    """A row of a new employee in sales, with other cells where given."""
    usual: Cells = {
        "employee_number": number,
        "name": f"Person {number}",
        "email": f"p{number}@northwind.example",
        "unit_code": "sales",
        "position_code": "sales-representative",
        "manager_number": "2",
        "share": 100,
        "hired_on": "2024-03-01",
    }
    return {**usual, **cells}


def file_of(*rows: Cells, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    """A CSV file of these rows."""
    return csv_bytes([list(headings), *([str(row.get(key, "")) for key in headings] for row in rows)], encoding)


def imported(content: bytes, today: date = TODAY, filename: str = "people.csv") -> Plan:
    """Import a file at once."""
    roster = read_roster(content, filename)
    return in_transaction(lambda: import_roster(roster, today))
