"""Charts: the right places, nothing hidden drawn, told apart without colours, safe with any text."""

import re
from collections.abc import Iterator
from xml.dom import minidom

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from web.charts.bars import Bar, bars_svg
from web.charts.drawing import text_width
from web.charts.labels import wrapped
from web.charts.layouts import RadarLayout
from web.charts.looks import LINES, MARKS
from web.charts.pictures import Picture
from web.charts.radar import Series, radar_svg

LABELS = ["领导能力", "市场洞察力", "沟通谈判", "执行力", "分析解决问题"]
OTHERS = Series("他评", [3.4, 3.9, 3.2, 4.3, 1.0], "others", [0.3, 0.3, 0.3, 0.2, 0.4])
REQUIRED = Series("要求", [4, 3, 4, 4, 3], "required")
OWN = Series("自评", [4.3, 4, 4.3, 4, 5], "self")


@pytest.fixture(autouse=True)
def reader(app_on_sqlite: Flask) -> Iterator[None]:
    with app_on_sqlite.test_request_context(headers={"Accept-Language": "en"}):
        yield


def title_of(picture: Picture) -> str:
    title = minidom.parseString(picture.svg).getElementsByTagName("title")[0]
    return "".join(part.nodeValue or "" for part in title.childNodes)


def test_a_radar_draws_each_series_in_its_own_line_and_mark() -> None:
    picture = radar_svg(LABELS, [OTHERS, REQUIRED, OWN], title="Radar <of> & all")
    for role in ("others", "required", "self"):
        assert picture.svg.count(LINES[role]) == 2
        assert picture.svg.count(MARKS[role]) == len(LABELS) + 1
    assert title_of(picture) == "Radar <of> & all"
    assert len(set(LINES.values())) == len(set(MARKS.values())) == 4


def test_values_lie_on_their_axes_and_stay_on_the_scale() -> None:
    layout = RadarLayout(200, 150, 100, 400, 400, 1, 5)
    assert layout.point(0, 4, 5) == pytest.approx((200, 50))
    assert layout.point(1, 4, 3) == pytest.approx((250, 150))
    assert layout.point(2, 4, 1) == pytest.approx((200, 150))
    assert layout.point(3, 4, 99) == pytest.approx((100, 150))


def test_a_value_that_is_not_shown_leaves_no_mark_no_interval_and_is_named() -> None:
    hidden = Series("他评", [3.4, None, 3.2, 4.3, 2.0], "others", [0.3, None, 0.3, 0.2, 0.4])
    picture = radar_svg(LABELS, [hidden], hidden=["市场洞察力"])
    assert picture.svg.count(MARKS["others"]) == len(LABELS) - 1 + 1
    assert picture.svg.count('stroke-width="9"') == len(LABELS) - 1
    assert "fill-rule" not in picture.svg
    assert picture.svg != radar_svg(LABELS, [hidden]).svg


def test_no_values_at_all_still_make_a_picture() -> None:
    empty = Series("他评", [None] * 5, "others", [None] * 5)
    assert radar_svg(LABELS, [empty]).svg.count(MARKS["others"]) == 1


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert radar_svg(LABELS, [OTHERS]).svg == radar_svg(list(LABELS), [OTHERS]).svg


@pytest.mark.parametrize("labels", [LABELS[:2], LABELS[:4]])
def test_a_series_that_does_not_fit_the_labels_is_refused(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="label"):
        radar_svg(labels, [OTHERS])


def test_bars_name_what_is_hidden_instead_of_drawing_it() -> None:
    shown = bars_svg([Bar("Peers", 3.67, 0.31, note="n = 6")], required=4)
    hidden = bars_svg([Bar("Peers", None, hidden="Hidden: fewer than 3 raters")], required=4)
    assert 'fill="#17495a"/>' in shown.svg
    assert 'fill="#17495a"/>' not in hidden.svg
    assert shown.height == hidden.height


def test_bars_are_as_long_as_their_values() -> None:
    picture = bars_svg([Bar("a", 1.0), Bar("b", 3.0), Bar("c", 5.0), Bar("d", 9.0)])
    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="14"', picture.svg)]
    assert widths == [1.5, 186.0, 372.0, 372.0]


@pytest.mark.parametrize("scale", [(5, 1), (3, 3)])
def test_a_scale_that_does_not_go_up_is_refused(scale: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="scale"):
        bars_svg([Bar("a", 1)], low=scale[0], high=scale[1])
    with pytest.raises(ValueError, match="scale"):
        radar_svg(LABELS, [OTHERS], low=scale[0], high=scale[1])


def test_the_address_of_a_picture_needs_no_quotation_and_holds_the_whole_picture() -> None:
    address = bars_svg([Bar("100 % #1", 3)], title='"<&>" 100 %').data_uri
    assert address.startswith("data:image/svg+xml;charset=utf-8,%3Csvg")
    assert not set('"<>#') & set(address)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=3, max_size=9), st.text(max_size=30))
def test_any_texts_make_a_proper_picture(labels: list[str], title: str) -> None:
    values = [3.0] * len(labels)
    minidom.parseString(radar_svg(labels, [Series(title, values, "self")], title=title).svg)
    minidom.parseString(bars_svg([Bar(label, 3.0, 0.5, note=title) for label in labels], title=title).svg)


@given(st.text(max_size=200))
def test_a_wrapped_label_has_few_lines(label: str) -> None:
    assert wrapped(label).count("\n") <= 2


def test_long_labels_break_between_words_and_chinese_in_even_lines() -> None:
    assert wrapped("Communication and negotiation") == "Communication\nand\nnegotiation"
    assert wrapped("市场客户关系管理") == "市场客户\n关系管理"


def test_texts_are_outlines_with_the_widths_of_the_font() -> None:
    assert text_width("市", 10) == pytest.approx(10)
    assert text_width("市场", 10) == pytest.approx(20)
    assert "<text" not in radar_svg(LABELS, [OTHERS]).svg
