"""The trail as a table for a spreadsheet."""

import json
from collections.abc import Sequence
from typing import Any

from people.audit.models import AuditEvent
from people.trail.sentences import actor_of, kind_of, sentence_of
from web.language import gettext as _


def trail_rows(events: Sequence[AuditEvent]) -> list[list[Any]]:
    """The headings, then one event a row; moments in UTC, so that rows of two exports compare equal."""
    headings = [
        _("Number"), _("When"), _("Who"), _("Event code"), _("What"),
        _("About"), _("Identifier"), _("Details"), _("Batch"),
    ]  # fmt: skip
    return [headings, *(_row(event) for event in events)]


def _row(event: AuditEvent) -> list[Any]:
    return [
        event.id,
        event.at.isoformat(timespec="seconds"),
        actor_of(event.actor.name if event.actor else None, event.actor_kind),
        event.event,
        sentence_of(event.event, event.details),
        kind_of(event.about_kind),
        event.about_id or "",
        json.dumps(event.details, ensure_ascii=False, sort_keys=True) if event.details else "",
        event.seal_number,
    ]
