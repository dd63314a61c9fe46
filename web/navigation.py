"""The entries of the side navigation; wsgi.py lists them, this shows each reader their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_login import current_user

from web.language import LazyString


@dataclass(frozen=True)
class Entry:
    """One place to go: its name, address, icon, who is shown it, and further blueprints whose pages lie under it."""

    label: LazyString
    endpoint: str
    icon: str
    is_shown_to: Callable[[object], bool]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as one reader sees it on one page."""

    label: str
    url: str
    icon: str
    active: bool


def register_navigation(app: Flask, entries: Sequence[Entry]) -> None:
    """Give every page the navigation of its reader."""

    def links() -> list[Link]:
        if not current_user or not current_user.is_authenticated:
            return []
        here = (request.endpoint or "").rpartition(".")[0]
        return [
            Link(
                str(entry.label),
                url_for(entry.endpoint),
                entry.icon,
                here in (entry.endpoint.rpartition(".")[0], *entry.also),
            )
            for entry in entries
            if entry.is_shown_to(current_user)
        ]

    @app.context_processor
    def navigation() -> dict[str, object]:
        return {"navigation": links()}
