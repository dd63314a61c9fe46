"""Who may open the pages of actuals, scorecards and what does not count."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from assessments.actuals.actions import check_actuals
from assessments.actuals.models import ActualsImport
from assessments.scorecards.actions import LineDraft, agree_scorecard, draft_scorecard
from assessments.scorecards.models import Scorecard, ScorecardState
from people.accounts.models import Account
from people.organisation.models import Person
from rubrics.catalogue.actions import load_catalogue
from rubrics.measures.queries import measure_by_code
from tests.matrix import SIGNED_IN, Row, only
from web.database import db
from web.transactions import in_transaction

READERS = only("nancy", "andrew", "hr", "partner", "auditor")
EDITORS = only("andrew", "hr", "partner")
TARGET_SETTERS = only("andrew", "steven", "hr", "partner", "approver")
ASKERS = only("nancy", "andrew", "hr", "partner")
HR = only("hr")


def _person(key: str) -> Person:
    return db.session.scalars(select(Person).join(Account).where(Account.login_key == key)).one()


def _card_of(key: str) -> Scorecard:
    """An agreed scorecard of a member of the cast; made when it is asked for first."""
    found = db.session.scalars(select(Scorecard).where(Scorecard.person_id == _person(key).id)).first()
    if found is not None:
        return found
    in_transaction(load_catalogue)

    def make() -> Scorecard:
        measure = measure_by_code("net-sales")
        assert measure is not None
        card = draft_scorecard(
            _person(key),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 6, 30),
            currency="USD",
            lines=[LineDraft(measure, 100, Decimal(1000))],
        )
        return agree_scorecard(card, None)

    return in_transaction(make)


def card_id() -> Mapping[str, str]:
    card = _card_of("nancy")
    # A row tries every verb: what an earlier one did is made undone, so that the next finds an agreed scorecard.
    assert card.state is not ScorecardState.LOCKED
    return {"scorecard_id": card.public_id}


def line_id() -> Mapping[str, str]:
    card = _card_of("nancy")
    if card.state is ScorecardState.DRAFT:
        in_transaction(lambda: agree_scorecard(card, None))
    return {"line_id": card.lines[0].public_id}


def import_id() -> Mapping[str, str]:
    _card_of("nancy")
    found = db.session.scalars(select(ActualsImport)).first()
    if found is None:
        content = b"employee_number,kpi_code,month,value\n1,net-sales,2026-01,5\n"
        by_id = _person("hr").id
        found = in_transaction(lambda: check_actuals(content, "actuals.csv", currency="USD", by_id=by_id))
    return {"import_id": found.public_id}


ROWS = {
    "actuals.all_imports": Row(HR),
    "actuals.upload": Row(HR),
    "actuals.template": Row(HR),
    "actuals.check": Row(HR, import_id),
    "scorecards.all_scorecards": Row(SIGNED_IN),
    "scorecards.my_scorecard": Row(SIGNED_IN),
    "scorecards.scorecard": Row(READERS, card_id),
    "scorecards.new_scorecard": Row(TARGET_SETTERS),
    "scorecards.edit_scorecard": Row(EDITORS, card_id),
    "scorecards.agree": Row(EDITORS, card_id),
    "scorecards.reopen": Row(EDITORS, card_id),
    "scorecards.lock": Row(HR, card_id),
    "exemptions.line": Row(ASKERS, line_id),
}
