"""Reading monthly actuals from CSV and XLSX: every row is right, or each fault is named by row and column."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from sqlalchemy import select

from assessments.actuals.errors import CurrencyMissingError, NothingToImportError
from assessments.actuals.models import MonthlyActual, is_storable
from assessments.actuals.queries import current_actuals
from people.organisation.models import Person
from rubrics.measures.models import Joining, Measure, MeasureUnit
from rubrics.measures.queries import measures
from web.database import db, utc_now
from web.files.errors import CellProblem, FileProblemsError
from web.files.reading import read_table
from web.files.tables import Heading, Record
from web.formats import NumberFormatError, parse_decimal
from web.language import gettext as _
from web.texts import unique_key

MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月|[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?)?", re.ASCII)
SEPARATORS = re.compile(r"[;,\s]+")
MOST_MEMBERS, LONGEST_MEMBER = 5_000, 64
HEADINGS = (
    Heading("employee_number", names=("Employee number", "员工编号", "工号")),
    Heading("kpi_code", names=("KPI code", "指标编码", "指标代码")),
    Heading("month", names=("Month", "月份")),
    Heading("value", names=("Value", "数值", "实际值"), required=False),
    Heading("numerator", names=("Numerator", "分子"), required=False),
    Heading("denominator", names=("Denominator", "分母"), required=False),
    Heading("members", names=("Members", "明细编号"), required=False),
    Heading("currency", names=("Currency", "币种"), required=False),
)


@dataclass(frozen=True)
class ActualRow:
    """One row of a file: who, which KPI, which month, what figure."""

    number: int
    person_id: int
    person_name: str
    measure: Measure
    month: str
    value: Decimal | None
    denominator: Decimal | None
    members: tuple[str, ...] | None
    currency: str | None

    @property
    def measure_code(self) -> str:
        """The KPI's code, the same in all versions of the library."""
        return self.measure.code

    @property
    def key(self) -> tuple[int, str, str]:
        """What there is one figure of."""
        return self.person_id, self.measure_code, self.month

    def is_said_by(self, actual: MonthlyActual) -> bool:
        """Whether a stored figure says the same."""
        members = None if actual.members is None else tuple(actual.members)
        stored = (actual.value, actual.denominator, members, actual.currency)
        return stored == (self.value, self.denominator, self.members, self.currency)


@dataclass(frozen=True)
class Change:
    """One row of a file beside the figure that stands now, if there is one."""

    row: ActualRow
    before: MonthlyActual | None

    @property
    def is_correction(self) -> bool:
        """Whether the row says something else than what stands."""
        return self.before is not None and not self.row.is_said_by(self.before)

    @property
    def is_new(self) -> bool:
        """Whether nothing stands yet."""
        return self.before is None


def changes_of(rows: Sequence[ActualRow]) -> list[Change]:
    """The rows of a file, each beside what stands now."""
    before = current_actuals({row.person_id for row in rows}, {row.measure_code for row in rows})
    return [Change(row, before.get(row.key)) for row in rows]


class CellError(ValueError):
    """A cell that cannot be used; its column and a sentence for the reader."""

    def __init__(self, column: str, message: str) -> None:
        """Keep both for the list of problems."""
        super().__init__(message)
        self.column, self.message = column, message


def actual_rows(content: bytes, file_name: str, *, currency: str) -> list[ActualRow]:
    """The rows of a file of actuals; raises FileProblemsError with every fault, or the error of an unusable file."""
    if not re.fullmatch(r"[A-Za-z]{3}", currency):
        raise CurrencyMissingError
    records = read_table(BytesIO(content), file_name).matched(HEADINGS).records
    if not records:
        raise NothingToImportError
    people = _people_by_number({unique_key(record.text("employee_number")) for record in records})
    library = {measure.code: measure for measure in measures()}
    rows: list[ActualRow] = []
    problems: list[CellProblem] = []
    seen: dict[tuple[int, str, str], int] = {}
    for record in records:
        try:
            row = _row(record, people, library, currency.upper())
            _require_first(row, seen)
            rows.append(row)
        except CellError as error:
            problems.append(CellProblem(record.number, record.column(error.column), error.message))
    if problems:
        raise FileProblemsError(problems)
    return rows


def month_of(text: str) -> str | None:
    """A month from how people and spreadsheets write it: 2026-03, 2026/3, 2026年3月, 2026-03-01; None if it is none."""
    found = MONTH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return f"{found[1]}-{int(found[2]):02}"


def _people_by_number(keys: set[str]) -> dict[str, Person]:
    rows = db.session.scalars(select(Person).where(Person.employee_number_key.in_(keys)))
    return {person.employee_number_key: person for person in rows}


def _row(record: Record, people: Mapping[str, Person], library: Mapping[str, Measure], currency: str) -> ActualRow:
    number, code = record.text("employee_number"), record.text("kpi_code")
    person = people.get(unique_key(number))
    if person is None:
        raise CellError("employee_number", _("Nobody has the employee number “%(number)s”.", number=number[:40]))
    measure = library.get(code.lower())
    if measure is None:
        raise CellError("kpi_code", _("The KPI library has no “%(code)s”.", code=code[:40]))
    value, denominator, members = _figure(record, measure)
    return ActualRow(
        number=record.number,
        person_id=person.id,
        person_name=person.name,
        measure=measure,
        month=_month(record.text("month")),
        value=value,
        denominator=denominator,
        members=members,
        currency=_currency(record.text("currency"), currency) if measure.unit is MeasureUnit.MONEY else None,
    )


def _require_first(row: ActualRow, seen: dict[tuple[int, str, str], int]) -> None:
    earlier = seen.setdefault(row.key, row.number)
    if earlier != row.number:
        raise CellError("month", _("The same figure already stands in row %(row)s.", row=earlier))


def _month(text: str) -> str:
    month = month_of(text)
    if month is None:
        raise CellError("month", _("“%(text)s” is not a month. Write it as 2026-03.", text=text[:40]))
    if month > f"{utc_now():%Y-%m}":
        raise CellError("month", _("%(month)s has not begun yet.", month=month))
    return month


def _currency(text: str, default: str) -> str:
    if not text:
        return default
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise CellError("currency", str(CurrencyMissingError()))
    return text.upper()


def _figure(record: Record, measure: Measure) -> tuple[Decimal | None, Decimal | None, tuple[str, ...] | None]:
    if measure.joining is Joining.RATIO_OF_SUMS:
        return _ratio(record)
    if measure.joining is Joining.DISTINCT_COUNT:
        return None, None, _members(record)
    _refuse_filled(record, ("numerator", "denominator", "members"))
    return _number(record, "value"), None, None


def _ratio(record: Record) -> tuple[Decimal, Decimal, None]:
    if record.text("value"):
        message = _("This KPI is a ratio: give numerator and denominator, because percentages cannot be joined.")
        raise CellError("value", message)
    _refuse_filled(record, ("members",))
    numerator, denominator = _number(record, "numerator"), _number(record, "denominator")
    if denominator < 0 or (denominator == 0 and numerator != 0):
        raise CellError("denominator", _("A denominator is above zero; it may be zero only if the numerator is."))
    return numerator, denominator, None


def _members(record: Record) -> tuple[str, ...]:
    _refuse_filled(record, ("numerator", "denominator"))
    members = sorted({unicodedata.normalize("NFC", name) for name in SEPARATORS.split(record.text("members")) if name})
    if len(members) > MOST_MEMBERS or any(len(name) > LONGEST_MEMBER for name in members):
        raise CellError("members", _("There are too many members here, or one of them is too long."))
    counted = record.text("value")
    if not members and counted != "0":
        raise CellError("members", _("This KPI counts each one once a period: list what was counted, or give 0."))
    if counted and _number(record, "value") != len(members):
        raise CellError("value", _("The value differs from the %(count)s members listed.", count=len(members)))
    return tuple(members)


def _refuse_filled(record: Record, columns: tuple[str, ...]) -> None:
    for column in columns:
        if record.text(column):
            raise CellError(column, _("This KPI has no use for this column. Leave it empty."))


def _number(record: Record, column: str) -> Decimal:
    text = record.text(column)
    if not text:
        raise CellError(column, _("A number is missing here."))
    try:
        number = parse_decimal(text)
    except NumberFormatError as error:
        raise CellError(column, str(error)) from None
    if not is_storable(number):
        raise CellError(column, _("This number has too many digits."))
    return number
