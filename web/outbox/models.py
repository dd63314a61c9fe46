"""The table of mails that wait or were sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from web.database import Base, Identified, enum_column, utc_now


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Mail(Identified, Base):
    """One mail to one address. Its text is forgotten once it is sent, because it may hold a personal link."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_state_ready_at", "state", "ready_at"),)

    key: Mapped[str | None] = mapped_column(String(128), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[MailState] = mapped_column(enum_column(MailState), default=MailState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    ready_at: Mapped[datetime] = mapped_column(default=utc_now)
    sent_at: Mapped[datetime | None]
