"""Pages of schemes: HR writes and publishes, those concerned read."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from review.schemes.models import DistributionRule, Scheme, SchemeState, VisiblePart
from tests.catalogue import with_catalogue
from tests.review.schemes.test_actions import START, content, published
from web.database import db

Clients = Callable[..., FlaskClient]


def form_data(**changes: object) -> dict[str, object]:
    data: dict[str, object] = {
        "name_zh": "销售序列", "name_en": "Sales", "job_level_from": "4", "job_level_to": "8",
        "starts_on": "2026-01-01",
        "competency": "40", "kpi": "60", "distribution": DistributionRule.GUIDANCE.value, "smallest_team": "10",
        "second_line": "reviews", "second_line_weight": "0", "merit_cuts": "0.80 0.95 1.05 1.20", "gate_cap": "C",
        "visibility": [part.value for part in VisiblePart if part is not VisiblePart.ITEMS],
    }  # fmt: skip
    rows = (("S", "112", "1.5", "10"), ("A", "104", "1.2", "20"), ("B", "92", "1.0", "50"), ("C", "75", "0.7", "15"),
            ("D", "", "0", "5"))  # fmt: skip
    for place, (grade, points, coefficient, share) in enumerate(rows):
        raises = "0 0 0 0 0" if grade == "D" else "5 4 3 2 1"
        row = {"grade": grade, "points": points, "coefficient": coefficient, "share": share, "raises": raises}
        data |= {f"band_{place}-{key}": value for key, value in row.items()}
    return data | changes


def test_hr_drafts_edits_publishes_and_starts_the_next_version(app: Flask, client_of: Clients) -> None:
    client = client_of("hr")
    assert client.get("/schemes/new").status_code == 200
    answer = client.post("/schemes/new", data=form_data())
    assert answer.status_code == 303
    address = answer.headers["Location"]
    scheme = db.session.scalars(select(Scheme)).one()
    assert (scheme.bands[0].grade, scheme.bands[0].cut) == ("S", 11200)
    assert not scheme.shows(VisiblePart.ITEMS)
    changed = form_data(competency="50", kpi="50", version=str(scheme.version))
    assert client.post(f"{address}/edit", data=changed).status_code == 303
    assert client.post(f"{address}/publish", data={"version": str(scheme.version)}).status_code == 303
    assert scheme.state is SchemeState.PUBLISHED
    assert client.post(f"{address}/edit", data=form_data(version=str(scheme.version))).status_code == 409
    answer = client.post(f"{address}/draft")
    assert answer.status_code == 303
    draft = db.session.scalars(select(Scheme).where(Scheme.state == SchemeState.DRAFT)).one()
    page = client.get(f"/schemes/{draft.public_id}/compare/{scheme.public_id}").text
    assert "Both versions say the same" in page
    client.post(f"/schemes/{draft.public_id}/edit", data=form_data(version=str(draft.version)))
    page = client.get(f"/schemes/{draft.public_id}/compare/{scheme.public_id}").text
    assert "Weight of KPIs" in page
    assert client.post(f"/schemes/{draft.public_id}/discard", data={"version": str(draft.version)}).status_code == 303
    assert len(db.session.scalars(select(Scheme)).all()) == 1


BAD = {
    "competency": ("41", "must add up to exactly 100"),
    "band_1-points": ("112", "overlap"),
    "band_1-share": ("21", "shares of the grades add up to 101"),
    "band_0-coefficient": ("much", "not a number"),
    "band_0-raises": ("5 4", "S: 5 raises are needed"),
    "merit_cuts": ("1.2 0.8 0.9 1.0", "must be above 0 and ascend"),
    "job_level_to": ("3", "must not be empty"),
    "ends_on": ("2025-01-01", "end before it begins"),
    "gate_cap": ("X", "not a grade"),
    "distribution": ("force", "Not a valid choice"),
}


@pytest.mark.parametrize(("place", "raises"), [(0, "5 4"), (1, "9 4 3 2 1"), (2, "5 4 3 2 101"), (3, "1 2 3 4 5")])
def test_wrong_raises_are_said_beside_the_grade_that_has_them(
    app_on_sqlite: Flask, client_of: Clients, place: int, raises: str
) -> None:
    answer = client_of("hr").post("/schemes/new", data=form_data(**{f"band_{place}-raises": raises}))
    assert re.findall(r'href="#(band_\d-raises|merit_cuts)"', answer.text) == [f"band_{place}-raises"]
    assert f"{'SABCD'[place]}: 5 raises are needed" in answer.text


@pytest.mark.parametrize("field", BAD)
def test_what_does_not_fit_is_said_and_changes_nothing(app_on_sqlite: Flask, client_of: Clients, field: str) -> None:
    value, words = BAD[field]
    answer = client_of("hr").post("/schemes/new", data=form_data(**{field: value}))
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(Scheme)).all() == []


WHOLE_NUMBERS = (
    "job_level_from", "job_level_to", "competency", "kpi", "smallest_team", "second_line_weight", "band_0-share",
)  # fmt: skip


@pytest.mark.parametrize("typed", ["٥", "1_0"])
def test_whole_numbers_are_typed_in_digits(app_on_sqlite: Flask, client_of: Clients, typed: str) -> None:
    answer = client_of("hr").post("/schemes/new", data=form_data(**dict.fromkeys(WHOLE_NUMBERS, typed)))
    assert answer.status_code == 422
    assert answer.text.count("Write a whole number in digits.") >= len(WHOLE_NUMBERS)
    assert db.session.scalars(select(Scheme)).all() == []


def test_digits_of_full_width_are_read(app_on_sqlite: Flask, client_of: Clients) -> None:
    data = form_data(
        competency="４０", kpi="６０", job_level_from="４", smallest_team="１０", **{"band_0-share": "１０"}
    )
    assert client_of("hr").post("/schemes/new", data=data).status_code == 303
    scheme = db.session.scalars(select(Scheme)).one()
    assert (scheme.job_level_from, scheme.smallest_team) == (4, 10)


def test_an_overlap_is_said_on_the_page_that_publishes(app: Flask, client_of: Clients) -> None:
    published((1, 6))
    client = client_of("hr")
    address = client.post("/schemes/new", data=form_data()).headers["Location"]
    answer = client.post(f"{address}/publish", data={"version": "1"})
    assert answer.status_code == 409
    assert "already reviews job levels 1 to 6" in answer.text


@pytest.mark.parametrize(
    ("viewer", "status"),
    [("nancy", 404), ("steven", 200), ("andrew", 200), ("partner", 200), ("auditor", 200), ("approver", 200),
     ("hr", 200)],
)  # fmt: skip
def test_a_published_scheme_is_read_by_those_it_concerns(
    app_on_sqlite: Flask, client_of: Clients, viewer: str, status: int
) -> None:
    """Levels 7 and 8: Steven's own and those below Andrew and the approver; Nancy has level 4."""
    scheme = published((7, 8), date(2026, 1, 1))
    client = client_of(viewer)
    assert client.get(f"/schemes/{scheme.public_id}").status_code == status
    assert (f"/schemes/{scheme.public_id}" in client.get("/schemes").text) == (status == 200)


def test_drafts_are_hidden_from_everyone_but_hr(app: Flask, client_of: Clients) -> None:
    address = client_of("hr").post("/schemes/new", data=form_data()).headers["Location"]
    for viewer in ("nancy", "steven", "andrew", "partner", "auditor"):
        assert client_of(viewer).get(address).status_code == 404
        assert client_of(viewer).post(f"{address}/publish").status_code in {403, 404}
    assert db.session.scalars(select(Scheme.state)).one() is SchemeState.DRAFT


def test_the_page_shows_what_each_part_weighs(app_on_sqlite: Flask, client_of: Clients) -> None:
    with_catalogue()
    scheme = published()
    page = client_of("nancy").get(f"/schemes/{scheme.public_id}").text
    assert page.count("Effective weights") == 4, "one table for each role profile"
    assert content().starts_on == START
    assert client_of("nancy", "zh").get(f"/schemes/{scheme.public_id}").status_code == 200
