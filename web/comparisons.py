"""What a reader typed beside what someone else saved meanwhile, for the notice about a stale edit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask

from web.database import LANGUAGES
from web.formats import format_date, format_moment, shown_text

_MISSING = object()


def register_comparisons(app: Flask) -> None:
    """Let the notice about a stale edit say what differs."""
    app.jinja_env.filters["differences"] = differences


def differences(form: Any) -> list[tuple[str, str, str]]:
    """Label, typed text and saved text of every field whose two versions differ."""
    found = []
    for field in form:
        saved = _saved_value(form.stale_row, field.short_name)
        if saved is _MISSING or getattr(field.widget, "input_type", "") in ("hidden", "password", "file", "submit"):
            continue
        choices = _labels(field)
        mine, theirs = _words(field.data, choices), _words(saved, choices)
        if mine != theirs:
            found.append((str(field.label.text), mine, theirs))
    return found


def _saved_value(row: Any, name: str) -> Any:
    if hasattr(row, name):
        return getattr(row, name)
    # A text in two languages is one column and two fields: title_zh and title_en.
    base, _separator, language = name.rpartition("_")
    texts = getattr(row, base, None) if language in LANGUAGES and base else None
    return texts.get(language, "") if isinstance(texts, Mapping) else _MISSING


def _labels(field: Any) -> dict[str, str]:
    if not hasattr(field, "iter_choices"):
        return {}
    return {str(choice[0]): str(shown_text(choice[1])) for choice in field.iter_choices()}


def _words(value: Any, labels: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | set):
        return ", ".join(_words(part, labels) for part in value)
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, date):
        return format_date(value)
    return labels.get(str(value), str(shown_text(value)))
