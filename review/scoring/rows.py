"""The numbers of many results at once: what numbers.py says of one person, written as JSON column by column.

A cell of the same kind with the same raters and total has the same steps, so that each is explained and written once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Text, cast, select

from assessments.actuals.queries import one_of
from assessments.measurement.ratings import GROUPS
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import quantised
from assessments.scorecards.models import CardResult
from review.aggregation.cycle import CycleScores
from review.aggregation.dimension_scores import Evidence
from review.aggregation.explanation import base_steps, cell_step, scores_of
from review.aggregation.points import dimension_points, section_shares
from review.aggregation.totals import TotalResult, total_error
from review.cycles.models import Cycle
from review.results.models import Result
from review.schemes.models import Scheme, SectionKind
from review.scoring.models import ScoredParticipant
from review.scoring.numbers import frozen_base, frozen_card, frozen_cell, result_numbers, section_numbers
from review.scoring.queries import Cards, ScoredCycle, cards_of, scored_cycle, total_of_sections
from web.database import db

NUMBERS = (
    "evidence", "overall", "overall_error", "dimensions", "sections", "steps", "total", "total_error", "reason",
    "has_failed_gate", "calculated_grade",
)  # fmt: skip
IN_JSON = ("dimensions", "sections", "steps")
# Without spaces; what is not a number is refused.
as_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
Numbers = tuple[Any, ...]
Texts = NDArray[np.object_]


REASONS: Texts = np.array([as_json("" if one is Reason.ESTIMATED else one.code) for one in Reason], dtype=object)
EVIDENCE: Texts = np.array([as_json(one.code) for one in Evidence], dtype=object)


def result_rows(scored: ScoredCycle) -> Iterator[list[tuple[int, Numbers]]]:
    """Every participant's number and ``NUMBERS``, those ``IN_JSON`` as text, a block of people after the other."""
    writer = _Writer(scored)
    for block in scored.blocks():
        yield writer.block(block, cards_of(block))


def differing_numbers(cycle: Cycle) -> Iterator[tuple[int, dict[str, Any], dict[str, Any] | None]]:
    """Each participant whose stored numbers are not those computed anew: number, computed, stored (None without)."""
    for block in result_rows(scored_cycle(cycle)):
        stored = _stored_numbers([participant for participant, _ in block])
        for participant, computed in block:
            kept = stored.get(participant)
            # Nearly always the texts are the same, so that nothing has to be read from JSON.
            if kept != computed and (kept is None or _plain(kept) != _plain(computed)):
                yield participant, _plain(computed), None if kept is None else _plain(kept)


def _stored_numbers(participants: Sequence[int]) -> dict[int, Numbers]:
    columns = (cast(getattr(Result, name), Text) if name in IN_JSON else getattr(Result, name) for name in NUMBERS)
    statement = select(Result.participant_id, *columns).where(one_of(Result.participant_id, participants))
    return {row[0]: tuple(row[1:]) for row in db.session.execute(statement)}


def _plain(numbers: Numbers) -> dict[str, Any]:
    """The numbers from their texts; which formulas wrote them is none of them."""
    plain = {
        name: json.loads(value) if name in IN_JSON else value for name, value in zip(NUMBERS, numbers, strict=True)
    }
    plain["steps"].pop("formulas", None)
    return plain


class _Writer:
    """Writes blocks of people; keeps what many of them share."""

    def __init__(self, scored: ScoredCycle) -> None:
        self._scored, self._scores = scored, scored.scores
        dimensions = range(len(self._scores.design.layout.dimensions))
        self._cells = [_cell_texts(self._scores, place) for place in dimensions]
        profiles = range(len(self._scores.design.profile_weights))
        self._bases = [[_base_text(self._scores, profile, place) for profile in profiles] for place in dimensions]
        self._totals: dict[Any, TotalResult] = {}
        self._no_card = _card_text(None)

    def block(self, block: Sequence[ScoredParticipant], cards: Cards) -> list[tuple[int, Numbers]]:
        """The rows of some people, in their order."""
        known = self._scored.place_of_subject
        placed = [row for row in block if row.subject_id in known]
        evidence = iter(self._evidence([known[row.subject_id or 0] for row in placed]) if placed else ())
        return [(row.id, self._row(row, cards, next(evidence) if row.subject_id in known else None)) for row in block]

    def _row(self, row: ScoredParticipant, cards: Cards, evidence: Numbers | None) -> Numbers:
        if evidence is None:
            numbers = result_numbers(self._scored.person(row, cards))
            return tuple(as_json(numbers[name]) if name in IN_JSON else numbers[name] for name in NUMBERS)
        code, overall, overall_error, dimensions, steps, competency, error = evidence
        card, scheme = cards.get(row.scorecard_id or 0), row.scheme
        assert scheme is not None, "a graded participant has a scheme"
        total = self._total(scheme, competency, card)
        errors = [error if section.kind is SectionKind.COMPETENCY else 0.0 for section in scheme.sections]
        return (
            code,
            overall,
            overall_error,
            dimensions,
            as_json(section_numbers(scheme, total, error)),
            steps + (self._no_card if card is None else _card_text(card)),
            total.hundredths,
            None if total.hundredths is None else float(quantised(total_error(total.points, errors))),
            "" if total.reason is Reason.ESTIMATED else total.reason.code,
            card is not None and bool(card.gates_failed),
            total.grade,
        )

    def _total(self, scheme: Scheme, competency: int | None, card: CardResult | None) -> TotalResult:
        """The total without its error, computed once for all who have the same points in every section."""
        figures = None if card is None else (card.hundredths, card.section_reason, bool(card.gates_failed))
        key = scheme.id, competency, figures
        if key not in self._totals:
            self._totals[key] = total_of_sections(scheme, competency, 0.0, card)
        return self._totals[key]

    def _evidence(self, places: Sequence[int]) -> Iterator[Numbers]:
        """What some subjects' numbers are before the scorecard: overall, dimensions, steps, points and their error."""
        scores, subjects = self._scores, np.array(places, dtype=np.int64)
        overall, section = scores.overall, scores.section
        has_overall = overall.reason[subjects] == Reason.ESTIMATED
        has_points = section.reason[subjects] == Reason.ESTIMATED
        return zip(
            (Evidence(code).code for code in overall.evidence[subjects].tolist()),
            _or_none(quantised(overall.value[subjects]), has_overall),
            _or_none(quantised(overall.standard_error[subjects]), has_overall),
            self._dimension_texts(subjects),
            self._step_texts(subjects),
            _or_none(section.hundredths[subjects], has_points),
            np.where(has_points, quantised(section.standard_error[subjects]), 0.0).tolist(),
            strict=True,
        )

    def _dimension_texts(self, subjects: NDArray[np.int64]) -> Iterator[str]:
        """The dimensions of some subjects as they are stored beside the steps."""
        scores = scores_of(self._scores.scores, subjects)
        weights = self._scores.design.profile_weights[self._scores.profile_of_subject[subjects]]
        estimated = scores.is_estimated
        names = np.array([as_json(name) for name in self._scores.design.layout.dimensions], dtype=object)

        def number(values: NDArray[np.float64]) -> Texts:
            return np.where(estimated, number_texts(quantised(values)), "null")

        entries = object_texts(
            {
                "code": np.broadcast_to(names, estimated.shape),
                "reason": REASONS[scores.reason],
                "evidence": EVIDENCE[scores.evidence],
                "score": number(scores.value),
                "standard_error": number(scores.standard_error),
                "low": number(scores.low),
                "high": number(scores.high),
                "required": number_texts(scores.required),
                "weight": number_texts(weights),
                "gap": number(scores.gap),
                "points": number(dimension_points(scores)),
            }
        )
        entries[(weights <= 0) & (scores.reason == Reason.NOT_ASKED)] = ""
        return (f"[{','.join(filter(None, row))}]" for row in entries.tolist())

    def _step_texts(self, subjects: NDArray[np.int64]) -> Iterator[str]:
        """The steps of some subjects up to where those of the scorecard follow."""
        scores, profiles = self._scores, self._scores.profile_of_subject[subjects]
        some = scores_of(scores.scores, subjects)
        shares = section_shares(some, scores.design.profile_weights[profiles])[0]
        names = np.array([as_json(name) for name in scores.design.layout.dimensions], dtype=object)
        bases = [np.array(of_place, dtype=object)[profiles] for of_place in self._bases]
        entries = object_texts(
            {
                "code": np.broadcast_to(names, shares.shape),
                "cells": np.array(self._cells_of(subjects), dtype=object).T,
                "groups": np.array(bases, dtype=object).T,
                "shown_weight": number_texts(some.shown_weight),
                "base": number_texts(scores.terms.base[profiles]),
                "share": number_texts(shares),
            }
        )
        hidden = _hidden_texts(scores, subjects)
        start = f'{{"formulas":{as_json(scores.formula_version)},"hidden_groups":'
        return (
            f'{start}{groups},"dimensions":[{",".join(row)}],'
            for groups, row in zip(hidden, entries.tolist(), strict=True)
        )

    def _cells_of(self, subjects: NDArray[np.int64]) -> list[list[str]]:
        """By dimension: the cells of each subject that take part in it."""
        of_row = self._scores.cells.subject
        first = np.searchsorted(of_row, subjects.astype(of_row.dtype))
        count = np.searchsorted(of_row, subjects.astype(of_row.dtype), side="right") - first
        stop = np.cumsum(count)
        rows = np.repeat(first - (stop - count), count) + np.arange(int(count.sum()))
        bounds = list(pairwise([0, *stop.tolist()]))
        columns = (texts[rows].tolist() for texts in self._cells)
        # Each text begins with its comma, and is empty where the dimension does not ask the cell.
        return [[f"[{''.join(column[start:end])[1:]}]" for start, end in bounds] for column in columns]


def number_texts(values: NDArray[np.float64]) -> Texts:
    """Each number as JSON, in the same shape; a number that occurs often is written once."""
    distinct, place = np.unique(values, return_inverse=True)
    assert np.isfinite(distinct).all(), "what is stored must survive JSON unchanged"
    texts: Texts = np.array([repr(value) for value in distinct.tolist()], dtype=object)
    return np.asarray(texts[place]).reshape(values.shape)


def object_texts(fields: Mapping[str, Texts]) -> Texts:
    """JSON objects from the JSON texts of their fields, all of one shape."""
    template = "{" + ",".join(f"{as_json(name)}:%s" for name in fields) + "}"
    columns = [texts.ravel().tolist() for texts in fields.values()]
    shape = next(iter(fields.values())).shape
    result = np.empty(shape, dtype=object)
    result.ravel()[:] = [template % row for row in zip(*columns, strict=True)]
    return result


def _or_none(values: NDArray[Any], is_there: NDArray[np.bool_]) -> list[Any]:
    return [value if there else None for value, there in zip(values.tolist(), is_there.tolist(), strict=True)]


def _cell_texts(scores: CycleScores, place: int) -> Texts:
    """The steps of every cell of the cycle in one dimension, as JSON behind a comma."""
    cells = scores.cells
    totals, total = np.unique(cells.total[:, place], return_inverse=True)
    raters = cells.raters[:, place].astype(np.int64)
    key = (scores.terms.kind * (int(raters.max(initial=0)) + 1) + raters) * len(totals) + total
    _, first, code = np.unique(key, return_index=True, return_inverse=True)
    steps = [cell_step(scores, row, place) for row in first.tolist()]
    texts: Texts = np.array(["" if step is None else f",{as_json(frozen_cell(step))}" for step in steps], dtype=object)
    return np.asarray(texts[code])


def _base_text(scores: CycleScores, profile: int, place: int) -> str:
    return as_json([frozen_base(base) for base in base_steps(scores, profile, place)])


def _card_text(card: CardResult | None) -> str:
    """The last part of the steps, which closes them."""
    return as_json(frozen_card(card)).removeprefix("{")


def _hidden_texts(scores: CycleScores, subjects: NDArray[np.int64]) -> list[str]:
    if scores.deleted_groups is None:
        return ["[]"] * len(subjects)
    patterns, place = np.unique(scores.deleted_groups[subjects], axis=0, return_inverse=True)
    texts = [as_json([group.value for group, is_in in zip(GROUPS, row, strict=True) if is_in]) for row in patterns]
    return [texts[one] for one in place.ravel().tolist()]
