"""Excel workbooks, examined before they are opened.

An .xlsx file is a ZIP archive of XML. Sizes are summed from its directory and again while unpacking, document type
declarations are refused (they are the way to entities), and the extent of the sheet is measured before a parser builds
it. Only then are the parts that hold cells handed on, unpacked and without everything else.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from web.files.errors import (
    NotATableError,
    SuspiciousWorkbookError,
    TooManyColumnsError,
    TooManyRowsError,
    UnknownSheetError,
)

MOST_ENTRIES = 1_000
LARGEST_UNPACKED = 96 * 1024 * 1024
LARGEST_DIRECTORY = 256 * 1024
END_OF_DIRECTORY, LARGE_FORMAT = b"PK\x05\x06", b"PK\x06\x07"
BLOCK = 256 * 1024
NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/sharedStrings\.xml"
    r"|xl/styles\.xml|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
CELL_NAME = re.compile(r"([A-Z]{0,3})([0-9]{1,7})")


def workbook_rows(content: bytes, sheet: str | None, limits: tuple[int, int]) -> tuple[list[list[str]], str]:
    """The cells of the first visible sheet, or of the named one, as texts, and the sheet's name."""
    clean = _examined(content, limits)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(clean)) as workbook:
            name = _sheet_name(workbook, sheet)
            cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, KeyError, OSError):
        raise NotATableError from None
    return [[cell_text(cell) for cell in row] for row in cells], name


def cell_text(value: Any) -> str:
    """A cell as the text that a CSV file would hold: whole numbers without a point, dates in ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _examined(content: bytes, limits: tuple[int, int]) -> bytes:
    """The same workbook with only the parts that hold cells, stored unpacked; refused if anything is strange."""
    _check_end(content)
    kept = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as clean:
            entries = archive.infolist()
            _check_directory(entries, len(content))
            budget = LARGEST_UNPACKED
            for entry in entries:
                if not NEEDED.fullmatch(entry.filename):
                    continue
                data = _unpacked(archive, entry, budget)
                budget -= len(data)
                _check_xml(data, limits if "/worksheets/" in entry.filename.lower() else None)
                clean.writestr(zipfile.ZipInfo(entry.filename), data)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise NotATableError from None
    return kept.getvalue()


def _check_end(content: bytes) -> None:
    """Look at how long the directory says it is before anything reads it: a million entries fill the memory."""
    end = content.rfind(END_OF_DIRECTORY, max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + 22:
        raise NotATableError
    if content[max(0, end - 20) : end].startswith(LARGE_FORMAT):
        raise SuspiciousWorkbookError
    if int.from_bytes(content[end + 12 : end + 16], "little") > LARGEST_DIRECTORY:
        raise SuspiciousWorkbookError


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise NotATableError
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        raise SuspiciousWorkbookError
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED or any(entry.flag_bits & 1 for entry in entries):
        raise SuspiciousWorkbookError
    # Entries that share bytes multiply what unpacks; proper ones lie one behind the other.
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise SuspiciousWorkbookError
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size
    if end > size:
        raise SuspiciousWorkbookError


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes:
    """One part, block by block, never more than the directory promised and the budget allows."""
    allowed = min(entry.file_size, budget)
    parts, total = [], 0
    with archive.open(entry) as part:
        for block in _blocks(part):
            total += len(block)
            if total > allowed:
                raise SuspiciousWorkbookError
            parts.append(block)
    return b"".join(parts)


def _blocks(part: Any) -> Iterator[bytes]:
    while block := part.read(BLOCK):
        yield block


def _check_xml(data: bytes, limits: tuple[int, int] | None) -> None:
    """Refuse declarations in any part, and in a sheet every cell beyond the limits."""
    # Spreadsheets write UTF-8; a part that says otherwise is not believed.
    parser = expat.ParserCreate("UTF-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_arguments: Any) -> None:
        raise SuspiciousWorkbookError

    def measure(_name: str, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            return
        found = CELL_NAME.fullmatch(place)
        if found is None:
            raise SuspiciousWorkbookError
        if int(found[2]) > most_rows + 1:
            raise TooManyRowsError(limit=most_rows)
        if found[1] and _column_number(found[1]) > most_columns:
            raise TooManyColumnsError(row=found[2], limit=most_columns)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if limits is not None:
        most_rows, most_columns = limits
        parser.StartElementHandler = measure
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise NotATableError from None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _sheet_name(workbook: CalamineWorkbook, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise UnknownSheetError(sheet=wanted[:40])
        return wanted
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise NotATableError
    return visible[0]
