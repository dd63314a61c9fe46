"""The table of the KPI library; a version of a measure never changes once it is in the library."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rubrics.frameworks.models import guard_changes
from web.database import Base, Identified, enum_column, utc_now
from web.language import lazy_gettext as _l

THRESHOLD_POINTS, TARGET_POINTS, CAP_POINTS = 60.0, 100.0, 120.0


class MeasureUnit(StrEnum):
    """In what a measure is counted."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    SCORE = "score"

    @property
    def label(self) -> str:
        """The unit's name in the reader's language."""
        return str(UNIT_LABELS[self])


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"

    @property
    def label(self) -> str:
        """The direction's name in the reader's language."""
        return str(DIRECTION_LABELS[self])


class Joining(StrEnum):
    """How the months of a period become one figure; never as a mean of percentages."""

    SUM = "sum"
    RATIO_OF_SUMS = "ratio_of_sums"
    DISTINCT_COUNT = "distinct_count"
    LAST = "last"

    @property
    def label(self) -> str:
        """How months join, in the reader's language."""
        return str(JOINING_LABELS[self])


class CurveBasis(StrEnum):
    """Whether the points of the default curve are shares of the target or figures of their own."""

    RATIO_TO_TARGET = "ratio_to_target"
    ABSOLUTE = "absolute"


UNIT_LABELS = {
    MeasureUnit.MONEY: _l("Money"),
    MeasureUnit.COUNT: _l("Count"),
    MeasureUnit.PERCENT: _l("Percent"),
    MeasureUnit.DAYS: _l("Days"),
    MeasureUnit.HOURS: _l("Hours"),
    MeasureUnit.SCORE: _l("Score"),
}
DIRECTION_LABELS = {Direction.HIGHER: _l("Higher is better"), Direction.LOWER: _l("Lower is better")}
JOINING_LABELS = {
    Joining.SUM: _l("Sum of the months"),
    Joining.RATIO_OF_SUMS: _l("Sum of the numerators over sum of the denominators"),
    Joining.DISTINCT_COUNT: _l("Distinct count over the whole period"),
    Joining.LAST: _l("Figure at the end of the period"),
}


class Measure(Identified, Base):
    """One version of a KPI of the library."""

    __tablename__ = "measure"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            "(direction = 'higher' AND curve_threshold < curve_target AND curve_target < curve_cap)"
            " OR (direction = 'lower' AND curve_threshold > curve_target AND curve_target > curve_cap)",
            name="curve_order",
        ),
        CheckConstraint("curve_basis = 'absolute' OR curve_target = 1", name="ratio_target"),
    )

    code: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    place: Mapped[int]
    area_code: Mapped[str] = mapped_column(String(8))
    name: Mapped[dict[str, str]]
    definition: Mapped[dict[str, str]]
    source: Mapped[dict[str, str]]
    owner: Mapped[dict[str, str]]
    numerator: Mapped[dict[str, str] | None]
    denominator: Mapped[dict[str, str] | None]
    unit: Mapped[MeasureUnit] = mapped_column(enum_column(MeasureUnit))
    direction: Mapped[Direction] = mapped_column(enum_column(Direction))
    joining: Mapped[Joining] = mapped_column(enum_column(Joining))
    curve_basis: Mapped[CurveBasis] = mapped_column(enum_column(CurveBasis))
    curve_threshold: Mapped[float]
    curve_target: Mapped[float]
    curve_cap: Mapped[float]
    content_digest: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(default=utc_now)

    def default_curve(self, target: float | None = None) -> list[tuple[float, float]]:
        """Threshold, target and cap in the measure's own unit with their points: 60, 100 and 120.

        A curve in shares of the target needs a target above zero (ValueError); an absolute one stands by itself.
        """
        scale = 1.0
        if self.curve_basis == CurveBasis.RATIO_TO_TARGET:
            if target is None or not target > 0:
                raise ValueError("a curve in shares of the target needs a target above zero")
            scale = target
        return [
            (self.curve_threshold * scale, THRESHOLD_POINTS),
            (self.curve_target * scale, TARGET_POINTS),
            (self.curve_cap * scale, CAP_POINTS),
        ]


for _verb in ("update", "delete"):
    guard_changes(Measure, _verb, "OLD.id IS NOT NULL")
