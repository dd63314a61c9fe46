"""Who is looking, for Flask-Login; and what is noted when someone is turned away."""

from typing import Any

from flask import Flask, request
from flask_login import LoginManager
from werkzeug.exceptions import HTTPException

from people.accounts.queries import viewer_of
from people.audit.actions import record
from people.roles.guards import DeniedError, HiddenError
from web.errors import error_page
from web.transactions import in_transaction


def register_sessions(app: Flask) -> None:
    """Load the viewer of every request, and record every denial after the refused action was rolled back."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(viewer_of)
    app.register_error_handler(DeniedError, _note_denial)
    app.register_error_handler(HiddenError, _note_denial)


def _note_denial(error: HTTPException) -> Any:
    # The rule, not the address: an address can join a person to an answer.
    details = {"rule": str(request.url_rule), "method": request.method, "status": error.code}
    in_transaction(lambda: record("access.denied", details=details))
    return error_page(error.code or 403)
