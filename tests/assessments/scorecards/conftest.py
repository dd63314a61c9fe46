"""The KPIs of the tests in the library of every test here."""

import pytest

from tests.assessments.scorecards.library import add_measures
from web.transactions import in_transaction


@pytest.fixture(autouse=True)
def library(request: pytest.FixtureRequest) -> None:
    """Five KPIs."""
    request.getfixturevalue("app_on_sqlite" if "app_on_sqlite" in request.fixturenames else "app")
    in_transaction(add_measures)
