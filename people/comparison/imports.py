"""Reading a file of people: which columns there are, what their cells mean, and what is wrong with them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from people.comparison.models import Content, Named, Row
from people.organisation.models import is_email
from web.files.errors import CellProblem
from web.files.tables import Heading, Record, Table
from web.formats import FIRST_YEAR, LAST_YEAR
from web.language import LazyString
from web.language import lazy_gettext as _l
from web.texts import identifier, unique_key

LONGEST = {"employee_number": 64, "name": 200, "email": 254, "unit_code": 64, "position_code": 64}
LONGEST_TEXT = 200
HEADINGS = (
    Heading("employee_number", ("Employee number", "工号", "员工编号")),
    Heading("name", ("Name", "姓名"), required=False),
    Heading("email", ("E-mail", "邮箱", "Email", "电子邮箱"), required=False),
    Heading("unit_code", ("Unit code", "部门编码"), required=False),
    Heading("unit_name_zh", ("Unit name (Chinese)", "部门名称（中文）", "unit_name_zh", "部门名称"), required=False),
    Heading("unit_name_en", ("Unit name (English)", "部门名称（英文）", "unit_name_en"), required=False),
    Heading("parent_unit_code", ("Parent unit code", "上级部门编码"), required=False),
    Heading("position_code", ("Position code", "岗位编码", "职位编码"), required=False),
    Heading(
        "title_zh",
        ("Title (Chinese)", "岗位名称（中文）", "title_zh", "岗位名称", "职位名称（中文）", "职位名称"),
        required=False,
    ),
    Heading("title_en", ("Title (English)", "岗位名称（英文）", "title_en", "职位名称（英文）"), required=False),
    Heading("job_level", ("Job level", "职级"), required=False),
    Heading("manager_number", ("Manager number", "直接上级工号", "直接上级编号"), required=False),
    Heading("dotted_manager_number", ("Dotted manager number", "虚线上级工号", "虚线上级编号"), required=False),
    Heading("share", ("Share", "工时占比"), required=False),
    Heading("hired_on", ("Hired on", "入职日期"), required=False),
    Heading("left_on", ("Left on", "离职日期"), required=False),
    Heading("valid_from", ("Valid from", "生效日期"), required=False),
    Heading("valid_to", ("Valid to", "失效日期"), required=False),
)
KEYS = tuple(heading.key for heading in HEADINGS)
UNIT_KEYS = ("unit_code", "unit_name_zh", "unit_name_en", "parent_unit_code")
POSITION_KEYS = ("position_code", "title_zh", "title_en", "job_level")
PERSON_KEYS = tuple(key for key in KEYS if key not in (*UNIT_KEYS, *POSITION_KEYS))
A_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
Value = TypeVar("Value")
Problem = Callable[[Record, str, LazyString], None]


def read_rows(table: Table) -> Content:
    """The rows of a file; a cell that cannot be understood is a mistake that the comparison tells with all others."""
    matched = table.matched(HEADINGS)
    problems: list[CellProblem] = []

    def wrong(record: Record, key: str, message: LazyString) -> None:
        problems.append(CellProblem(record.number, record.column(key), message))

    rows = tuple(_row(record, wrong) for record in matched.records)
    return Content(rows, {key: table.headings[place] for key, place in matched.places.items()}, tuple(problems))


def date_in(text: str) -> date | None:
    """The date that a cell writes, as 2026-03-05, 2026/3/5 or 2026年3月5日, in digits of any width; else None."""
    found = A_DATE.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def whole_number_in(text: str, lowest: int, highest: int) -> int | None:
    """The whole number that a cell writes, within bounds; else None."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 6):
        return None
    return int(plain) if lowest <= int(plain) <= highest else None


def _row(record: Record, wrong: Problem) -> Row:
    row = Row(record.number, identifier(record.text("employee_number")))
    _refuse_long(record, wrong)
    row.unit, row.position = _unit(record, wrong), _position(record, wrong)
    if not unique_key(row.employee_number):
        if any(record.text(key) for key in PERSON_KEYS):
            wrong(record, "employee_number", _l("The employee number is missing."))
        return row
    row.name, row.email = _name(record, wrong), _email(record, wrong)
    row.hired_on, row.left_on = _date(record, "hired_on", wrong), _date(record, "left_on", wrong)
    row.valid_from, row.valid_to = _date(record, "valid_from", wrong), _date(record, "valid_to", wrong)
    row.manager = unique_key(record.text("manager_number"))
    row.dotted_manager = unique_key(record.text("dotted_manager_number"))
    row.share = _number(
        record, "share", wrong, lowest=1, highest=100, message=_l("Write a whole number from 1 to 100.")
    )
    if (row.unit is None) != (row.position is None):
        missing = "unit_code" if row.unit is None else "position_code"
        wrong(record, missing, _l("A post needs both a unit and a position."))
    return row


def _refuse_long(record: Record, wrong: Problem) -> None:
    for key in KEYS:
        text = record.text(key)
        if len(text) > LONGEST.get(key, LONGEST_TEXT):
            wrong(record, key, _l("This text is too long."))
        elif any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            wrong(record, key, _l("This cell has invisible control characters. Type it again."))


def _name(record: Record, wrong: Problem) -> str | None:
    if "name" not in record.places:
        return None
    name = record.text("name")
    if not name:
        wrong(record, "name", _l("The name is missing."))
    return name


def _email(record: Record, wrong: Problem) -> str | None:
    if "email" not in record.places:
        return None
    email = identifier(record.text("email"))
    if not is_email(email):
        wrong(record, "email", _l("Write one e-mail address, such as name@example.com."))
    return email


def _date(record: Record, key: str, wrong: Problem) -> date | None:
    text = record.text(key)
    found = date_in(text)
    if text and found is None:
        wrong(record, key, _l("Write a date such as 2026-03-01."))
    return found


def _number(record: Record, key: str, wrong: Problem, *, lowest: int, highest: int, message: LazyString) -> int | None:
    text = record.text(key)
    found = whole_number_in(text, lowest, highest)
    if text and found is None:
        wrong(record, key, message)
    return found


def _unit(record: Record, wrong: Problem) -> Named | None:
    code = identifier(record.text("unit_code"))
    if not unique_key(code):
        if any(record.text(key) for key in UNIT_KEYS):
            wrong(record, "unit_code", _l("The unit code is missing."))
        return None
    return Named(code, _texts(record, "unit_name"), parent=identifier(record.text("parent_unit_code")))


def _position(record: Record, wrong: Problem) -> Named | None:
    code = identifier(record.text("position_code"))
    level = _number(record, "job_level", wrong, lowest=1, highest=30, message=_l("Write a whole number from 1 to 30."))
    if not unique_key(code):
        if any(record.text(key) for key in POSITION_KEYS):
            wrong(record, "position_code", _l("The position code is missing."))
        return None
    return Named(code, _texts(record, "title"), job_level=level)


def _texts(record: Record, key: str) -> tuple[tuple[str, str], ...]:
    given = ((language, record.text(f"{key}_{language}")) for language in ("zh", "en"))
    return tuple((language, text) for language, text in given if text)
