"""Closing a survey, from sealed answers in the database to stored results, and submitting with eight writers.

The peer of the close is the bare fetch of the same rows with the same driver. Sizes come from BENCH_PEOPLE (10,000
unless set; bench_cycles measures larger ones); PostgreSQL is the server that TEST_PG_URL names, or one that is started
for the benchmark. Comments are measured apart and at a tenth of the
size: they are 3.5 kB an answer, so that their length tells nothing.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from flask import Flask
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.engine import make_url

from assessments.answers.actions import answer_many, submit_answers
from assessments.answers.queries import asked_form, layout_of, seals_of
from assessments.closing.actions import begin_close, store_results
from assessments.closing.jobs import finish_close
from assessments.closing.queries import READ_ANSWERS, READ_COMMENTS, collected, collected_comments, frame_of, measured
from assessments.evidence.queries import READ_CELLS, closed_survey, recomputed_cells
from assessments.measurement.envelopes import LAYOUT_VERSION, Comment, answer_dtype
from assessments.measurement.ratings import group_index
from assessments.surveys.actions import create_survey, open_survey
from assessments.surveys.models import RatingRequest, RequestState, SealedAnswer, Survey, SurveySubject
from benchmarks.rows import Row, milliseconds, side_by_side
from people.audit.actions import record
from people.organisation.models import Person
from rubrics.catalogue.actions import load_catalogue
from rubrics.frameworks.models import RaterGroup
from rubrics.frameworks.queries import items_of, published_framework
from rubrics.profiles.queries import item_places, profile_by_code
from tests.databases import postgresql_server
from web.bulk import row_blocks, write_rows
from web.database import Base, db, new_public_id, utc_now
from web.settings import Mode, Settings
from web.transactions import in_transaction
from wsgi import create_app

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "10000"))
GROUPS = ("self", "manager", "peers", "peers", "peers", "peers", "peers", "reports", "reports", "reports")
WRITERS, SUBMITS = 8, 50
AT_ONCE = 50_000


@contextmanager
def product(database_url: str, folder: Path) -> Iterator[Flask]:
    """The product with an empty database."""
    settings = Settings(
        Mode.TESTING, "k" * 40, database_url, folder, "http://localhost", "127.0.0.1", 8000, ZoneInfo("Asia/Shanghai"),
        "", "steelyard@localhost", "USD",
    )  # fmt: skip
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        in_transaction(load_catalogue)
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def databases() -> Iterator[Iterator[tuple[str, str]]]:
    """The name and address of every database to measure, each fresh."""
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:

        def fresh() -> Iterator[tuple[str, str]]:
            yield "SQLite", f"sqlite:///{Path(folder) / f'{new_public_id()}.sqlite3'}"
            with postgresql_server() as server:
                name = f"steelyard_bench_{new_public_id()}"
                with psycopg.connect(server, autocommit=True) as administration:
                    if server != os.environ.get("TEST_PG_URL"):
                        # The server of the tests trades durability for speed; the product does not.
                        administration.execute("ALTER SYSTEM RESET ALL")
                        administration.execute("SELECT pg_reload_conf()")
                    administration.execute(f"CREATE DATABASE {name}")
                    address = make_url(server).set(drivername="postgresql+psycopg", database=name)
                    yield "PostgreSQL", address.render_as_string(hide_password=False)
                    administration.execute(f"DROP DATABASE {name} WITH (FORCE)")

        yield fresh()


def asked_survey(people: int) -> Survey:
    """An open survey about this many people, ten raters each; to be called in a transaction."""
    start = (db.session.scalar(select(func.max(Person.id))) or 0) + 1
    write_rows(
        "person",
        ("id", "public_id", "version", "name", "sort_key", "employee_number", "employee_number_key", "email",
         "email_key", "hired_on"),
        ((n, new_public_id(), 1, f"P{n}", f"p{n}", f"B{n}", f"b{n}", f"b{n}@x.example", f"b{n}@x.example", "2020-01-01")
         for n in range(start, start + people)),
    )  # fmt: skip
    now = utc_now()
    name = {"zh": "基准", "en": "Benchmark"}
    survey = create_survey(
        name=name, opens_at=now - timedelta(1), closes_at=now + timedelta(1), time_zone="Asia/Shanghai"
    )
    profile = profile_by_code("regional-sales-manager")
    assert profile is not None
    subjects = (
        {"survey_id": survey.id, "person_id": n, "profile_id": profile.id} for n in range(start, start + people)
    )
    db.session.execute(insert(SurveySubject), list(subjects))
    first = db.session.scalar(select(func.min(SurveySubject.id)).where(SurveySubject.survey_id == survey.id))
    assert first is not None
    base = db.session.scalar(select(func.coalesce(func.max(RatingRequest.id), 0))) or 0
    write_rows(
        "rating_request",
        ("id", "public_id", "subject_id", "rater_id", "rater_group", "state"),
        ((base + 1 + n * 10 + place, new_public_id(), first + n, start + (n + place * 7) % people, group, "asked")
         for n in range(people) for place, group in enumerate(GROUPS)),
    )  # fmt: skip
    # A product that was filled in one second has no statistics yet, and PostgreSQL plans as for empty tables.
    db.session.execute(text("ANALYZE"))
    return open_survey(survey)


def sealed_answers(survey: Survey) -> None:
    """Everybody answers, written as the product seals answers; 5 % of the items they are unable to rate."""
    layout = layout_of(items_of(published_framework()))
    profile = profile_by_code("regional-sales-manager")
    assert profile is not None
    places = item_places([profile], published_framework())
    subject, rater, number = (np.array(column) for column in zip(*_requests(survey), strict=True))
    random = np.random.default_rng(1)
    records = np.zeros(len(number), dtype=answer_dtype(layout.items))
    head, group = records["head"], np.tile([group_index(name) for name in GROUPS], len(number) // len(GROUPS))
    head["layout"], head["is_submitted"], head["group"] = LAYOUT_VERSION, 1, group
    head["subject"], head["rater"], head["request"] = subject, rater, number
    ratings = random.integers(1, 6, (len(number), layout.items), dtype=np.uint8)
    ratings[random.random(ratings.shape, dtype=np.float32) < 0.05] = 9
    for name in set(GROUPS):
        unasked = np.setdiff1d(np.arange(layout.items), places[profile.id, RaterGroup(name)])
        ratings[np.ix_(group == group_index(name), unasked)] = 0
    records["ratings"] = ratings
    seal = seals_of(survey).ratings
    joined, size = records.tobytes(), records.dtype.itemsize
    names = [seal.name(int(request)) for request in number]
    rows = sorted(
        (survey.id, name, seal.sealed(joined[place * size : (place + 1) * size], name))
        for place, name in enumerate(names)
    )
    write_rows("sealed_answer", ("survey_id", "name", "sealed"), rows)
    in_survey = select(SurveySubject.id).where(SurveySubject.survey_id == survey.id)
    submitted = update(RatingRequest).where(RatingRequest.subject_id.in_(in_survey))
    db.session.execute(submitted.values(state=RequestState.SUBMITTED))


def _requests(survey: Survey) -> list[tuple[int, int, int]]:
    statement = (
        "SELECT subject_id, rater_id, id FROM rating_request WHERE subject_id IN "
        "(SELECT id FROM survey_subject WHERE survey_id = ?) ORDER BY id"
    )
    return [row for block in row_blocks(statement, (survey.id,)) for row in block]


def fetched(statement: str, survey_id: int) -> Callable[[], None]:
    """The bare fetch of rows."""

    def fetch() -> None:
        for _block in row_blocks(statement, (survey_id,)):
            pass
        db.session.rollback()

    return fetch


def close_rows(database: str, people: int) -> Iterator[Row]:
    """The close step by step, over the bare fetch of the sealed rows."""
    survey = in_transaction(lambda: asked_survey(people))
    in_transaction(lambda: sealed_answers(survey))
    in_transaction(lambda: begin_close(survey, early=True))
    number, size, peer = survey.id, f"{people * len(GROUPS):,} answers", f"{database}: bare fetch"
    frame = frame_of(survey)
    opening, fetch = side_by_side(lambda: collected(survey, frame), fetched(READ_ANSWERS, number), rounds=3)
    yield Row("survey close: open sealed answers", size, opening, peer, fetch)
    answers = collected(survey, frame)
    computing = statistics.median(milliseconds(lambda: measured(survey, frame, answers)) for _round in range(3))
    yield Row("survey close: compute", size, computing, peer, fetch)
    results = measured(survey, frame, answers)
    storing = milliseconds(lambda: in_transaction(lambda: store_results(db.session.get_one(Survey, number), results)))
    yield Row("survey close: store", size, storing, peer, fetch)
    yield Row("survey close: sealed answers to stored", size, opening + computing + storing, peer, fetch)
    rest = milliseconds(lambda: finish_close(number))
    yield Row("survey close: delete, count, key, vacuum", size, rest, peer, fetch)
    survey = db.session.get_one(Survey, number)
    reading, cells = side_by_side(lambda: closed_survey(survey), fetched(READ_CELLS, number), rounds=3)
    yield Row("survey after close: read all cells", size, reading, f"{database}: bare fetch of the cells", cells)
    again = statistics.median(milliseconds(lambda: recomputed_cells(survey)) for _round in range(3))
    yield Row("survey after close: recompute all cells", size, again, f"{database}: bare fetch of the cells", cells)


def comment_rows(database: str, people: int) -> Iterator[Row]:
    """Opening the comments, over the bare fetch of their rows."""
    survey = in_transaction(lambda: asked_survey(people))
    form = layout_of(items_of(published_framework()))
    words = [Comment("keep", "Keeps promises; 客户都信任他。"), Comment("change", "Could delegate more.")]
    requests = db.session.scalars(
        select(RatingRequest).join(SurveySubject).where(SurveySubject.survey_id == survey.id)
    ).all()
    answers = [(request, bytes([4] * form.items), words) for request in requests]
    in_transaction(lambda: answer_many(survey, answers, form))
    size = f"{len(answers):,} comments"

    def opened() -> None:
        for _form in collected_comments(survey):
            pass
        db.session.rollback()

    ours, fetch = side_by_side(opened, fetched(READ_COMMENTS, survey.id), rounds=3)
    yield Row("survey close: open comments", size, ours, f"{database}: bare fetch", fetch)


def submit_rows(app: Flask, database: str) -> Iterator[Row]:
    """Whole submits by eight writers at once, beside a bare transaction that adds one row."""
    survey = in_transaction(lambda: asked_survey(max(50, WRITERS * SUBMITS // len(GROUPS) + 1)))
    numbers = [row[2] for row in _requests(survey)][: WRITERS * SUBMITS]

    def opened(number: int) -> Callable[[], object]:
        request = db.session.get_one(RatingRequest, number)
        form = asked_form(request)
        ratings = dict.fromkeys(form.places, 4)
        return lambda: submit_answers(request, form, ratings)

    def bare(number: int) -> Callable[[], object]:
        return lambda: record("benchmark.written", details={"number": number})

    ours, peer = by_writers(app, opened, numbers), by_writers(app, bare, numbers)
    db.session.rollback()
    stored = db.session.scalar(
        select(func.count()).select_from(SealedAnswer).where(SealedAnswer.survey_id == survey.id)
    )
    assert stored == len(numbers), "an acknowledged answer was lost"
    size, label = f"{WRITERS} writers", f"{database}: transaction with one row"
    for name, share in (("p50", 50), ("p99", 99)):
        yield Row(f"survey submit, {name}", size, percentile(ours, share), label, percentile(peer, share))


def by_writers(app: Flask, prepare: Callable[[int], Callable[[], object]], numbers: list[int]) -> list[float]:
    """The times of all transactions when eight writers share them; what a page reads before is read before."""
    times: list[float] = []
    gate = threading.Barrier(WRITERS)

    def write(mine: list[int]) -> None:
        with app.app_context():
            actions = [prepare(number) for number in mine]
            gate.wait()
            times.extend([timed(action) for action in actions])
            db.session.remove()

    threads = [threading.Thread(target=write, args=(numbers[place::WRITERS],)) for place in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def timed(action: Callable[[], object]) -> float:
    """The milliseconds of one transaction, with its wait for the other writers."""
    start = time.perf_counter()
    in_transaction(action)
    return (time.perf_counter() - start) * 1000


def percentile(times: list[float], share: int) -> float:
    """The time that this share of the calls does not exceed, in percent."""
    return float(np.percentile(times, share))


def rows() -> Iterator[Row]:
    """All measurements, SQLite first."""
    with databases() as fresh:
        for database, address in fresh:
            with tempfile.TemporaryDirectory() as folder, product(address, Path(folder)) as app:
                yield from submit_rows(app, database)
                yield from comment_rows(database, max(PEOPLE // 100, 10))
                yield from close_rows(database, PEOPLE)
