"""Mails that are due, and the outbox as a list."""

from datetime import datetime

from sqlalchemy import Select, exists, select

from web.database import db
from web.jobs.models import Job, JobState
from web.outbox.models import Mail, MailState

DELIVERY = "outbox.deliver"


def due_mails(now: datetime) -> list[int]:
    """The ids of the mails to send now, oldest first."""
    statement = select(Mail.id).where(Mail.state == MailState.WAITING, Mail.ready_at <= now).order_by(Mail.id)
    return list(db.session.scalars(statement))


def mails() -> Select[Mail]:
    """All mails that have not been forgotten yet, for the list of the administrator."""
    return select(Mail)


def mail_with(public_id: str) -> Mail | None:
    """The mail of a public id."""
    return db.session.scalar(select(Mail).where(Mail.public_id == public_id))


def keys_written(prefix: str) -> set[str]:
    """The keys beginning so under which a mail was written already, whether it has left or not."""
    return {
        key for key in db.session.scalars(select(Mail.key).where(Mail.key.startswith(prefix, autoescape=True))) if key
    }


def is_delivery_queued() -> bool:
    """Whether a job that will send what is due is waiting for its turn."""
    waiting = exists().where(Job.name == DELIVERY, Job.state == JobState.QUEUED)
    return bool(db.session.scalar(select(waiting)))
