"""Long lists: whatever an address asks for, the answer is a page of the list, the same on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from people.organisation.models import Position, Unit
from web.database import db
from web.tables import Choice, Column, Listing, in_language
from web.transactions import in_transaction

CODES = ["a1", "A2", "b%", "b_c", "é", "É2", "王伟", "Z\\9", "ä", "z'x"]


def add_units() -> None:
    for code in CODES:
        db.session.add(Unit(code=f"t-{code}", name={"zh": f"部门{code}", "en": f"Unit {code}"}))


@pytest.fixture(autouse=True)
def units(app: Flask) -> Iterator[None]:
    in_transaction(add_units)
    with app.test_request_context("/units?x=1", headers={"Accept-Language": "en"}):
        yield


def listing(per_page: int = 4, **arguments: str) -> Listing:
    return Listing(
        select(Unit).where(Unit.code.startswith("t-")),
        [
            Column("code", "Code", order_by=Unit.code, search=Unit.code),
            Column("name", "Name", order_by=in_language(Unit.name), search=in_language(Unit.name)),
            Column("id", "Number"),
        ],
        caption="Units",
        default_sort="code",
        tie_breaker=Unit.id,
        per_page=per_page,
        filters=[
            Choice("kind", "Kind", [("letters", "Letters")], None, {"letters": Unit.code.in_(["t-a1", "t-A2"])}),
            Choice("code", "Code", [("t-é", "é")], Unit.code),
        ],
        arguments=arguments,
    )


def codes(**arguments: str) -> list[str]:
    return [row.code.removeprefix("t-") for row in listing(per_page=50, **arguments).rows]


def test_texts_are_sorted_by_code_point_on_every_database() -> None:
    assert codes() == sorted(CODES)
    assert codes(sort="-code") == sorted(CODES, reverse=True)
    assert codes(sort="name") == sorted(CODES)


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    pages = [listing(page=str(number)) for number in (1, 2, 3)]
    assert [row.code for page in pages for row in page.rows] == [f"t-{code}" for code in sorted(CODES)]
    assert [(page.first, page.last, page.total, page.pages) for page in pages][2] == (9, 10, 10, 3)


@pytest.mark.parametrize("asked", ["abc", "-1", "0", "1e3", "٣", "9" * 30, "", " 1", "1.5", "\x00"])
def test_a_page_that_does_not_exist_is_brought_into_what_exists(asked: str) -> None:
    shown = listing(page=asked)
    assert 1 <= shown.page <= 3
    assert shown.rows


@pytest.mark.parametrize("sort", ["salary", "id", "code; drop table unit", "(select 1)", "--code", "-", "", "CODE"])
def test_only_columns_on_the_list_can_sort(sort: str) -> None:
    assert codes(sort=sort) == sorted(CODES)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("A1", ["a1"]),
        ("a", ["A2", "a1"]),
        ("%", ["b%"]),
        ("_", ["b_c"]),
        ("\\", ["Z\\9"]),
        ("'", ["z'x"]),
        ("É", ["É2", "é"]),
        ("e\u0301", ["É2", "é"]),
        ("王", ["王伟"]),
        (" 王伟\u3000unit ", ["王伟"]),
        ("nothing", []),
        ("\x00\x07", sorted(CODES)),
    ],
)
def test_search_is_literal_without_case_and_in_one_normal_form(query: str, found: list[str]) -> None:
    assert codes(q=query) == found


@pytest.mark.parametrize(("key", "value", "count"), [("kind", "letters", 2), ("kind", "other", 10), ("code", "t-é", 1)])
def test_a_filter_takes_only_its_own_choices(key: str, value: str, count: int) -> None:
    assert listing(4, **{key: value}).total == count


def test_a_page_of_a_list_costs_two_queries() -> None:
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        shown = listing(q="a", page="2")
        assert shown.total == 3 - 1
        assert shown.rows is shown.rows
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len([one for one in statements if one.startswith("SELECT")]) == 2


def test_an_empty_list_has_one_page_and_asks_once() -> None:
    empty = listing(q="nothing")
    assert (empty.rows, empty.page, empty.pages, empty.first, empty.last) == ([], 1, 1, 0, 0)
    assert empty.is_narrowed


def test_addresses_keep_what_else_the_page_was_asked() -> None:
    shown = listing(q="a b", page="2", other="1")
    assert shown.url(page=3) == "/units?q=a+b&page=3&other=1"
    assert shown.url(q=None, page=None) == "/units?other=1"
    assert shown.sort_url(shown.columns[0]) == "/units?q=a+b&other=1&sort=-code"
    assert shown.sort_url(shown.columns[1]) == "/units?q=a+b&other=1&sort=name"
    assert shown.kept_arguments == [("other", "1")]


def test_two_lists_of_one_page_do_not_disturb_each_other() -> None:
    second = Listing(
        select(Position.code),
        [Column("code", "Code", order_by=Position.code, search=Position.code)],
        caption="Positions",
        default_sort="-code",
        tie_breaker=Position.id,
        name="positions",
        arguments={"q": "nothing", "sort": "code", "positions-sort": "code"},
    )
    assert second.rows == sorted(second.rows)
    assert (second.id, second.query, second.argument_name("q")) == ("listing-positions", "", "positions-q")


def test_neighbouring_pages_and_gaps_are_offered() -> None:
    shown = listing(per_page=1, page="5")
    assert shown.nearby_pages == [1, None, 4, 5, 6, None, 10]
    assert listing(per_page=5).nearby_pages == [1, 2]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional={key: st.text(max_size=30) for key in ("q", "sort", "page", "kind", "code")}))
def test_nothing_in_an_address_is_an_error(arguments: dict[str, str]) -> None:
    shown = listing(4, **arguments)
    assert len(shown.rows) <= 4
    assert shown.url(page=2).startswith("/units?")
