"""The trail for auditors: a list with search and filters, one event, all of it as a table."""

from datetime import timedelta

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.audit.actions import record
from people.audit.models import AuditEvent
from people.audit.queries import last_seal, unsealed_count
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import guard
from people.trail.queries import codes_in_trail, event_with, latest_events, names_of_people, trail
from people.trail.reports import trail_rows
from people.trail.sentences import AREAS, actor_of, area_of, detail_rows, kind_of, sentence_of
from web.database import utc_now
from web.files.downloads import attachment
from web.files.writing import csv_bytes
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing
from web.transactions import in_transaction

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
MOST_EXPORTED = 50_000
LARGEST_NUMBER = 2**31 - 1


@blueprint.get("")
@guard(Permission.AUDIT_READ)
def trail_page() -> str:
    """List what happened, newest first."""
    listing = _listing()
    names = names_of_people([event.about_id for event in listing.rows if event.about_id])
    return render_template(
        "people/trail/trail.html",
        listing=listing,
        names=names,
        sentence_of=sentence_of,
        actor_of=actor_of,
        kind_of=kind_of,
        seal=last_seal(),
        unsealed=unsealed_count(),
    )


def _listing() -> Listing:
    columns = (
        Column("at", _l("When"), order_by=AuditEvent.id),
        Column("actor", _l("Who"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
        Column("event", _l("What"), order_by=AuditEvent.event, search=AuditEvent.event),
        Column("about", _l("About"), search=AuditEvent.about_id),
        Column("seal", _l("Batch"), order_by=AuditEvent.seal_number, kind="number"),
    )
    areas = sorted({area_of(code) for code in codes_in_trail()})
    in_area = {area: AuditEvent.event.startswith(f"{area}.", autoescape=True) for area in areas}
    since = {days: AuditEvent.at >= utc_now() - timedelta(days=int(days)) for days in ("1", "7", "30")}
    periods = (("1", _l("Last 24 hours")), ("7", _l("Last 7 days")), ("30", _l("Last 30 days")))
    filters = (
        Choice("area", _l("Kind of event"), [(area, AREAS.get(area, area)) for area in areas], conditions=in_area),
        Choice("since", _l("Since"), periods, conditions=since),
    )
    return Listing(
        trail(), columns, caption=_l("Audit trail"), default_sort="-at", tie_breaker=AuditEvent.id, filters=filters
    )


@blueprint.get("/events/<int:number>")
@guard(Permission.AUDIT_READ)
def event_page(number: int) -> str:
    """Show one event with its details and its seal."""
    event = event_with(number) if number <= LARGEST_NUMBER else None
    if event is None:
        raise NotFound
    names = names_of_people([event.about_id] if event.about_id else [])
    return render_template(
        "people/trail/event.html",
        event=event,
        sentence=sentence_of(event.event, event.details),
        actor=actor_of(event.actor.name if event.actor else None, event.actor_kind),
        about=names.get(event.about_id or "", event.about_id),
        kind=kind_of(event.about_kind),
        details=detail_rows(event.details),
    )


@blueprint.post("/export")
@guard(Permission.AUDIT_READ)
def export() -> Response:
    """Give the trail as a CSV file, and record that it was taken."""
    rows = trail_rows(latest_events(MOST_EXPORTED))
    in_transaction(lambda: record("audit.exported", details={"rows": len(rows) - 1}))
    return attachment(csv_bytes(rows), "audit-trail", "csv")
