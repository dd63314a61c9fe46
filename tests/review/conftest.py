"""Worlds that many tests of the review start from, built once a session and copied for every test."""

from collections.abc import Callable

import pytest
from flask import Flask

from people.organisation.models import Person
from review.cycles.models import Cycle
from review.cycles.queries import cycles
from tests.databases import Snapshots
from tests.review.worlds import close_northwind_cycle, released_northwind_cycle
from web.database import db

Find = Callable[[str], Person]


def _world(name: str, build: Callable[[Find], Cycle], database: Snapshots, find: Find) -> Cycle:
    if database.has(name):
        db.session.remove()
        database.restore(name)
    else:
        build(find)
        db.session.remove()
        database.keep(name)
    return cycles()[0]


@pytest.fixture
def closed_cycle(app: Flask, database: Snapshots, person: Find) -> Cycle:
    """A cycle that everyone has answered, closed and calculated."""
    return _world("closed", close_northwind_cycle, database, person)


@pytest.fixture
def released_cycle(app: Flask, database: Snapshots, person: Find) -> Cycle:
    """A finished cycle: everyone sees their result and may sign it."""
    return _world("released", released_northwind_cycle, database, person)
