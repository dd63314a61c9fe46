"""Worlds that many tests of the review start from."""

from collections.abc import Callable

import pytest
from flask import Flask

from people.organisation.models import Person
from review.cycles.models import Cycle
from tests.review.worlds import close_northwind_cycle, released_northwind_cycle

Find = Callable[[str], Person]


@pytest.fixture
def closed_cycle(app: Flask, person: Find) -> Cycle:
    """A cycle that everyone has answered, closed and calculated."""
    return close_northwind_cycle(person)


@pytest.fixture
def released_cycle(app: Flask, person: Find) -> Cycle:
    """A finished cycle: everyone sees their result and may sign it."""
    return released_northwind_cycle(person)
