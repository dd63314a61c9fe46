"""Tables of accounts: who can sign in, their sessions on the server, and their invitations."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person
from web.database import Base, Identified, Versioned, enum_column, utc_now


class AccountState(StrEnum):
    """Whether an account can be used."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Account(Identified, Versioned, Base):
    """How one person signs in; a person has at most one account."""

    __tablename__ = "account"

    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(String(254))
    login_key: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[AccountState] = mapped_column(enum_column(AccountState), default=AccountState.INVITED)
    language: Mapped[str | None] = mapped_column(String(8))

    person: Mapped[Person] = relationship()

    def may_sign_in(self, on: date) -> bool:
        """Whether the account is active and its person has not left by that day."""
        left_on = self.person.left_on
        return self.state is AccountState.ACTIVE and (left_on is None or left_on >= on)


class SignIn(Base):
    """One server-side session: the browser holds a random token, the table only its digest."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    browser: Mapped[str] = mapped_column(String(64), default="")
    confirmed_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Invitation(Base):
    """A link that lets an account set its password once."""

    __tablename__ = "account_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
