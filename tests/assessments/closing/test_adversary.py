"""Who gets everything on disk after the close cannot match people to answers better than by chance."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from flask import Flask
from scipy.stats import binomtest
from sqlalchemy import select, text

from assessments.answers.actions import answer_many
from assessments.answers.queries import asked_form, seals_of
from assessments.closing.actions import begin_close, store_results
from assessments.closing.jobs import finish_close
from assessments.closing.models import StoredCell
from assessments.closing.queries import collected, frame_of, measured
from assessments.measurement.envelopes import Comment
from assessments.measurement.ratings import FormLayout
from assessments.surveys.actions import add_subject, ask_many, create_survey, open_survey
from assessments.surveys.models import RatingRequest, Survey
from assessments.surveys.queries import requests_of
from people.organisation.models import Person
from rubrics.catalogue.actions import load_catalogue
from rubrics.frameworks.models import RaterGroup
from rubrics.profiles.queries import profile_by_code
from tests.assessments.survey_cases import MANAGERS, NAME
from web.database import db, utc_now
from web.sealing import key_file
from web.transactions import in_transaction

SUBJECTS, RATERS = 60, 8
Truth = dict[tuple[int, str, bytes], int]


class Invited(NamedTuple):
    """A request as a backup made during the collection shows it."""

    id: int
    subject_id: int
    rater_id: int


Order = Callable[[Invited], object]


def planned() -> Survey:
    """A company of sixty who each rate eight colleagues."""
    load_catalogue()
    people = [
        Person(
            name=f"Person {n}", sort_key=f"person {n:03}", employee_number=f"A{n}", employee_number_key=f"a{n}",
            email=f"a{n}@example.org", email_key=f"a{n}@example.org", hired_on=date(2020, 1, 1),
        )
        for n in range(SUBJECTS)
    ]  # fmt: skip
    db.session.add_all(people)
    now = utc_now()
    survey = create_survey(
        name=NAME, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1), time_zone="Asia/Shanghai"
    )
    profile = profile_by_code(MANAGERS)
    assert profile is not None
    subjects = [add_subject(survey, person, profile) for person in people]
    asked = [
        (subject.id, people[(place + step) % SUBJECTS].id, RaterGroup.PEERS)
        for place, subject in enumerate(subjects)
        for step in range(1, RATERS + 1)
    ]
    ask_many(survey, asked)
    return open_survey(survey)


def rated(survey: Survey) -> tuple[list[Invited], FormLayout, Truth]:
    """Everybody answers; the raters of a person differ in every dimension, so that the truth is known to the test."""
    requests = list(db.session.scalars(requests_of(survey).order_by(RatingRequest.id)))
    form = asked_form(requests[0])
    draw, truth = random.Random(7), Truth()
    answers: list[tuple[RatingRequest, bytes, list[Comment]]] = []
    forms: dict[int, Iterator[dict[str, bytes]]] = {}
    for request in requests:
        unique = forms.setdefault(request.subject_id, distinct_forms(draw, form.parts))
        packed = bytearray(form.layout.items)
        for code, ratings in next(unique).items():
            packed[form.layout.slice_of(code)] = ratings
            truth[request.subject_id, code, ratings] = request.id
        answers.append((request, bytes(packed), []))
    invited = [Invited(request.id, request.subject_id, request.rater_id) for request in requests]
    in_transaction(lambda: answer_many(survey, answers, form.layout))
    return invited, form.layout, truth


def distinct_forms(
    draw: random.Random, parts: tuple[tuple[object, tuple[object, ...]], ...]
) -> Iterator[dict[str, bytes]]:
    triples = [bytes((a, b, c)) for a in range(1, 6) for b in range(1, 6) for c in range(1, 6)]
    columns = {dimension.code: draw.sample(triples, RATERS) for dimension, _items in parts}  # type: ignore[attr-defined]  # a Dimension
    for place in range(RATERS):
        yield {code: column[place] for code, column in columns.items()}


def stored_blocks(layout: FormLayout) -> dict[tuple[int, str], list[bytes]]:
    """What the attacker reads: for every person and dimension the answers in the order in which they are kept."""
    blocks = defaultdict(list)
    for row in db.session.scalars(select(StoredCell)):
        kept, position = np.frombuffer(row.rows, dtype="<u2"), 0
        for code, items, raters in zip(layout.dimensions, layout.item_counts, kept.tolist(), strict=True):
            for _rater in range(raters):
                blocks[row.subject_id, code].append(row.answers[position : position + items])
                position += items
    return blocks


def hits(blocks: dict[tuple[int, str], list[bytes]], truth: Truth, requests: list[Invited], order: Order) -> int:
    """How often the nth answer that is kept belongs to the nth rater in an order that the attacker believes in."""
    believed = defaultdict(list)
    for request in sorted(requests, key=order):  # type: ignore[arg-type]  # bytes or numbers
        believed[request.subject_id].append(request.id)
    return sum(
        truth[subject, code, ratings] == believed[subject][place]
        for (subject, code), block in blocks.items()
        for place, ratings in enumerate(block)
    )


def orders(survey: Survey) -> dict[str, Order]:
    """Orders known from backups made during the collection: who was asked when, whose sealed row has which name."""
    seal = seals_of(survey).ratings
    names = {number: seal.name(number) for number in db.session.scalars(select(RatingRequest.id))}
    return {
        "name of the sealed row": lambda request: names[request.id],
        "asked": lambda request: request.id,
        "asked, last first": lambda request: -request.id,
        "person": lambda request: request.rater_id,
    }


def closed_with(survey: Survey, random_bytes: Callable[[int], bytes]) -> None:
    """The product's own close with this source of chance."""
    in_transaction(lambda: begin_close(survey, early=True))
    frame = frame_of(survey)
    results = measured(survey, frame, collected(survey, frame), random_bytes)
    in_transaction(lambda: store_results(survey, results))
    finish_close(survey.id)


def attacked(random_bytes: Callable[[int], bytes] | None) -> tuple[int, dict[str, int]]:
    """Let a survey be answered and closed; how many answers there are, and how many each attack matches."""
    survey = in_transaction(planned)
    requests, layout, truth = rated(survey)
    believed = orders(survey)
    if random_bytes is None:
        in_transaction(lambda: begin_close(survey, early=True))
        finish_close(survey.id)
    else:
        closed_with(survey, random_bytes)
    blocks = stored_blocks(layout)
    answers = sum(len(block) for block in blocks.values())
    return answers, {name: hits(blocks, truth, requests, order) for name, order in believed.items()}


def test_the_kept_answers_match_people_no_better_than_chance(app: Flask) -> None:
    seeded = random.Random(2026)
    answers, found = attacked(seeded.randbytes)
    assert answers >= 2000
    chances = {
        name: binomtest(number, answers, 1 / RATERS, alternative="greater").pvalue for name, number in found.items()
    }
    assert min(chances.values()) > 0.01, (answers, found)


def test_the_chance_of_the_operating_system_is_as_good(app: Flask) -> None:
    answers, found = attacked(None)
    # Nothing is seeded here, so the bound is one that an honest draw passes for a lifetime of runs.
    worst = max(found.values())
    assert binomtest(worst, answers, 1 / RATERS, alternative="greater").pvalue > 1e-6


def test_without_shuffling_the_same_attacks_find_everybody(app: Flask) -> None:
    answers, found = attacked(bytes)
    assert max(found.values()) == answers


def on_disk(folder: Path) -> bytes:
    """All that the database and the keys have in their files."""
    files = [path for path in folder.rglob("*") if path.is_file() and "template" not in path.name]
    return b"".join(path.read_bytes() for path in sorted(files))


def test_no_file_keeps_a_sealed_answer_an_invitation_or_the_key(app_on_sqlite: Flask) -> None:
    survey = in_transaction(planned)
    rated(survey)
    folder: Path = app_on_sqlite.config["SETTINGS"].instance
    key = key_file(folder / "keys", survey.key_name).read_bytes()
    traces = [
        key,
        *(bytes(row[0])[:40] for row in db.session.execute(text("SELECT sealed FROM sealed_answer LIMIT 50"))),
        *(bytes(row[0])[:40] for row in db.session.execute(text("SELECT sealed FROM sealed_comment LIMIT 50"))),
        *(row[0].encode() for row in db.session.execute(text("SELECT public_id FROM rating_request LIMIT 50"))),
    ]
    db.session.rollback()
    before = on_disk(folder)
    assert all(trace in before for trace in traces)
    in_transaction(lambda: begin_close(survey, early=True))
    finish_close(survey.id)
    after = on_disk(folder)
    assert [trace for trace in traces if trace in after] == []


@pytest.mark.parametrize("table", ["stored_cell", "stored_comment", "sealed_answer", "sealed_comment"])
def test_tables_of_answers_have_no_row_numbers_on_sqlite(app_on_sqlite: Flask, table: str) -> None:
    definition = db.session.scalar(text(f"SELECT sql FROM sqlite_master WHERE name = '{table}'"))
    assert "WITHOUT ROWID" in definition
