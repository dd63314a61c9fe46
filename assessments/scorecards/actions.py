"""Writing, agreeing and locking scorecards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from assessments.actuals.errors import CurrencyMissingError
from assessments.actuals.models import (
    DECIMAL_PLACES,
    INTEGER_DIGITS,
    is_last_of_month,
    is_storable,
    months_between,
    plain_digits,
)
from assessments.measurement.curves import CAP_POINTS, TARGET_POINTS, THRESHOLD_POINTS, Curve
from assessments.measurement.errors import CurveError
from assessments.scorecards.errors import (
    CapOnWrongSideError,
    CurveTurnsBackError,
    EmptyPeriodError,
    FigureTooFineError,
    LockedScorecardError,
    NoLinesError,
    NotAgreedError,
    NotDraftError,
    OverlappingScorecardError,
    PeriodNotWholeMonthsError,
    PeriodTooLongError,
    PeriodWithoutActualsError,
    RepeatedMeasureError,
    TargetMissingError,
    TargetZeroError,
    ThresholdOnWrongSideError,
    UndecidedLineError,
    WeightRangeError,
    WeightsSumError,
)
from assessments.scorecards.models import LineStatus, Scorecard, ScorecardLine, ScorecardState
from assessments.scorecards.queries import measures_without_actuals
from people.audit.actions import record
from people.organisation.models import Person
from rubrics.measures.models import CurveBasis, Direction, Measure
from web.database import db, utc_now
from web.formats import format_date
from web.language import gettext as _
from web.language import localized
from web.transactions import locked

LONGEST_PERIOD = 24
WHOLE = 100
CurvePoints = Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class LineDraft:
    """A KPI as someone wants it on a scorecard; what is None comes from the library's default curve."""

    measure: Measure
    weight: int
    target: Decimal | None = None
    threshold: Decimal | None = None
    cap: Decimal | None = None
    is_gate: bool = False
    curve: CurvePoints | None = None


def draft_scorecard(
    person: Person,
    *,
    starts_on: date,
    ends_on: date,
    currency: str,
    lines: Sequence[LineDraft] = (),
    continues_line: bool = False,
) -> Scorecard:
    """Begin a scorecard for whole months in which the person has none yet."""
    locked(person)
    _require_period(person, starts_on, ends_on)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise CurrencyMissingError
    card = Scorecard(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        currency=currency.upper(),
        continues_line=continues_line,
        state=ScorecardState.DRAFT,
    )
    card.lines = _checked_lines(lines)
    db.session.add(card)
    db.session.flush()
    record("scorecard.drafted", about=card, details={"lines": len(card.lines)})
    return card


def write_lines(card: Scorecard, lines: Sequence[LineDraft]) -> Scorecard:
    """Replace the KPIs of a draft; all of them or none."""
    hold(card)
    _require_draft(card)
    fresh = _checked_lines(lines)
    card.lines = []
    db.session.flush()
    card.lines = fresh
    touch(card)
    record("scorecard.written", about=card, details={"lines": len(fresh)})
    return card


def agree_scorecard(card: Scorecard, by_id: int | None) -> Scorecard:
    """Note that both sides agree; the targets stand from now on."""
    hold(card)
    _require_draft(card)
    if not card.lines:
        raise NoLinesError
    _require_sum(sum(line.weight for line in card.lines))
    card.state, card.agreed_at, card.agreed_by_id = ScorecardState.AGREED, utc_now(), by_id
    record("scorecard.agreed", about=card)
    return card


def reopen_scorecard(card: Scorecard) -> Scorecard:
    """Take an agreed scorecard back to draft."""
    hold(card)
    require_agreed(card)
    card.state, card.agreed_at, card.agreed_by_id = ScorecardState.DRAFT, None, None
    record("scorecard.reopened", about=card)
    return card


def lock_scorecard(card: Scorecard, by_id: int | None) -> Scorecard:
    """Close an agreed scorecard for good; every KPI that counts must have actuals."""
    hold(card)
    require_agreed(card)
    waiting = [line for line in card.lines if line.is_waiting]
    if waiting:
        raise UndecidedLineError(measures=_names(waiting))
    empty = measures_without_actuals(card)
    if empty:
        raise PeriodWithoutActualsError(measures=_names(empty))
    card.state, card.locked_at, card.locked_by_id = ScorecardState.LOCKED, utc_now(), by_id
    record("scorecard.locked", about=card)
    return card


def line_of(draft: LineDraft, place: int) -> ScorecardLine:
    """A scorecard line from its draft, with its whole curve; raises the named error of what does not fit."""
    name = localized(draft.measure.name)
    if not 0 <= draft.weight <= WHOLE or (draft.is_gate and draft.weight):
        raise WeightRangeError(measure=name)
    target, curve = draft.target, draft.curve
    if target is None and (draft.weight or draft.is_gate) and draft.measure.curve_basis is CurveBasis.ABSOLUTE:
        target = _exact(draft.measure.curve_target)
    if target is None and (draft.weight or draft.is_gate):
        raise TargetMissingError(measure=name)
    if draft.weight and target is not None and curve is None:
        curve = _default_curve(draft, target, name)
    _require_curve(draft.measure, curve, target, name)
    return ScorecardLine(
        place=place,
        measure=draft.measure,
        measure_id=draft.measure.id,
        weight=draft.weight,
        target=target,
        curve=[[plain_digits(figure), plain_digits(points)] for figure, points in curve or ()],
        is_gate=draft.is_gate,
        status=LineStatus.NORMAL,
    )


def is_default_curve(line: ScorecardLine) -> bool:
    """Whether a line's curve is what the library gives for its target."""
    if line.target is None or not line.is_scored:
        return True
    draft = LineDraft(line.measure, line.weight, line.target)
    return tuple(_default_curve(draft, line.target, "")) == line.curve_points


def _default_curve(draft: LineDraft, target: Decimal, name: str) -> CurvePoints:
    scale = Decimal(1)
    if draft.measure.curve_basis is CurveBasis.RATIO_TO_TARGET:
        if target <= 0:
            raise TargetZeroError(measure=name)
        scale = target
    threshold = _exact(draft.measure.curve_threshold) * scale if draft.threshold is None else draft.threshold
    cap = _exact(draft.measure.curve_cap) * scale if draft.cap is None else draft.cap
    sign = -1 if draft.measure.direction is Direction.LOWER else 1
    if sign * threshold >= sign * target:
        raise ThresholdOnWrongSideError(measure=name, threshold=threshold, target=target)
    if sign * cap <= sign * target:
        raise CapOnWrongSideError(measure=name, cap=cap, target=target)
    return (
        (threshold, Decimal(THRESHOLD_POINTS)),
        (target, Decimal(TARGET_POINTS)),
        (cap, Decimal(CAP_POINTS)),
    )


def _require_curve(measure: Measure, points: CurvePoints | None, target: Decimal | None, name: str) -> None:
    for figure in (*(point[0] for point in points or ()), *(() if target is None else (target,))):
        if not is_storable(figure):
            raise FigureTooFineError(measure=name, whole=INTEGER_DIGITS, decimals=DECIMAL_PLACES)
    if points is None:
        return
    try:
        curve = Curve(tuple(points))
    except CurveError:
        raise CurveTurnsBackError(measure=name) from None
    if curve.is_lower_better is not (measure.direction is Direction.LOWER):
        raise ThresholdOnWrongSideError(measure=name, threshold=points[0][0], target=target)


def _checked_lines(drafts: Sequence[LineDraft]) -> list[ScorecardLine]:
    seen: set[str] = set()
    for draft in drafts:
        if draft.measure.code in seen:
            raise RepeatedMeasureError(measure=localized(draft.measure.name))
        seen.add(draft.measure.code)
    lines = [line_of(draft, place) for place, draft in enumerate(drafts)]
    if lines:
        _require_sum(sum(line.weight for line in lines))
    return lines


def _require_sum(total: int) -> None:
    if total != WHOLE:
        raise WeightsSumError(sum=total)


def _require_period(person: Person, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise EmptyPeriodError
    if starts_on.day != 1 or not is_last_of_month(ends_on):
        raise PeriodNotWholeMonthsError
    if len(months_between(starts_on, ends_on)) > LONGEST_PERIOD:
        raise PeriodTooLongError(months=LONGEST_PERIOD)
    other = db.session.scalar(
        select(Scorecard)
        .where(Scorecard.person_id == person.id, Scorecard.starts_on <= ends_on, Scorecard.ends_on >= starts_on)
        .limit(1)
    )
    if other is not None:
        raise OverlappingScorecardError(
            name=person.name, starts_on=format_date(other.starts_on), ends_on=format_date(other.ends_on)
        )


def _require_draft(card: Scorecard) -> None:
    if card.is_locked:
        raise LockedScorecardError
    if card.state is not ScorecardState.DRAFT:
        raise NotDraftError


def require_agreed(card: Scorecard) -> None:
    """Refuse a scorecard that is not agreed, or already locked."""
    if card.is_locked:
        raise LockedScorecardError
    if card.state is not ScorecardState.AGREED:
        raise NotAgreedError


def hold(card: Scorecard) -> None:
    """Take the scorecard for this transaction, so that two editors come one after the other."""
    locked(card)


def touch(card: Scorecard) -> None:
    """Count a change of the lines as a change of the scorecard."""
    flag_modified(card, "currency")


def _exact(figure: float) -> Decimal:
    return Decimal(str(figure))


def _names(lines: Sequence[ScorecardLine]) -> str:
    return str(_(", ")).join(localized(line.measure.name) for line in lines)
