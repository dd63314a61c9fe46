"""Pages of the KPI library: found by area and word, read with source, owner and curve."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from rubrics.frameworks.models import Framework
from rubrics.measures.queries import measure_by_code, measures

Clients = Callable[..., FlaskClient]


def test_the_library_lists_every_measure(framework: Framework, client_of: Clients) -> None:
    page = client_of("nancy").get("/kpi-library").get_data(as_text=True)
    for measure in measures():
        assert measure.name["en"] in page


def test_the_library_is_narrowed_by_area_and_searched_in_the_readers_language(
    framework: Framework, client_of: Clients
) -> None:
    client = client_of("nancy", "zh")
    narrowed = client.get("/kpi-library?area=R5").get_data(as_text=True)
    assert "报告准时率" in narrowed
    assert "净销售额" not in narrowed
    found = client.get("/kpi-library?q=发货").get_data(as_text=True)
    assert "准时发货率" in found
    assert "销售同比增长率" not in found


def test_a_measure_shows_its_curve_in_its_own_unit(framework: Framework, client_of: Clients) -> None:
    client = client_of("nancy")
    shown = {
        "net-sales": ("80% of the target", "130% of the target"),
        "on-time-shipping": ("90.0%", "95.0%", "99.0%", "Orders shipped on time"),
        "days-sales-outstanding": ("60 days", "30 days", "Lower is better"),
    }
    for code, words in shown.items():
        measure = measure_by_code(code)
        assert measure is not None
        page = client.get(f"/kpi-library/{measure.public_id}").get_data(as_text=True)
        assert all(word in page for word in words), code


def test_a_curve_in_shares_needs_a_target_above_zero(framework: Framework) -> None:
    measure = measure_by_code("net-sales")
    assert measure is not None
    assert measure.default_curve(1_000_000) == [(800_000, 60), (1_000_000, 100), (1_300_000, 120)]
    for target in (None, 0, -5, float("nan")):
        with pytest.raises(ValueError, match="target above zero"):
            measure.default_curve(target)


def test_an_absolute_curve_stands_by_itself(framework: Framework) -> None:
    measure = measure_by_code("days-sales-outstanding")
    assert measure is not None
    assert measure.default_curve() == [(60, 60), (45, 100), (30, 120)]
