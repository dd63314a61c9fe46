"""Whether released results are still what was sealed, and whether the evidence still gives the stored numbers."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from review.cycles.models import Cycle, Participant
from review.results.models import Result, ResultSeal
from review.results.queries import results_of
from review.scoring.queries import result_numbers, scored_cycle
from review.seals.replay import replayed_numbers
from web.database import db
from web.language import LazyString
from web.language import lazy_gettext as _l
from web.sealing import key_named, make_key

KEY_NAME = "results"
NUMBERS = (
    "evidence", "overall", "overall_error", "dimensions", "sections", "steps", "total", "total_error", "reason",
    "has_failed_gate", "calculated_grade",
)  # fmt: skip


class ProblemKind(StrEnum):
    """What a verification can find."""

    SEAL_MISSING = "seal_missing"
    SEAL_BROKEN = "seal_broken"
    RESULT_CHANGED = "result_changed"
    NUMBERS_DIFFER = "numbers_differ"


PROBLEM_TEXTS: dict[ProblemKind, LazyString] = {
    ProblemKind.SEAL_MISSING: _l("The released result has no seal."),
    ProblemKind.SEAL_BROKEN: _l("The seal does not fit what it seals."),
    ProblemKind.RESULT_CHANGED: _l("The result is not what was sealed."),
    ProblemKind.NUMBERS_DIFFER: _l("Computing again gives another number."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit: whose result, what kind, and the names of the numbers."""

    participant: Participant
    kind: ProblemKind
    names: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is wrong, in the reader's language."""
        return str(PROBLEM_TEXTS[self.kind])


def sealed_content(result: Result) -> dict[str, Any]:
    """What a seal covers: inputs, steps, numbers, grade, scheme and formula version, as plain values."""
    scheme = result.participant.scheme
    content = {name: getattr(result, name) for name in NUMBERS}
    plain: dict[str, Any] = json_value(
        content
        | {
            "participant": result.participant.public_id,
            "grade": result.grade,
            "formulas": result.formula_version.number,
            "scheme": scheme.content() if scheme is not None else None,
            "gap_curve": scheme.gap_curve if scheme is not None else None,
        }
    )
    return plain


def json_value(value: Any) -> Any:
    """The value as it comes back from JSON, so that what was stored and what is compared have the same form."""
    return json.loads(json.dumps(value, default=str))


def seal_code(content: Mapping[str, Any]) -> str:
    """The keyed code of a sealed content; the key is a file outside the database."""
    folder = current_app.config["SETTINGS"].keys
    make_key(folder, KEY_NAME)
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key_named(folder, KEY_NAME), text.encode(), hashlib.sha256).hexdigest()


def verified(cycle: Cycle) -> list[Problem]:
    """Check every seal of a cycle: its code, that the result is what it says, and that its steps give its numbers.

    Works for seals of any formula version, because the steps are sealed with the numbers.
    """
    seals = _latest_seals(cycle)
    return [problem for result in results_of(cycle) for problem in _problems_of(result, seals.get(result.id))]


def _problems_of(result: Result, seal: ResultSeal | None) -> Iterator[Problem]:
    participant = result.participant
    if seal is None:
        yield Problem(participant, ProblemKind.SEAL_MISSING)
        return
    if not hmac.compare_digest(seal.code, seal_code(seal.content)):
        yield Problem(participant, ProblemKind.SEAL_BROKEN)
    present = sealed_content(result)
    if changed := different(seal.content, present):
        yield Problem(participant, ProblemKind.RESULT_CHANGED, changed)
    if differing := different(replayed_numbers(seal.content), seal.content):
        yield Problem(participant, ProblemKind.NUMBERS_DIFFER, differing)


def recomputed(cycle: Cycle) -> list[Problem]:
    """Compute a closed cycle again from its stored cells and scorecards and name every number that differs."""
    stored = {result.participant_id: result for result in results_of(cycle)}
    problems = []
    for person in scored_cycle(cycle).people:
        result = stored[person.participant.id]
        fresh = json_value(result_numbers(person))
        if names := different(fresh, json_value({name: getattr(result, name) for name in NUMBERS})):
            problems.append(Problem(person.participant, ProblemKind.NUMBERS_DIFFER, names))
    return problems


def different(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, ...]:
    """The names under which two contents differ, among those that the first has."""
    return tuple(name for name in first if first[name] != second.get(name))


def _latest_seals(cycle: Cycle) -> dict[int, ResultSeal]:
    statement = (
        select(ResultSeal)
        .join(ResultSeal.result)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle.id)
        .options(joinedload(ResultSeal.result))
        .order_by(ResultSeal.release)
    )
    return {seal.result_id: seal for seal in db.session.scalars(statement)}
