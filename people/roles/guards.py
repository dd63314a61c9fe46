"""Who may open a page: every view carries exactly one of these guards, which a test can read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NoReturn, cast

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from people.permissions import Permission
from people.roles.models import Viewer
from web.database import utc_now
from web.guards import View, marked, open_to_all

__all__ = [
    "FRESH_FOR",
    "DeniedError",
    "HiddenError",
    "MissingGuardError",
    "current_viewer",
    "deny_unless",
    "guard",
    "is_fresh",
    "open_to_all",
    "signed_in",
]

FRESH_FOR = timedelta(minutes=15)


class DeniedError(Forbidden):
    """A signed-in person may see this but not do it; recorded after the rollback."""


class HiddenError(NotFound):
    """A stranger asked for something: the answer is that of a thing that does not exist; recorded likewise."""


class MissingGuardError(RuntimeError):
    """A developer's mistake: a view asks who is looking without having asked anyone to sign in."""


def signed_in(view: View) -> View:
    """Let in whoever is signed in."""
    return _guarded(view, None, fresh=False)


def guard(permission: Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """Let in whoever holds the permission; fresh asks for the password again where it was long ago."""
    return lambda view: _guarded(view, permission, fresh=fresh)


def current_viewer() -> Viewer:
    """The signed-in person; to be called only where a guard has let someone in."""
    viewer = current_user._get_current_object()
    if not isinstance(viewer, Viewer):
        raise MissingGuardError
    return viewer


def deny_unless(visible: bool, allowed: bool = True) -> None:
    """Answer 404 where the viewer may not know that the thing exists, 403 where they may look but not touch."""
    if not visible:
        raise HiddenError
    if not allowed:
        raise DeniedError


def is_fresh(viewer: Viewer, now: datetime) -> bool:
    """Whether the password was typed recently enough for what is dear."""
    return now - viewer.confirmed_at <= FRESH_FOR


def _guarded(view: View, permission: Permission | None, *, fresh: bool) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if permission is not None and not current_viewer().can(permission):
            raise DeniedError
        if fresh and not is_fresh(current_viewer(), utc_now()):
            return redirect(url_for("accounts.confirm_password", next=_here()), 303)
        return view(*args, **kwargs)

    return cast(View, marked(guarded, permission or "signed in"))


def _ask_to_sign_in() -> Any:
    if request.method not in {"GET", "HEAD"}:
        _refuse_anonymous()
    return redirect(url_for("accounts.sign_in", next=_here()), 303)


def _refuse_anonymous() -> NoReturn:
    raise Unauthorized


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else (request.referrer or "/")
