"""Every page that a reader can open with GET: its queries, and its time beside a minimal signed-in page.

The minimal page asks the same session and viewer and renders the same layout with one line: what every page pays.
The demonstration is loaded into a folder of its own, so that pages have something to show.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from werkzeug.exceptions import HTTPException

from benchmarks.rows import Row, side_by_side
from people.accounts.actions import start_session
from people.accounts.models import Account
from people.roles.guards import signed_in
from web.database import Base, db
from web.settings import Mode, Settings
from web.transactions import in_transaction
from wsgi import create_app

READERS = ("hr", "andrew", "nancy", "auditor", "administrator", "approver")
MINIMAL = '{% extends "layout.html" %}{% block title %}Minimal{% endblock %}{% block content %}One line{% endblock %}'
MOST_PAGES_FROM_ONE = 40


def rows() -> Iterator[Row]:
    """A row a page: ours beside the minimal page, with the number of queries in its name."""
    with tempfile.TemporaryDirectory() as folder, loaded_product(Path(folder)) as app:
        seen: set[str] = set()
        for reader in READERS:
            client = signed_in_client(app, reader)
            for endpoint, path in pages(app, client):
                if endpoint in seen:
                    continue
                seen.add(endpoint)
                yield measured(client, reader, endpoint, path)


@contextmanager
def loaded_product(folder: Path) -> Iterator[Flask]:
    """The product with the demonstration in an SQLite file, and a minimal page beside its own."""
    settings = Settings(
        mode=Mode.TESTING,
        secret_key=token_urlsafe(32),
        database_url=f"sqlite:///{folder / 'bench.sqlite3'}",
        instance=folder,
        base_url="http://localhost",
        host="127.0.0.1",
        port=8000,
        time_zone=ZoneInfo("Asia/Shanghai"),
        mail_url="",
        mail_sender="steelyard@localhost",
        currency="USD",
    )
    app = create_app(settings)
    app.add_url_rule("/minimal", "minimal", signed_in(lambda: render_template_string(MINIMAL)))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    result = app.test_cli_runner().invoke(args=["demonstration", "load"])
    assert result.exit_code == 0, result.output
    yield app
    with app.app_context():
        db.engine.dispose()


def signed_in_client(app: Flask, login: str) -> FlaskClient:
    """A client that is one of the demonstration's people."""
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.login_key == login)).one()
        token = in_transaction(lambda: start_session(account))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Pages that can be reached by links from the home page, one address an endpoint, breadth first."""
    waiting, known = ["/"], {"/"}
    found: dict[str, str] = {}
    adapter = app.url_map.bind("localhost")
    while waiting and len(found) < MOST_PAGES_FROM_ONE:
        path = waiting.pop(0)
        response = client.get(path)
        if response.status_code != 200 or "html" not in response.content_type:
            continue
        endpoint = str(adapter.match(path.partition("?")[0], method="GET")[0])
        if endpoint not in found:
            found[endpoint] = path
            yield endpoint, path
        for link in own_links(response.text):
            if link not in known and endpoint_of(adapter, link) not in found:
                known.add(link)
                waiting.append(link)


def own_links(page: str) -> list[str]:
    """Addresses of this server that a page links to, without queries."""
    parts = (part.partition('"')[0] for part in page.split('href="')[1:])
    return [part.partition("?")[0] for part in parts if part.startswith("/") and not part.startswith("/static/")]


def endpoint_of(adapter, link: str) -> str:
    """The endpoint behind an address, or nothing."""
    try:
        return str(adapter.match(link, method="GET")[0])
    except HTTPException:
        return ""


def measured(client: FlaskClient, reader: str, endpoint: str, path: str) -> Row:
    """One page's row."""
    ours, minimal = side_by_side(lambda: client.get(path), lambda: client.get("/minimal"), rounds=9)
    return Row(f"page {endpoint} ({queries_of(client, path)} queries)", reader, ours, "minimal signed-in page", minimal)


def queries_of(client: FlaskClient, path: str) -> int:
    """How many statements a page asks of the database, transactions aside."""
    count = 0

    def notice(_connection, _cursor, statement: str, *_rest) -> None:
        nonlocal count
        count += not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"))

    event.listen(Engine, "before_cursor_execute", notice)
    try:
        client.get(path)
    finally:
        event.remove(Engine, "before_cursor_execute", notice)
    return count
