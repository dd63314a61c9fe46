"""Who may open the routes of people; each feature adds its rows here."""

from collections.abc import Mapping

from sqlalchemy import select

from people.audit.actions import record
from people.audit.models import AuditEvent
from people.organisation.models import Person
from tests.matrix import Row, only
from web.database import db
from web.jobs.actions import enqueue
from web.outbox.actions import send
from web.transactions import in_transaction


def an_event() -> Mapping[str, int]:
    in_transaction(lambda: record("account.signed_out"))
    return {"number": db.session.scalars(select(AuditEvent.id).limit(1)).one()}


def job_of_nancy() -> Mapping[str, str]:
    nancy = db.session.scalars(select(Person.id).where(Person.employee_number == "1")).one()
    return {"job_id": in_transaction(lambda: enqueue("outbox.deliver", owner_id=nancy)).public_id}


def a_mail() -> Mapping[str, str]:
    return {"mail_id": in_transaction(lambda: send("nancy@northwind.example", "Subject", "Text")).public_id}


ROWS = {
    "audit.trail_page": Row(only("auditor")),
    "audit.event_page": Row(only("auditor"), an_event),
    "audit.export": Row(only("auditor")),
    "operations.all_jobs": Row(only("administrator")),
    "operations.job_page": Row(only("nancy", "administrator"), job_of_nancy),
    "operations.restart_page": Row(only("administrator"), job_of_nancy),
    "operations.all_mails": Row(only("administrator")),
    # Outside the demonstration the text of a mail is shown to no one.
    "operations.mail_page": Row(only(), a_mail),
}
