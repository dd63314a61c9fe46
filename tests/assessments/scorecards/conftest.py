"""The KPIs of the tests in the library of every test here."""

import pytest

from tests.assessments.scorecards.library import add_measures
from web.transactions import in_transaction


@pytest.fixture(autouse=True)
def library(request: pytest.FixtureRequest) -> None:
    """Five KPIs, where the test has a product."""
    name = next((name for name in ("app_on_sqlite", "app") if name in request.fixturenames), None)
    if name is not None:
        request.getfixturevalue(name)
        in_transaction(add_measures)
