"""Pages of scorecards: who sees what, and what a browser can do with them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessments.scorecards.models import Scorecard, ScorecardState
from people.organisation.models import Person
from tests.assessments.scorecards.library import agreed, contract_actuals, drafted, measure, record_actuals
from web.database import db

People = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def lines_data(card: Scorecard, **changes: str) -> dict[str, str]:
    data = {
        "version": str(card.version),
        "line_0-measure": measure("net-sales").public_id,
        "line_0-weight": "60",
        "line_0-target": "1,000,000",
        "line_1-measure": measure("on-time-shipping").public_id,
        "line_1-weight": "40",
        "line_1-target": "95%",
    }
    return data | {key.replace("__", "-"): value for key, value in changes.items()}


def test_employees_see_only_their_own_scorecard(app: Flask, person: People, client_of: Clients) -> None:
    own, other = agreed(person("nancy")), agreed(person("janet"))
    client = client_of("nancy")
    assert client.get(f"/scorecards/{own.public_id}").status_code == 200
    assert client.get(f"/scorecards/{other.public_id}").status_code == 404
    page = client.get("/scorecards").text
    assert "Nancy Davolio" in page
    assert "Janet Leverling" not in page
    assert client.get("/scorecards?q=Janet").text.count("Leverling") == 0


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [("steven", {"robert"}), ("andrew", {"nancy", "robert"}), ("hr", {"nancy", "robert", "hr"}),
     ("partner", {"nancy", "robert"}), ("auditor", {"nancy", "robert", "hr"}), ("administrator", set()),
     ("approver", set()), ("janet", set())],
)  # fmt: skip
def test_each_sees_the_people_they_answer_for(
    app_on_sqlite: Flask, person: People, client_of: Clients, viewer: str, sees: set[str]
) -> None:
    cards = {name: agreed(person(name)) for name in ("nancy", "robert", "hr")}
    client = client_of(viewer)
    page = client.get("/scorecards").text
    seen = {name for name, card in cards.items() if f"/scorecards/{card.public_id}" in page}
    opened = {name for name, card in cards.items() if client.get(f"/scorecards/{card.public_id}").status_code == 200}
    assert seen == opened == sees


def test_readers_may_look_but_not_touch(app: Flask, person: People, client_of: Clients) -> None:
    card = drafted(person("nancy"))
    for viewer, status in (("nancy", 403), ("auditor", 403), ("steven", 404), ("janet", 403)):
        for verb in ("edit", "agree", "reopen"):
            answer = client_of(viewer).post(f"/scorecards/{card.public_id}/{verb}", data={"version": "1"})
            assert answer.status_code == status, (viewer, verb)
    assert client_of("andrew").post(f"/scorecards/{card.public_id}/lock").status_code == 403
    db.session.expire_all()
    assert card.state is ScorecardState.DRAFT


def test_nobody_writes_their_own_scorecard(app: Flask, person: People, client_of: Clients) -> None:
    card = drafted(person("hr"))
    assert client_of("hr").get(f"/scorecards/{card.public_id}").status_code == 200
    assert client_of("hr").get(f"/scorecards/{card.public_id}/edit").status_code == 403
    assert client_of("hr").get(f"/scorecards/{card.public_id}/lock").status_code == 403
    assert f'value="{person("hr").public_id}"' not in client_of("hr").get("/scorecards/new").text


def test_a_manager_drafts_writes_and_agrees(app: Flask, person: People, client_of: Clients) -> None:
    client = client_of("andrew")
    data = {"person": person("nancy").public_id, "starts_on": "2026-01-01", "ends_on": "2026-06-30", "currency": "USD"}
    answer = client.post("/scorecards/new", data=data)
    assert answer.status_code == 303
    card = db.session.scalars(select(Scorecard)).one()
    assert answer.headers["Location"] == f"/scorecards/{card.public_id}/edit"
    answer = client.post(f"/scorecards/{card.public_id}/edit", data=lines_data(card))
    assert answer.status_code == 303, answer.text
    assert [str(line.target) for line in card.lines] == ["1000000", "0.95"]
    answer = client.post(f"/scorecards/{card.public_id}/agree", data={"version": str(card.version)})
    assert answer.status_code == 303
    assert card.state is ScorecardState.AGREED
    assert client.post("/scorecards/new", data=data).status_code == 409, "a second one for the same months"


BAD_LINES = {
    "line_1__weight": ("39", "They must add up to exactly 100"),
    "line_0__weight": ("sixty", "Write a whole number in digits"),
    "line_0__target": ("0", "must be above zero"),
    "line_1__target": ("95", "percent"),
    "line_0__threshold": ("2000000", "not worse than the target"),
    "line_0__cap": ("999", "not better than the target"),
    "line_0__measure": ("nonsense", "Not a valid choice"),
}


@pytest.mark.parametrize("field", BAD_LINES)
def test_what_does_not_fit_is_said_and_changes_nothing(
    app: Flask, person: People, client_of: Clients, field: str
) -> None:
    value, words = BAD_LINES[field]
    card = drafted(person("nancy"))
    answer = client_of("andrew").post(f"/scorecards/{card.public_id}/edit", data=lines_data(card, **{field: value}))
    assert answer.status_code == 422
    assert words in answer.text
    db.session.expire_all()
    assert [line.measure.code for line in card.lines] == ["net-sales", "sales-outstanding"]


def test_a_stale_edit_gets_both_versions(app: Flask, person: People, client_of: Clients) -> None:
    card = drafted(person("nancy"))
    stale = lines_data(card)
    assert client_of("andrew").post(f"/scorecards/{card.public_id}/edit", data=lines_data(card)).status_code == 303
    answer = client_of("hr").post(f"/scorecards/{card.public_id}/edit", data=stale | {"line_0-target": "7"})
    assert answer.status_code == 409
    assert "Someone else changed this" in answer.text


def test_the_page_shows_figures_points_and_how_they_came_about(app: Flask, person: People, client_of: Clients) -> None:
    contract_actuals(person("nancy"))
    card = agreed(person("nancy"))
    page = client_of("nancy").get("/scorecards/mine").text
    for text in ("88.67", "US$950,000.00", "50 days", "90.00", "86.67", "60 + 40 ×", "data:image/svg"):
        assert text in page, text
    assert "(60 × 90.000000 + 40 × 86.666667) / 100" in page
    assert client_of("nancy", "zh").get(f"/scorecards/{card.public_id}").status_code == 200


def test_hr_locks_after_actuals_came_in(app: Flask, person: People, client_of: Clients) -> None:
    card = agreed(person("nancy"))
    client, address = client_of("hr"), f"/scorecards/{card.public_id}/lock"
    answer = client.post(address, data={"version": str(card.version)})
    assert answer.status_code == 422
    assert "There are no actuals in this period" in answer.text
    contract_actuals(person("nancy"))
    page = client.get(address)
    assert "2026-02" in page.text, "the missing month is named before the lock"
    assert client.post(address, data={"version": str(card.version)}).status_code == 303
    assert card.state is ScorecardState.LOCKED
    assert client.post(address, data={"version": str(card.version)}).status_code == 409


def test_a_double_click_drafts_one_scorecard(app: Flask, person: People, client_of: Clients) -> None:
    client = client_of("andrew")
    data: dict[str, Any] = {
        "person": person("nancy").public_id, "starts_on": "2026-01-01", "ends_on": "2026-06-30", "currency": "USD",
    }  # fmt: skip
    key = re.search(r'name="idempotency_key"[^>]*value="([^"]+)"', client.get("/scorecards/new").text)
    assert key is not None
    answers = [client.post("/scorecards/new", data=data | {"idempotency_key": key[1]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_corrections_and_followed_kpis_are_shown(app: Flask, person: People, client_of: Clients) -> None:
    record_actuals(person("nancy"), "net-sales", ("2026-01", "5", None), currency="CNY")
    drafted(person("nancy"))
    page = client_of("nancy").get("/scorecards/mine").text
    assert "Figures in another currency do not count" in page
    assert "You have no scorecard yet" in client_of("janet").get("/scorecards/mine").text
