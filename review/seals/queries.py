"""Whether released results are still what was sealed, and whether the evidence still gives the stored numbers."""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assessments.actuals.queries import one_of
from assessments.answers.queries import layout_of
from assessments.evidence.queries import spread_of
from assessments.scorecards.models import Scorecard, ScorecardLine
from assessments.surveys.models import Survey
from assessments.surveys.queries import form_of
from review.cycles.models import Cycle, CycleState, Participant
from review.cycles.queries import participants_of
from review.results.models import GradeStep, Result, ResultSeal
from review.results.queries import results_of
from review.scoring.rows import differing_numbers
from review.seals.errors import NotClosedError, NotReleasedError
from review.seals.models import Problem, ProblemKind
from review.seals.replay import replayed_numbers
from rubrics.frameworks.queries import items_of
from rubrics.measures.models import Measure
from web.database import db
from web.sealing import KeyMissingError, key_named

KEY_NAME = "results"
NUMBERS = (
    "evidence", "overall", "overall_error", "dimensions", "sections", "steps", "total", "total_error", "reason",
    "has_failed_gate", "calculated_grade",
)  # fmt: skip
# Which plain arithmetic checks the intermediates of which version of the formulas; none is ever taken away.
REPLAYS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"1": replayed_numbers, "2": replayed_numbers}
Correlation = dict[str, dict[str, float]]


def correlation_of(survey: Survey) -> Correlation:
    """How the errors of one rater go together in two dimensions, as frozen at the close of a survey."""
    layout = layout_of(items_of(form_of(survey)))
    rows = spread_of(survey, layout).correlation
    return {
        code: {other: float(rows[first, second]) for second, other in enumerate(layout.dimensions)}
        for first, code in enumerate(layout.dimensions)
    }


def sealed_content(result: Result, history: Sequence[GradeStep], correlation: Correlation) -> dict[str, Any]:
    """What a seal covers: steps, numbers, each grade with its reason, scheme and formula version, as plain values."""
    scheme = result.participant.scheme
    content = {name: getattr(result, name) for name in NUMBERS}
    plain: dict[str, Any] = json_value(
        content
        | {
            "participant": result.participant.public_id,
            "person_id": result.participant.person_id,
            "grade": result.grade,
            "comment": result.comment,
            "grade_steps": [
                [
                    step.number,
                    step.grade,
                    step.origin.value,
                    step.reason,
                    step.decided_by_id,
                    step.decided_at.isoformat(),
                ]
                for step in history
            ],
            "formulas": result.formula_version.number,
            "correlation": correlation,
            "scheme": scheme.content() if scheme is not None else None,
            "gap_curve": scheme.gap_curve if scheme is not None else None,
        }
    )
    return plain


def json_value(value: Any) -> Any:
    """The value as it comes back from JSON, so that what was stored and what is compared have the same form."""
    return json.loads(json.dumps(value, default=str))


def seal_code(content: Mapping[str, Any], key: bytes) -> str:
    """The keyed code of a sealed content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def grade_histories(cycle: Cycle) -> dict[int, list[GradeStep]]:
    """Every value that the grades of a cycle have had, by result, the first one first."""
    statement = (
        select(GradeStep)
        .join(GradeStep.result)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle.id)
        .order_by(GradeStep.result_id, GradeStep.number)
    )
    found: dict[int, list[GradeStep]] = defaultdict(list)
    for step in db.session.scalars(statement):
        found[step.result_id].append(step)
    return found


def verified(cycle: Cycle) -> list[Problem]:
    """Check every seal of a cycle: its code, that the result is what it says, and that its steps give its numbers.

    Works for seals of any formula version that there ever was, because the steps are sealed with the numbers.
    """
    if cycle.state is not CycleState.RELEASED:
        raise NotReleasedError
    results = {result.participant_id: result for result in results_of(cycle)}
    seals, histories = _seals_of(cycle), grade_histories(cycle)
    correlation = correlation_of(cycle.survey)
    try:
        key = key_named(current_app.config["SETTINGS"].keys, KEY_NAME)
    except KeyMissingError:
        key = None
    problems: list[Problem] = []
    for participant in participants_of(cycle):
        result = results.get(participant.id)
        if result is not None:
            present = sealed_content(result, histories[result.id], correlation)
            problems.extend(_problems_of(participant, present, seals[result.id], key))
        elif participant.is_graded:
            problems.append(Problem(participant, ProblemKind.RESULT_MISSING))
    return problems


def _problems_of(
    participant: Participant, present: Mapping[str, Any], seals: Sequence[ResultSeal], key: bytes | None
) -> Iterator[Problem]:
    if not seals:
        yield Problem(participant, ProblemKind.SEAL_MISSING)
        return
    if key is None:
        yield Problem(participant, ProblemKind.KEY_MISSING)
    elif any(not hmac.compare_digest(seal.code, seal_code(seal.content, key)) for seal in seals):
        yield Problem(participant, ProblemKind.SEAL_BROKEN)
    sealed = seals[-1].content
    if changed := different(sealed, present):
        yield Problem(participant, ProblemKind.RESULT_CHANGED, changed)
    replay = REPLAYS.get(str(sealed.get("formulas")))
    if replay is None:
        yield Problem(participant, ProblemKind.FORMULAS_UNKNOWN)
    elif differing := _replay_differences(replay, sealed):
        yield Problem(participant, ProblemKind.NUMBERS_DIFFER, differing)


def _replay_differences(
    replay: Callable[[Mapping[str, Any]], dict[str, Any]], sealed: Mapping[str, Any]
) -> tuple[str, ...]:
    try:
        return different(json_value(replay(sealed)), sealed)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        # A content that somebody has cut to pieces cannot even be computed.
        return ("steps",)


def recomputed(cycle: Cycle) -> list[Problem]:
    """Compute a closed cycle again from its stored cells and scorecards and name every number that differs."""
    if cycle.state not in {CycleState.CLOSED, CycleState.CONFIRMED, CycleState.RELEASED}:
        raise NotClosedError
    found = list(differing_numbers(cycle))
    people = {row.id: row for row in participants_numbered([participant for participant, _, _ in found])}
    return [
        Problem(people[participant], ProblemKind.RESULT_MISSING)
        if stored is None
        else Problem(people[participant], ProblemKind.NUMBERS_DIFFER, different(computed, stored))
        for participant, computed, stored in found
    ]


def participants_numbered(numbers: Sequence[int]) -> list[Participant]:
    """Some participants with their people."""
    statement = select(Participant).where(one_of(Participant.id, numbers)).options(joinedload(Participant.person))
    return list(db.session.scalars(statement))


def released_results_on(figures: Collection[tuple[int, str, str]]) -> int:
    """How many sealed results rest on monthly figures, each given as (person, measure code, month)."""
    statement = (
        select(Participant.id, Participant.person_id, Measure.code, Scorecard)
        .join(Result, Result.participant_id == Participant.id)
        .join(Scorecard, Scorecard.id == Participant.scorecard_id)
        .join(ScorecardLine, ScorecardLine.scorecard_id == Scorecard.id)
        .join(Measure, Measure.id == ScorecardLine.measure_id)
        .where(
            one_of(Participant.person_id, {person_id for person_id, _code, _month in figures}),
            select(ResultSeal.id).where(ResultSeal.result_id == Result.id).exists(),
        )
    )
    wanted = set(figures)
    return len(
        {
            participant_id
            for participant_id, person_id, code, card in db.session.execute(statement)
            if any((person_id, code, month) in wanted for month in card.months)
        }
    )


def different(first: Any, second: Any, path: str = "") -> tuple[str, ...]:
    """Where two plain contents differ, as names like ``dimensions.C3.score``, of what the first has."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        keys = dict.fromkeys([*first, *second]) if path else dict.fromkeys(first)
        pairs = [(f"{path}.{key}" if path else str(key), first.get(key), second.get(key)) for key in keys]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [
            (f"{path}.{_name(one, place)}", one, two)
            for place, (one, two) in enumerate(zip(first, second, strict=True))
        ]
    else:
        return () if first == second else (path,)
    return tuple(name for name, one, two in pairs if one != two for name in different(one, two, name))


def _name(entry: Any, place: int) -> str:
    """By what an entry of a list is known: its code, kind or month, else its place."""
    if isinstance(entry, Mapping):
        for key in ("code", "kind", "month", "group"):
            if key in entry:
                return str(entry[key])
    return str(place + 1)


def _seals_of(cycle: Cycle) -> dict[int, list[ResultSeal]]:
    statement = (
        select(ResultSeal)
        .join(ResultSeal.result)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle.id)
        .order_by(ResultSeal.result_id, ResultSeal.release)
    )
    found: dict[int, list[ResultSeal]] = defaultdict(list)
    for seal in db.session.scalars(statement):
        found[seal.result_id].append(seal)
    return found
