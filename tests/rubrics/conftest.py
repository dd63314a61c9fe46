"""The shipped catalogue, as text and in the database."""

import pytest
from flask import Flask

from rubrics.catalogue.imports import Catalogue, catalogue_from
from rubrics.frameworks.models import Framework
from rubrics.frameworks.queries import published_framework
from tests.catalogue import with_catalogue


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """What the shipped files say."""
    return catalogue_from()


@pytest.fixture
def framework(app: Flask) -> Framework:
    """The published framework of the loaded catalogue."""
    with_catalogue()
    return published_framework()
