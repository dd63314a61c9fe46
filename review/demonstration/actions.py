"""The steps in which the demonstration is loaded: each goes through the same actions as the pages."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from sqlalchemy import select

from assessments.actuals.actions import import_actuals
from assessments.scorecards.actions import LineDraft, agree_scorecard, draft_scorecard, lock_scorecard
from assessments.scorecards.models import Scorecard
from people.accounts.actions import create_account
from people.accounts.models import AccountState
from people.audit.actions import record
from people.organisation.models import Person, Unit
from people.permissions import Role
from people.roles.models import RoleGrant
from people.roster.imports import import_roster, read_roster
from review.demonstration.imports import BaseFigures, base_figures
from review.demonstration.inventions import rounded_target, salary_for
from review.demonstration.people import Hired, present_structure_since, roster_rows, staff_roles
from review.pay.queries import ranges_on
from review.salaries.actions import enter_first_salary, set_pay_range
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.queries import default_scheme_content
from rubrics.catalogue.actions import load_catalogue
from rubrics.measures.models import Measure
from rubrics.measures.queries import measures_by_code
from web.database import db

LOADED = "demonstration.loaded"
PASSWORD = "steelyard"  # noqa: S105  # everyone of the demonstration shares it, on this machine alone
CURRENCY = "USD"
ON_TIME_TARGET = Decimal("0.95")
# Yearly pay by job level in minor units: minimum, midpoint, maximum.
PAY_RANGES = {
    4: (3_600_000, 4_800_000, 6_000_000),
    6: (4_800_000, 6_200_000, 7_600_000),
    8: (6_600_000, 8_600_000, 10_600_000),
    10: (9_000_000, 12_000_000, 15_000_000),
}
SCHEMES: dict[str, tuple[dict[str, str], tuple[int, int], int]] = {
    "sales": ({"zh": "销售人员考核方案", "en": "Scheme for sales representatives"}, (1, 7), 40),
    "sales-leads": ({"zh": "销售管理者考核方案", "en": "Scheme for sales managers"}, (8, 30), 50),
}
MEASURES = ("net-sales", "orders", "active-customers", "on-time-shipping", "average-order-value", "new-customers")
WEIGHTS = {
    "net-sales": 40,
    "orders": 15,
    "active-customers": 20,
    "on-time-shipping": 15,
    "average-order-value": 10,
    "new-customers": 0,
}


def load_ground(since: date) -> None:
    """The catalogue, a scheme for everyone who sells and one for those who lead, and the pay ranges."""
    load_catalogue()
    for code, (name, levels, competency) in SCHEMES.items():
        content = default_scheme_content(
            name=name, job_level_from=levels[0], job_level_to=levels[1], starts_on=since, competency=competency
        )
        publish_scheme(draft_scheme(content, code=code), None)
    for job_level, amounts in PAY_RANGES.items():
        set_pay_range(job_level, CURRENCY, amounts, since)


def load_people(people: Sequence[Hired], today: date, name: str) -> None:
    """Import people as a file of people."""
    import_roster(read_roster(csv_text(roster_rows(list(people), today)), name), today)


def load_accounts(people: Sequence[Hired], password_hash: str) -> None:
    """Give the cast accounts that can be used at once."""
    for someone in people:
        account = create_account(_person(someone.number), someone.login)
        account.password_hash, account.state = password_hash, AccountState.ACTIVE
    record(LOADED)


def load_grants(today: date) -> None:
    """Grant the staff their roles."""
    starts_on = present_structure_since(today)
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    for row in staff_roles():
        person, unit = _person(row["employee_number"]), units.get(row["role_unit"])
        db.session.add(RoleGrant(person_id=person.id, role=Role(row["role"]), unit=unit, starts_on=starts_on))
        record("role.granted", about=person, details={"role": row["role"]})


def load_salaries(people: Sequence[Hired], today: date) -> None:
    """Enter an invented salary for everyone whose job level has a range."""
    levels = {"sales-representative": 4, "inside-sales-coordinator": 4, "senior-sales-representative": 6}
    levels |= {"regional-sales-manager": 8, "sales-department-manager": 10}
    starts_on = present_structure_since(today)
    ranges = ranges_on(starts_on, CURRENCY)
    for someone in people:
        level = levels.get(someone.position)
        if level is not None:
            amount = salary_for(someone.number, ranges[level].minimum, ranges[level].maximum)
            enter_first_salary(_person(someone.number), amount, CURRENCY, starts_on, None)


def load_actuals(rows: Sequence[Sequence[str]], name: str) -> None:
    """Import monthly figures as a file of actuals."""
    import_actuals(csv_text(rows), name, currency=CURRENCY)


def load_northwind_scorecard(number: str, period: tuple[date, date], today: date) -> Scorecard:
    """The scorecard of one of the nine: targets from the half-year before, as the file tells it."""
    base = base_figures(number, period[0], today)
    targets = _targets(base)
    library = measures_by_code(MEASURES)
    lines = [_line(library[code], WEIGHTS[code], targets.get(code)) for code in MEASURES]
    return _locked_card(number, period, lines)


def _locked_card(number: str, period: tuple[date, date], lines: Sequence[LineDraft]) -> Scorecard:
    card = draft_scorecard(
        _person(number), starts_on=period[0], ends_on=period[1], currency=CURRENCY, lines=list(lines)
    )
    agree_scorecard(card, None)
    db.session.flush()
    lock_scorecard(card, None)
    return card


def load_harbour_scorecard(number: str, period: tuple[date, date], target: Decimal) -> Scorecard:
    """The scorecard of one of the sixty: three key figures."""
    library = measures_by_code(["net-sales", "on-time-shipping", "collection-rate"])
    lines = [
        LineDraft(library["net-sales"], 60, target=target),
        LineDraft(library["on-time-shipping"], 20, target=ON_TIME_TARGET),
        LineDraft(library["collection-rate"], 20),
    ]
    return _locked_card(number, period, lines)


def _targets(base: BaseFigures) -> dict[str, Decimal]:
    """What adds up: the mean month before, raised by a tenth; customers raised alike; on-time shipping 95 %."""
    return {
        "net-sales": rounded_target(base.monthly_sales, 6, Decimal(1000)),
        "orders": rounded_target(base.monthly_orders, 6, Decimal(1)),
        "active-customers": rounded_target([Decimal(base.customers)], 1, Decimal(1)),
        "on-time-shipping": ON_TIME_TARGET,
        "average-order-value": max(base.average_order, Decimal(1)),
    }


def _line(measure: Measure, weight: int, target: Decimal | None) -> LineDraft:
    return LineDraft(measure, weight, target=target)


def csv_text(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as a file of the kind that people send: UTF-8 with a mark, commas."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _person(number: str) -> Person:
    return db.session.scalars(select(Person).where(Person.employee_number == number)).one()
