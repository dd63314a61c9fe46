"""Whom the demonstration introduces on the sign-in page, and whether this database is a demonstration at all."""

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from people.accounts.models import Account, AccountState
from people.audit.models import AuditEvent
from people.organisation.models import Employment, Person, Unit
from people.organisation.queries import is_valid_on
from review.demonstration.actions import LOADED, PASSWORD
from web.database import db, utc_now
from web.language import lazy_gettext as _l
from web.language import localized

STORIES = {
    "andrew": _l("Leads the sales department: grades, second line, raises"),
    "steven": _l("Leads the London region: scorecards, grades, plans"),
    "hr": _l("Plans, opens, closes and releases review cycles"),
    "partner": _l("HR partner of the sales department"),
    "approver": _l("Decides on raises and promotions"),
    "auditor": _l("Reads everything that happened and changes nothing"),
    "administrator": _l("Operates accounts and jobs, sees no ratings and no pay"),
}


def is_demonstration() -> bool:
    """Whether this database was filled by the demonstration; a real one never offers anybody's account."""
    return bool(db.session.scalar(select(exists().where(AuditEvent.event == LOADED))))


def cast() -> list[dict[str, str]]:
    """The people who can be become with one click, in the order of the file: name, what they do here, sign-in name."""
    if not is_demonstration():
        return []
    statement = (
        select(Account, Employment)
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(Account.state == AccountState.ACTIVE, is_valid_on(utc_now().date()))
        .options(joinedload(Account.person), joinedload(Employment.position))
        .order_by(Account.id)
    )
    return [
        {
            "account_id": account.public_id,
            "password": PASSWORD,
            "login": account.login,
            "name": account.person.name,
            "position": localized(employment.position.title),
            "story": str(STORIES.get(account.login, "")),
        }
        for account, employment in db.session.execute(statement).tuples()
    ]


def unit_with_code(code: str) -> Unit:
    """A unit of the demonstration."""
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()
