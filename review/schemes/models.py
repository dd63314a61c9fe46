"""Tables of schemes: how a cycle turns scores and key figures into points and grades, and what follows from them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.measurement.apportionment import Weight
from review.aggregation.bands import GradeBands
from review.rewards.merit import MeritMatrix
from web.database import Base, Identified, Versioned, enum_column


class SchemeState(StrEnum):
    """A scheme is written as a draft; once published it never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"


class SectionKind(StrEnum):
    """What a section's points come from."""

    COMPETENCY = "competency"
    KPI = "kpi"


class DistributionRule(StrEnum):
    """What the shares of grades are: nothing, guidance, or a limit."""

    NONE = "none"
    GUIDANCE = "guidance"
    ENFORCED = "enforced"


class SecondLine(StrEnum):
    """Whether the second line only reviews or rates as well."""

    REVIEWS = "reviews"
    RATES = "rates"


class VisiblePart(StrEnum):
    """A part of a released result that the employee may be shown."""

    GRADE = "grade"
    TOTAL_POINTS = "total_points"
    SECTION_POINTS = "section_points"
    DIMENSION_SCORES = "dimension_scores"
    CELLS = "cells"
    ITEMS = "items"
    COMMENTS = "comments"
    UNCERTAINTY = "uncertainty"
    KPI_LINES = "kpi_lines"


class Scheme(Identified, Versioned, Base):
    """One version of a scheme for a range of job levels; numbers that are not whole are kept as exact text."""

    __tablename__ = "scheme"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        CheckConstraint("job_level_from <= job_level_to", name="levels_in_order"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("minimum_share BETWEEN 60 AND 100", name="minimum_share_in_range"),
        CheckConstraint("second_line_weight BETWEEN 0 AND 100", name="second_line_weight_in_range"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_at"),
    )

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    name: Mapped[dict[str, str]]
    state: Mapped[SchemeState] = mapped_column(enum_column(SchemeState), default=SchemeState.DRAFT)
    job_level_from: Mapped[int]
    job_level_to: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    gap_curve: Mapped[list[list[str]]] = mapped_column(JSON)
    kpi_points: Mapped[list[str]] = mapped_column(JSON)
    kpi_continues_line: Mapped[bool] = mapped_column(default=False)
    minimum_share: Mapped[int] = mapped_column(default=60)
    gate_cap: Mapped[str | None] = mapped_column(String(8))
    distribution: Mapped[DistributionRule] = mapped_column(
        enum_column(DistributionRule), default=DistributionRule.GUIDANCE
    )
    smallest_team: Mapped[int] = mapped_column(default=10)
    second_line: Mapped[SecondLine] = mapped_column(enum_column(SecondLine), default=SecondLine.REVIEWS)
    second_line_weight: Mapped[int] = mapped_column(default=0)
    visibility: Mapped[list[str]] = mapped_column(JSON)
    merit_cuts: Mapped[list[str]] = mapped_column(JSON)
    merit_percents: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    sections: Mapped[list["SchemeSection"]] = relationship(
        back_populates="scheme", order_by="SchemeSection.place", cascade="all, delete-orphan", lazy="selectin"
    )
    bands: Mapped[list["GradeBand"]] = relationship(
        back_populates="scheme", order_by="GradeBand.place", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def is_published(self) -> bool:
        """Whether this version is in force or was, and so stays as it is."""
        return self.state is SchemeState.PUBLISHED

    @property
    def grade_bands(self) -> GradeBands:
        """The bands as the aggregation takes them."""
        cuts = tuple((band.grade, band.cut) for band in self.bands if band.cut is not None)
        return GradeBands(cuts=cuts, lowest=self.bands[-1].grade)

    @property
    def guidance_shares(self) -> dict[str, int]:
        """The suggested share of each grade in percent."""
        return {band.grade: band.share for band in self.bands if band.share is not None}

    @property
    def merit_matrix(self) -> MeritMatrix:
        """Guidelines for raises by grade and compa-ratio."""
        rates: dict[str, tuple[Weight, ...]] = {
            grade: tuple(Fraction(percent) / 100 for percent in percents)
            for grade, percents in self.merit_percents.items()
        }
        return MeritMatrix(edges=tuple(self.merit_cuts), rates=rates)

    def weight_of(self, kind: SectionKind) -> int:
        """The weight of a section in percent, 0 where the scheme has none of this kind."""
        return sum(section.weight for section in self.sections if section.kind is kind)

    def shows(self, part: VisiblePart) -> bool:
        """Whether employees are shown a part of their released result."""
        return part.value in self.visibility

    def coefficient_of(self, grade: str) -> Decimal:
        """The coefficient of a grade; raises KeyError for a grade that the scheme does not have."""
        return {band.grade: Decimal(band.coefficient) for band in self.bands}[grade]

    def merit_percent(self, grade: str, ratio: Fraction) -> Fraction:
        """The guideline of the merit matrix in percent for a grade and a compa-ratio."""
        return self.merit_matrix.guideline(grade, ratio) * 100

    def covers(self, job_level: int) -> bool:
        """Whether people of a job level are judged by this scheme."""
        return self.job_level_from <= job_level <= self.job_level_to

    def content(self) -> dict[str, Any]:
        """Everything the scheme says, as plain values: for seals, comparison and the next version."""
        plain = {name: getattr(self, name) for name in CONTENT_COLUMNS}
        kinds = {name: value.value for name, value in plain.items() if isinstance(value, StrEnum)}
        sections = [{"kind": section.kind.value, "weight": section.weight} for section in self.sections]
        return plain | kinds | {"sections": sections, "bands": [band.content() for band in self.bands]}


CONTENT_COLUMNS = (
    "name", "job_level_from", "job_level_to", "gap_curve", "kpi_points", "kpi_continues_line", "minimum_share",
    "gate_cap", "distribution", "smallest_team", "second_line", "second_line_weight", "visibility", "merit_cuts",
    "merit_percents",
)  # fmt: skip


class SchemeSection(Base):
    """A section of a scheme with its weight in percent; the weights of a scheme sum to 100."""

    __tablename__ = "scheme_section"
    __table_args__ = (CheckConstraint("weight BETWEEN 1 AND 100", name="weight_in_percent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    place: Mapped[int]
    kind: Mapped[SectionKind] = mapped_column(enum_column(SectionKind))
    weight: Mapped[int]

    scheme: Mapped[Scheme] = relationship(back_populates="sections")


class GradeBand(Base):
    """A grade of a scheme: from how many points (hundredths), its coefficient, and its suggested share in percent."""

    __tablename__ = "grade_band"
    __table_args__ = (UniqueConstraint("scheme_id", "grade"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    place: Mapped[int]
    grade: Mapped[str] = mapped_column(String(8))
    cut: Mapped[int | None]
    coefficient: Mapped[str] = mapped_column(String(16))
    share: Mapped[int | None]

    scheme: Mapped[Scheme] = relationship(back_populates="bands")

    def content(self) -> dict[str, Any]:
        """What the band says, as plain values."""
        return {"grade": self.grade, "cut": self.cut, "coefficient": self.coefficient, "share": self.share}
