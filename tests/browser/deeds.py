"""What the rest of the company does meanwhile, through the product's actions in the database of the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from assessments.answers.actions import submit_answers
from assessments.answers.queries import asked_form
from assessments.surveys.models import RatingRequest, RequestState
from assessments.surveys.queries import requests_of
from people.accounts.models import SignIn
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.cycles.queries import participants_of
from review.demonstration.queries import unit_with_code
from review.results.actions import grade, review_grade
from review.results.queries import result_of
from tests.browser.serving import Site
from web.database import db, utc_now
from web.transactions import in_transaction

MARGARET = "4"


@contextmanager
def behind(site: Site) -> Iterator[None]:
    """In the product's own process, on the database of the server."""
    app = site.product()
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def done(site: Site, deed: Callable[[], Any]) -> Any:
    """Do something in one transaction."""
    with behind(site):
        return in_transaction(deed)


def sales_cycle(state: CycleState) -> Cycle:
    """The newest cycle of the sales department in a state."""
    sales = unit_with_code("sales")
    statement = select(Cycle).where(Cycle.unit_id == sales.id, Cycle.state == state)
    return db.session.scalars(statement.order_by(Cycle.period_ends_on.desc())).first() or _none(state)


def _none(state: CycleState) -> Cycle:
    raise AssertionError(f"no cycle is {state}")


def answer_the_rest() -> int:
    """Everyone who is still waited for answers: 3 or 4 by item and rater, and 5 about Margaret, who is outstanding."""
    cycle = sales_cycle(CycleState.OPEN)
    waiting = (RequestState.ASKED, RequestState.STARTED)
    requests = db.session.scalars(requests_of(cycle.survey).where(RatingRequest.state.in_(waiting))).all()
    for request in requests:
        form = asked_form(request)
        is_outstanding = request.subject.person.employee_number == MARGARET
        ratings = {
            item.code: 5 if is_outstanding else 3 + (item.place + request.rater_id) % 3 // 2 for item in form.items
        }
        submit_answers(request, form, ratings)
    return len(requests)


def grade_the_rest() -> None:
    """Managers who have not graded yet take over what was calculated."""
    for row in _in_state(ParticipantState.CALCULATED):
        result = result_of(row)
        assert result is not None
        grade(row, result.calculated_grade or "B", "Seen at work.", "", row.manager_id or 0)


def review_the_rest() -> None:
    """The second line agrees with everyone else."""
    for row in _in_state(ParticipantState.GRADED):
        result = result_of(row)
        assert result is not None
        review_grade(row, result.grade or "", "Seen at work.", row.second_line_id or row.manager_id or 0)


def _in_state(state: ParticipantState) -> list[Participant]:
    return [row for row in participants_of(sales_cycle(CycleState.CLOSED)) if row.state is state]


def forget_confirmations() -> None:
    """Let the passwords of all sessions have been typed long ago."""
    db.session.execute(update(SignIn).values(confirmed_at=utc_now() - timedelta(hours=3)))
