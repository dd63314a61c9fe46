"""Lists of results: who finds whom, and what pages cost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from assessments.actuals.actions import import_actuals
from people.organisation.models import Person
from tests.review.worlds import close_northwind_cycle, participant_of, released_northwind_cycle
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
MOST_QUERIES = 12


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_each_page_costs_a_dozen_queries_at_most_however_many_people(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = released_northwind_cycle(person)
    nancy = participant_of(cycle, person("nancy")).public_id
    result = [f"/results/{nancy}{page}" for page in ("", "/evidence/c3", "/comments", "/why", "/sign", "/report.pdf")]
    lists = [f"/cycles/{cycle.public_id}/{page}" for page in ("results", "to-grade", "to-review")]
    pages = {"nancy": ["/results", *result], "andrew": [*result[:4], *lists], "auditor": [*result[:4], lists[0]]}
    for reader, addresses in pages.items():
        client = client_of(reader)
        for address in addresses:
            client.get(address)
            with statements() as seen:
                assert client.get(address).status_code == 200, address
            assert len(seen) <= MOST_QUERIES, (reader, address, len(seen))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lists_hold_just_the_people_whom_one_grades_reviews_or_looks_after(
    app_on_sqlite: Flask, person: Find, client_of: Clients, language: str
) -> None:
    cycle = close_northwind_cycle(person)
    names = {name: person(name).name for name in ("nancy", "steven", "michael", "anne", "hr")}

    def found(reader: str, page: str) -> set[str]:
        text = client_of(reader, language).get(f"/cycles/{cycle.public_id}/{page}").text
        table = text[text.find("<tbody") : text.rfind("</tbody>")] if "<tbody" in text else ""
        return {key for key, name in names.items() if name in table}

    assert found("steven", "to-grade") == {"michael", "anne"}
    assert found("andrew", "to-grade") == {"nancy", "steven"}
    assert found("andrew", "to-review") == {"michael", "anne"}
    assert found("hr", "to-review") == {"nancy", "steven"}
    assert found("steven", "results") == {"michael", "anne"}, "not their own before the release"
    assert found("auditor", "results") == {"nancy", "steven", "michael", "anne"}
    assert client_of("nancy", language).get(f"/cycles/{cycle.public_id}/results").status_code == 403


def test_results_are_searched_and_sorted_by_the_database(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = close_northwind_cycle(person)
    client, address = client_of("hr"), f"/cycles/{cycle.public_id}/results"
    assert person("janet").name not in client.get(f"{address}?q={person('nancy').name}").text
    for sort in ("name", "-total", "grade", "calculated", "unit", "state"):
        assert client.get(f"{address}?sort={sort}").status_code == 200
    assert client.get(f"{address}?state=graded").status_code == 200


def test_a_correction_after_the_release_is_named_and_changes_nothing(
    app: Flask, person: Find, client_of: Clients
) -> None:
    cycle = released_northwind_cycle(person)
    address = f"/results/{participant_of(cycle, person('nancy')).public_id}"
    client = client_of("nancy")
    before = client.get(address).text
    assert "Corrected since" not in before
    file = f"employee_number,kpi_code,month,value\n{person('nancy').employee_number},net-sales,2026-02,500000\n"
    in_transaction(lambda: import_actuals(file.encode(), "correction.csv", currency="USD"))
    after = client.get(address).text
    assert "Corrected since, in 2026-02" in after
    assert "corrected since; the released result stays as it was" in client.get(f"{address}/why").text
    assert "500,000" not in after


def test_a_reader_without_a_result_is_told_so(app_on_sqlite: Flask, client_of: Clients) -> None:
    assert "No result yet" in client_of("administrator").get("/results").text
    assert "No result yet" in client_of("administrator").get("/results/mine").text
