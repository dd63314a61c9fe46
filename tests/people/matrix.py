"""Who may open the routes of people; each feature adds its rows here."""

from collections.abc import Mapping

from sqlalchemy import select

from people.accounts.actions import invite
from people.accounts.models import Account
from people.audit.actions import record
from people.audit.models import AuditEvent
from people.organisation.models import Employment, Person, Position, Unit
from people.permissions import Role
from people.roles.models import RoleGrant
from people.roster.actions import keep_upload
from people.roster.jobs import IMPORT_JOB
from tests.matrix import EVERYONE, SIGNED_IN, Row, only
from tests.people.rosters import employee, file_of
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


def nancy_herself() -> Mapping[str, str]:
    return {"person_id": db.session.scalars(select(Person.public_id).where(Person.employee_number == "1")).one()}


def post_of_nancy() -> Mapping[str, str]:
    nancy = select(Person.id).where(Person.employee_number == "1").scalar_subquery()
    return {"post_id": db.session.scalars(select(Employment.public_id).where(Employment.person_id == nancy)).one()}


def account_of_nancy() -> Mapping[str, str]:
    return {"account_id": db.session.scalars(select(Account.public_id).where(Account.login_key == "nancy")).one()}


def sales() -> Mapping[str, str]:
    return {"unit_id": db.session.scalars(select(Unit.public_id).where(Unit.code == "sales")).one()}


def a_position() -> Mapping[str, str]:
    return {"position_id": db.session.scalars(select(Position.public_id).limit(1)).one()}


def grant_of_the_auditor() -> Mapping[str, str]:
    return {"grant_id": db.session.scalars(select(RoleGrant.public_id).where(RoleGrant.role == Role.AUDITOR)).one()}


def an_upload() -> Mapping[str, str]:
    owner_id = db.session.scalars(select(Person.id).where(Person.employee_number == "101")).one()
    content = file_of(employee("2001"))
    return {"upload_id": in_transaction(lambda: keep_upload(content, "people.csv", owner_id)).public_id}


def an_import() -> Mapping[str, str]:
    owner_id = db.session.scalars(select(Person.id).where(Person.employee_number == "101")).one()
    arguments = {"upload_id": "gone", "encoding": "", "seen": "", "owner_id": owner_id}
    return {"job_id": in_transaction(lambda: enqueue(IMPORT_JOB, arguments, owner_id=owner_id)).public_id}


def an_invitation() -> Mapping[str, str]:
    account = db.session.scalars(select(Account).where(Account.login_key == "nancy")).one()
    return {"token": in_transaction(lambda: invite(account))}


READERS = only("steven", "andrew", "hr", "partner", "approver", "auditor", "administrator")
HR = only("hr")
ADMINISTRATOR = only("administrator")
ROWS = {
    "accounts.sign_in": Row(EVERYONE),
    # Outside the demonstration nobody becomes anyone.
    "accounts.become": Row(only(), account_of_nancy),
    "accounts.sign_out": Row(SIGNED_IN),
    "accounts.confirm_password": Row(SIGNED_IN),
    "accounts.own_account": Row(SIGNED_IN),
    "accounts.end_others": Row(SIGNED_IN),
    "accounts.password": Row(SIGNED_IN),
    "accounts.invitation": Row(EVERYONE, an_invitation),
    "accounts.language": Row(EVERYONE, lambda: {"language": "en"}),
    "administration.accounts": Row(ADMINISTRATOR),
    "administration.create": Row(ADMINISTRATOR, nancy_herself),
    "administration.account": Row(ADMINISTRATOR, account_of_nancy),
    "administration.invite_again": Row(ADMINISTRATOR, account_of_nancy),
    "administration.disable_one": Row(ADMINISTRATOR, account_of_nancy),
    "administration.enable_one": Row(ADMINISTRATOR, account_of_nancy),
    "directory.all_people": Row(READERS),
    # Nancy herself, her manager, whoever reads everyone; not a manager of others.
    "directory.person": Row(only("nancy", "andrew", *READERS - {"steven"}), nancy_herself),
    "directory.add": Row(HR),
    "directory.edit": Row(HR, nancy_herself),
    "directory.leaving": Row(HR, nancy_herself),
    "directory.come_back": Row(HR, nancy_herself),
    "posts.add": Row(HR, nancy_herself),
    "posts.change": Row(HR, post_of_nancy),
    "posts.correct": Row(HR, post_of_nancy),
    "posts.end": Row(HR, post_of_nancy),
    "posts.withdraw": Row(HR, post_of_nancy),
    "units.all_units_page": Row(READERS),
    "units.new_unit": Row(HR),
    "units.unit": Row(HR, sales),
    "units.all_positions_page": Row(READERS),
    "units.new_position": Row(HR),
    "units.position": Row(HR, a_position),
    "grants.all_grants": Row(HR),
    "grants.grant": Row(HR),
    "grants.end": Row(HR, grant_of_the_auditor),
    "roster.upload": Row(HR),
    "roster.template": Row(HR, lambda: {"kind": "csv"}),
    "roster.look": Row(HR, an_upload),
    "roster.confirm": Row(HR, an_upload),
    "roster.discard": Row(HR, an_upload),
    "roster.outcome": Row(HR, an_import),
    "roster.export_page": Row(only("hr", "partner")),
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
