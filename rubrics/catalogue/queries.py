"""What of a catalogue has been loaded before."""

from typing import Any

from sqlalchemy import select

from rubrics.frameworks.models import Framework, VersionOrigin
from rubrics.measures.models import Measure
from rubrics.profiles.models import PositionProfile, Profile
from web.database import db


def catalogue_digests(table: type[Framework] | type[Profile] | type[Measure]) -> dict[str, str]:
    """The digest of the newest version that came from a catalogue, by code."""
    statement: Any = select(table.code, table.content_digest).order_by(table.number)
    if issubclass(table, Framework | Profile):
        statement = statement.where(table.origin == VersionOrigin.CATALOGUE)
    return dict(tuple(row) for row in db.session.execute(statement))


def mapped_positions() -> set[str]:
    """The codes of the positions that have a profile."""
    return set(db.session.scalars(select(PositionProfile.position_code)))
