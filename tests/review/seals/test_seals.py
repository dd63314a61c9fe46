"""Released results are sealed as they are released; whatever is changed afterwards is found and named."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from assessments.actuals.actions import import_actuals
from people.organisation.models import Person
from review.aggregation.version import FORMULA_VERSION
from review.cycles.actions import confirm_cycle
from review.cycles.models import Cycle
from review.results.models import GradeStep, Result, ResultSeal
from review.results.queries import results_of
from review.running.actions import release
from review.seals.errors import NotClosedError, NotReleasedError
from review.seals.models import ProblemKind
from review.seals.queries import recomputed, sealed_content, verified
from tests.review.worlds import (
    answer_all,
    close,
    confirmed_northwind_cycle,
    grade_all,
    open_northwind_cycle,
    participant_of,
    released_northwind_cycle,
)
from web.database import db
from web.sealing import destroy_key
from web.transactions import in_transaction

Find = Callable[[str], Person]


def write(statement: Any) -> None:
    in_transaction(lambda: db.session.execute(statement))
    db.session.expire_all()


def of_nancy(person: Find, cycle: Cycle) -> Result:
    return next(result for result in results_of(cycle) if result.participant.person.name == person("nancy").name)


def test_a_release_seals_every_result_in_the_same_transaction(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    results = results_of(cycle)
    assert len(results) == 8
    assert db.session.query(ResultSeal).count() == len(results)
    assert verified(cycle) == []
    assert recomputed(cycle) == []


def changed_dimensions(result: Result) -> list[dict[str, Any]]:
    first, *others = result.dimensions
    return [{**first, "score": first["score"] + 0.000001}, *others]


def changed_steps(result: Result) -> dict[str, Any]:
    nobody, second, *others = result.steps["dimensions"]
    own, manager, *cells = second["cells"]
    manager = {**manager, "mean": manager["mean"] + 0.01}
    return {**result.steps, "dimensions": [nobody, {**second, "cells": [own, manager, *cells]}, *others]}


TAMPERING: dict[str, tuple[Callable[[Result], Any], ProblemKind, str]] = {
    "a total": (lambda _: update(Result).values(total=Result.total + 1), ProblemKind.RESULT_CHANGED, "total"),
    "a grade": (lambda _: update(Result).values(grade="X"), ProblemKind.RESULT_CHANGED, "grade"),
    "a score": (
        lambda r: update(Result).values(dimensions=changed_dimensions(r)),
        ProblemKind.RESULT_CHANGED,
        "dimensions.C2.score",
    ),
    "a step": (
        lambda r: update(Result).values(steps=changed_steps(r)),
        ProblemKind.RESULT_CHANGED,
        "steps.dimensions.C2.cells.2.mean",
    ),
    "a comment": (lambda _: update(Result).values(comment="Other words"), ProblemKind.RESULT_CHANGED, "comment"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_a_changed_number_is_found_and_named(app: Flask, person: Find, what: str) -> None:
    cycle = released_northwind_cycle(person)
    result = of_nancy(person, cycle)
    change, kind, name = TAMPERING[what]
    write(change(result).where(Result.id == result.id).values(version=result.version))
    (problem,) = verified(cycle)
    assert (problem.participant.person.name, problem.kind) == (person("nancy").name, kind)
    assert name in problem.names


def test_a_changed_reason_or_step_of_a_grade_is_found(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    result = of_nancy(person, cycle)
    write(update(GradeStep).where(GradeStep.result_id == result.id, GradeStep.number == 2).values(reason="Because"))
    (problem,) = verified(cycle)
    assert problem.names == ("grade_steps.2.4",)


def test_a_changed_or_missing_seal_is_found(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    first, second, third = results_of(cycle)[:3]
    write(update(ResultSeal).where(ResultSeal.result_id == first.id).values(code="0" * 64))
    write(delete(ResultSeal).where(ResultSeal.result_id == second.id))
    # Whoever changes a result and its seal alike still has not the key.
    db.session.expire_all()
    seal = db.session.query(ResultSeal).filter_by(result_id=third.id).one()
    forged = {**seal.content, "grade": "X"}
    write(update(Result).where(Result.id == third.id).values(grade="X", version=third.version))
    write(update(ResultSeal).where(ResultSeal.id == seal.id).values(content=forged))
    found = {problem.participant.id: problem.kind for problem in verified(cycle)}
    assert found == {
        first.participant_id: ProblemKind.SEAL_BROKEN,
        second.participant_id: ProblemKind.SEAL_MISSING,
        third.participant_id: ProblemKind.SEAL_BROKEN,
    }


def test_a_result_that_was_taken_away_is_found(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    result = of_nancy(person, cycle)
    for table in (ResultSeal, GradeStep):
        write(delete(table).where(table.result_id == result.id))
    write(delete(Result).where(Result.id == result.id))
    assert [problem.kind for problem in verified(cycle)] == [ProblemKind.RESULT_MISSING]


def test_numbers_that_do_not_follow_from_their_steps_are_found_although_sealed(app: Flask, person: Find) -> None:
    cycle = confirmed_northwind_cycle(person)
    result = of_nancy(person, cycle)
    write(update(Result).where(Result.id == result.id).values(total=Result.total + 100, version=result.version))
    assert [problem.names for problem in recomputed(cycle)] == [("total",)]
    in_transaction(lambda: release(cycle))
    (problem,) = verified(cycle)
    assert problem.kind is ProblemKind.NUMBERS_DIFFER
    assert "total" in problem.names


def test_a_newer_version_of_the_formulas_verifies_an_old_seal(
    app_on_sqlite: Flask, person: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        for module in ("review.scoring.actions", "review.scoring.numbers"):
            earlier.setattr(f"{module}.FORMULA_VERSION", "1")
        cycle = open_northwind_cycle(person)
        answer_all(cycle)
        close(cycle)
        grade_all(cycle)
        in_transaction(lambda: confirm_cycle(cycle))
        in_transaction(lambda: release(cycle))
    assert {seal.content["formulas"] for seal in db.session.query(ResultSeal)} == {"1"} != {FORMULA_VERSION}
    monkeypatch.setattr("review.aggregation.bands.DEFAULT_BANDS", None)
    assert verified(cycle) == []


def test_newer_formulas_that_give_the_same_numbers_find_no_difference(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    for result in results_of(cycle):
        earlier = {**result.steps, "formulas": "1"}
        write(update(Result).where(Result.id == result.id).values(steps=earlier, version=result.version))
    assert recomputed(cycle) == []


def test_a_seal_of_unknown_formulas_is_named_as_such(
    app_on_sqlite: Flask, person: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = released_northwind_cycle(person)
    monkeypatch.setattr("review.seals.queries.REPLAYS", {})
    assert {problem.kind for problem in verified(cycle)} == {ProblemKind.FORMULAS_UNKNOWN}


def test_without_the_key_seals_cannot_be_checked_and_no_new_key_is_made(app_on_sqlite: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    folder = app_on_sqlite.config["SETTINGS"].keys
    destroy_key(folder, "results")
    assert {problem.kind for problem in verified(cycle)} == {ProblemKind.KEY_MISSING}
    assert not (folder / "results.key").exists()


def test_a_figure_corrected_after_release_changes_no_sealed_result(app: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    before = of_nancy(person, cycle).total
    file = f"employee_number,kpi_code,month,value\n{person('nancy').employee_number},net-sales,2026-02,500000\n"
    in_transaction(lambda: import_actuals(file.encode(), "correction.csv", currency="USD"))
    db.session.expire_all()
    assert verified(cycle) == []
    assert of_nancy(person, cycle).total == before
    (problem,) = recomputed(cycle)
    assert problem.participant.id == participant_of(cycle, person("nancy")).id
    assert "steps.key_figures.net-sales.actual" in problem.names


def test_what_is_not_there_yet_is_not_verified(app_on_sqlite: Flask, person: Find) -> None:
    cycle = open_northwind_cycle(person)
    with pytest.raises(NotReleasedError):
        verified(cycle)
    with pytest.raises(NotClosedError):
        recomputed(cycle)


def test_the_commands_say_with_their_exit_codes_what_they_found(app_on_sqlite: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    name, run = cycle.public_id, app_on_sqlite.test_cli_runner().invoke
    assert run(args=["cycles", "verify", name]).exit_code == 0
    assert run(args=["cycles", "recompute", name]).exit_code == 0
    result = of_nancy(person, cycle)
    write(update(Result).where(Result.id == result.id).values(total=Result.total + 1, version=result.version))
    for command in ("verify", "recompute"):
        answer = run(args=["cycles", command, name])
        assert answer.exit_code == 1
        assert person("nancy").name in answer.output
        assert "total" in answer.output
    assert run(args=["cycles", "verify", "nothing"]).exit_code == 1


def test_everything_that_decided_is_sealed(app_on_sqlite: Flask, person: Find) -> None:
    cycle = released_northwind_cycle(person)
    content = sealed_content(of_nancy(person, cycle), [], {})
    assert {"grade", "grade_steps", "formulas", "scheme", "steps", "comment", "correlation"} <= set(content)
