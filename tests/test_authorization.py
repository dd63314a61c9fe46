"""The authorization matrix: every route has a row, every row is true, and a missing guard is noticed.

Each package lists its routes in tests/<package>/matrix.py as ROWS: endpoint -> Row. A row says who of ACTORS may open
the route; all others must be turned away: visitors to the sign-in page (or 401), members with 403 or 404.
"""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from people.audit.models import AuditEvent
from tests.matrix import ACTORS, VISITOR, Row
from web.database import db
from wsgi import create_app

PACKAGES = ("web", "people", "rubrics", "assessments", "review")
GROUND = {"static": Row(frozenset(ACTORS)), "healthz": Row(frozenset(ACTORS)), "readyz": Row(frozenset(ACTORS))}
DENIED = frozenset({401, 403, 404})


def all_rows() -> dict[str, Row]:
    rows = dict(GROUND)
    for package in PACKAGES:
        try:
            module = importlib.import_module(f"tests.{package}.matrix")
        except ModuleNotFoundError:
            continue
        rows |= module.ROWS
    return rows


ROWS = all_rows()


def rules(product: Flask) -> list[Rule]:
    return [rule for rule in product.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_its_row_and_every_row_its_route(app_on_sqlite: Flask) -> None:
    routes = {rule.endpoint for rule in app_on_sqlite.url_map.iter_rules()}
    assert routes - set(ROWS) == set(), "add a Row for these endpoints to tests/<package>/matrix.py"
    assert set(ROWS) - routes == set(), "these rows have no route any more: delete them"


def test_every_view_carries_a_guard(app_on_sqlite: Flask) -> None:
    bare = [name for name, view in app_on_sqlite.view_functions.items() if not hasattr(view, "guard")]
    assert bare == [], "put @guard(Permission...), @signed_in or @open_to_all directly under the route"


def outcome(client: FlaskClient, method: str, path: str, row: Row) -> int:
    response = client.open(path, method=method, data=row.data if method == "POST" else None)
    if response.status_code in {302, 303} and "/sign-in?next=" in response.headers["Location"]:
        return 401
    return response.status_code


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})


@pytest.mark.parametrize("actor", ACTORS)
def test_each_actor_gets_just_what_the_matrix_says(
    app_on_sqlite: Flask, client_of: Callable[..., FlaskClient], actor: str
) -> None:
    wrong = []
    for rule in rules(app_on_sqlite):
        row = ROWS[rule.endpoint]
        for method in methods_of(rule):
            path = row.path(app_on_sqlite, rule)
            status = outcome(client_of(None if actor == VISITOR else actor), method, path, row)
            if status >= 500 or (status in DENIED) == (actor in row.allowed):
                wrong.append(f"{actor} {method} {rule.rule} -> {status}, allowed: {sorted(row.allowed)}")
    assert wrong == []


def test_a_denial_is_recorded_once_and_changes_nothing_else(
    app_on_sqlite: Flask, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("nancy")
    before = len(db.session.scalars(select(AuditEvent.id)).all())
    assert client.get("/audit").status_code == 403
    events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert len(events) == before + 1
    assert events[-1] == "access.denied"


def without_guard(product: Flask, endpoint: str) -> Any:
    view: Any = product.view_functions[endpoint]
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view


def test_taking_away_any_one_guard_is_noticed(app_on_sqlite: Flask, client_of: Callable[..., FlaskClient]) -> None:
    """Somebody who must be turned away gets another answer when the guard is gone: the matrix would fail there."""
    clients = {actor: client_of(None if actor == VISITOR else actor) for actor in ACTORS}
    app_on_sqlite.config["PROPAGATE_EXCEPTIONS"] = False
    unnoticed = []
    for rule in rules(app_on_sqlite):
        row, method = ROWS[rule.endpoint], methods_of(rule)[0]
        if getattr(app_on_sqlite.view_functions[rule.endpoint], "guard", None) == "open to all":
            continue
        strangers = [actor for actor in ACTORS if actor not in row.allowed]
        path = row.path(app_on_sqlite, rule)
        guarded = {actor: outcome(clients[actor], method, path, row) for actor in strangers}
        kept = app_on_sqlite.view_functions[rule.endpoint]
        app_on_sqlite.view_functions[rule.endpoint] = without_guard(app_on_sqlite, rule.endpoint)
        bare = {actor: outcome(clients[actor], method, path, row) for actor in strangers}
        app_on_sqlite.view_functions[rule.endpoint] = kept
        if strangers and guarded == bare:
            unnoticed.append(f"{method} {rule.rule}")
    app_on_sqlite.config["PROPAGATE_EXCEPTIONS"] = None
    assert unnoticed == []


def test_the_matrix_is_read_from_the_whole_product() -> None:
    assert create_app is not None
    assert len(ROWS) > 20
