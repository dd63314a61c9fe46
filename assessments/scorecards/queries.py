"""Reading scorecards, and what their periods come to: set-based, for one card or a whole cycle."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from assessments.actuals.models import MonthlyActual
from assessments.actuals.queries import one_of
from assessments.measurement import joining
from assessments.measurement.curves import Curve, curve_points
from assessments.measurement.reasons import Reason
from assessments.measurement.weighting import weighted_points
from assessments.scorecards.models import CardResult, LineResult, LineStatus, MonthFigure, Scorecard, ScorecardLine
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from rubrics.measures.models import Direction
from web.database import db

STATUS_REASONS = {LineStatus.NOT_APPLICABLE: Reason.NOT_APPLICABLE, LineStatus.NOT_DELIVERED: Reason.NOT_DELIVERED}
Figures = Mapping[tuple[int, str], Sequence[MonthlyActual]]


@dataclass(frozen=True)
class PeriodResults:
    """What many scorecards came to: arrays over K cards and L scored lines for formulas, and each card in full."""

    cards: tuple[CardResult, ...]

    @property
    def card_ids(self) -> tuple[int, ...]:
        """The scorecards in the order of all arrays over cards."""
        return tuple(card.card_id for card in self.cards)

    @property
    def scored(self) -> tuple[LineResult, ...]:
        """The lines with a weight, in the order of all arrays over lines."""
        return tuple(line for card in self.cards for line in card.lines if line.weight)

    @property
    def card(self) -> NDArray[np.int64]:
        """(L,) the place of each line's scorecard."""
        counts = [sum(line.weight > 0 for line in card.lines) for card in self.cards]
        return np.repeat(np.arange(len(self.cards), dtype=np.int64), counts)

    @property
    def weight(self) -> NDArray[np.int64]:
        """(L,) the weights in percent."""
        return np.array([line.weight for line in self.scored], dtype=np.int64)

    @property
    def actual(self) -> NDArray[np.float64]:
        """(L,) the period's figures; 0 where there is none."""
        return np.array([float(line.actual or 0) for line in self.scored], dtype=np.float64)

    @property
    def points(self) -> NDArray[np.float64]:
        """(L,) unquantised points; 0 where the reason is not 0."""
        return np.array([line.points or 0.0 for line in self.scored], dtype=np.float64)

    @property
    def reason(self) -> NDArray[np.int64]:
        """(L,) why a line has no points; 0 where it has."""
        return np.array([int(line.reason) for line in self.scored], dtype=np.int64)

    @property
    def hundredths(self) -> NDArray[np.int64]:
        """(K,) section points in hundredths; 0 where the section's reason is not 0."""
        return np.array([card.hundredths or 0 for card in self.cards], dtype=np.int64)

    @property
    def section_reason(self) -> NDArray[np.int64]:
        """(K,) why a section has no points; 0 where it has."""
        return np.array([int(card.section_reason) for card in self.cards], dtype=np.int64)

    @property
    def gate_failed(self) -> NDArray[np.bool_]:
        """(K,) whether a gate caps the grade."""
        return np.array([bool(card.gates_failed) for card in self.cards], dtype=np.bool_)

    def of(self, card_id: int) -> CardResult:
        """One scorecard's result."""
        return next(card for card in self.cards if card.card_id == card_id)


def period_results(scorecard_ids: Sequence[int]) -> PeriodResults:
    """What the periods of these scorecards came to, in the given order: three queries, however many there are."""
    ids = tuple(scorecard_ids)
    cards = {card.id: card for card in db.session.scalars(select(Scorecard).where(one_of(Scorecard.id, ids)))}
    lines: dict[int, list[ScorecardLine]] = defaultdict(list)
    statement = select(ScorecardLine).where(one_of(ScorecardLine.scorecard_id, ids))
    for line in db.session.scalars(statement.order_by(ScorecardLine.scorecard_id, ScorecardLine.place)):
        lines[line.scorecard_id].append(line)
    figures = _figures_of(list(cards.values()))
    return PeriodResults(
        tuple(_card_result(cards[card_id], lines[card_id], figures) for card_id in ids if card_id in cards)
    )


def measures_without_actuals(card: Scorecard) -> list[ScorecardLine]:
    """The lines of a card that count or gate, stand as they are, and have no actual in the whole period."""
    empty = {line.line_id for line in period_results([card.id]).of(card.id).lines if not line.months}
    return [
        line
        for line in card.lines
        if line.id in empty and (line.weight or line.is_gate) and line.status is LineStatus.NORMAL
    ]


def actuals_missing(scorecard_ids: Sequence[int]) -> dict[int, dict[int, tuple[str, ...]]]:
    """By scorecard and line: the months without a figure, of lines that count or gate."""
    return {
        card.card_id: {
            line.line_id: line.missing
            for line in card.lines
            if line.missing and (line.weight or line.is_gate) and line.status is LineStatus.NORMAL
        }
        for card in period_results(scorecard_ids).cards
    }


def scorecards_of(person_ids: Sequence[int], starts_on: date, ends_on: date) -> dict[int, Scorecard]:
    """By person: the scorecard whose period is exactly this one, with its lines."""
    statement = (
        select(Scorecard)
        .where(one_of(Scorecard.person_id, person_ids), Scorecard.starts_on == starts_on, Scorecard.ends_on == ends_on)
        .options(selectinload(Scorecard.lines))
    )
    return {card.person_id: card for card in db.session.scalars(statement)}


def scorecard_by_public_id(public_id: str) -> Scorecard | None:
    """One scorecard by the id in its address, with its lines and person."""
    statement = (
        select(Scorecard)
        .where(Scorecard.public_id == public_id)
        .options(selectinload(Scorecard.person), selectinload(Scorecard.lines))
    )
    return db.session.scalars(statement).one_or_none()


def line_by_public_id(public_id: str) -> ScorecardLine | None:
    """One line by the id in its address, with its scorecard and person."""
    statement = (
        select(ScorecardLine)
        .where(ScorecardLine.public_id == public_id)
        .options(selectinload(ScorecardLine.scorecard).selectinload(Scorecard.person))
    )
    return db.session.scalars(statement).one_or_none()


def cards_of_person(person_id: int) -> list[Scorecard]:
    """All scorecards of a person, the newest first."""
    statement = select(Scorecard).where(Scorecard.person_id == person_id).options(selectinload(Scorecard.lines))
    return list(db.session.scalars(statement.order_by(Scorecard.starts_on.desc())))


def visible_scorecards(viewer: Viewer) -> Select[tuple[Scorecard]]:
    """The statement of the scorecards that a viewer may see, with their people."""
    statement = select(Scorecard).join(Scorecard.person).options(joinedload(Scorecard.person))
    return scope(viewer, Permission.SCORECARD_READ, statement, Scorecard.person_id)


def people_to_target(viewer: Viewer) -> list[Person]:
    """The people for whom a viewer may write scorecards: in scope, working here, not themselves; by name."""
    statement = select(Person).where(
        Person.id != viewer.person_id, or_(Person.left_on.is_(None), Person.left_on >= viewer.today)
    )
    statement = scope(viewer, Permission.SCORECARD_EDIT, statement, Person.id)
    return sorted(db.session.scalars(statement), key=lambda person: (person.sort_key, person.id))


def _figures_of(cards: Sequence[Scorecard]) -> Figures:
    """By person and measure code: the current monthly actuals around the periods, in order."""
    figures: dict[tuple[int, str], list[MonthlyActual]] = defaultdict(list)
    if not cards:
        return figures
    months = [month for card in cards for month in (card.months[0], card.months[-1])]
    statement = (
        select(MonthlyActual)
        .where(
            MonthlyActual.person_id.in_(
                select(Scorecard.person_id).where(one_of(Scorecard.id, [card.id for card in cards]))
            ),
            MonthlyActual.month.between(min(months), max(months)),
            MonthlyActual.is_current,
        )
        .order_by(MonthlyActual.month)
    )
    for actual in db.session.scalars(statement):
        figures[actual.person_id, actual.measure_code].append(actual)
    return figures


def _card_result(card: Scorecard, lines: Sequence[ScorecardLine], figures: Figures) -> CardResult:
    remaining = sum(line.weight for line in lines if line.status is not LineStatus.NOT_APPLICABLE)
    months = card.months
    results = tuple(
        _line_result(card, line, months, figures.get((card.person_id, line.measure.code), ()), remaining)
        for line in lines
    )
    scored = [line for line in results if line.weight]
    if not scored:
        return CardResult(card.id, card.currency, card.continues_line, results, None, Reason.NOT_ASKED, Fraction(0))
    section = weighted_points(
        [line.points for line in scored],
        weights=[line.weight for line in scored],
        states=[line.state for line in scored],
    )
    return CardResult(
        card.id,
        card.currency,
        card.continues_line,
        results,
        section.hundredths,
        section.reason,
        section.remaining_share,
    )


def _line_result(
    card: Scorecard, line: ScorecardLine, months: tuple[str, ...], actuals: Sequence[MonthlyActual], remaining: int
) -> LineResult:
    inside = [actual for actual in actuals if months[0] <= actual.month <= months[-1]]
    used = [actual for actual in inside if actual.currency in (None, card.currency)]
    joined = joining.joined_actual([_month(actual) for actual in used], how=line.measure.joining.value)
    counts = line.status is LineStatus.NORMAL
    points = None
    if joined.value is not None and line.is_scored and counts:
        points = float(curve_points(Curve(line.curve_points, continues_line=card.continues_line), joined.value))
    present = {actual.month for actual in used}
    is_left_out = line.status is LineStatus.NOT_APPLICABLE
    return LineResult(
        line_id=line.id,
        card_id=card.id,
        measure_id=line.measure_id,
        measure_code=line.measure.code,
        joining=line.measure.joining.value,
        is_lower_better=line.measure.direction is Direction.LOWER,
        weight=line.weight,
        is_gate=line.is_gate,
        status=line.status,
        target=line.target,
        curve=line.curve_points,
        actual=joined.value,
        numerator=joined.numerator,
        denominator=joined.denominator,
        points=points,
        reason=STATUS_REASONS.get(line.status, joined.reason),
        attainment=_attainment(line, joined.value),
        share=Fraction(0) if is_left_out or not remaining else Fraction(line.weight, remaining),
        is_gate_passed=line.is_target_met(joined.value) if line.is_gate and joined.value is not None else None,
        months=tuple(_figure(actual) for actual in used),
        missing=tuple(month for month in months if month not in present),
        foreign=tuple(actual.month for actual in inside if actual not in used),
    )


def _month(actual: MonthlyActual) -> joining.MonthlyActual:
    members = None if actual.members is None else frozenset(actual.members)
    return joining.MonthlyActual(actual.month, actual.value, actual.denominator, members)


def _figure(actual: MonthlyActual) -> MonthFigure:
    members = None if actual.members is None else len(actual.members)
    return MonthFigure(actual.month, actual.value, actual.denominator, members, actual.number, actual.import_id)


def _attainment(line: ScorecardLine, actual: Decimal | None) -> Decimal | None:
    """Actual over target, for display, where that says anything: more is better and the target is above zero."""
    if actual is None or line.target is None or line.target <= 0 or line.measure.direction is Direction.LOWER:
        return None
    return actual / line.target
