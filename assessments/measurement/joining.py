"""How the months of a measure join to the result of its period; never a mean of percentages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessments.measurement.errors import JoiningError
from assessments.measurement.reasons import Reason


class Joining(StrEnum):
    """The four ways in which months join."""

    SUM = "sum"
    RATIO_OF_SUMS = "ratio_of_sums"
    DISTINCT_COUNT = "distinct_count"
    LAST = "last"


@dataclass(frozen=True)
class MonthlyActual:
    """What one month brought: a value, or numerator and denominator, or the members that are counted."""

    month: str
    value: Decimal | None = None
    denominator: Decimal | None = None
    members: frozenset[str] | None = None


@dataclass(frozen=True)
class JoinedActual:
    """Result of a period, the months it was made of and the months without a figure."""

    value: Decimal | None
    reason: Reason
    used: tuple[str, ...]
    missing: tuple[str, ...]
    numerator: Decimal | None = None
    denominator: Decimal | None = None


def joined_actual(months: Sequence[MonthlyActual], *, how: str) -> JoinedActual:
    """Join a measure's months to its period result in the way that the measure states.

    sum: `sum(v)`; ratio of sums: `sum(v) / sum(d)`; distinct count: the size of the union of the members;
    last: the value of the last month that has one. Months may come in any order, each once (else JoiningError).
    Source: the numeric contract, rule 8.

    >>> months = [MonthlyActual("2026-01", Decimal(9), Decimal(10)), MonthlyActual("2026-02", Decimal(1), Decimal(2))]
    >>> joined_actual(months, how="ratio_of_sums").value
    Decimal('0.8333333333333333333333333333')
    """
    way = _way(how)
    ordered = sorted(months, key=lambda entry: entry.month)
    if len({entry.month for entry in ordered}) != len(ordered):
        raise JoiningError(months=[entry.month for entry in ordered])
    used = [entry for entry in ordered if _has_figure(entry, way)]
    missing = tuple(entry.month for entry in ordered if not _has_figure(entry, way))
    if not used:
        return JoinedActual(None, Reason.NO_ACTUALS, (), missing)
    names = tuple(entry.month for entry in used)
    if way is Joining.RATIO_OF_SUMS:
        return _ratio_of_sums(used, names=names, missing=missing)
    if way is Joining.DISTINCT_COUNT:
        members: set[str] = set().union(*(entry.members or frozenset() for entry in used))
        return JoinedActual(Decimal(len(members)), Reason.ESTIMATED, names, missing)
    if way is Joining.LAST:
        return JoinedActual(used[-1].value, Reason.ESTIMATED, names[-1:], missing)
    total = sum((entry.value for entry in used if entry.value is not None), Decimal(0))
    return JoinedActual(total, Reason.ESTIMATED, names, missing)


def _way(how: str) -> Joining:
    """Read the name of a way of joining; raises JoiningError for an unknown one."""
    try:
        return Joining(how)
    except ValueError:
        raise JoiningError(how=how) from None


def _has_figure(entry: MonthlyActual, way: Joining) -> bool:
    """Whether a month has what this way of joining needs; refuses figures that are not finite."""
    for figure in (entry.value, entry.denominator):
        if figure is not None and not figure.is_finite():
            raise JoiningError(month=entry.month, figure=str(figure))
    if way is Joining.DISTINCT_COUNT:
        return entry.members is not None
    if way is Joining.RATIO_OF_SUMS:
        return entry.value is not None and entry.denominator is not None
    return entry.value is not None


def _ratio_of_sums(used: list[MonthlyActual], *, names: tuple[str, ...], missing: tuple[str, ...]) -> JoinedActual:
    """Divide the sums; a sum of zero below the line is a reason, not a number."""
    above = sum((entry.value for entry in used if entry.value is not None), Decimal(0))
    below = sum((entry.denominator for entry in used if entry.denominator is not None), Decimal(0))
    if below == 0:
        return JoinedActual(None, Reason.ZERO_DENOMINATOR, names, missing, above, below)
    return JoinedActual(above / below, Reason.ESTIMATED, names, missing, above, below)
