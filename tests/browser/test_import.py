"""HR brings a file of people with three mistakes, sees each by row and column, mends them, and imports."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.readers import PHONE
from tests.browser.serving import Site
from tests.browser.walking import Walker

pytestmark = pytest.mark.browser
HEADINGS = ("工号", "姓名", "邮箱", "部门编码", "岗位编码", "直接上级工号", "入职日期", "生效日期")
RIGHT = (
    ("901", "许晴", "xu@northwind.example", "sales", "sales-representative", "2", "2026-11-02", "2026-11-02"),
    ("902", "Tom Hale", "hale@northwind.example", "london", "sales-representative", "5", "2026-11-02", "2026-11-02"),
    ("903", "方圆", "fang@northwind.example", "people", "hr-partner", "101", "2026-11-02", "2026-11-02"),
)
MISTAKES = {(0, 6): "2026-13-02", (1, 5): "4711", (2, 2): "fang(at)northwind"}


def file_of(rows: tuple[tuple[str, ...], ...], folder: Path, encoding: str) -> Path:
    """A CSV file as people send it."""
    text = StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    path = folder / "people.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def with_mistakes() -> tuple[tuple[str, ...], ...]:
    """The rows with three cells that cannot be."""
    return tuple(
        tuple(MISTAKES.get((number, place), cell) for place, cell in enumerate(row)) for number, row in enumerate(RIGHT)
    )


def hand_in(hr: Walker, path: Path) -> None:
    """Choose a file and let it be looked at."""
    hr.open("/people/import")
    hr.page.locator("input[type=file]").set_input_files(path)
    with hr.page.expect_navigation():
        hr.page.locator("main form.frame button[type=submit]").click()


@pytest.mark.parametrize(("language", "size"), [("zh", None), ("en", PHONE)])
def test_hr_sees_three_mistakes_by_row_and_column_mends_them_and_imports(
    chromium: Browser, own_site: Site, tmp_path: Path, language: str, size: dict[str, int] | None
) -> None:
    with Walker(chromium, own_site, "hr", language, size) as hr:
        hand_in(hr, file_of(with_mistakes(), tmp_path, "gb18030"))
        hr.witness.told()
        hr.look()
        mistakes = hr.page.locator("main table tbody tr")
        expect(mistakes).to_have_count(len(MISTAKES))
        for number, place in MISTAKES:
            row = mistakes.filter(has_text=HEADINGS[place])
            expect(row).to_contain_text(str(number + 2))
        hand_in(hr, file_of(RIGHT, tmp_path, "gb18030"))
        hr.look()
        hr.reads("许晴")
        hr.send()
        hr.sees(".message-success")
        hr.write(q="Tom Hale")
        hr.page.keyboard.press("Enter")
        hr.reads("Tom Hale")
        hand_in(hr, file_of(RIGHT, tmp_path, "utf-8-sig"))
        assert hr.page.locator("main form.frame button[type=submit]").count() == 0, "the same file changes nothing"
