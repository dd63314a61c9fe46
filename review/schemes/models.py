"""Tables of schemes: one row a version, which never changes once it is published."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.measurement.apportionment import Weight
from assessments.measurement.curves import CAP_POINTS, GAP_CURVE, TARGET_POINTS, THRESHOLD_POINTS
from people.organisation.models import Person
from review.aggregation.bands import GradeBands
from review.rewards.merit import MeritMatrix
from rubrics.frameworks.models import keep_parts_of_published, keep_published
from web.database import Base, Identified, Versioned, enum_column
from web.language import LazyString
from web.language import lazy_gettext as _l

LOWEST_LEVEL, HIGHEST_LEVEL = 1, 30


class SchemeState(StrEnum):
    """A version is written as a draft and then stands for good."""

    DRAFT = "draft"
    PUBLISHED = "published"


class SectionKind(StrEnum):
    """What a section of the result is made of."""

    COMPETENCY = "competency"
    KPI = "kpi"

    @property
    def label(self) -> LazyString:
        """The section's name in the reader's language."""
        return SECTION_LABELS[self]


class DistributionRule(StrEnum):
    """What the shares of the grades are: nothing, guidance, or enforced."""

    NONE = "none"
    GUIDANCE = "guidance"
    ENFORCED = "enforced"

    @property
    def label(self) -> LazyString:
        """The rule in the reader's language."""
        return DISTRIBUTION_LABELS[self]


class SecondLine(StrEnum):
    """Whether the second-line manager only reviews, or also rates."""

    REVIEWS = "reviews"
    RATES = "rates"

    @property
    def label(self) -> LazyString:
        """The choice in the reader's language."""
        return SECOND_LINE_LABELS[self]


class VisiblePart(StrEnum):
    """What an employee is shown of the own result after release."""

    GRADE = "grade"
    TOTAL_POINTS = "total_points"
    SECTION_POINTS = "section_points"
    KPI_LINES = "kpi_lines"
    DIMENSION_SCORES = "dimension_scores"
    CELLS = "cells"
    ITEMS = "items"
    COMMENTS = "comments"
    UNCERTAINTY = "uncertainty"

    @property
    def label(self) -> LazyString:
        """The part in the reader's language."""
        return PART_LABELS[self]


SECTION_LABELS = {SectionKind.COMPETENCY: _l("Competency (360)"), SectionKind.KPI: _l("KPIs")}
DISTRIBUTION_LABELS = {
    DistributionRule.NONE: _l("No shares"),
    DistributionRule.GUIDANCE: _l("Guidance: shares to look at, departures are allowed"),
    DistributionRule.ENFORCED: _l("Enforced: shares that must be kept"),
}
SECOND_LINE_LABELS = {
    SecondLine.REVIEWS: _l("Reviews the manager's assessment"),
    SecondLine.RATES: _l("Reviews and also rates, with a weight of its own"),
}
PART_LABELS = {
    VisiblePart.GRADE: _l("Performance grade"),
    VisiblePart.TOTAL_POINTS: _l("Total points"),
    VisiblePart.SECTION_POINTS: _l("Points of each section"),
    VisiblePart.KPI_LINES: _l("Each KPI with figures and points"),
    VisiblePart.DIMENSION_SCORES: _l("Scores of competencies and areas"),
    VisiblePart.CELLS: _l("Scores by rater group, as far as anonymity allows"),
    VisiblePart.ITEMS: _l("Means of single behaviours, as far as anonymity allows"),
    VisiblePart.COMMENTS: _l("Comments, as far as anonymity allows"),
    VisiblePart.UNCERTAINTY: _l("Uncertainty of each score"),
}


class Scheme(Identified, Versioned, Base):
    """One version of how a range of job levels is reviewed."""

    __tablename__ = "scheme"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index(
            "uq_scheme_code_draft",
            "code",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("job_level_from BETWEEN 1 AND job_level_to AND job_level_to <= 30", name="job_levels"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_at"),
        CheckConstraint("smallest_team BETWEEN 1 AND 1000", name="smallest_team"),
        CheckConstraint("second_line_weight BETWEEN 0 AND 100", name="second_line_weight"),
    )

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    name: Mapped[dict[str, str]]
    state: Mapped[SchemeState] = mapped_column(enum_column(SchemeState), default=SchemeState.DRAFT)
    job_level_from: Mapped[int]
    job_level_to: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kpi_continues_line: Mapped[bool] = mapped_column(default=False)
    gate_cap: Mapped[str | None] = mapped_column(String(8))
    distribution: Mapped[DistributionRule] = mapped_column(enum_column(DistributionRule))
    smallest_team: Mapped[int]
    second_line: Mapped[SecondLine] = mapped_column(enum_column(SecondLine))
    second_line_weight: Mapped[int]
    visibility: Mapped[list[str]] = mapped_column(JSON)
    merit_cuts: Mapped[list[str]] = mapped_column(JSON)
    merit_percents: Mapped[dict[str, list[str]]] = mapped_column(JSON)

    published_by: Mapped[Person | None] = relationship()
    sections: Mapped[list["SchemeSection"]] = relationship(
        order_by="SchemeSection.place", cascade="all, delete-orphan", lazy="selectin"
    )
    bands: Mapped[list["GradeBand"]] = relationship(
        order_by="GradeBand.place", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def is_published(self) -> bool:
        """Whether this version stands for good."""
        return self.state is SchemeState.PUBLISHED

    @property
    def gap_curve(self) -> tuple[tuple[int, int], ...]:
        """From the gap to the required level to points; the same in every scheme."""
        return tuple((int(gap), int(points)) for gap, points in GAP_CURVE.points)

    @property
    def kpi_points(self) -> tuple[int, int, int]:
        """Points at threshold, target and stretch value; the same in every scheme."""
        return THRESHOLD_POINTS, TARGET_POINTS, CAP_POINTS

    @property
    def grade_bands(self) -> GradeBands:
        """The bands as the aggregation takes them."""
        cuts = tuple((band.grade, band.cut) for band in self.bands if band.cut is not None)
        return GradeBands(cuts=cuts, lowest=self.bands[-1].grade)

    @property
    def guidance_shares(self) -> dict[str, int]:
        """The share of each grade in percent; empty where the scheme has none."""
        if self.distribution is DistributionRule.NONE:
            return {}
        return {band.grade: band.share or 0 for band in self.bands}

    @property
    def merit_matrix(self) -> MeritMatrix:
        """The raise by grade and compa-ratio, as shares of the salary."""
        rates: dict[str, tuple[Weight, ...]] = {
            band.grade: tuple(Decimal(percent) / 100 for percent in self.merit_percents[band.grade])
            for band in self.bands
        }
        return MeritMatrix(edges=tuple(Decimal(cut) for cut in self.merit_cuts), rates=rates)

    def covers(self, job_level: int) -> bool:
        """Whether people of a job level are reviewed by this scheme."""
        return self.job_level_from <= job_level <= self.job_level_to

    def shows(self, part: VisiblePart) -> bool:
        """Whether an employee is shown a part of the own result."""
        return part.value in self.visibility

    def weight_of(self, kind: SectionKind) -> int:
        """The weight of a section in percent; 0 where the scheme has no such section."""
        return next((section.weight for section in self.sections if section.kind == kind), 0)

    def coefficient_of(self, grade: str) -> Decimal:
        """The performance coefficient of a grade; KeyError for one that the scheme does not have."""
        return {band.grade: band.coefficient for band in self.bands}[grade]

    def content(self) -> Mapping[str, Any]:
        """Everything that decides a result, for seals and comparisons."""
        return {
            "code": self.code,
            "number": self.number,
            "job_levels": [self.job_level_from, self.job_level_to],
            "sections": {section.kind.value: section.weight for section in self.sections},
            "bands": [[band.grade, band.cut, band.coefficient_hundredths, band.share] for band in self.bands],
            "kpi_continues_line": self.kpi_continues_line,
            "gate_cap": self.gate_cap,
            "distribution": self.distribution.value,
            "smallest_team": self.smallest_team,
            "second_line": self.second_line.value,
            "second_line_weight": self.second_line_weight,
            "visibility": sorted(self.visibility),
            "merit_cuts": self.merit_cuts,
            "merit_percents": self.merit_percents,
        }


class SchemeSection(Identified, Base):
    """One section of the result with its weight in percent."""

    __tablename__ = "scheme_section"
    __table_args__ = (
        UniqueConstraint("scheme_id", "kind"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id", ondelete="CASCADE"))
    place: Mapped[int]
    kind: Mapped[SectionKind] = mapped_column(enum_column(SectionKind))
    weight: Mapped[int]


class GradeBand(Identified, Base):
    """One grade: from how many points on, what coefficient, what share; the lowest has no cut."""

    __tablename__ = "grade_band"
    __table_args__ = (
        UniqueConstraint("scheme_id", "grade"),
        UniqueConstraint("scheme_id", "place"),
        CheckConstraint("cut IS NULL OR cut BETWEEN 1 AND 12000", name="cut"),
        CheckConstraint("coefficient_hundredths BETWEEN 0 AND 1000", name="coefficient"),
        CheckConstraint("share IS NULL OR share BETWEEN 0 AND 100", name="share"),
    )

    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id", ondelete="CASCADE"))
    place: Mapped[int]
    grade: Mapped[str] = mapped_column(String(8))
    cut: Mapped[int | None]
    coefficient_hundredths: Mapped[int]
    share: Mapped[int | None]

    @property
    def coefficient(self) -> Decimal:
        """The performance coefficient."""
        return Decimal(self.coefficient_hundredths).scaleb(-2)

    @property
    def points(self) -> Decimal | None:
        """The points from which the grade is reached, as people see them."""
        return None if self.cut is None else Decimal(self.cut).scaleb(-2)


keep_published(Scheme)
keep_parts_of_published(SchemeSection, "scheme", "scheme_id")
keep_parts_of_published(GradeBand, "scheme", "scheme_id")
