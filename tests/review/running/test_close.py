"""The close of a cycle, stopped anywhere and started again."""

from collections.abc import Callable

import pytest

from assessments.closing.errors import NotCollectingError
from people.organisation.models import Person
from review.cycles.actions import begin_closing
from review.cycles.models import Cycle, CycleState
from review.results.queries import grade_steps_of, results_of
from review.running.actions import finish_cycle, start_closing
from review.running.jobs import ALL_STEPS, finish_closing
from review.running.queries import closing_job
from tests.review.worlds import answer_all, close_northwind_cycle, open_northwind_cycle
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]


class StoppedError(Exception):
    """The process was stopped here."""


class StopsAt:
    """Progress that a process does not survive from a step on."""

    def __init__(self, step: int) -> None:
        self.last = step
        self.seen: list[tuple[int, int]] = []

    def step(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if done >= self.last:
            raise StoppedError


def closing_cycle(find: Find) -> Cycle:
    cycle = open_northwind_cycle(find)
    answer_all(cycle)
    return in_transaction(lambda: begin_closing(cycle, early=True))


def test_a_closed_cycle_has_a_result_for_everyone_who_takes_part(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    assert cycle.state is CycleState.CLOSED
    results = results_of(cycle)
    assert {row.participant.person.name.split()[0] for row in results} == {
        "Nancy", "Janet", "Margaret", "Steven", "Michael", "Robert", "Laura", "Anne",
    }  # fmt: skip
    assert all(row.calculated_grade and row.total for row in results)
    assert [step.number for step in grade_steps_of(results[0])] == [1]


@pytest.mark.parametrize("step", range(ALL_STEPS + 1))
def test_a_close_that_was_stopped_anywhere_ends_in_the_same(person: Find, step: int) -> None:
    cycle = closing_cycle(person)
    with pytest.raises(StoppedError):
        finish_closing(cycle.id, StopsAt(step))
    db.session.expire_all()
    finish_closing(cycle.id)
    db.session.refresh(cycle)
    assert cycle.state is CycleState.CLOSED
    assert len(results_of(cycle)) == 8


def test_progress_runs_from_the_first_step_to_the_last(person: Find) -> None:
    cycle = closing_cycle(person)
    progress = StopsAt(ALL_STEPS + 1)
    finish_closing(cycle.id, progress)
    done = [done for done, _total in progress.seen]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, ALL_STEPS)
    assert {total for _done, total in progress.seen} == {ALL_STEPS}


def test_finishing_twice_changes_nothing(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    before = {row.public_id: (row.total, row.version) for row in results_of(cycle)}
    moment = cycle.closed_at
    finish_closing(cycle.id)
    in_transaction(lambda: finish_cycle(cycle.id))
    db.session.refresh(cycle)
    assert {row.public_id: (row.total, row.version) for row in results_of(cycle)} == before
    assert cycle.closed_at == moment


def test_an_open_cycle_is_not_finished(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    with pytest.raises(NotCollectingError):
        finish_closing(cycle.id)


def test_closing_is_one_piece_of_work_for_all_times(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    assert closing_job(cycle) is None
    job = in_transaction(lambda: start_closing(cycle, early=True, by_id=person("hr").id))
    found = closing_job(cycle)
    assert found is not None
    assert (found.public_id, found.owner_id) == (job.public_id, person("hr").id)
