"""How dates, numbers, money and names are written for a reader, and how typed numbers are read."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask
from flask_babel import get_timezone

from web.errors import SteelyardError
from web.language import current_language, localized
from web.language import gettext as _
from web.language import lazy_gettext as _l

NOTHING = "–"
# From every day that is typed others are counted: at the ends of the calendar there would be none.
FIRST_YEAR, LAST_YEAR = 1900, 2199
# In minor units, so that every amount fits into an integer of the database.
MOST_MINOR_UNITS = 10**17
# Babel calls plain "en" American; these readers work across countries, so the day stands before the month.
LOCALES = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "GB")}
MOMENT_PATTERNS = {"zh": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
PLAIN_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)
Number = int | float | Decimal


class NumberFormatError(SteelyardError):
    """A typed text is not a number."""

    message = _l("“%(text)s” is not a number. Write it with digits, for example 1234.5.")


class MoneyFormatError(SteelyardError):
    """A typed text is not an amount of money in this currency."""

    message = _l("“%(text)s” is not an amount in %(currency)s. Write it with digits, for example %(example)s.")


def format_date(value: date | datetime | None, style: str = "medium") -> str:
    """A calendar day: "5 Mar 2026", "2026年3月5日"; a moment is first brought to the reader's zone."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(_zone(None))
    return str(babel_date(value, format=_date_style(style), locale=_locale()))


def format_moment(value: datetime | None, zone: tzinfo | str | None = None) -> str:
    """A moment with its zone, because a deadline is an instant: "5 Mar 2026, 18:00 GMT+8"."""
    if value is None:
        return NOTHING
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo("UTC"))
    value = value.astimezone(_zone(zone))
    text = babel_datetime(value.replace(tzinfo=None), MOMENT_PATTERNS[current_language()], locale=_locale())
    return f"{text} {_offset(value)}"


def format_number(value: Number | None, places: int | None = None) -> str:
    """A number with grouped digits; with ``places``, rounded half up to as many decimals."""
    if value is None:
        return NOTHING
    number = _decimal(value)
    if places is not None:
        return str(format_decimal(_rounded(number, places), format=_pattern(places), locale=_locale()))
    return str(format_decimal(number, locale=_locale(), decimal_quantization=False))


def format_percent(fraction: Number | None, places: int = 0) -> str:
    """A share of one in percent: 0.955 is "96%"."""
    return NOTHING if fraction is None else f"{format_number(_decimal(fraction) * 100, places)}%"


def format_money(minor_units: int | None, currency: str) -> str:
    """An amount from integer minor units: 1234560 CNY is "CN¥12,345.60", in Chinese "¥12,345.60"."""
    if minor_units is None:
        return NOTHING
    amount = Decimal(minor_units).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=_locale()))


def format_score(value: Number | None, margin: Number | None = None, places: int = 2) -> str:
    """A score with half of its interval: "3.67 ± 0.42"."""
    text = format_number(value, places)
    return text if value is None or margin is None else f"{text} ± {format_number(margin, places)}"


def format_signed(value: Number | None, places: int = 2) -> str:
    """A difference with its sign, and a true minus: "+0.50", "−0.25", "0.00"."""
    if value is None:
        return NOTHING
    rounded = _rounded(_decimal(value), places)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + format_number(abs(rounded), places)


def format_person(name: str, position: Mapping[str, Any] | str | None = None) -> str:
    """A name with the position behind it, for lists of choices and documents."""
    title = localized(position) if isinstance(position, Mapping) else position
    if not title:
        return name
    return f"{name}（{title}）" if current_language() == "zh" else f"{name} ({title})"


def format_duration(seconds: Number | None) -> str:
    """How long something took or will take, in its two largest units."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
    if minutes:
        return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest))
    return str(_("%(seconds)s s", seconds=rest))


def monogram(name: str) -> str:
    """One or two characters that stand for a person beside the name."""
    words = [word for word in re.split(r"[\s·•.\-]+", name) if word and word[0].isalpha()]
    if not words:
        return name[:1] or NOTHING
    if not unicodedata.name(words[0][0], "").startswith(("LATIN", "CYRILLIC", "GREEK")):
        return words[0][0]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def shown_text(value: Any) -> Any:
    """A text in data in the reader's language, nothing for None, everything else as it is."""
    if value is None:
        return ""
    return localized(value) if isinstance(value, Mapping) else value


def parse_decimal(text: str) -> Decimal:
    """The number that a person typed, full-width digits and grouping commas included; NumberFormatError if none."""
    plain = _plain(text)
    if not PLAIN_NUMBER.fullmatch(plain) or len(plain) > 40:
        raise NumberFormatError(text=text[:40])
    return Decimal(plain.replace(",", ""))


def parse_money(text: str, currency: str) -> int:
    """Integer minor units of a typed amount; MoneyFormatError for anything unclear or finer than the currency."""
    precision = get_currency_precision(currency)
    plain = _plain(text)
    sign = "-" if plain.startswith("-") else ""
    plain = plain.removeprefix(sign)
    for mark in sorted(_currency_marks(currency), key=len, reverse=True):
        if plain.upper().startswith(mark):
            plain = plain[len(mark) :]
            break
        if plain.upper().endswith(mark):
            plain = plain[: -len(mark)]
            break
    try:
        amount = parse_decimal(sign + plain)
        units = amount.scaleb(precision)
    except (NumberFormatError, InvalidOperation):
        raise _not_money(text, currency, precision) from None
    if abs(units) >= MOST_MINOR_UNITS or units != units.to_integral_value():
        raise _not_money(text, currency, precision)
    return int(units)


def register_formats(app: Flask) -> None:
    """Give templates every format as a filter under the same name."""
    for function in (
        format_date,
        format_moment,
        format_number,
        format_percent,
        format_money,
        format_score,
        format_signed,
        format_person,
        format_duration,
        monogram,
        shown_text,
    ):
        app.jinja_env.filters[function.__name__] = function


def _not_money(text: str, currency: str, precision: int) -> MoneyFormatError:
    example = "1234.50" if precision == 2 else f"1234{'.' + '5' * precision if precision else ''}"
    return MoneyFormatError(text=text[:40], currency=currency, example=example)


def _plain(text: str) -> str:
    """Full-width forms made plain, a true minus made a hyphen, spaces dropped."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("−", "-").replace("，", ","))


def _currency_marks(currency: str) -> set[str]:
    symbols = {_plain(locale.currency_symbols.get(currency, currency)).upper() for locale in LOCALES.values()}
    return symbols | {currency.upper()} | ({"¥", "RMB", "元"} if currency == "CNY" else set())


def _locale() -> Locale:
    return LOCALES[current_language()]


def _zone(zone: tzinfo | str | None) -> tzinfo:
    if isinstance(zone, str):
        return ZoneInfo(zone)
    return zone or get_timezone() or ZoneInfo("UTC")


def _offset(value: datetime) -> str:
    """The zone as its distance from Greenwich, which is short and the same in every language: "GMT+8", "GMT+5:30"."""
    minutes = round((value.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return "GMT" + (f"{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "")


def _date_style(style: str) -> Any:
    if current_language() == "zh" and style == "medium":
        return "long"
    return style


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(number: Decimal, places: int) -> Decimal:
    # Half up, the rule for every number that is shown; adding zero turns "-0.00" into "0.00".
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0


def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")
