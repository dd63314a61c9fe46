"""Asking, deciding and noting what does not count on an agreed scorecard."""

from assessments.exemptions.errors import (
    LineNotScoredError,
    NothingAskedError,
    OwnApprovalError,
    ReasonMissingError,
    TooLittleWeightError,
)
from assessments.scorecards.actions import hold, require_agreed, touch
from assessments.scorecards.models import LineStatus, ScorecardLine
from people.audit.actions import record
from web.database import utc_now
from web.texts import stored_text

MINIMUM_PERCENT = 60


def ask_not_applicable(line: ScorecardLine, reason: str, by_id: int) -> ScorecardLine:
    """Ask to leave a KPI out of this period; someone else decides."""
    _require_open_line(line)
    _require_remaining(line)
    line.status, line.status_reason, line.status_asked_by_id = LineStatus.NORMAL, _reason(reason), by_id
    touch(line.scorecard)
    record("scorecard.exemption_asked", about=line.scorecard, details={"measure": line.measure.code})
    return line


def approve_not_applicable(line: ScorecardLine, by_id: int) -> ScorecardLine:
    """Leave a KPI out; the other weights grow, and enough of them must remain."""
    _require_decision(line, by_id)
    _require_remaining(line)
    line.status, line.status_approved_by_id, line.status_approved_at = LineStatus.NOT_APPLICABLE, by_id, utc_now()
    touch(line.scorecard)
    record("scorecard.exemption_approved", about=line.scorecard, details={"measure": line.measure.code})
    return line


def refuse_not_applicable(line: ScorecardLine, by_id: int) -> ScorecardLine:
    """Let a KPI count after all."""
    _require_decision(line, by_id)
    _reset(line)
    record("scorecard.exemption_refused", about=line.scorecard, details={"measure": line.measure.code})
    return line


def mark_not_delivered(line: ScorecardLine, reason: str, by_id: int | None) -> ScorecardLine:
    """Note that a KPI's result was owed and not delivered; there is no grade while it stands."""
    _require_open_line(line)
    line.status, line.status_reason, line.status_asked_by_id = LineStatus.NOT_DELIVERED, _reason(reason), by_id
    line.status_approved_by_id, line.status_approved_at = None, None
    touch(line.scorecard)
    record("scorecard.marked_not_delivered", about=line.scorecard, details={"measure": line.measure.code})
    return line


def restore_line(line: ScorecardLine) -> ScorecardLine:
    """Let a KPI count again as it stands."""
    _require_open_line(line)
    _reset(line)
    record("scorecard.line_restored", about=line.scorecard, details={"measure": line.measure.code})
    return line


def _require_open_line(line: ScorecardLine) -> None:
    hold(line.scorecard)
    require_agreed(line.scorecard)
    if not line.is_scored:
        raise LineNotScoredError


def _require_decision(line: ScorecardLine, by_id: int) -> None:
    _require_open_line(line)
    if not line.is_waiting:
        raise NothingAskedError
    if by_id in {line.status_asked_by_id, line.scorecard.person_id}:
        raise OwnApprovalError


def _require_remaining(line: ScorecardLine) -> None:
    remaining = sum(
        other.weight
        for other in line.scorecard.lines
        if other is not line and other.status is not LineStatus.NOT_APPLICABLE
    )
    if remaining < MINIMUM_PERCENT:
        raise TooLittleWeightError(percent=remaining, minimum=MINIMUM_PERCENT)


def _reason(text: str) -> str:
    reason = stored_text(text)
    if not reason:
        raise ReasonMissingError
    return reason


def _reset(line: ScorecardLine) -> None:
    line.status, line.status_reason, line.status_asked_by_id = LineStatus.NORMAL, None, None
    line.status_approved_by_id, line.status_approved_at = None, None
    touch(line.scorecard)
