"""Accounts, their live sessions, and the viewer that a session stands for."""

import hashlib
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from people.accounts.models import Account, AccountState, Invitation, SignIn
from people.organisation.models import Person
from people.roles.models import Viewer
from people.roles.queries import grants_of, has_reports
from web.database import db, utc_now
from web.texts import unique_key

LONGEST_SESSION = timedelta(hours=12)


def local_day(now: datetime) -> date:
    """The date of a moment where the product is used."""
    return now.astimezone(current_app.config["TIME_ZONE"]).date()


def digest_of(token: str) -> str:
    """What the database keeps of a token that only its holder knows."""
    return hashlib.sha256(token.encode()).hexdigest()


def account_with_login(login: str) -> Account | None:
    """The account that signs in under a name, in any spelling that is the same name."""
    return db.session.scalar(
        select(Account).where(Account.login_key == unique_key(login)).options(joinedload(Account.person))
    )


def account_of(person_id: int) -> Account | None:
    """The account of a person, if there is one."""
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def account_with_public_id(public_id: str) -> Account | None:
    """The account with an address, with its person."""
    return db.session.scalar(select(Account).where(Account.public_id == public_id).options(joinedload(Account.person)))


def live_sign_in(token: str, now: datetime) -> SignIn | None:
    """The session a token stands for, unless it has ended, grown too old or its account or person is gone."""
    today = local_day(now)
    statement = (
        select(SignIn)
        .join(SignIn.account)
        .join(Account.person)
        .where(
            SignIn.token_digest == digest_of(token),
            SignIn.ended_at.is_(None),
            SignIn.started_at > now - LONGEST_SESSION,
            Account.state == AccountState.ACTIVE,
            (Person.left_on.is_(None)) | (Person.left_on >= today),
        )
        .options(joinedload(SignIn.account).joinedload(Account.person))
    )
    return db.session.scalar(statement)


def viewer_of(token: str) -> Viewer | None:
    """The viewer behind a session token, for Flask-Login."""
    now = utc_now()
    session = live_sign_in(token, now)
    if session is None:
        return None
    person = session.account.person
    today = local_day(now)
    return Viewer(
        account_id=session.account_id,
        person_id=person.id,
        name=person.name,
        language=session.account.language,
        session_token=token,
        confirmed_at=session.confirmed_at,
        today=today,
        grants=tuple(grants_of(person.id, today)),
        has_reports=has_reports(person.id, today),
    )


def live_sessions_of(account_id: int, now: datetime) -> list[SignIn]:
    """Where an account is signed in now, the latest first."""
    statement = (
        select(SignIn)
        .where(
            SignIn.account_id == account_id,
            SignIn.ended_at.is_(None),
            SignIn.started_at > now - LONGEST_SESSION,
        )
        .order_by(SignIn.started_at.desc(), SignIn.id.desc())
    )
    return list(db.session.scalars(statement))


def usable_invitation(token: str, now: datetime, *, to_use: bool = False) -> Invitation | None:
    """The invitation a link stands for, unless it was used, is too old or nobody may sign in with it any more.

    ``to_use`` locks it, so that of two who follow the link at once only one sets the password.
    """
    today = local_day(now)
    statement = (
        select(Invitation)
        .join(Invitation.account)
        .join(Account.person)
        .where(
            Invitation.token_digest == digest_of(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            Account.state != AccountState.DISABLED,
            (Person.left_on.is_(None)) | (Person.left_on >= today),
        )
        .options(joinedload(Invitation.account).joinedload(Account.person))
    )
    return db.session.scalars(statement.with_for_update(of=Invitation) if to_use else statement).one_or_none()
