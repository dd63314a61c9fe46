"""Signing in and out, passwords, invitations and disabling; hashing happens before any transaction begins."""

import secrets
import threading
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import update

from people.accounts.errors import (
    AccountExistsError,
    AccountNotUsableError,
    InvitationNotUsableError,
    LoginNotUsableError,
    PasswordTooWeakError,
    WrongCredentialsError,
)
from people.accounts.models import Account, AccountState, Invitation, SignIn
from people.accounts.queries import account_of, account_with_login, digest_of, local_day, usable_invitation
from people.audit.actions import record
from people.organisation.models import Person
from web.database import db, utc_now
from web.settings import Mode
from web.texts import identifier, unique_key

INVITATION_LASTS = timedelta(days=7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
# Each hash takes 64 MiB and a processor: more at a time would slow every page down.
_hashing = threading.BoundedSemaphore(2)


@cache
def password_hasher(mode: Mode) -> PasswordHasher:
    """Argon2id with the library's recommended cost; tests use a cheap one."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if mode is Mode.TESTING else PasswordHasher()


def hashed(password: str) -> str:
    """The Argon2id hash of a password; slow on purpose, so never inside a transaction."""
    with _hashing:
        return password_hasher(current_app.config["SETTINGS"].mode).hash(password)


def is_password_right(account: Account | None, password: str) -> bool:
    """Whether a password fits an account; takes as long where there is no such account or it has no password."""
    known_hash = account.password_hash if account is not None else None
    compared = known_hash or _hash_of_nobody()
    # The connection goes back before the slow part; what is read later is read anew.
    db.session.rollback()
    try:
        with _hashing:
            password_hasher(current_app.config["SETTINGS"].mode).verify(compared, password)
    except (VerificationError, InvalidHashError):
        return False
    return known_hash is not None


@cache
def _hash_of_nobody() -> str:
    return hashed(secrets.token_urlsafe(24))


def require_strong(password: str, account: Account) -> None:
    """Refuse a new password that is short, endless, of few different characters or the account's own name."""
    names = {unique_key(account.login), unique_key(account.person.name)}
    fits = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    if not fits or len(set(password)) < 4 or unique_key(password) in names:
        raise PasswordTooWeakError


def verified_account(login: str, password: str) -> Account:
    """The account that may sign in with these; raises the same error, after the same time, whatever is wrong."""
    account = account_with_login(login[:254])
    right = is_password_right(account, password[:LONGEST_PASSWORD])
    if account is None or not right or not account.may_sign_in(local_day(utc_now())):
        raise WrongCredentialsError
    return account


def start_session(account: Account, browser: str = "", *, replaces: str | None = None) -> str:
    """Begin a session on the server and return the token that only the browser will hold.

    The session that this browser held until now, of whomever, ends.
    """
    # The password was checked before this transaction; meanwhile the account may have been disabled.
    if not account.may_sign_in(local_day(utc_now())):
        raise WrongCredentialsError
    token = secrets.token_urlsafe(32)
    if replaces is not None:
        held = update(SignIn).where(SignIn.token_digest == digest_of(replaces), SignIn.ended_at.is_(None))
        db.session.execute(held.values(ended_at=utc_now()))
    db.session.add(SignIn(account_id=account.id, token_digest=digest_of(token), browser=browser))
    record("account.signed_in", about=account, actor_id=account.person_id)
    return token


def end_session(token: str) -> None:
    """End one session; its token is worth nothing from now on."""
    db.session.execute(update(SignIn).where(SignIn.token_digest == digest_of(token)).values(ended_at=utc_now()))
    record("account.signed_out")


def end_sessions_of(account_id: int, *, except_token: str | None = None) -> None:
    """End all sessions of an account, but for the one that asks."""
    statement = update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
    if except_token is not None:
        statement = statement.where(SignIn.token_digest != digest_of(except_token))
    db.session.execute(statement.values(ended_at=utc_now()))


def end_all_sessions() -> None:
    """End every session of everyone: for a database that was put back, in which old sessions would live again."""
    db.session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=utc_now()))


def end_sessions_of_person(person_id: int) -> None:
    """End all sessions of a person's account, if there is one: what they may do has changed."""
    account = account_of(person_id)
    if account is not None:
        end_sessions_of(account.id)


def end_other_sessions(account: Account, token: str) -> None:
    """End every session of an account but the one that asks for it."""
    end_sessions_of(account.id, except_token=token)
    record("account.other_sessions_ended", about=account)


def renew_session(token: str) -> str:
    """Give a session a new token, as after every step up; the old one is worth nothing from now on."""
    new_token = secrets.token_urlsafe(32)
    renewed = update(SignIn).where(SignIn.token_digest == digest_of(token), SignIn.ended_at.is_(None))
    changed = db.session.execute(renewed.values(token_digest=digest_of(new_token), confirmed_at=utc_now()))
    if getattr(changed, "rowcount", 0) != 1:
        raise WrongCredentialsError
    return new_token


def confirm_session(token: str) -> str:
    """Note that the password was typed again just now; returns the session's new token."""
    new_token = renew_session(token)
    record("account.password_confirmed")
    return new_token


def change_password(account: Account, new_hash: str, *, token: str) -> str:
    """Set a new password and end every other session; returns this session's new token."""
    account.password_hash = new_hash
    end_sessions_of(account.id, except_token=token)
    withdraw_invitations(account)
    record("account.password_changed", about=account)
    return renew_session(token)


def create_account(person: Person, login: str) -> Account:
    """Give a person an account that waits for its password."""
    key = unique_key(login)
    if not key:
        raise LoginNotUsableError
    if account_of(person.id) is not None or account_with_login(key) is not None:
        raise AccountExistsError
    account = Account(person_id=person.id, person=person, login=identifier(login), login_key=key)
    db.session.add(account)
    db.session.flush()
    record("account.created", about=account)
    return account


def invite(account: Account) -> str:
    """Make a link's token with which the account sets its password once; earlier links end."""
    if account.state is AccountState.DISABLED:
        raise AccountNotUsableError
    withdraw_invitations(account)
    token = secrets.token_urlsafe(32)
    expires_at = utc_now() + INVITATION_LASTS
    db.session.add(Invitation(account_id=account.id, token_digest=digest_of(token), expires_at=expires_at))
    record("account.invited", about=account)
    return token


def withdraw_invitations(account: Account) -> None:
    """Make every open invitation of an account worth nothing."""
    unused = update(Invitation).where(Invitation.account_id == account.id, Invitation.used_at.is_(None))
    db.session.execute(unused.values(used_at=utc_now()))


def accept_invitation(token: str, new_hash: str) -> Account:
    """Set the first (or a new) password with an invitation's token; the account is active from now on."""
    invitation = usable_invitation(token, utc_now(), to_use=True)
    if invitation is None:
        raise InvitationNotUsableError
    account = invitation.account
    withdraw_invitations(account)
    account.password_hash = new_hash
    account.state = AccountState.ACTIVE
    end_sessions_of(account.id)
    record("account.activated", about=account, actor_id=account.person_id)
    return account


def disable_account(account: Account) -> None:
    """Lock an account, end its sessions and withdraw its invitations."""
    if account.state is AccountState.DISABLED:
        return
    account.state = AccountState.DISABLED
    end_sessions_of(account.id)
    withdraw_invitations(account)
    record("account.disabled", about=account)


def enable_account(account: Account) -> None:
    """Unlock an account; without a password it waits for an invitation."""
    if account.state is not AccountState.DISABLED:
        return
    account.state = AccountState.ACTIVE if account.password_hash else AccountState.INVITED
    record("account.enabled", about=account)


def set_language(account: Account, language: str) -> None:
    """Keep the language that a person chose."""
    if account.language != language:
        account.language = language
        record("account.language_set", about=account, details={"language": language})
