"""Tables of the evidence for calibration: computed at the close from shown cells, read by a page, never a score."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.measurement.reasons import NotEstimable
from assessments.measurement.uncertainty import NORMAL_95
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from review.results.models import FormulaVersion
from rubrics.profiles.models import Profile
from web.database import Base


class Calibration(Base):
    """What a calibration session needs to know of a whole cycle; lists of plain values, all quantised."""

    __tablename__ = "calibration"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    formula_version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"))
    ranked: Mapped[int]
    is_severity_real: Mapped[bool]
    severities: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    roles: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    raters: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    cycle: Mapped[Cycle] = relationship()
    formula_version: Mapped[FormulaVersion] = relationship()


class Standing(Base):
    """One participant's overall score: the rank that it really tells, what severity and missing groups did to it."""

    __tablename__ = "standing"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    overall: Mapped[float]
    error: Mapped[float]
    rank: Mapped[float]
    rank_low: Mapped[float]
    rank_high: Mapped[float]
    met: Mapped[float]
    without_severity: Mapped[float | None]
    predicted: Mapped[float | None]

    participant: Mapped[Participant] = relationship()

    @property
    def margin(self) -> float:
        """How far the 90 % interval reaches to both sides of the overall score."""
        return NORMAL_95 * self.error


@dataclass(frozen=True)
class Severity:
    """How lenient (above 0) or severe (below 0) a named rater is, beside all others who rated the same people."""

    manager: Person
    people: int
    leniency: float | None
    error: float | None

    @property
    def margin(self) -> float | None:
        """How far the 90 % interval reaches to both sides."""
        return None if self.error is None else NORMAL_95 * self.error


@dataclass(frozen=True)
class RoleReliability:
    """How much of the differences between the overall scores of one role is more than chance."""

    profile: Profile
    people: int
    reliability: float | None
    error: float | None


def reason_code(value: object) -> str:
    """Why a number is missing, as it is stored; an empty text where it is there."""
    return value.reason.code if isinstance(value, NotEstimable) else ""
