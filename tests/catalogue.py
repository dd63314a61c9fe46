"""The shipped catalogue in the database of a test."""

from rubrics.catalogue.actions import load_catalogue
from tests.databases import starting_from
from web.transactions import in_transaction


def with_catalogue() -> None:
    """Load the shipped catalogue where it is missing."""
    starting_from("catalogue", lambda: in_transaction(load_catalogue))
