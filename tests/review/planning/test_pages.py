"""Planning in the browser: bad dates, double submits, stale forms."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessments.surveys.models import Survey
from people.organisation.models import Person
from review.cycles.models import Cycle, CycleState
from tests.catalogue import with_catalogue
from tests.review.worlds import open_northwind_cycle, plan_northwind_cycle, scheme_for_everyone
from web.database import db, new_public_id, utc_now

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def typed(**changes: Any) -> dict[str, Any]:
    today = utc_now().date()
    values = {
        "name_zh": "上半年考核",
        "name_en": "First half",
        "period_starts_on": "2026-01-01",
        "period_ends_on": "2026-06-30",
        "snapshot_on": "2026-06-30",
        "opens_at": f"{today}T09:00",
        "closes_at": f"{today + timedelta(days=14)}T18:00",
        "grading_ends_at": f"{today + timedelta(days=28)}T18:00",
        "time_zone": "Asia/Shanghai",
        "threshold": "3",
        "idempotency_key": new_public_id(),
    }
    return {**values, **changes}


def cycles() -> int:
    return db.session.scalar(select(func.count()).select_from(Cycle)) or 0


def test_a_cycle_is_planned_from_what_the_form_suggests(app: Flask, person: Find, client_of: Clients) -> None:
    with_catalogue()
    scheme_for_everyone()
    client = client_of("hr")
    assert "Performance review" in client.get("/cycles/new").text
    data = typed()
    first, second = client.post("/cycles/new", data=data), client.post("/cycles/new", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert cycles() == 1
    assert client.get(first.headers["Location"]).status_code == 200


def test_bad_dates_are_named_beside_the_field_and_change_nothing(app: Flask, person: Find, client_of: Clients) -> None:
    with_catalogue()
    client = client_of("hr")
    today = utc_now().date()
    for changes, message in (
        ({"period_ends_on": "2025-12-31"}, "The period ends before it starts."),
        ({"closes_at": f"{today - timedelta(days=3)}T18:00"}, "must follow each other"),
        ({"closes_at": "soon"}, "Write a day and a time"),
        ({"period_starts_on": "2026-02-30"}, "Not a valid date value"),
        ({"threshold": "2"}, "Write a whole number from 3 to 10."),
        ({"threshold": "٥"}, "Write a whole number in digits."),
        ({"threshold": "1_0"}, "Write a whole number in digits."),
        ({"time_zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"name_en": " "}, "Write a name."),
        ({"time_zone": "Europe/Paris", "opens_at": "2027-03-28T02:30"}, "clocks leave this time out"),
        ({"snapshot_on": "2019-01-01"}, "nobody sits in a position"),
    ):
        response = client.post("/cycles/new", data=typed(**changes))
        assert response.status_code == 422, changes
        assert message in response.text, changes
    assert cycles() == 0


def test_a_stale_plan_is_not_saved(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = plan_northwind_cycle(person)
    client, address = client_of("hr"), f"/cycles/{cycle.public_id}/dates"
    seen = str(cycle.version)
    assert client.post(address, data=typed(version=seen, threshold="５")).status_code == 303
    stale = client.post(address, data=typed(version=seen, threshold="7"))
    assert stale.status_code == 409
    assert "Someone else changed this" in stale.text
    db.session.refresh(cycle.survey)
    assert cycle.survey.threshold == 5


def test_an_open_cycle_keeps_its_plan(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = open_northwind_cycle(person)
    response = client_of("hr").post(
        f"/cycles/{cycle.public_id}/dates", data=typed(version=str(cycle.version), threshold="5")
    )
    assert response.status_code == 409
    assert "another phase" in response.text


def test_participants_are_found_sorted_and_told_apart(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = plan_northwind_cycle(person)
    page = client_of("hr").get(f"/cycles/{cycle.public_id}/participants?q=anne&sort=-name").text
    assert "Anne Dodsworth" in page
    assert "Robert King" not in page
    assert "Nobody above could grade" in client_of("hr").get(f"/cycles/{cycle.public_id}/participants").text


def test_findings_link_to_where_they_are_mended(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = plan_northwind_cycle(person, with_scorecards=False)
    client = client_of("hr")
    page = client.get(f"/cycles/{cycle.public_id}/check").text
    assert "has no scorecard for this period" in page
    assert "/scorecards/new" in page
    assert "8 findings must be settled before opening." in page
    form = {"version": str(cycle.version), "idempotency_key": new_public_id()}
    refused = client.post(f"/cycles/{cycle.public_id}/open", data=form)
    assert refused.status_code == 409
    db.session.refresh(cycle)
    assert cycle.state is CycleState.DRAFT


def test_an_opened_cycle_has_nothing_to_be_settled_before_opening(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = open_northwind_cycle(person, with_scorecards=False)
    page = client_of("hr").get(f"/cycles/{cycle.public_id}/check").text
    assert "before opening" not in page
    assert "The check was made at the opening." in page
    assert f'href="/cycles/{cycle.public_id}"' in page.partition("<main")[2]


def test_a_draft_can_be_discarded_and_planned_anew(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = plan_northwind_cycle(person)
    client, address = client_of("hr"), f"/cycles/{cycle.public_id}/discard"
    assert client.get(address).status_code == 200
    form = {"version": str(cycle.version), "idempotency_key": new_public_id()}
    assert client.post(address, data=form).status_code == 303
    assert cycles() == 0
    assert db.session.scalar(select(func.count()).select_from(Survey)) == 0
    assert client.post("/cycles/new", data=typed()).status_code == 303


def test_what_has_been_opened_is_not_discarded(app: Flask, person: Find, client_of: Clients) -> None:
    cycle = open_northwind_cycle(person)
    form = {"version": str(cycle.version), "idempotency_key": new_public_id()}
    assert client_of("hr").post(f"/cycles/{cycle.public_id}/discard", data=form).status_code == 409
    assert cycles() == 1
