"""Tables of the monthly actuals and of the files they came from."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Dialect, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from people.organisation.models import Person
from web.database import Base, Identified, enum_column, utc_now

INTEGER_DIGITS, DECIMAL_PLACES = 18, 10


class ExactDecimal(TypeDecorator[Decimal]):
    """An exact decimal kept as its digits, because SQLite would keep a NUMERIC as a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> str | None:
        """Write the plain digits, without an exponent and without zeros at the end."""
        return None if value is None else plain_digits(Decimal(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read the digits back."""
        return None if value is None else Decimal(value)


def plain_digits(value: Decimal) -> str:
    """One spelling for one number: "1200.5" for 1.2005E+3 and for 1200.50."""
    if not value.is_finite():
        raise ValueError("a figure is a finite number")
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits


def is_storable(value: Decimal) -> bool:
    """Whether a figure is small enough and not finer than what is kept."""
    whole, _, decimals = plain_digits(value).lstrip("-").partition(".")
    return len(whole) <= INTEGER_DIGITS and len(decimals) <= DECIMAL_PLACES


class ImportState(StrEnum):
    """A file of actuals is checked first, then imported."""

    CHECKED = "checked"
    IMPORTED = "imported"


class ActualsImport(Identified, Base):
    """A file of monthly actuals: what was in it, who brought it, what it changed."""

    __tablename__ = "actuals_import"

    file_name: Mapped[str] = mapped_column(String(255))
    file_digest: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[ImportState] = mapped_column(enum_column(ImportState))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=utc_now)
    imported_at: Mapped[datetime | None]
    added: Mapped[int] = mapped_column(default=0)
    corrected: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)

    uploaded_by: Mapped[Person | None] = relationship()


class MonthlyActual(Identified, Base):
    """What one month brought a person in one measure; a correction is a further row, the earlier one stays."""

    __tablename__ = "monthly_actual"
    __table_args__ = (
        UniqueConstraint("person_id", "measure_code", "month", "number"),
        Index(
            "uq_monthly_actual_current",
            "person_id",
            "measure_code",
            "month",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current"),
        ),
        CheckConstraint("value IS NOT NULL OR members IS NOT NULL", name="figure"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("month LIKE '____-__'", name="month"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    measure_code: Mapped[str] = mapped_column(String(60))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    month: Mapped[str] = mapped_column(String(7))
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    denominator: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    members: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    currency: Mapped[str | None] = mapped_column(String(3))
    number: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("actuals_import.id"), index=True)

    source: Mapped[ActualsImport] = relationship()


def months_between(starts_on: date, ends_on: date) -> tuple[str, ...]:
    """The months from one day to another, both included, as "2026-01"."""
    first, last = starts_on.year * 12 + starts_on.month - 1, ends_on.year * 12 + ends_on.month - 1
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1))


def is_last_of_month(day: date) -> bool:
    """Whether a day is the last of its month."""
    return (day + timedelta(days=1)).day == 1
