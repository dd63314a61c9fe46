"""Closing a whole review cycle, from sealed answers in the database to stored scores, and computing it again.

The peer of the close is the bare fetch of the same sealed rows with the same driver, which is the fastest that the
product depends on (sqlite3; psycopg in binary). Every size up to BENCH_PEOPLE (100,000 unless set) is measured on
SQLite and on PostgreSQL: the server that TEST_PG_URL names, or one that is started for the benchmark. Everybody has
ten raters.
"""

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from assessments.closing.actions import store_results as store_cells
from assessments.closing.jobs import finish_close
from assessments.closing.queries import READ_ANSWERS, Collected, collected, frame_of, measured
from assessments.evidence.queries import READ_CELLS, closed_survey, recomputed_cells
from assessments.measurement.rounding import quantised
from assessments.surveys.models import Survey
from benchmarks.bench_surveys import GROUPS, databases, fetched, product
from benchmarks.cycles import answered_cycle
from benchmarks.rows import Row, milliseconds, side_by_side
from review.aggregation.cycle import aggregate_cycle
from review.cycles.models import Cycle, CycleState, Participant
from review.results.models import Result
from review.results.queries import grade_steps_of, result_of
from review.running.actions import finish_cycle
from review.scoring.queries import cycle_design, scored_cycle
from review.scoring.rows import differing_numbers
from web.bulk import row_blocks
from web.database import db
from web.transactions import in_transaction

SIZES = [size for size in (1_000, 10_000, 100_000) if size <= int(os.environ.get("BENCH_PEOPLE", "100000"))]
READ_RESULTS = (
    "SELECT participant_id, CAST(dimensions AS TEXT), CAST(sections AS TEXT), CAST(steps AS TEXT) FROM result "
    "WHERE participant_id IN (SELECT id FROM participant WHERE cycle_id = ?)"
)
WHOLE = "cycle close: sealed answers to stored scores"
ONE = "one person's result after the close"


def rows() -> Iterator[Row]:
    """All measurements, SQLite first, each database from the smallest cycle to the largest."""
    with databases() as fresh:
        for database, address in fresh:
            with tempfile.TemporaryDirectory() as folder, product(address, Path(folder)):
                seen: dict[str, dict[int, float]] = {WHOLE: {}, ONE: {}}
                for people in SIZES:
                    for row in cycle_rows(database, people, seen[ONE]):
                        if row.name in seen:
                            seen[row.name][people] = row.ours_ms
                        yield row
                if len(SIZES) > 1:
                    yield growth(database, seen[WHOLE])


def cycle_rows(database: str, people: int, one_before: dict[int, float]) -> Iterator[Row]:
    """One cycle from its sealed answers to one person's result."""
    number, rounds = answered_cycle(people), 1 if people > 10_000 else 3
    yield from close_rows(database, number, people, rounds)
    yield from again_rows(database, number, people, rounds)
    one = one_person(number)
    base = one_before.get(SIZES[0], one)
    yield Row(ONE, f"{people:,} people", one, f"{database}: the same in a cycle of {SIZES[0]:,}", base)


def close_rows(database: str, cycle_id: int, people: int, rounds: int) -> Iterator[Row]:
    """The close step by step, over the bare fetch of the sealed rows."""
    cycle = db.session.get_one(Cycle, cycle_id)
    survey_id, frame = cycle.survey_id, frame_of(cycle.survey)
    require_rows(survey_id, people)
    size, peer = f"{people:,} people x {len(GROUPS)}", f"{database}: bare fetch"
    opening, fetch = side_by_side(
        lambda: collected(survey_of(survey_id), frame), fetched(READ_ANSWERS, survey_id), rounds=rounds
    )
    answers = collected(survey_of(survey_id), frame)
    computing = median(lambda: measured(survey_of(survey_id), frame, answers), rounds)
    results = measured(survey_of(survey_id), frame, answers)
    cells = milliseconds(lambda: in_transaction(lambda: store_cells(survey_of(survey_id), results)))
    cleaning = milliseconds(lambda: finish_close(survey_id))
    scoring = milliseconds(lambda: in_transaction(lambda: finish_cycle(cycle_id)))
    for name, taken in (
        ("cycle close: open sealed answers", opening),
        ("cycle close: compute cells, means and errors", computing),
        ("cycle close: store cells and shuffled answers", cells),
        ("cycle close: score everyone and store results", scoring),
        (WHOLE, opening + computing + cells + scoring),
        ("cycle close: delete, count, destroy the key, vacuum", cleaning),
    ):
        yield Row(name, size, taken, peer, fetch)
    require_scores(cycle_id, answers, people)


def again_rows(database: str, cycle_id: int, people: int, rounds: int) -> Iterator[Row]:
    """Computing a closed cycle again, over the bare fetch of what that starts from and compares with."""
    cycle = db.session.get_one(Cycle, cycle_id)
    survey_id, size = cycle.survey_id, f"{people:,} people x {len(GROUPS)}"
    scoring, cells = side_by_side(
        lambda: scored_cycle(db.session.get_one(Cycle, cycle_id)), fetched(READ_CELLS, survey_id), rounds=rounds
    )
    yield Row("after the close: score everyone in memory", size, scoring, f"{database}: bare fetch of cells", cells)
    again = median(lambda: recomputed_cells(survey_of(survey_id)), rounds)
    yield Row("after the close: cells from shuffled answers", size, again, f"{database}: bare fetch of cells", cells)

    def compare() -> None:
        assert not list(differing_numbers(db.session.get_one(Cycle, cycle_id))), "a recomputation differs"

    comparing, results = side_by_side(compare, fetched(READ_RESULTS, cycle_id), rounds=rounds)
    peer = f"{database}: bare fetch of results"
    yield Row("after the close: recompute and compare all results", size, comparing, peer, results)


def one_person(cycle_id: int) -> float:
    """Milliseconds for one person's result with every step, and every value its grade has had."""
    middle = select(func.max(Participant.id) - func.count() // 2).where(Participant.cycle_id == cycle_id)
    number = db.session.scalar(middle)

    def read() -> None:
        db.session.rollback()
        db.session.expunge_all()
        result = result_of(db.session.get_one(Participant, number))
        assert result is not None
        assert result.steps["dimensions"]
        assert len(grade_steps_of(result)) == 1

    return median(read, 25)


def growth(database: str, whole: dict[int, float]) -> Row:
    """The close at the largest size beside what the smallest predicts, with the exponent in the name."""
    sizes, times = np.array(list(whole)), np.array(list(whole.values()))
    exponent = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
    predicted = float(times[0] * sizes[-1] / sizes[0])
    name = f"cycle close: grows as people^{exponent:.2f}"
    return Row(name, f"{sizes[0]:,} to {sizes[-1]:,}", float(times[-1]), f"{database}: in proportion", predicted)


def median(work: Callable[[], Any], rounds: int) -> float:
    """The median milliseconds of some calls."""
    return statistics.median(milliseconds(work) for _round in range(rounds))


def survey_of(survey_id: int) -> Survey:
    """The survey, read in the present transaction."""
    return db.session.get_one(Survey, survey_id)


def require_rows(survey_id: int, people: int) -> None:
    """Refuse to time a fetch that does not fetch every sealed answer."""
    count = sum(len(block) for block in row_blocks(READ_ANSWERS, (survey_id,)))
    assert count == people * len(GROUPS), "not every answer is there"


def require_scores(cycle_id: int, answers: Collected, people: int) -> None:
    """Refuse the times of a close whose stored scores are not those of the whole cycle computed at once in memory."""
    cycle = db.session.get_one(Cycle, cycle_id)
    assert cycle.state is CycleState.CLOSED, "the cycle is not closed"
    closed = closed_survey(cycle.survey)
    assert np.array_equal(recomputed_cells(cycle.survey).total, closed.table.total), "the cells are not those stored"
    design, profiles = cycle_design(cycle.survey, closed.table.layout)
    scores = aggregate_cycle(
        answers.ratings, subject=answers.subject, group=answers.group, profile_of_subject=profiles, design=design
    )
    statement = (
        select(Result.overall, Result.overall_error)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle_id)
        .order_by(Participant.subject_id)
    )
    stored = np.array([[value, error] for value, error in db.session.execute(statement)], dtype=np.float64)
    expected = np.stack([scores.overall.value, scores.overall.standard_error], axis=1)
    expected[~scores.overall.is_estimated] = np.nan
    assert stored.shape == (people, 2), "not everyone has a result"
    assert np.array_equal(stored, quantised(expected), equal_nan=True), "the scores are not those stored"
