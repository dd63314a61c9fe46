"""Who may open the pages of cycles: HR runs them, managers choose raters of their people, everyone reads."""

from collections.abc import Mapping

from sqlalchemy import select

from assessments.surveys.models import RatingRequest
from people.accounts.models import Account
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from review.running.actions import CLOSE
from rubrics.frameworks.models import RaterGroup
from tests.matrix import SIGNED_IN, Row, only
from tests.review.worlds import open_northwind_cycle, participant_of
from web.database import db
from web.jobs.models import Job, JobState
from web.transactions import in_transaction

HR = only("hr")


def find(key: str) -> Person:
    return db.session.scalars(select(Person).join(Account).where(Account.login_key == key)).one()


def the_cycle() -> Cycle:
    known = db.session.scalars(select(Cycle).order_by(Cycle.id).limit(1)).first()
    return known if known is not None else open_northwind_cycle(find, with_scorecards=False)


def cycle_id() -> Mapping[str, str]:
    return {"cycle_id": the_cycle().public_id}


def michael() -> Participant:
    return participant_of(the_cycle(), find("michael"))


def participant_id() -> Mapping[str, str]:
    return {"participant_id": michael().public_id}


def request_id() -> Mapping[str, str]:
    statement = select(RatingRequest.public_id).where(
        RatingRequest.subject_id == michael().subject_id, RatingRequest.group == RaterGroup.PEERS
    )
    return {"request_id": db.session.scalars(statement.limit(1)).one()}


def job_id() -> Mapping[str, str]:
    """Work that closed the cycle, as a row alone: really closing it would end what the other rows need."""
    done = Job(name=CLOSE, arguments={"cycle_id": the_cycle().id}, state=JobState.DONE)
    in_transaction(lambda: db.session.add(done))
    return {"job_id": done.public_id}


ROWS = {
    "home.index": Row(SIGNED_IN),
    "cycles.all_cycles": Row(SIGNED_IN),
    "cycles.cycle": Row(SIGNED_IN, cycle_id),
    "cycles.grading": Row(HR, cycle_id),
    "cycles.open_page": Row(HR, cycle_id),
    "cycles.deadlines": Row(HR, cycle_id),
    "cycles.close": Row(HR, cycle_id),
    "cycles.closed": Row(HR, job_id),
    "cycles.confirm": Row(HR, cycle_id),
    "cycles.release_page": Row(HR, cycle_id),
    "planning.new_cycle": Row(HR),
    "planning.dates": Row(HR, cycle_id),
    "planning.discard": Row(HR, cycle_id),
    "planning.participants": Row(HR, cycle_id),
    "planning.scorecards": Row(HR, cycle_id),
    "planning.check": Row(HR, cycle_id),
    "participation.status": Row(HR, participant_id),
    "participation.grader": Row(HR, participant_id),
    "participation.raters": Row(only("hr", "steven"), participant_id),
    "participation.withdraw": Row(HR, request_id),
}
