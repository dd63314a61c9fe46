"""Reading tables out of files: encodings, separators, rows and columns, and what is refused by name."""

from io import BytesIO

import pytest
from flask import Flask

from web.files.errors import (
    BrokenRowError,
    DuplicateHeadingError,
    EmptyFileError,
    EmptyHeadingError,
    ExtraCellsError,
    MissingHeadingError,
    NotATableError,
    NulCharacterError,
    OldWorkbookError,
    TooLargeFileError,
    TooLongCellError,
    TooManyColumnsError,
    TooManyRowsError,
    UnknownEncodingError,
    UnreadableTextError,
)
from web.files.reading import LARGEST_FILE, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, read_table
from web.files.tables import Heading, Table, column_letter

CHINESE = "工号,姓名\r\n1,欧阳娜娜\r\n2,阿依古丽·买买提\r\n3,龑㛃䶮\r\n"
WANTED = (Heading("number", ("Employee number", "工号")), Heading("name", ("Name", "姓名")))


def table(content: str | bytes, encoding: str | None = None) -> Table:
    data = content.encode() if isinstance(content, str) else content
    return read_table(BytesIO(data), "people.csv", encoding)


@pytest.mark.parametrize(
    ("codec", "reported"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
def test_every_usual_encoding_gives_the_same_rows_and_is_reported(codec: str, reported: str) -> None:
    read = table(CHINESE.encode(codec))
    assert read.encoding == reported
    assert [row.cells[1] for row in read.rows] == ["欧阳娜娜", "阿依古丽·买买提", "龑㛃䶮"]


def test_gbk_from_an_old_spreadsheet_is_read() -> None:
    assert table("姓名\n王伟\n联通\n".encode("gbk")).rows[1].cells == ("联通",)


def test_an_encoding_that_the_reader_chose_is_used() -> None:
    traditional = "姓名\n陳大文\n".encode("big5")
    assert table(traditional, "big5").rows[0].cells == ("陳大文",)
    with pytest.raises(UnknownEncodingError):
        table(traditional, "utf-7")


def test_a_row_that_cannot_be_decoded_is_named_by_its_number() -> None:
    mixed = "姓名,部门\n王伟,销售\n".encode() + "李娜,市场\n".encode("gbk") + b"\n"
    with pytest.raises(UnreadableTextError) as refused:
        table(mixed)
    assert refused.value.parameters["row"] == 3


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_heading_row(separator: str) -> None:
    read = table(f'a{separator}"b, c; d"\n1{separator}2\n')
    assert (read.delimiter, read.headings) == (separator, ("a", "b, c; d"))


def test_blank_rows_are_left_out_and_row_numbers_stay_those_of_the_file() -> None:
    read = table('\na,b\n1,"two\nlines"\n,\n3,4\n')
    assert [(row.number, row.cells) for row in read.rows] == [(3, ("1", "two\nlines")), (5, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", EmptyFileError),
        (" \n,\n", EmptyFileError),
        ("a,b\n1,2,3\n", ExtraCellsError),
        ('a,b\n1,"open\n', BrokenRowError),
        ('a,b\n"x"y,2\n', BrokenRowError),
        ("a,b\n1,x\x00y\n", NulCharacterError),
        ("a\n" + "x" * (LONGEST_CELL + 1), TooLongCellError),
        ("a\n" + "x" * 200_000, TooLongCellError),
        ("a," * MOST_COLUMNS + "b\n", TooManyColumnsError),
        ("a\n" + "1\n" * (MOST_ROWS + 1), TooManyRowsError),
        (b"%PDF-1.7 ...", NotATableError),
        (b"\x89PNG\r\n", NotATableError),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", OldWorkbookError),
        (b"PK\x03\x04 but nothing more", NotATableError),
    ],
)
def test_what_is_not_a_proper_table_is_refused_by_name(content: str | bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        table(content)


def test_a_file_is_not_read_further_than_its_limit() -> None:
    with pytest.raises(TooLargeFileError):
        table(b"a\n" * LARGEST_FILE)


def test_a_nul_is_named_by_row_and_column() -> None:
    with pytest.raises(NulCharacterError) as refused:
        table("a,b\n1,2\n3,\x00\n")
    assert refused.value.parameters == {"row": 3, "column": "B"}


def test_columns_are_found_by_any_of_their_names_in_any_order() -> None:
    matched = table("姓名, employee_NUMBER ,备注\n 王伟 ,7,x\n").matched(WANTED)
    record = matched.records[0]
    assert (record.text("name"), record.raw("name"), record.text("number")) == ("王伟", " 王伟 ", "7")
    assert (matched.unused, record.column("number"), record.number) == (("备注",), "employee_NUMBER", 2)


def test_texts_come_out_in_one_normal_form() -> None:
    assert table("Name,工号\nJose\u0301\u3000,1\n").matched(WANTED).records[0].text("name") == "José"


@pytest.mark.parametrize(
    ("heading", "error"),
    [
        ("工号", MissingHeadingError),
        ("工号,姓名,姓名", DuplicateHeadingError),
        ("工号,姓名,Name", DuplicateHeadingError),
        ("工号,,姓名", EmptyHeadingError),
    ],
)
def test_headings_that_are_missing_or_doubtful_are_refused_by_name(heading: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        table(f"{heading}\n1,2,3\n" if heading.count(",") == 2 else f"{heading}\n1\n").matched(WANTED)


def test_a_column_has_the_letter_that_a_spreadsheet_gives_it() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_how_a_file_was_read_is_said_in_words(app_on_sqlite: Flask) -> None:
    with app_on_sqlite.test_request_context(headers={"Accept-Language": "en"}):
        assert table("a;b\n1;2\n").description == "Text file, encoding UTF-8, separator: semicolon."
