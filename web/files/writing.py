"""Writing tables for spreadsheets: nothing in them is computed, and reading them back gives the same texts."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from web.files.formulas import harmless_text
from web.files.workbooks import cell_text

Cell: TypeAlias = str | int | float | Decimal | date | datetime | bool | None
# Excel keeps fifteen digits of a number; a longer one stays a text so that nothing of it is lost.
LARGEST_EXACT_NUMBER = 10**15
WIDEST_COLUMN = 60
FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


def csv_bytes(rows: Iterable[Sequence[Cell]], encoding: str = "utf-8") -> bytes:
    """A CSV file, heading row first; UTF-8 with the mark that lets Excel read Chinese, or GB18030."""
    written = StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        lines.writerow([_csv_cell(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def xlsx_bytes(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """An Excel workbook: for each sheet its rows, heading row first, fixed while scrolling."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as workbook:
        looks = {
            "heading": workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "text": workbook.add_format({"num_format": "@"}),
        }
        for name, rows in sheets.items():
            _write_sheet(workbook.add_worksheet(sheet_name(name)), rows, looks)
    return written.getvalue()


def sheet_name(name: str) -> str:
    """A name that Excel accepts for a sheet: without its forbidden marks, at most 31 units of UTF-16."""
    kept = "".join(
        letter for letter in FORBIDDEN_IN_SHEET_NAMES.sub(" ", name) if unicodedata.category(letter)[0] != "C"
    )
    short = kept.strip().encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip()
    return short or "1"


def _write_sheet(sheet: Worksheet, rows: Iterable[Sequence[Cell]], looks: Mapping[str, Any]) -> None:
    widths: dict[int, int] = {}
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            _write_cell(sheet, (number, place), cell, looks, is_heading=number == 0)
            if number < 200:
                widths[place] = max(widths.get(place, 8), _width(cell))
    sheet.freeze_panes(1, 0)
    for place, width in widths.items():
        sheet.set_column(place, place, min(width + 2, WIDEST_COLUMN))


def _write_cell(
    sheet: Worksheet, place: tuple[int, int], cell: Cell, looks: Mapping[str, Any], *, is_heading: bool
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(*place, cell)
    elif isinstance(cell, int | float | Decimal) and _is_exact(cell):
        sheet.write_number(*place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(*place, cell.replace(tzinfo=None), looks["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, looks["date"])
    else:
        text = harmless_text(cell) if isinstance(cell, str) else str(cell)
        sheet.write_string(*place, text, looks["heading"] if is_heading else looks["text"])


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless_text(cell)
    if isinstance(cell, int | float | Decimal):
        _is_exact(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell_text(cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell)


def _is_exact(number: float | Decimal) -> bool:
    if not isfinite(number):
        raise ValueError("a number in a file must be finite")
    return abs(float(number)) < LARGEST_EXACT_NUMBER


def _width(cell: Cell) -> int:
    return sum(2 if letter > "\u2e7f" else 1 for letter in str(cell)[:WIDEST_COLUMN])
