"""The report of a result shows nobody what its pages keep from them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_login import login_user

from people.organisation.models import Person
from people.roles.models import Viewer
from review.plans.actions import draft_plan
from review.reports.views import document_of
from review.results.views import page_of
from tests.review.worlds import participant_of, released_northwind_cycle
from web.transactions import in_transaction

CODES = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "R1", "R2", "R3", "R4", "R5")


@pytest.mark.parametrize("may_read", [True, False])
@pytest.mark.parametrize("reader", ["nancy", "andrew", "auditor"])
def test_the_plan_stands_only_in_the_report_of_those_who_may_read_it(
    app_on_sqlite: Flask,
    person: Callable[[str], Person],
    as_viewer: Callable[[str], Viewer],
    monkeypatch: pytest.MonkeyPatch,
    *,
    reader: str,
    may_read: bool,
) -> None:
    if not may_read:
        monkeypatch.setattr("review.reports.views.may_read_plan", lambda _viewer, _participant: False)
    row = participant_of(released_northwind_cycle(person), person("nancy"))
    viewer = as_viewer(reader)
    in_transaction(lambda: draft_plan(row, dict.fromkeys(CODES, "Grow"), viewer.today))
    with app_on_sqlite.test_request_context():
        login_user(viewer)
        data, _pictures = document_of(page_of(row.public_id))
    assert (data["plan"] is not None) == may_read
