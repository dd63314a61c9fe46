"""Reading a table out of an uploaded file, whatever it claims to be."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from typing import BinaryIO

from web.files.downloads import safe_name
from web.files.encodings import decoded
from web.files.errors import (
    BrokenRowError,
    EmptyFileError,
    ExtraCellsError,
    NotATableError,
    NulCharacterError,
    OldWorkbookError,
    TooLargeFileError,
    TooLongCellError,
    TooManyColumnsError,
    TooManyRowsError,
)
from web.files.formulas import plain_text
from web.files.tables import Table, TableRow, column_letter
from web.files.workbooks import workbook_rows

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
DELIMITERS = (",", "\t", ";", "|")
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLD_WORKBOOK_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_MARKS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"\x1f\x8b", b"7z\xbc\xaf")


def read_table(stream: BinaryIO, filename: str = "", encoding: str | None = None, sheet: str | None = None) -> Table:
    """The table in a CSV or XLSX file; what it is, its content says, not its name. Raises a named FileError."""
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLargeFileError(limit=LARGEST_FILE // 1024 // 1024)
    if content.startswith(OLD_WORKBOOK_MARK):
        raise OldWorkbookError
    if content.startswith(ZIP_MARKS):
        rows, name = workbook_rows(content, sheet, (MOST_ROWS, MOST_COLUMNS))
        return replace(_table(rows), sheet=name, filename=safe_name(filename))
    if content.startswith(OTHER_MARKS):
        raise NotATableError
    text, encoding_name = decoded(content, encoding)
    delimiter = _delimiter(text)
    table = _table(_csv_rows(text, delimiter))
    return replace(table, encoding=encoding_name, delimiter=delimiter, filename=safe_name(filename))


def _csv_rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows of a text; quotation marks are read strictly, so that no row swallows the next."""
    rows: list[list[str]] = []
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in lines:
            if len(rows) > MOST_ROWS:
                raise TooManyRowsError(limit=MOST_ROWS)
            rows.append(row)
    except csv.Error as error:
        if "field larger" in str(error):
            raise TooLongCellError(row=len(rows) + 1, column="?", limit=LONGEST_CELL) from None
        raise BrokenRowError(row=len(rows) + 1) from None
    return rows


def _delimiter(text: str) -> str:
    """The separator that occurs most often in the first line outside quotation marks."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for letter in first:
        if letter == '"':
            quoted = not quoted
        elif letter in counts and not quoted:
            counts[letter] += 1
    return max(DELIMITERS, key=lambda one: counts[one])


def _table(rows: Sequence[Sequence[str]]) -> Table:
    """Headings and rows, each as wide as the headings; blank rows are left out but counted."""
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not numbered:
        raise EmptyFileError
    if len(numbered) - 1 > MOST_ROWS:
        raise TooManyRowsError(limit=MOST_ROWS)
    for number, row in numbered:
        _check_row(number, row)
    heading_row = [plain_text(cell).strip() for cell in numbered[0][1]]
    while heading_row and not heading_row[-1]:
        heading_row.pop()
    width = len(heading_row)
    headings = tuple(heading_row) + ("",) * (width - len(heading_row))
    body = tuple(TableRow(number, _cells(number, row, width)) for number, row in numbered[1:])
    return Table(headings, body)


def _check_row(number: int, row: Sequence[str]) -> None:
    if len(row) > MOST_COLUMNS:
        raise TooManyColumnsError(row=number, limit=MOST_COLUMNS)
    for place, cell in enumerate(row):
        if len(cell) > LONGEST_CELL:
            raise TooLongCellError(row=number, column=column_letter(place), limit=LONGEST_CELL)
        if "\x00" in cell:
            raise NulCharacterError(row=number, column=column_letter(place))


def _cells(number: int, row: Sequence[str], width: int) -> tuple[str, ...]:
    if any(cell.strip() for cell in row[width:]):
        raise ExtraCellsError(row=number)
    cells = [plain_text(cell) for cell in row[:width]]
    return tuple(cells) + ("",) * (width - len(cells))
