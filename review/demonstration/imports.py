"""Northwind's files as the product's own imports take them: people, and the figures of every month."""

import csv
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

NORTHWIND = Path(__file__).parent / "data" / "northwind"
LAST_MONTH_OF_FILE = (1998, 5)
ACTUALS_HEADINGS = ("employee_number", "kpi_code", "month", "value", "numerator", "denominator", "members")


@dataclass(frozen=True)
class Order:
    """One order of the file, with its dates moved."""

    employee_number: str
    customer: str
    ordered_on: date
    net_amount: Decimal
    is_shipped: bool
    is_on_time: bool
    is_overdue: bool


def last_full_month(today: date) -> tuple[int, int]:
    """The year and month before the month of today."""
    return (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)


def months_to_move(today: date) -> int:
    """By how many whole months the file moves, so that its last month is the last full month of today."""
    year, month = last_full_month(today)
    return (year - LAST_MONTH_OF_FILE[0]) * 12 + month - LAST_MONTH_OF_FILE[1]


def moved(day: date, months: int) -> date:
    """The day so many months later; the last day of a month where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_name(day: date) -> str:
    """A month as files write it: 2026-03."""
    return f"{day.year:04d}-{day.month:02d}"


def months_between(first: date, last: date) -> tuple[str, ...]:
    """All months from one day to another, both included."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return tuple(f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(start, end + 1))


@cache
def orders(today: date) -> tuple[Order, ...]:
    """All orders of the file, moved to end with the last full month of today.

    Whether a shipment was on time is decided before moving, because two days can fall on the same last day of a month.
    """
    months = months_to_move(today)
    with (NORTHWIND / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    last_day = max(date.fromisoformat(row["order_date"]) for row in rows)
    return tuple(_order(row, months, last_day) for row in rows)


def _order(row: dict[str, str], months: int, last_day: date) -> Order:
    required = date.fromisoformat(row["required_date"])
    shipped = date.fromisoformat(row["shipped_date"]) if row["shipped_date"] else None
    return Order(
        employee_number=row["employee_id"],
        customer=row["customer_id"],
        ordered_on=moved(date.fromisoformat(row["order_date"]), months),
        net_amount=Decimal(row["net_amount"]),
        is_shipped=shipped is not None,
        is_on_time=shipped is not None and shipped <= required,
        is_overdue=shipped is None and required < last_day,
    )


def monthly_actuals(today: date) -> list[tuple[str, ...]]:
    """Every KPI figure that the orders hold, by person and month: rows of the actuals import, headings first."""
    by_person_month: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in orders(today):
        by_person_month[order.employee_number, month_name(order.ordered_on)].append(order)
    known: dict[str, set[str]] = defaultdict(set)
    rows: list[tuple[str, ...]] = [ACTUALS_HEADINGS]
    for (number, month), sold in sorted(by_person_month.items(), key=lambda entry: (entry[0][1], int(entry[0][0]))):
        customers = {order.customer for order in sold}
        rows += _figures(number, month, sold, sorted(customers), customers - known[number])
        known[number] |= customers
    return rows


def _figures(
    number: str, month: str, sold: Sequence[Order], customers: Sequence[str], new: Set[str]
) -> list[tuple[str, ...]]:
    sales = sum((order.net_amount for order in sold), Decimal(0))
    due = sum(order.is_shipped or order.is_overdue for order in sold)
    on_time = sum(order.is_on_time for order in sold)
    rows: list[tuple[str, ...]] = [
        (number, "net-sales", month, str(sales), "", "", ""),
        (number, "orders", month, str(len(sold)), "", "", ""),
        (number, "average-order-value", month, "", str(sales), str(len(sold)), ""),
        (number, "active-customers", month, "", "", "", ";".join(customers)),
        (number, "new-customers", month, str(len(new)), "", "", ""),
    ]
    if due:
        rows.append((number, "on-time-shipping", month, "", str(on_time), str(due), ""))
    return rows


def half_year_ending(year: int, month: int) -> tuple[date, date]:
    """The six whole months that end with a month: first and last day."""
    start = year * 12 + month - 6
    return date(start // 12, start % 12 + 1, 1), date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True)
class BaseFigures:
    """What a person sold in the months before a period: the base of its targets."""

    monthly_sales: tuple[Decimal, ...]
    monthly_orders: tuple[Decimal, ...]
    customers: int
    average_order: Decimal


def base_figures(number: str, period_starts_on: date, today: date) -> BaseFigures:
    """The figures of the half-year before a period, by month where they add up; months before the file are left out."""
    earlier = [
        order
        for order in orders(today)
        if order.employee_number == number and moved(period_starts_on, -6) <= order.ordered_on < period_starts_on
    ]
    months: dict[str, list[Decimal]] = defaultdict(list)
    for order in earlier:
        months[month_name(order.ordered_on)].append(order.net_amount)
    total = sum((order.net_amount for order in earlier), Decimal(0))
    return BaseFigures(
        monthly_sales=tuple(sum(amounts, Decimal(0)) for amounts in months.values()),
        monthly_orders=tuple(Decimal(len(amounts)) for amounts in months.values()),
        customers=len({order.customer for order in earlier}),
        average_order=(total / max(len(earlier), 1)).quantize(Decimal(1)),
    )
