"""Excel files: what is read from a proper one, and the hostile ones that are refused before they unpack."""

import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest

from web.files.errors import (
    FileError,
    NotATableError,
    SuspiciousWorkbookError,
    TooManyColumnsError,
    TooManyRowsError,
    UnknownSheetError,
)
from web.files.reading import read_table
from web.files.workbooks import LARGEST_UNPACKED, workbook_rows
from web.files.writing import Cell, xlsx_bytes

SHEET = "xl/worksheets/sheet1.xml"


def damaged(method: int) -> bytes:
    """A workbook packed in some way, with a few bytes of its first part changed."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 2_000)
    content = bytearray(packed.getvalue())
    content[60:75] = bytes(byte ^ 0x5A for byte in content[60:75])
    return bytes(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_workbook_is_no_table_however_it_is_packed(method: int) -> None:
    with pytest.raises(NotATableError):
        workbook_rows(damaged(method), None, (10, 10))


def proper(rows: list[Sequence[Cell]] | None = None) -> bytes:
    return xlsx_bytes({"人员": rows or [["姓名", "分数"], ["王伟", 3.5]], "second": [["x"], [1]]})


def rebuilt(changes: Mapping[str, bytes], extra: Mapping[str, bytes] | None = None) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(proper())) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return written.getvalue()


def sheet_with(text: str, declaration: str = "") -> bytes:
    with zipfile.ZipFile(BytesIO(proper())) as archive:
        xml = archive.read(SHEET).decode()
    head, body = xml.split("?>", 1)
    return (head + "?>" + declaration + body.replace("</sheetData>", text + "</sheetData>")).encode()


def test_a_workbook_is_read_from_its_first_sheet_or_a_named_one() -> None:
    first = read_table(BytesIO(proper()), "x.xlsx")
    assert (first.sheet, first.headings, first.rows[0].cells) == ("人员", ("姓名", "分数"), ("王伟", "3.5"))
    assert read_table(BytesIO(proper()), sheet="second").rows[0].cells == ("1",)
    with pytest.raises(UnknownSheetError):
        read_table(BytesIO(proper()), sheet="third")


def test_numbers_and_dates_are_read_as_a_csv_file_would_hold_them() -> None:
    content = proper([["a", "b", "c", "d"], [5.0, -2.25, date(2026, 3, 5), True]])
    assert read_table(BytesIO(content)).rows[0].cells == ("5", "-2.25", "2026-03-05", "true")


def test_what_claims_to_unpack_to_very_much_is_refused_from_the_directory_alone() -> None:
    bomb = rebuilt({}, {"xl/media/bomb.bin": b"\0" * (LARGEST_UNPACKED + 1)})
    started = time.monotonic()
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(bomb))
    assert time.monotonic() - started < 2


def test_a_directory_that_understates_a_size_does_not_unpack_more() -> None:
    content = bytearray(rebuilt({SHEET: sheet_with("<row/>" * 300_000)}))
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        real = archive.getinfo(SHEET).file_size
    lie = content.replace(real.to_bytes(4, "little"), (5000).to_bytes(4, "little"))
    with pytest.raises(FileError):
        read_table(BytesIO(bytes(lie)))


def test_very_many_entries_and_repeated_names_are_refused() -> None:
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(rebuilt({}, {f"xl/{number}": b"" for number in range(1_001)})))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = rebuilt({}, {SHEET: b"<worksheet/>"})
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(twice))


def test_a_directory_of_a_many_thousand_entries_is_not_even_read() -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number in range(70_000):
            archive.writestr(str(number), b"")
    started = time.monotonic()
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(written.getvalue()))
    assert time.monotonic() - started < 0.5


def test_damaged_bytes_inside_a_workbook_are_no_table() -> None:
    content = bytearray(proper())
    for place in range(40, len(content), 97):
        damaged = bytes(content[:place]) + bytes([content[place] ^ 0x55]) + bytes(content[place + 1 :])
        with suppress(FileError):
            read_table(BytesIO(damaged))


def test_entries_that_share_bytes_are_refused() -> None:
    content = rebuilt({})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        first, second = archive.infolist()[:2]
    marker = second.header_offset.to_bytes(4, "little") + second.filename.encode()
    overlapping = content.replace(marker, first.header_offset.to_bytes(4, "little") + second.filename.encode())
    assert overlapping != content
    with pytest.raises(FileError):
        read_table(BytesIO(overlapping))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "declaration",
    [LAUGHS, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>'],
)
def test_declarations_that_could_hide_entities_are_refused(declaration: str) -> None:
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with("", declaration)})))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<row><c><v>1</v></c></row>" * 20_100, TooManyRowsError),
        ("<row></row>" * 20_100, TooManyRowsError),
        ("<row>" + "<c><v>1</v></c>" * 300 + "</row>", TooManyColumnsError),
        ("<other/>" * 250_000, SuspiciousWorkbookError),
    ],
    ids=["rows with cells", "empty rows", "cells", "anything else"],
)
def test_rows_and_cells_that_do_not_say_where_they_stand_are_counted(text: str, error: type[FileError]) -> None:
    with pytest.raises(error):
        workbook_rows(rebuilt({SHEET: sheet_with(text)}), None, (20_000, 200))


def test_a_single_far_away_cell_does_not_make_an_enormous_sheet() -> None:
    with pytest.raises(TooManyRowsError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')})))
    with pytest.raises(TooManyColumnsError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with('<row r="3"><c a="&gt;" r="&#88;FD3"><v>1</v></c></row>')})))
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with('<row r="3"><c r="A99999999999"><v>1</v></c></row>')})))


@pytest.mark.parametrize("row", ["<row><c><v>1</v></c></row>", '<row r="1"/>', '<x:row xmlns:x="urn:x"/>'])
def test_rows_are_counted_wherever_they_claim_to_be(row: str) -> None:
    with pytest.raises(TooManyRowsError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with(row * 100_100)})))


@pytest.mark.parametrize(
    "cells", ["<c><v>1</v></c>" * 201, '<c r="A3"/>' * 201, '<c r="GR3"/><c/>', '<x:c xmlns:x="urn:x"/>' * 201]
)
def test_cells_are_counted_wherever_they_claim_to_be(cells: str) -> None:
    with pytest.raises(TooManyColumnsError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with(f"<row>{cells}</row>")})))


def test_rows_and_cells_that_do_not_say_where_they_are_follow_one_another() -> None:
    table = read_table(BytesIO(rebuilt({SHEET: sheet_with("<row><c><v>1</v></c><c><v>2</v></c></row>")})))
    assert table.rows[-1].cells == ("1", "2")


def test_very_many_tags_of_all_parts_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.files.workbooks.MOST_TAGS", 10_000)
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(rebuilt({"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 10_000 + b"</sst>"})))


def test_two_cells_far_apart_do_not_make_an_enormous_sheet() -> None:
    corners = '<row r="3"><c r="GR3"><v>1</v></c></row><row r="99999"><c r="A99999"><v>1</v></c></row>'
    with pytest.raises(SuspiciousWorkbookError):
        read_table(BytesIO(rebuilt({SHEET: sheet_with(corners)})))


@pytest.mark.parametrize("broken", [b"<worksheet>", b"", b"\xff\xfe<\0"])
def test_broken_parts_are_no_table(broken: bytes) -> None:
    with pytest.raises(NotATableError):
        read_table(BytesIO(rebuilt({SHEET: broken})))


def test_a_part_that_claims_another_encoding_is_read_as_what_it_is() -> None:
    lying = sheet_with("").replace(b"UTF-8", b"UTF-5")
    assert b"UTF-5" in lying
    assert read_table(BytesIO(rebuilt({SHEET: lying}))).rows[0].cells == ("王伟", "3.5")


def test_an_archive_that_is_no_workbook_is_no_table() -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(NotATableError):
        read_table(BytesIO(written.getvalue()))
