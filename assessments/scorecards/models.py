"""Tables of scorecards and their lines; what is locked can never change, and the database keeps that promise."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.actuals.models import ExactDecimal, months_between
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import as_decimal
from assessments.measurement.weighting import PartState
from people.organisation.models import Person
from rubrics.frameworks.models import guard_changes
from rubrics.measures.models import Direction, Measure
from web.database import Base, Identified, Versioned, enum_column


class ScorecardState(StrEnum):
    """A scorecard is written, agreed between both sides, and locked for good."""

    DRAFT = "draft"
    AGREED = "agreed"
    LOCKED = "locked"


class LineStatus(StrEnum):
    """Whether a line counts as it stands."""

    NORMAL = "normal"
    NOT_APPLICABLE = "not_applicable"
    NOT_DELIVERED = "not_delivered"


class Scorecard(Identified, Versioned, Base):
    """What a person is to reach in a period; money figures are decimals in the currency's main unit."""

    __tablename__ = "scorecard"
    __table_args__ = (
        UniqueConstraint("person_id", "starts_on"),
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("(state = 'draft') = (agreed_at IS NULL)", name="agreed_at"),
        CheckConstraint("(state = 'locked') = (locked_at IS NOT NULL)", name="locked_at"),
    )

    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[ScorecardState] = mapped_column(enum_column(ScorecardState), default=ScorecardState.DRAFT)
    currency: Mapped[str] = mapped_column(String(3))
    continues_line: Mapped[bool] = mapped_column(default=False)
    agreed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lines: Mapped[list["ScorecardLine"]] = relationship(
        back_populates="scorecard", order_by="ScorecardLine.place", cascade="all, delete-orphan"
    )

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the period, as "2026-01"."""
        return months_between(self.starts_on, self.ends_on)

    @property
    def is_locked(self) -> bool:
        """Whether nothing on it can change any more."""
        return self.state is ScorecardState.LOCKED


class ScorecardLine(Identified, Base):
    """One KPI of a scorecard: the pinned version of its measure, weight, target and curve.

    Weight 0 is a gate, which caps the grade, or a measure that is only followed.
    """

    __tablename__ = "scorecard_line"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "measure_id"),
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),
        CheckConstraint("weight = 0 OR target IS NOT NULL", name="target"),
        CheckConstraint("NOT is_gate OR (weight = 0 AND target IS NOT NULL)", name="gate"),
        CheckConstraint("(status = 'not_applicable') = (status_approved_at IS NOT NULL)", name="approved"),
        CheckConstraint("status = 'normal' OR status_reason IS NOT NULL", name="reason"),
        CheckConstraint("status_approved_by_id <> status_asked_by_id", name="four_eyes"),
    )

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id", ondelete="CASCADE"))
    place: Mapped[int]
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    weight: Mapped[int]
    target: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    curve: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    is_gate: Mapped[bool] = mapped_column(default=False)
    status: Mapped[LineStatus] = mapped_column(enum_column(LineStatus), default=LineStatus.NORMAL)
    status_reason: Mapped[str | None] = mapped_column(String(1000))
    status_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    status_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    status_approved_at: Mapped[datetime | None]

    scorecard: Mapped[Scorecard] = relationship(back_populates="lines")
    measure: Mapped[Measure] = relationship(lazy="joined")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[status_asked_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[status_approved_by_id])

    @property
    def is_scored(self) -> bool:
        """Whether the line has a share in the section's points."""
        return self.weight > 0

    @property
    def is_waiting(self) -> bool:
        """Whether someone asked to leave the line out and nobody has decided yet."""
        return self.status is LineStatus.NORMAL and self.status_reason is not None

    @property
    def curve_points(self) -> tuple[tuple[Decimal, Decimal], ...]:
        """The curve from threshold to cap: figure and points."""
        return tuple((Decimal(figure), Decimal(points)) for figure, points in self.curve)

    def is_target_met(self, actual: Decimal) -> bool | None:
        """Whether an actual is at the target or better; None without a target."""
        if self.target is None:
            return None
        return actual <= self.target if self.measure.direction is Direction.LOWER else actual >= self.target


@dataclass(frozen=True)
class MonthFigure:
    """What one month gave to a line, and which correction of which file said so."""

    month: str
    value: Decimal | None
    denominator: Decimal | None
    members: int | None
    number: int
    import_id: int


@dataclass(frozen=True)
class LineResult:
    """What a line's period came to, with everything that is needed to compute it again."""

    line_id: int
    card_id: int
    measure_id: int
    measure_code: str
    joining: str
    is_lower_better: bool
    weight: int
    is_gate: bool
    status: LineStatus
    target: Decimal | None
    curve: tuple[tuple[Decimal, Decimal], ...]
    actual: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    points: float | None
    reason: Reason
    attainment: Decimal | None
    share: Fraction
    is_gate_passed: bool | None
    months: tuple[MonthFigure, ...]
    missing: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def state(self) -> PartState:
        """How the line enters the section's points."""
        if self.status is LineStatus.NORMAL:
            return PartState.SCORED if self.points is not None else PartState.MISSING
        return PartState(self.status.value)


@dataclass(frozen=True)
class CardResult:
    """What a scorecard came to: its lines, its section points or why there are none, and its gates."""

    card_id: int
    currency: str
    continues_line: bool
    lines: tuple[LineResult, ...]
    hundredths: int | None
    section_reason: Reason
    remaining_share: Fraction

    @property
    def section_points(self) -> Decimal | None:
        """The points of the section as people see them."""
        return None if self.hundredths is None else as_decimal(self.hundredths)

    @property
    def gates_failed(self) -> tuple[LineResult, ...]:
        """The gates whose limit was broken."""
        return tuple(line for line in self.lines if line.is_gate_passed is False)

    @property
    def gates_missing(self) -> tuple[LineResult, ...]:
        """The gates that nobody can decide, because there are no actuals."""
        return tuple(line for line in self.lines if line.is_gate and line.is_gate_passed is None)


# What was locked is evidence: the databases themselves refuse to change it.
for _verb in ("update", "delete"):
    guard_changes(Scorecard, _verb, "OLD.state = 'locked'")
_LOCKED_BEFORE = "EXISTS (SELECT 1 FROM scorecard WHERE id = OLD.scorecard_id AND state = 'locked')"
_LOCKED_AFTER = "EXISTS (SELECT 1 FROM scorecard WHERE id = NEW.scorecard_id AND state = 'locked')"
guard_changes(ScorecardLine, "insert", _LOCKED_AFTER)
guard_changes(ScorecardLine, "update", f"{_LOCKED_BEFORE} OR {_LOCKED_AFTER}")
guard_changes(ScorecardLine, "delete", _LOCKED_BEFORE)
