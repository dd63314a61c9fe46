"""The close of a cycle, stopped anywhere and started again."""

from collections.abc import Callable

from people.organisation.models import Person
from review.cycles.models import CycleState
from review.results.queries import results_of
from tests.review.worlds import close_northwind_cycle

Find = Callable[[str], Person]


def test_a_closed_cycle_has_a_result_for_everyone_who_takes_part(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    assert cycle.state is CycleState.CLOSED
    results = results_of(cycle)
    assert {row.participant.person.name for row in results} == {
        "Nancy Davolio", "Janet Leverling", "Margaret Peacock", "Steven Buchanan", "Michael Suyama", "Robert King",
        "Laura Callahan", "Anne Dodsworth",
    }  # fmt: skip
    assert all(row.calculated_grade and row.total for row in results)
