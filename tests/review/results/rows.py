"""Who may open the pages of results: managers and HR from the close, subjects from the release, strangers never."""

from collections.abc import Mapping

from sqlalchemy import select

from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.results.actions import grade
from tests.matrix import SIGNED_IN, Row, only
from tests.review.cycles.rows import find, the_cycle
from tests.review.worlds import answer_all, close, open_northwind_cycle, participant_of
from web.database import db
from web.transactions import in_transaction

READERS = only("andrew", "hr", "partner", "auditor")
MANAGERS = only("steven", "andrew")


def closed_cycle() -> Cycle:
    """A cycle of its own, because the one of the other rows goes on collecting."""
    the_cycle()
    known = db.session.scalars(select(Cycle).where(Cycle.state == CycleState.CLOSED)).first()
    if known is not None:
        return known
    cycle = open_northwind_cycle(find, with_scorecards=False)
    answer_all(cycle)
    return close(cycle)


def of(name: str, state: ParticipantState) -> Participant:
    """Someone in the closed cycle, at a state."""
    participant = participant_of(closed_cycle(), find(name))
    if participant.state is state:
        return participant

    def bring() -> None:
        if state is ParticipantState.GRADED:
            grade(participant, "B", "Seen at work", "", participant.manager_id or 0)
        else:
            participant.state = state

    in_transaction(bring)
    return participant


def cycle_id() -> Mapping[str, str]:
    return {"cycle_id": closed_cycle().public_id}


def calculated() -> Mapping[str, str]:
    return {"participant_id": of("nancy", ParticipantState.CALCULATED).public_id, "code": "c3"}


def graded() -> Mapping[str, str]:
    return {"participant_id": of("michael", ParticipantState.GRADED).public_id}


def released() -> Mapping[str, str]:
    return {"participant_id": of("steven", ParticipantState.RELEASED).public_id}


ROWS = {
    "calibration.evidence": Row(only("hr", "auditor"), cycle_id),
    "results.overview": Row(SIGNED_IN),
    "results.mine": Row(SIGNED_IN),
    "results.result": Row(READERS, calculated),
    "results.evidence": Row(READERS, calculated),
    "results.comments": Row(READERS, calculated),
    "results.sign": Row(only("steven"), released),
    "results.grade": Row(only("andrew"), calculated),
    "results.review": Row(only("andrew"), graded),
    "results.to_grade": Row(MANAGERS | only("hr", "approver"), cycle_id),
    "results.to_review": Row(MANAGERS | only("hr", "approver"), cycle_id),
    "results.all_results": Row(READERS | MANAGERS | only("approver"), cycle_id),
    "lineage.why": Row(READERS, calculated),
    "reports.result": Row(READERS, calculated),
}
