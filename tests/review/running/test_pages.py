"""Pages of cycles: who sees what in which phase, and the verbs between the phases."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from people.organisation.models import Person
from review.cycles.models import Cycle
from tests.review.worlds import (
    answer_all,
    close_northwind_cycle,
    confirmed_northwind_cycle,
    open_northwind_cycle,
    plan_northwind_cycle,
    released_northwind_cycle,
)

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
WORLDS = (
    plan_northwind_cycle,
    open_northwind_cycle,
    close_northwind_cycle,
    confirmed_northwind_cycle,
    released_northwind_cycle,
)
HR_PAGES = (
    "",
    "/grading",
    "/open",
    "/deadlines",
    "/close",
    "/confirm",
    "/release",
    "/dates",
    "/participants",
    "/check",
)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_a_cycle_opens_in_every_phase(
    app_on_sqlite: Flask, person: Find, client_of: Clients, world: Callable[..., Cycle], language: str
) -> None:
    cycle = world(person)
    client = client_of("hr", language)
    for page in HR_PAGES:
        assert client.get(f"/cycles/{cycle.public_id}{page}").status_code == 200, page
    assert client.get("/cycles").status_code == 200
    for reader in ("nancy", "steven", "andrew", "auditor", "partner"):
        status = client_of(reader, language).get(f"/cycles/{cycle.public_id}").status_code
        assert status == (404 if world is plan_northwind_cycle else 200), reader


def test_answers_so_far_are_counts_for_those_who_follow_the_progress(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = open_northwind_cycle(person)
    answer_all(cycle, silent=[person("nancy")])
    page = client_of("hr").get(f"/cycles/{cycle.public_id}").text
    assert "Answers so far" in page
    assert "Answers so far" not in client_of("nancy").get(f"/cycles/{cycle.public_id}").text
