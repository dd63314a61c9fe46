"""Tables of results: what was calculated for a participant, every grade with its origin, the seal and the signature."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person
from review.cycles.models import Participant
from web.database import Base, Identified, Versioned, enum_column, utc_now
from web.language import LazyString
from web.language import lazy_gettext as _l


class GradeOrigin(StrEnum):
    """Where a grade came from."""

    CALCULATION = "calculation"
    MANAGER = "manager"
    SECOND_LINE = "second_line"
    CALIBRATION = "calibration"
    REVIEW = "review"

    @property
    def label(self) -> LazyString:
        """Where the grade came from, in the reader's language."""
        return ORIGIN_LABELS[self]


ORIGIN_LABELS = {
    GradeOrigin.CALCULATION: _l("Calculated from the points"),
    GradeOrigin.MANAGER: _l("Given by the manager"),
    GradeOrigin.SECOND_LINE: _l("Looked at by the second line"),
    GradeOrigin.CALIBRATION: _l("Decided in calibration"),
    GradeOrigin.REVIEW: _l("Decided after an appeal"),
}


class FormulaVersion(Base):
    """A version of the formulas; a newer one still verifies what an older one sealed."""

    __tablename__ = "formula_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    introduced_at: Mapped[datetime] = mapped_column(default=utc_now)


class Result(Identified, Versioned, Base):
    """What the evidence of a cycle comes to for one participant.

    ``dimensions`` holds one entry per dimension of the profile: code, score, reason, evidence, standard_error, low,
    high, required, weight, gap, points; ``sections`` one per section of the scheme: kind, weight, hundredths, state,
    share, standard_error; ``steps`` every step before them: cells, weights, cycle means, key figures by month. All
    results are quantised as stored, so that a recomputation compares equal.
    """

    __tablename__ = "result"
    __table_args__ = (CheckConstraint("total BETWEEN 0 AND 20000", name="total_in_range"),)

    version: Mapped[int] = mapped_column(default=1)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), unique=True)
    formula_version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"))
    evidence: Mapped[str] = mapped_column(String(32))
    overall: Mapped[float | None]
    overall_error: Mapped[float | None]
    # The long columns stand last in the table: SQLite reads a row from its beginning up to the last column asked for.
    dimensions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, sort_order=1)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, sort_order=1)
    steps: Mapped[dict[str, Any]] = mapped_column(sort_order=1)
    total: Mapped[int | None]
    total_error: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(32), default="")
    has_failed_gate: Mapped[bool] = mapped_column(default=False)
    calculated_grade: Mapped[str | None] = mapped_column(String(8))
    grade: Mapped[str | None] = mapped_column(String(8))
    comment: Mapped[str] = mapped_column(Text, default="")
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)

    participant: Mapped[Participant] = relationship()
    formula_version: Mapped[FormulaVersion] = relationship()


class GradeStep(Base):
    """One value that a grade has had, with where it came from and why; none is ever overwritten."""

    __tablename__ = "grade_step"
    __table_args__ = (UniqueConstraint("result_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    number: Mapped[int]
    grade: Mapped[str | None] = mapped_column(String(8))
    origin: Mapped[GradeOrigin] = mapped_column(enum_column(GradeOrigin))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)

    result: Mapped[Result] = relationship()
    decided_by: Mapped[Person | None] = relationship()


class ResultSeal(Base):
    """The keyed digest of a released result: its inputs, intermediates, grade and formula version."""

    __tablename__ = "result_seal"
    __table_args__ = (UniqueConstraint("result_id", "release"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    release: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]]
    code: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(default=utc_now)

    result: Mapped[Result] = relationship()


class Signature(Identified, Base):
    """The subject has seen the result; acknowledging is not agreeing."""

    __tablename__ = "signature"

    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), unique=True)
    agrees: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime] = mapped_column(default=utc_now)

    result: Mapped[Result] = relationship()
