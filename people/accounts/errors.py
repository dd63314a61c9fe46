"""What can go wrong when someone signs in or is given an account."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class WrongCredentialsError(SteelyardError):
    """The name or the password is wrong, or the account cannot be used; which one is not said."""

    message = _l("Name or password is not right.")
    field: ClassVar[str | None] = "password"


class PasswordTooWeakError(SteelyardError):
    """The new password is too short, too long or too simple."""

    message = _l("Choose a password of 12 to 200 characters that is not your name and not one character repeated.")
    field: ClassVar[str | None] = "new_password"


class InvitationNotUsableError(SteelyardError):
    """The link was used, is too old or was withdrawn."""

    message = _l("This link has been used or has expired. Ask HR for a new one.")
    status = 410


class AccountExistsError(SteelyardError):
    """The person already has an account, or the sign-in name is taken."""

    message = _l("This person already has an account, or the sign-in name is taken.")
    field: ClassVar[str | None] = "login"
    status = 409


class LoginNotUsableError(SteelyardError):
    """Nothing visible is left of the sign-in name."""

    message = _l("Write a sign-in name with letters or digits.")
    field: ClassVar[str | None] = "login"


class AccountNotUsableError(SteelyardError):
    """A disabled account is not invited."""

    message = _l("This account is disabled. Enable it first.")
    status = 409


class OwnAccountError(SteelyardError):
    """Nobody locks themselves out."""

    message = _l("You cannot disable your own account. Ask another administrator.")
