"""Chinese and English: which one a reader gets, and the texts of the product in it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from flask_login import current_user

__all__ = ["LANGUAGE_NAMES", "LazyString", "current_language", "gettext", "lazy_gettext", "localized", "ngettext"]

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
LANGUAGE_COOKIE = "language"
CATALOGUES = ("web", "people", "rubrics", "assessments", "review")


def register_language(app: Flask) -> None:
    """Choose the language of every request and give templates what they need for it."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_DOMAIN"] = ";".join(CATALOGUES)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(["translations"] * len(CATALOGUES))
    Babel(
        app,
        locale_selector=_chosen_language,
        timezone_selector=lambda: str(app.config["TIME_ZONE"]),
    )
    app.jinja_env.filters["localized"] = localized
    app.jinja_env.globals.update(localized=localized, current_language=current_language, language_names=LANGUAGE_NAMES)


def current_language() -> str:
    """The language of this reader: "zh" or "en"."""
    locale = get_locale()
    return "zh" if locale is not None and locale.language == "zh" else "en"


def localized(text: Mapping[str, Any] | None) -> str:
    """The reader's language of a text in data; where it is missing, the other one."""
    if not text:
        return ""
    language = current_language()
    return str(text.get(language) or next((value for value in text.values() if value), ""))


def _chosen_language() -> str:
    """What the account says, else what this browser chose here, else what it asks for."""
    if not has_request_context():
        return "en"
    # The language of an error page must be known even where no one could be loaded.
    preferred = getattr(current_user, "language", None) if current_user else None
    chosen = preferred or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGE_NAMES:
        return str(chosen)
    return request.accept_languages.best_match(["zh-CN", "zh", "en"], "en").partition("-")[0]
