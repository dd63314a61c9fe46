"""Results of many people at once are, person by person, what the steps of each person say."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from sqlalchemy import func, select, update

from people.organisation.models import Person
from review.cycles.models import CycleState
from review.results.models import GradeStep, Result
from review.results.queries import results_of
from review.schemes.models import SectionKind
from review.scoring.actions import store_results
from review.scoring.models import ScoredParticipant
from review.scoring.numbers import result_numbers
from review.scoring.queries import ScoredCycle, scored_cycle
from review.scoring.rows import IN_JSON, NUMBERS, differing_numbers, result_rows
from tests.review.aggregation.organisations import aggregated, cycles
from tests.review.seals.figures import scheme_of
from tests.review.worlds import close_northwind_cycle, participant_of
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]


def plain(numbers: tuple[Any, ...]) -> dict[str, Any]:
    return {name: json.loads(one) if name in IN_JSON else one for name, one in zip(NUMBERS, numbers, strict=True)}


def one_by_one(scored: ScoredCycle) -> list[tuple[int, dict[str, Any]]]:
    return [(person.participant.id, result_numbers(person)) for person in scored.people]


def at_once(scored: ScoredCycle) -> list[tuple[int, dict[str, Any]]]:
    return [(participant, plain(numbers)) for block in result_rows(scored) for participant, numbers in block]


def test_everyone_at_once_gives_what_each_alone_gives(person: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    scored = scored_cycle(close_northwind_cycle(person))
    alone = one_by_one(scored)
    assert len(alone) == 8
    assert at_once(scored) == alone
    monkeypatch.setattr("review.scoring.queries.BLOCK_PEOPLE", 3)
    assert [len(block) for block in result_rows(scored)] == [3, 3, 2]
    assert at_once(scored) == alone


@settings(max_examples=150, deadline=None)
@given(cycles())
def test_any_cycle_at_once_gives_what_each_person_alone_gives(cycle: Any) -> None:
    dimensions, threshold, roles, people = cycle
    scores = aggregated(dimensions, threshold, roles, people)
    scheme = scheme_of({SectionKind.COMPETENCY: 40, SectionKind.KPI: 60}, None)
    only = scheme_of({SectionKind.COMPETENCY: 100}, "C")
    scheme.id, only.id = 1, 2
    rows = [ScoredParticipant(n + 1, n + 11, None, only if n % 3 else scheme) for n in reversed(range(len(people)))]
    # One more whom the survey does not know.
    rows.append(ScoredParticipant(len(people) + 1, None, None, only))
    whole: Any = SimpleNamespace()
    scored = ScoredCycle(whole, rows, scores, {n + 11: n for n in range(len(people))})
    assert at_once(scored) == one_by_one(scored)


def test_storing_results_twice_is_storing_them_once(app: Flask, person: Find) -> None:
    cycle = close_northwind_cycle(person)
    before = [(row.participant_id, {name: getattr(row, name) for name in NUMBERS}) for row in results_of(cycle)]

    def again() -> int:
        cycle.state = CycleState.CLOSING
        return store_results(scored_cycle(cycle))

    assert in_transaction(again) == 8
    db.session.expire_all()
    after = [(row.participant_id, {name: getattr(row, name) for name in NUMBERS}) for row in results_of(cycle)]
    assert after == before
    assert db.session.scalar(select(func.count()).select_from(GradeStep)) == 8
    first = results_of(cycle)[0]
    assert first.grade == first.calculated_grade
    assert first.computed_at.tzinfo is not None


def test_a_changed_number_is_found_without_a_second_reading_of_the_others(app: Flask, person: Find) -> None:
    cycle = close_northwind_cycle(person)
    assert list(differing_numbers(cycle)) == []
    nancy = participant_of(cycle, person("nancy")).id
    in_transaction(
        lambda: db.session.execute(update(Result).where(Result.participant_id == nancy).values(total=Result.total + 1))
    )
    ((participant, computed, stored),) = differing_numbers(cycle)
    assert stored is not None
    assert (participant, stored["total"] - computed["total"]) == (nancy, 1)
    assert {name: value for name, value in stored.items() if name != "total"} == {
        name: value for name, value in computed.items() if name != "total"
    }


def test_results_written_with_other_spaces_are_the_same_numbers(app_on_sqlite: Flask, person: Find) -> None:
    cycle = close_northwind_cycle(person)

    def rewrite() -> None:
        for row in results_of(cycle):
            db.session.execute(update(Result).where(Result.id == row.id).values(steps=dict(row.steps)))

    in_transaction(rewrite)
    assert list(differing_numbers(cycle)) == []
