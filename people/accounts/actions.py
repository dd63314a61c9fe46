"""Signing in and out, passwords, invitations and disabling; hashing happens before any transaction begins."""

import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import update

from people.accounts.errors import (
    AccountExistsError,
    InvitationNotUsableError,
    PasswordTooWeakError,
    WrongCredentialsError,
)
from people.accounts.models import Account, AccountState, Invitation, SignIn
from people.accounts.queries import account_of, account_with_login, digest_of, usable_invitation
from people.audit.actions import record
from people.organisation.models import Person
from web.database import db, utc_now
from web.settings import Mode
from web.texts import identifier, unique_key

INVITATION_LASTS = timedelta(days=7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200


@cache
def password_hasher(mode: Mode) -> PasswordHasher:
    """Argon2id with the library's recommended cost; tests use a cheap one."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if mode is Mode.TESTING else PasswordHasher()


def hashed(password: str) -> str:
    """The Argon2id hash of a password; slow on purpose, so never inside a transaction."""
    return password_hasher(current_app.config["SETTINGS"].mode).hash(password)


def is_password_right(account: Account | None, password: str) -> bool:
    """Whether a password fits an account; takes as long where there is no such account."""
    known = account.password_hash if account is not None and account.password_hash else _hash_of_nobody()
    try:
        matches = password_hasher(current_app.config["SETTINGS"].mode).verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and account is not None and account.password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return hashed(secrets.token_urlsafe(24))


def require_strong(password: str, account: Account) -> None:
    """Refuse a new password that is short, endless, one character repeated or the account's own name."""
    names = {unique_key(account.login), unique_key(account.person.name)}
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < 4 or unique_key(password) in names:
        raise PasswordTooWeakError


def verified_account(login: str, password: str) -> Account:
    """The account that may sign in with these; raises the same error whatever is wrong."""
    account = account_with_login(login[:254])
    right = is_password_right(account, password[:LONGEST_PASSWORD])
    if account is None or not right or account.state is not AccountState.ACTIVE:
        raise WrongCredentialsError
    return account


def start_session(account: Account) -> str:
    """Begin a session on the server and return the token that only the browser will hold."""
    token = secrets.token_urlsafe(32)
    db.session.add(SignIn(account_id=account.id, token_digest=digest_of(token)))
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


def confirm_session(token: str) -> None:
    """Note that the password was typed again just now."""
    db.session.execute(update(SignIn).where(SignIn.token_digest == digest_of(token)).values(confirmed_at=utc_now()))
    record("account.password_confirmed")


def change_password(account: Account, new_hash: str, *, except_token: str) -> None:
    """Set a new password and end every other session."""
    account.password_hash = new_hash
    end_sessions_of(account.id, except_token=except_token)
    record("account.password_changed", about=account)


def create_account(person: Person, login: str) -> Account:
    """Give a person an account that waits for its password."""
    key = unique_key(login)
    if account_of(person.id) is not None or account_with_login(key) is not None:
        raise AccountExistsError
    account = Account(person_id=person.id, person=person, login=identifier(login), login_key=key)
    db.session.add(account)
    db.session.flush()
    record("account.created", about=account)
    return account


def invite(account: Account) -> str:
    """Make a link's token with which the account sets its password once."""
    token = secrets.token_urlsafe(32)
    expires_at = utc_now() + INVITATION_LASTS
    db.session.add(Invitation(account_id=account.id, token_digest=digest_of(token), expires_at=expires_at))
    record("account.invited", about=account)
    return token


def accept_invitation(token: str, new_hash: str) -> Account:
    """Set the first (or a new) password with an invitation's token; the account is active from now on."""
    invitation = usable_invitation(token, utc_now())
    if invitation is None:
        raise InvitationNotUsableError
    invitation.used_at = utc_now()
    account = invitation.account
    account.password_hash = new_hash
    account.state = AccountState.ACTIVE
    end_sessions_of(account.id)
    record("account.activated", about=account, actor_id=account.person_id)
    return account


def disable_account(account: Account) -> None:
    """Lock an account and end its sessions."""
    account.state = AccountState.DISABLED
    end_sessions_of(account.id)
    record("account.disabled", about=account)


def enable_account(account: Account) -> None:
    """Unlock an account; without a password it waits for an invitation."""
    account.state = AccountState.ACTIVE if account.password_hash else AccountState.INVITED
    record("account.enabled", about=account)


def set_language(account: Account, language: str) -> None:
    """Keep the language that a person chose."""
    account.language = language
