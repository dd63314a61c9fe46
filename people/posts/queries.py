"""Posts by their address."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from people.organisation.models import Employment
from web.database import db


def post_with_public_id(public_id: str) -> Employment | None:
    """The employment with an address, with everything that a form shows of it."""
    return db.session.scalar(
        select(Employment)
        .where(Employment.public_id == public_id)
        .options(
            joinedload(Employment.person),
            joinedload(Employment.unit),
            joinedload(Employment.position),
            joinedload(Employment.manager),
            joinedload(Employment.dotted_manager),
        )
    )
