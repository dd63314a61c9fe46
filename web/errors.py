"""Errors that people can cause, each with its message in both languages, and the pages that tell them."""

from typing import Any, ClassVar

from flask import Flask, current_app, g, render_template
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, ServiceUnavailable

from web.language import LazyString
from web.language import lazy_gettext as _l

EXPIRED_FORM = _l("This page was open for too long or belongs to another sign-in. Open it again and repeat.")


class SteelyardError(Exception):
    """Something a person asked for cannot be done; nothing was changed."""

    message: ClassVar[LazyString]
    field: ClassVar[str | None] = None
    status: ClassVar[int] = 422

    def __init__(self, **parameters: Any) -> None:
        """Keep what the message names."""
        super().__init__(type(self).__name__)
        self.parameters = parameters

    def __str__(self) -> str:
        """The message in the reader's language."""
        return str(self.message) % self.parameters if self.parameters else str(self.message)


class StaleEditError(SteelyardError):
    """Someone else saved the same thing in the meantime."""

    message = _l("Someone else changed this while you were editing. Nothing of yours was saved; compare and try again.")
    status = 409


class RepeatedWithOtherContentError(SteelyardError):
    """The same form was sent twice with different content."""

    message = _l("This form was already sent with other content. Open the page again to send a new one.")
    status = 409


class UnknownIdentifierError(SteelyardError):
    """A choice named something that does not exist or may not be chosen."""

    message = _l("This choice is no longer available.")


def register_errors(app: Flask) -> None:
    """Answer every error with a page that says what happened and what to do."""
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(CSRFError, _expired_form_page)
    app.register_error_handler(SteelyardError, _refused_page)
    app.register_error_handler(DBAPIError, _database_page)


def error_page(status: int, detail: str = "") -> tuple[str, int]:
    """The page for an HTTP status; the detail is a sentence for the reader."""
    if status >= InternalServerError.code:
        # After a fault of the database nobody can be loaded from it, and the page does without.
        g._login_user = AnonymousUserMixin()
    return render_template("errors/error.html", status=status, detail=detail), status


def _error_page(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    return error_page(error.code)


def _expired_form_page(_error: CSRFError) -> tuple[str, int]:
    return error_page(BadRequest.code, str(EXPIRED_FORM))


def _refused_page(error: SteelyardError) -> tuple[str, int]:
    return error_page(error.status, str(error))


def _database_page(error: DBAPIError) -> tuple[str, int]:
    if isinstance(error.orig, ValueError):
        return error_page(BadRequest.code)
    current_app.logger.error("database error: %s", type(error.orig).__name__)
    status = ServiceUnavailable.code if error.connection_invalidated or _is_full(error) else InternalServerError.code
    return error_page(status)


def _is_full(error: DBAPIError) -> bool:
    text = str(error.orig)
    return "locked" in text or "full" in text or getattr(error.orig, "sqlstate", "") in {"53100", "57P01", "08006"}
