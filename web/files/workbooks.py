"""Excel workbooks, examined before they are opened.

An .xlsx file is a ZIP archive of XML. Sizes are summed from its directory and again while unpacking, document type
declarations are refused (they are the way to entities), and the extent of the sheet is measured before a parser builds
it. Only then are the parts that hold cells handed on, unpacked and without everything else.
"""

import re
import zipfile
import zlib
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
# A table of 100,000 rows with 20 columns is taken.
MOST_TAGS, MOST_CELLS = 10_000_000, 2_500_000
# Widths, merged cells and links; and value, formula and runs of text of one cell.
MOST_OTHER_ELEMENTS = 200_000
MOST_PARTS_OF_CELL = 40
# Workbooks are packed in these ways alone (ECMA-376, part 2); others fail in ways of their own.
PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# A damaged directory or checksum, damaged or cut off contents, what other archives can do, an impossible name or place.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
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
            budget, check = LARGEST_UNPACKED, _Check(limits)
            for entry in entries:
                if not NEEDED.fullmatch(entry.filename):
                    continue
                data = _checked(archive, entry, budget, check)
                budget -= len(data)
                clean.writestr(zipfile.ZipInfo(entry.filename), data)
    except DAMAGED as error:
        raise NotATableError from error
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
    if "xl/workbook.xml" not in names or any(entry.compress_type not in PACKINGS for entry in entries):
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


def _checked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int, check: "_Check") -> bytes:
    """One part, examined block by block, never more than the directory promised and the budget allows."""
    allowed = min(entry.file_size, budget)
    parts, total = [], 0
    check.begin(is_sheet="/worksheets/" in entry.filename.lower())
    with archive.open(entry) as part:
        while block := part.read(BLOCK):
            total += len(block)
            if total > allowed:
                raise SuspiciousWorkbookError
            check.read(block)
            parts.append(block)
    check.read(b"", is_end=True)
    return b"".join(parts)


class _Check:
    """Refuses declarations in any part, in a sheet every row and cell beyond the limits, and too many of them."""

    def __init__(self, limits: tuple[int, int]) -> None:
        self.most_rows, self.most_columns = limits
        self.tags = 0

    def begin(self, *, is_sheet: bool) -> None:
        # Spreadsheets write UTF-8; a part that says otherwise is not believed.
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self._refuse
        if is_sheet:
            self.parser.StartElementHandler = self._measure
        self.rows = self.row = self.cells = self.column = self.width = 0
        self.others_left = MOST_OTHER_ELEMENTS

    def read(self, block: bytes, *, is_end: bool = False) -> None:
        self.tags += block.count(b"<")
        if self.tags > MOST_TAGS:
            raise SuspiciousWorkbookError
        try:
            self.parser.Parse(block, is_end)
        except expat.ExpatError:
            raise NotATableError from None

    def _refuse(self, *_arguments: Any) -> None:
        raise SuspiciousWorkbookError

    def _measure(self, name: str, attributes: dict[str, str]) -> None:
        # Rows and cells without a place follow the one before; those that repeat a place are counted all the same.
        if name == "row" or name.endswith(":row"):
            self.rows, self.row, self.cells, self.column = self.rows + 1, self.row + 1, 0, 0
        elif name == "c" or name.endswith(":c"):
            self.cells, self.column = self.cells + 1, self.column + 1
            self.others_left += MOST_PARTS_OF_CELL
        else:
            self.others_left -= 1
            if self.others_left < 0:
                raise SuspiciousWorkbookError
            return
        place = attributes.get("r")
        if place is not None:
            self._go_to(place)
        if max(self.row, self.rows) > self.most_rows + 1:
            raise TooManyRowsError(limit=self.most_rows)
        if max(self.column, self.cells) > self.most_columns:
            raise TooManyColumnsError(row=self.row, limit=self.most_columns)
        # The empty cells between two far places take room as well.
        self.width = max(self.width, self.column)
        if self.row * self.width > MOST_CELLS:
            raise SuspiciousWorkbookError

    def _go_to(self, place: str) -> None:
        found = CELL_NAME.fullmatch(place)
        if found is None:
            raise SuspiciousWorkbookError
        self.row = int(found[2])
        if found[1]:
            self.column = _column_number(found[1])


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
