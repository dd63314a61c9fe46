"""Tables of pay: ranges by job level, salaries as they were approved, and rounds of raises with their lines."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.surveys.models import refuse
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from review.rewards.merit import range_penetration
from web.database import Base, Identified, Versioned, enum_column, utc_now
from web.language import LazyString
from web.language import lazy_gettext as _l


class RoundState(StrEnum):
    """Where a round of raises stands; only a proposal can be approved, and only as it was seen."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"

    @property
    def label(self) -> LazyString:
        """What people call this state."""
        return {
            RoundState.DRAFT: _l("Draft"),
            RoundState.PROPOSED: _l("Waits for approval"),
            RoundState.APPROVED: _l("Approved"),
            RoundState.REFUSED: _l("Refused"),
        }[self]


class PayRange(Identified, Versioned, Base):
    """What a job level is paid a year, in minor units of a currency."""

    __tablename__ = "pay_range"
    __table_args__ = (
        UniqueConstraint("job_level", "currency", "starts_on"),
        CheckConstraint("minimum > 0 AND minimum <= midpoint AND midpoint <= maximum", name="in_order"),
    )

    version: Mapped[int] = mapped_column(default=1)
    job_level: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    minimum: Mapped[int] = mapped_column(BigInteger)
    midpoint: Mapped[int] = mapped_column(BigInteger)
    maximum: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]


class PayRound(Identified, Versioned, Base):
    """One round of raises for a released cycle within a budget, proposed by one person and approved by another."""

    __tablename__ = "pay_round"
    __table_args__ = (
        CheckConstraint("budget > 0", name="budget_above_zero"),
        CheckConstraint("state <> 'approved' OR decided_by_id <> proposed_by_id", name="four_eyes"),
        CheckConstraint("state NOT IN ('approved', 'refused') OR decided_by_id IS NOT NULL", name="decided_by_someone"),
    )

    version: Mapped[int] = mapped_column(default=1)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    name: Mapped[dict[str, str]]
    currency: Mapped[str] = mapped_column(String(3))
    budget: Mapped[int] = mapped_column(BigInteger)
    effective_on: Mapped[date]
    state: Mapped[RoundState] = mapped_column(enum_column(RoundState), default=RoundState.DRAFT)
    factor: Mapped[str] = mapped_column(String(80), default="")
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")

    cycle: Mapped[Cycle] = relationship()
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    lines: Mapped[list["PayLine"]] = relationship(back_populates="round", order_by="PayLine.id")

    @property
    def share(self) -> float:
        """The factor on all guidelines for display; the exact one is the fraction."""
        return float(Fraction(self.factor or 0))


class PayLine(Identified, Base):
    """One person's raise in a round, with everything it was computed from; ratios are exact fractions as text."""

    __tablename__ = "pay_line"
    __table_args__ = (
        UniqueConstraint("round_id", "participant_id"),
        CheckConstraint("raise_amount >= 0 AND lump_sum >= 0", name="no_cut"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("pay_round.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    grade: Mapped[str] = mapped_column(String(8))
    salary_before: Mapped[int] = mapped_column(BigInteger)
    range_minimum: Mapped[int] = mapped_column(BigInteger)
    range_midpoint: Mapped[int] = mapped_column(BigInteger)
    range_maximum: Mapped[int] = mapped_column(BigInteger)
    compa_ratio: Mapped[str] = mapped_column(String(80))
    guideline: Mapped[str] = mapped_column(String(80))
    is_excluded: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    raise_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    lump_sum: Mapped[int] = mapped_column(BigInteger, default=0)

    round: Mapped[PayRound] = relationship(back_populates="lines")
    participant: Mapped[Participant] = relationship()

    @property
    def salary_after(self) -> int:
        """The salary once the raise takes effect; a lump sum is paid once and does not raise it."""
        return self.salary_before + self.raise_amount

    @property
    def amount(self) -> int:
        """What this line takes from the budget."""
        return self.raise_amount + self.lump_sum

    @property
    def ratio(self) -> Fraction:
        """Salary over the midpoint of the range, exact."""
        return Fraction(self.compa_ratio)

    @property
    def rate(self) -> Fraction:
        """The guideline as a share of the salary, exact."""
        return Fraction(self.guideline)

    @property
    def penetration(self) -> Fraction | None:
        """How far the salary is in its range; nothing where the range is a single amount."""
        if self.range_minimum == self.range_maximum:
            return None
        return range_penetration(self.salary_before, self.range_minimum, self.range_maximum)

    @property
    def guideline_amount(self) -> Fraction:
        """What the matrix alone would give, in minor units, exact."""
        return self.salary_before * self.rate


class Salary(Identified, Base):
    """What a person is paid a year from a day on; rows come from an approved round or the first import alone."""

    __tablename__ = "salary"
    __table_args__ = (
        UniqueConstraint("person_id", "starts_on"),
        CheckConstraint("amount > 0", name="above_zero"),
        Index("ix_salary_person_id_starts_on", "person_id", "starts_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    starts_on: Mapped[date]
    pay_line_id: Mapped[int | None] = mapped_column(ForeignKey("pay_line.id"), unique=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(default=utc_now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    pay_line: Mapped[PayLine | None] = relationship()


# What the database itself refuses. Migrations execute the same statements: (dialect, statement), in this order.
DATABASE_PROMISES: list[tuple[str, str]] = []
LINE_IS_DECIDED = "(SELECT state FROM pay_round WHERE id = {row}.round_id) IN ('proposed', 'approved')"
SALARY_IS_UNFOUNDED = (
    "(NEW.pay_line_id IS NULL AND EXISTS (SELECT 1 FROM salary WHERE person_id = NEW.person_id)) "
    "OR (NEW.pay_line_id IS NOT NULL AND NOT EXISTS ("
    "SELECT 1 FROM pay_line JOIN pay_round ON pay_round.id = pay_line.round_id "
    "JOIN participant ON participant.id = pay_line.participant_id "
    "WHERE pay_line.id = NEW.pay_line_id AND pay_round.state = 'approved' AND participant.person_id = NEW.person_id "
    "AND NEW.amount = pay_line.salary_before + pay_line.raise_amount "
    "AND NEW.currency = pay_round.currency AND NEW.starts_on = pay_round.effective_on))"
)
for _verb in ("UPDATE", "DELETE"):
    refuse(
        Salary,
        f"salary_is_kept_on_{_verb.lower()}",
        _verb,
        "1 = 1",
        "a salary that was entered is never changed",
        promises=DATABASE_PROMISES,
    )
    refuse(
        PayRound,
        f"pay_round_is_kept_on_{_verb.lower()}",
        _verb,
        "OLD.state = 'approved'",
        "an approved round never changes",
        promises=DATABASE_PROMISES,
    )
for _verb, _row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
    refuse(
        PayLine,
        f"pay_line_is_kept_on_{_verb.lower()}",
        _verb,
        LINE_IS_DECIDED.format(row=_row),
        "the lines of a round stay as they were proposed",
        promises=DATABASE_PROMISES,
    )
refuse(
    Salary,
    "salary_comes_from_an_approved_round",
    "INSERT",
    SALARY_IS_UNFOUNDED,
    "a salary is entered once, or comes from an approved round as it was approved",
    promises=DATABASE_PROMISES,
)
refuse(
    PayRound,
    "pay_round_is_not_decided_by_those_it_pays",
    "UPDATE",
    "NEW.state = 'approved' AND EXISTS (SELECT 1 FROM pay_line JOIN participant ON participant.id = "
    "pay_line.participant_id WHERE pay_line.round_id = NEW.id AND participant.person_id = NEW.decided_by_id)",
    "nobody approves a round that pays them",
    promises=DATABASE_PROMISES,
)
