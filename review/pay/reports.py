"""Why a raise is what it is, in words and numbers: from grade and salary to the new salary, step by step."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision

from review.pay.models import PayLine
from review.pay.queries import RaiseSteps, steps_of
from web.formats import format_money, format_number, format_percent
from web.language import gettext as _

EXACT_PLACES = 6


@dataclass(frozen=True)
class Step:
    """One step of a calculation: what it is called, how it is computed, and what it comes to."""

    label: str
    formula: str
    value: str


def explained(line: PayLine, *, sees_round: bool) -> list[Step]:
    """The steps of one raise; sums over the whole round only for those who see it, as they would tell others' pay."""
    steps, currency = steps_of(line), line.round.currency
    found = [*_place_in_range(line, currency), *_guideline(line, currency)]
    if line.is_excluded:
        return found
    found.extend(_factor(line, steps, currency) if sees_round else _share(steps))
    found.extend(_amounts(line, steps, currency, sees_round=sees_round))
    return found


def _place_in_range(line: PayLine, currency: str) -> list[Step]:
    salary, minimum = format_money(line.salary_before, currency), format_money(line.range_minimum, currency)
    midpoint, maximum = format_money(line.range_midpoint, currency), format_money(line.range_maximum, currency)
    place = line.penetration
    return [
        Step(_("Salary before"), "", salary),
        Step(_("Compa-ratio"), f"{salary} ÷ {midpoint}", _percent(line.ratio)),
        Step(
            _("Place in the range"),
            f"({salary} − {minimum}) ÷ ({maximum} − {minimum})",
            "–" if place is None else _percent(place),
        ),
    ]


def _guideline(line: PayLine, currency: str) -> list[Step]:
    salary, rate = format_money(line.salary_before, currency), _percent(line.rate)
    return [
        Step(_("Guideline rate"), _("grade %(grade)s at this compa-ratio, by the scheme", grade=line.grade), rate),
        Step(_("Guideline amount"), f"{salary} × {rate}", _exact(line.guideline_amount, currency)),
    ]


def _factor(line: PayLine, steps: RaiseSteps, currency: str) -> list[Step]:
    budget, total = format_money(line.round.budget, currency), _exact(steps.guideline_sum, currency)
    return [
        Step(_("Sum of all guideline amounts"), "", total),
        Step(_("Factor of the budget"), f"min(1, {budget} ÷ {total}) = {steps.factor}", _percent(steps.factor, 4)),
    ]


def _share(steps: RaiseSteps) -> list[Step]:
    note = _("what the budget can pay of every guideline, the same for everyone")
    return [Step(_("Factor of the budget"), note, _percent(steps.factor, 2))]


def _amounts(line: PayLine, steps: RaiseSteps, currency: str, *, sees_round: bool) -> list[Step]:
    raised, once = format_money(line.raise_amount, currency), format_money(line.lump_sum, currency)
    before, amount = format_money(line.salary_before, currency), format_money(line.amount, currency)
    room, after = format_money(steps.room, currency), format_money(line.salary_after, currency)
    rounding = _("whole units; the last ones go to the largest remainders")
    if sees_round:
        rounding = f"{_exact(steps.exact_amount, currency)} → {rounding}"
    return [
        Step(_("Guideline times factor, rounded"), rounding, amount),
        Step(_("Raise, up to the maximum of the range"), f"min({amount}, {room})", raised),
        Step(_("Lump sum, paid once"), f"{amount} − {raised}", once),
        Step(_("New salary"), f"{before} + {raised}", after),
    ]


def _percent(share: Fraction, places: int = 2) -> str:
    return format_percent(Decimal(share.numerator) / Decimal(share.denominator), places)


def _exact(units: Fraction, currency: str) -> str:
    """An amount that may be finer than the currency, as far as it needs to be told."""
    if units.denominator == 1:
        return format_money(units.numerator, currency)
    amount = (Decimal(units.numerator) / Decimal(units.denominator)).scaleb(-get_currency_precision(currency))
    return f"{currency} {format_number(amount, EXACT_PLACES)}"
