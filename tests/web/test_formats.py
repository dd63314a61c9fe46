"""Dates, numbers, money and names as readers see and type them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from web.formats import (
    MOST_MINOR_UNITS,
    MoneyFormatError,
    NumberFormatError,
    format_date,
    format_duration,
    format_moment,
    format_money,
    format_number,
    format_percent,
    format_person,
    format_score,
    format_signed,
    monogram,
    parse_decimal,
    parse_money,
    shown_text,
)

NOON = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def reader(app_on_sqlite: Flask) -> Iterator[None]:
    with app_on_sqlite.test_request_context(headers={"Accept-Language": "en"}):
        yield


def test_a_day_is_written_as_each_language_does() -> None:
    assert format_date(date(2026, 3, 5)) == "5 Mar 2026"
    with force_locale("zh"):
        assert format_date(date(2026, 3, 5)) == "2026年3月5日"


def test_a_moment_is_shown_in_the_zone_of_the_reader_and_says_which() -> None:
    assert format_moment(NOON) == "5 Mar 2026, 18:00 GMT+8"
    assert format_moment(NOON, "America/St_Johns") == "5 Mar 2026, 06:30 GMT−3:30"
    assert format_moment(NOON, "UTC") == "5 Mar 2026, 10:00 GMT"
    assert format_moment(NOON.replace(tzinfo=None), "Asia/Kolkata") == "5 Mar 2026, 15:30 GMT+5:30"
    with force_locale("zh"):
        assert format_moment(NOON) == "2026年3月5日 18:00 GMT+8"


def test_a_moment_belongs_to_the_day_it_is_for_the_reader() -> None:
    assert format_date(datetime(2026, 3, 5, 23, 0, tzinfo=UTC)) == "6 Mar 2026"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (2.345, 2, "2.35"),
        (2.5, 0, "3"),
        (-0.001, 2, "0.00"),
        (1234567.5, None, "1,234,567.5"),
        (3, None, "3"),
        (0.1, 3, "0.100"),
    ],
)
def test_numbers_are_rounded_half_up_and_grouped(value: float, places: int | None, text: str) -> None:
    assert format_number(value, places) == text


def test_a_score_is_shown_with_half_of_its_interval_and_a_difference_with_its_sign() -> None:
    assert format_score(3.666667, 0.4213) == "3.67 ± 0.42"
    assert format_score(3.666667) == "3.67"
    assert [format_signed(value) for value in (0.5, -0.25, 0.0, -0.001)] == ["+0.50", "−0.25", "0.00", "0.00"]
    assert format_percent(0.955) == "96%"


def test_what_is_missing_is_a_dash_everywhere() -> None:
    formats = (format_date, format_moment, format_number, format_percent, format_score, format_signed, format_duration)
    assert {one(None) for one in formats} | {format_money(None, "CNY")} == {"–"}


def test_money_is_written_from_minor_units_without_loss() -> None:
    assert format_money(1234560, "CNY") == "CN¥12,345.60"
    assert format_money(500, "JPY") == "JP¥500"
    assert format_money(10**17 + 1, "USD") == "US$1,000,000,000,000,000.01"
    with force_locale("zh"):
        assert format_money(-5, "CNY") == "-¥0.05"


@given(
    st.integers(-(10**16), 10**16), st.sampled_from(["CNY", "USD", "JPY", "KWD", "EUR"]), st.sampled_from(["zh", "en"])
)
def test_any_amount_that_is_written_is_read_back_equal(units: int, currency: str, language: str) -> None:
    with force_locale(language):
        assert parse_money(format_money(units, currency), currency) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("12,345.60", 1234560),
        ("１２３４．５", 123450),
        ("¥ 12", 1200),
        ("RMB 5", 500),
        ("5元", 500),
        ("－5", -500),
        ("　7 ", 700),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, units: int) -> None:
    assert parse_money(text, "CNY") == units


@pytest.mark.parametrize("text", ["", "abc", "1e5", "12,34", "1.234", "US$3", "NaN", "٥", "1_0", "--5", "1" * 17])
def test_an_unclear_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(MoneyFormatError, match=r"1234\.50"):
        parse_money(text, "CNY")


@given(st.text(max_size=50))
def test_any_text_is_an_amount_or_a_named_error(text: str) -> None:
    with suppress(MoneyFormatError):
        assert abs(parse_money(text, "CNY")) < MOST_MINOR_UNITS


def test_numbers_are_read_exactly_or_refused() -> None:
    assert parse_decimal("１,234.5") == Decimal("1234.5")
    for text in ("1e3", "", "1 2x", "0x10", "1.", "9" * 41):
        with pytest.raises(NumberFormatError):
            parse_decimal(text)


def test_a_person_is_written_with_the_position_in_the_language_of_the_reader() -> None:
    position = {"zh": "销售代表", "en": "Sales representative"}
    assert format_person("Nancy Davolio", position) == "Nancy Davolio (Sales representative)"
    assert format_person("王伟") == "王伟"
    with force_locale("zh"):
        assert format_person("王伟", position) == "王伟（销售代表）"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Nancy Davolio", "ND"),
        ("张伟", "张"),
        ("阿依古丽·买买提", "阿"),
        ("O'Brien", "O"),
        ("𠮷田", "𠮷"),
        ("", "–"),
        ("42", "4"),
    ],
)
def test_a_monogram_stands_for_any_name(name: str, letters: str) -> None:
    assert monogram(name) == letters


def test_texts_in_data_are_shown_in_the_language_of_the_reader() -> None:
    assert shown_text({"zh": "计划", "en": "Plan"}) == "Plan"
    assert (shown_text(None), shown_text("x"), shown_text(3)) == ("", "x", 3)


def test_a_duration_has_its_two_largest_units() -> None:
    assert [format_duration(seconds) for seconds in (7, 65, 3700)] == ["7 s", "1 min 5 s", "1 h 1 min"]
