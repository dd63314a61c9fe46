"""Forms sent as a browser sends them: with the hidden fields of the page they stand on."""

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
PART = re.compile(r'\b(name|value)="([^"]*)"')


def sent(
    client: FlaskClient, path: str, data: Mapping[str, str] | None = None, *, page: str | None = None
) -> TestResponse:
    """Open a page, or another one with this form's version, and send the form."""
    parts = (dict(PART.findall(field)) for field in HIDDEN.findall(client.get(page or path).text))
    hidden = {part["name"]: part.get("value", "") for part in parts if part.get("name") == "version"}
    return client.post(path, data={**hidden, **(data or {})})
