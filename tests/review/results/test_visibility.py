"""Who sees which part of a result, and when."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from people.organisation.models import Person
from people.roles.models import Viewer
from review.cycles.models import Cycle, Participant
from review.results.access import may_see_result
from review.results.queries import result_by_public_id, visible_parts
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.models import VisiblePart
from review.schemes.queries import default_scheme_content
from tests.review.worlds import (
    close_northwind_cycle,
    confirmed_northwind_cycle,
    open_northwind_cycle,
    participant_of,
    released_northwind_cycle,
)
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
PAGES = ("", "/evidence", "/evidence/c3", "/comments", "/why", "/report.pdf")
READERS = ("andrew", "hr", "partner", "auditor")
STRANGERS = ("steven", "janet", "administrator", "approver")


def id_of(cycle: Cycle, person: Person) -> str:
    return participant_of(cycle, person).public_id


def statuses(client: FlaskClient, participant_id: str) -> set[int]:
    return {client.get(f"/results/{participant_id}{page}").status_code for page in PAGES}


def test_before_the_close_there_is_no_result_for_anybody(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    nancy = id_of(open_northwind_cycle(person), person("nancy"))
    for reader in ("nancy", *READERS, *STRANGERS):
        assert statuses(client_of(reader), nancy) == {404}, reader


@pytest.mark.parametrize("world", [close_northwind_cycle, confirmed_northwind_cycle], ids=["closed", "confirmed"])
def test_before_the_release_the_subject_sees_nothing_and_those_who_decide_see_all(
    app_on_sqlite: Flask, person: Find, client_of: Clients, world: Callable[..., Cycle]
) -> None:
    nancy = id_of(world(person), person("nancy"))
    for reader in ("nancy", *STRANGERS):
        assert statuses(client_of(reader), nancy) == {404}, reader
    for reader in READERS:
        assert statuses(client_of(reader), nancy) == {200}, reader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_after_the_release_the_subject_sees_their_own_and_nobody_elses(
    app_on_sqlite: Flask, person: Find, client_of: Clients, language: str
) -> None:
    cycle = released_northwind_cycle(person)
    client = client_of("nancy", language)
    assert statuses(client, id_of(cycle, person("nancy"))) == {200}
    assert statuses(client, id_of(cycle, person("janet"))) == {404}
    for reader in STRANGERS:
        assert statuses(client_of(reader), id_of(cycle, person("nancy"))) == {404}, reader


def test_a_manager_does_not_see_their_own_result_before_the_release(
    app_on_sqlite: Flask, person: Find, as_viewer: Callable[[str], Viewer]
) -> None:
    cycle = close_northwind_cycle(person)
    steven = participant_of(cycle, person("steven"))
    assert not may_see_result(as_viewer("steven"), steven)
    assert may_see_result(as_viewer("andrew"), steven)


def a_scheme_that_shows(parts: list[VisiblePart]) -> None:
    content = default_scheme_content(
        name={"zh": "通用方案", "en": "General scheme"}, job_level_from=1, job_level_to=30, starts_on=date(2020, 1, 1)
    )
    hidden = content.__class__(**{**content.__dict__, "visibility": tuple(parts)})
    in_transaction(lambda: publish_scheme(draft_scheme(hidden, code="general"), None))


TELLTALES = {
    VisiblePart.GRADE: "Performance grade",
    VisiblePart.TOTAL_POINTS: "Total points",
    VisiblePart.SECTION_POINTS: "weight 40%",
    VisiblePart.KPI_LINES: "KPIs of the period",
    VisiblePart.DIMENSION_SCORES: "Scores of competencies and areas</caption>",
}


@pytest.mark.parametrize("shown", TELLTALES, ids=str)
def test_the_subject_sees_exactly_the_parts_that_the_scheme_shows(
    app_on_sqlite: Flask, person: Find, client_of: Clients, shown: VisiblePart
) -> None:
    a_scheme_that_shows([VisiblePart.GRADE, shown])
    nancy = id_of(released_northwind_cycle(person), person("nancy"))
    page = client_of("nancy").get(f"/results/{nancy}").text
    body = page.partition("The scheme does not show everything")
    for part, words in TELLTALES.items():
        assert (words in body[0]) == (part in {shown, VisiblePart.GRADE}), part
    assert body[1], "what is hidden is named as hidden"
    why = client_of("nancy").get(f"/results/{nancy}/why").text
    assert "Not shown by the scheme" in why
    assert "±" not in page, "no uncertainty where the scheme does not show it"
    assert client_of("nancy").get(f"/results/{nancy}/comments").status_code == 404
    assert "KPIs of the period" in client_of("andrew").get(f"/results/{nancy}").text


def test_hidden_parts_are_not_in_the_way_back_either(
    app_on_sqlite: Flask, person: Find, client_of: Clients, as_viewer: Callable[[str], Viewer]
) -> None:
    a_scheme_that_shows([VisiblePart.GRADE, VisiblePart.TOTAL_POINTS])
    nancy = id_of(released_northwind_cycle(person), person("nancy"))
    found = result_by_public_id(nancy)
    assert found is not None
    participant, result, _signature = found
    assert isinstance(participant, Participant)
    assert visible_parts(as_viewer("nancy"), participant) == {VisiblePart.GRADE, VisiblePart.TOTAL_POINTS}
    why = client_of("nancy").get(f"/results/{nancy}/why").text
    for entry in result.sections:
        assert f"{entry['hundredths'] / 100:.2f}" not in why
    assert "figures.csv" not in why
