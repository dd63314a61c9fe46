"""The dry run of a cycle: expected grades and effective weights by scheme, from what is known before it opens."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot

import numpy as np
from sqlalchemy import select

from assessments.scorecards.models import CardResult
from assessments.scorecards.queries import period_results
from review.aggregation.bands import ExpectedDistribution, effective_weights, expected_distribution
from review.cycles.models import Cycle, CycleState, Participant
from review.cycles.queries import participants_of
from review.results.models import Result
from review.schemes.models import Scheme, SectionKind
from web.database import db
from web.language import LazyString
from web.language import lazy_gettext as _l

# Requirement met and target met are 100 points (rule 8). People spread about that by a step of the gap curve, key
# figures by half the way from threshold to target; a last result is good for the next to within half a grade.
ASSUMED_POINTS = 100.0
ASSUMED_DEVIATION = {SectionKind.COMPETENCY: 10.0, SectionKind.KPI: 15.0}
LEAST_DEVIATION = 5.0
ENOUGH_PEOPLE = 5


class Basis(StrEnum):
    """What an expected total is taken from."""

    LAST_RESULT = "last_result"
    KEY_FIGURES = "key_figures"
    ASSUMPTION = "assumption"

    @property
    def label(self) -> LazyString:
        """The basis in the reader's language."""
        return BASIS_LABELS[self]


BASIS_LABELS = {
    Basis.LAST_RESULT: _l("their last result"),
    Basis.KEY_FIGURES: _l("complete key figures of this period, competencies as required"),
    Basis.ASSUMPTION: _l("the assumption that requirements and targets are met"),
}


@dataclass(frozen=True)
class Expectation:
    """The total that one person is expected to reach, how far it may be off, and what it is taken from."""

    points: float
    deviation: float
    basis: Basis


@dataclass(frozen=True)
class SectionWeight:
    """A section's weight in the scheme and its effective share of the differences between people (0 to 1)."""

    kind: SectionKind
    weight: int
    effective: float
    is_observed: bool


@dataclass(frozen=True)
class SchemeForecast:
    """What one scheme is expected to bring for its people in a cycle."""

    scheme: Scheme
    distribution: ExpectedDistribution
    basis: Counter[Basis]
    weights: tuple[SectionWeight, ...]

    @property
    def people(self) -> int:
        """How many people the scheme grades."""
        return self.distribution.people


def dry_run(cycle: Cycle) -> list[SchemeForecast]:
    """Expected grades and effective weights of every scheme in a cycle, by job level."""
    teams: dict[int, list[Participant]] = defaultdict(list)
    for row in participants_of(cycle):
        if row.is_graded and row.scheme_id is not None:
            teams[row.scheme_id].append(row)
    last = _last_results(cycle)
    ids = [row.scorecard_id for rows in teams.values() for row in rows if row.scorecard_id is not None]
    cards = {card.card_id: card for card in period_results(ids).cards}
    found = [_forecast(rows, last, cards) for rows in teams.values()]
    return sorted(found, key=lambda forecast: (forecast.scheme.job_level_from, forecast.scheme.code))


def _last_results(cycle: Cycle) -> dict[int, Result]:
    """The newest confirmed result of everyone in a cycle, from other cycles."""
    here = select(Participant.person_id).where(Participant.cycle_id == cycle.id)
    rows = db.session.execute(
        select(Participant.person_id, Result)
        .join(Result.participant)
        .join(Participant.cycle)
        .where(
            Participant.person_id.in_(here),
            Cycle.id != cycle.id,
            Cycle.state.in_([CycleState.CONFIRMED, CycleState.RELEASED]),
            Result.total.is_not(None),
        )
        .order_by(Cycle.period_ends_on, Cycle.id)
    )
    return {row.person_id: row.Result for row in rows}


def _forecast(
    rows: Sequence[Participant], last: Mapping[int, Result], cards: Mapping[int, CardResult]
) -> SchemeForecast:
    scheme = rows[0].scheme
    assert scheme is not None, "people are gathered by their scheme"
    expected = [_expectation(scheme, last.get(row.person_id), cards.get(row.scorecard_id or 0)) for row in rows]
    return SchemeForecast(
        scheme=scheme,
        distribution=expected_distribution(
            np.array([person.points for person in expected]),
            deviation=np.array([person.deviation for person in expected]),
            bands=scheme.grade_bands,
        ),
        basis=Counter(person.basis for person in expected),
        weights=_section_weights(scheme, [last[row.person_id] for row in rows if row.person_id in last]),
    )


def _expectation(scheme: Scheme, last: Result | None, card: CardResult | None) -> Expectation:
    if last is not None and last.total is not None:
        return Expectation(last.total / 100, max(last.total_error or 0.0, LEAST_DEVIATION), Basis.LAST_RESULT)
    shares = {section.kind: section.weight / 100 for section in scheme.sections}
    competency, kpi = shares.get(SectionKind.COMPETENCY, 0.0), shares.get(SectionKind.KPI, 0.0)
    assumed = competency * ASSUMED_DEVIATION[SectionKind.COMPETENCY]
    if kpi and card is not None and card.hundredths is not None and not any(line.missing for line in card.lines):
        points = competency * ASSUMED_POINTS + kpi * card.hundredths / 100
        return Expectation(points, max(assumed, LEAST_DEVIATION), Basis.KEY_FIGURES)
    return Expectation(ASSUMED_POINTS, hypot(assumed, kpi * ASSUMED_DEVIATION[SectionKind.KPI]), Basis.ASSUMPTION)


def _section_weights(scheme: Scheme, results: Sequence[Result]) -> tuple[SectionWeight, ...]:
    observed = _deviations(results)
    kinds = [section.kind for section in scheme.sections]
    is_observed = all(kind in observed for kind in kinds)
    deviations = [observed[kind] if is_observed else ASSUMED_DEVIATION[kind] for kind in kinds]
    nominal = [section.weight for section in scheme.sections]
    effective = effective_weights(np.array(nominal, dtype=np.float64), deviations=np.array(deviations))
    return tuple(
        SectionWeight(kind, weight, share, is_observed)
        for kind, weight, share in zip(kinds, nominal, effective, strict=True)
    )


def _deviations(results: Sequence[Result]) -> dict[SectionKind, float]:
    """How far the section points of last results spread, where enough people have them."""
    points: dict[SectionKind, list[float]] = defaultdict(list)
    for result in results:
        for section in result.sections:
            if section["hundredths"] is not None:
                points[SectionKind(section["kind"])].append(section["hundredths"] / 100)
    return {kind: float(np.std(values, ddof=1)) for kind, values in points.items() if len(values) >= ENOUGH_PEOPLE}
