"""The people of the demonstration as rows of the product's own import of people."""

import csv
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from review.demonstration.imports import NORTHWIND, months_to_move, moved

DATA = Path(__file__).parent / "data"
SMALLEST_HIRING_YEARS = 2
HARBOUR_PREFIX = "H"
TEAM_SIZES = (12, 11, 10, 9, 7, 4)
HEADINGS = (
    "employee_number", "name", "email", "unit_code", "unit_name_zh", "unit_name_en", "parent_unit_code",
    "position_code", "title_zh", "title_en", "job_level", "manager_number", "hired_on", "valid_from",
)  # fmt: skip


@dataclass(frozen=True)
class Hired:
    """One person of a demonstration, before the product knows them."""

    number: str
    name: str
    login: str
    unit: str
    position: str
    manager_number: str
    hired_on: date


@cache
def organisation() -> dict[str, Any]:
    """Units, positions and titles in both languages."""
    return tomllib.loads((DATA / "organisation.toml").read_text(encoding="utf-8"))


def northwind_people(today: date) -> list[Hired]:
    """The nine of the file, with their hiring dates moved."""
    titles, months = organisation()["titles"], months_to_move(today)
    return [
        Hired(
            number=row["employee_id"],
            name=f"{row['first_name']} {row['last_name']}",
            login=row["first_name"].lower(),
            unit="london" if row["city"] == "London" else "sales",
            position=titles[row["title"]],
            manager_number=row["reports_to"],
            hired_on=moved(date.fromisoformat(row["hire_date"]), months),
        )
        for row in _rows("employees.csv")
    ]


def staff_roles() -> list[dict[str, str]]:
    """The invented staff with the roles they are granted."""
    return list(_rows("staff.csv"))


def staff_people(today: date) -> list[Hired]:
    """The invented staff that a review needs."""
    hired_on = date(today.year - SMALLEST_HIRING_YEARS - 2, 3, 1)
    return [
        Hired(
            row["employee_number"],
            row["name"],
            row["login"],
            row["unit_code"],
            row["position_code"],
            row["manager_number"],
            hired_on,
        )
        for row in staff_roles()
    ]


def harbour_people(today: date) -> list[Hired]:
    """Sixty invented people of one company: a manager, six teams with a regional manager each, their people."""
    random = Random("steelyard harbour")
    parts = organisation()["harbour"]
    names = iter(random.sample([x + y for x, y in product(parts["family_names"], parts["given_names"])], 60))
    people: list[Hired] = []

    def hire(unit: str, position: str, manager: str) -> Hired:
        number = f"{HARBOUR_PREFIX}{len(people) + 1:02d}"
        people.append(Hired(number, next(names), number.lower(), unit, position, manager, _hiring_day(random, today)))
        return people[-1]

    head = hire("harbour", "sales-department-manager", "")
    for team, size in enumerate(TEAM_SIZES, start=1):
        leader = hire(f"harbour-{team}", "regional-sales-manager", head.number)
        for place in range(size):
            position = "senior-sales-representative" if place % 4 == 0 else "sales-representative"
            hire(f"harbour-{team}", position, leader.number)
    return people


def _hiring_day(random: Random, today: date) -> date:
    months = random.randrange(SMALLEST_HIRING_YEARS * 12 + 1, 96)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, random.randrange(1, monthrange(year, month + 1)[1] + 1))


def present_structure_since(today: date) -> date:
    """The day from which everyone sits where they sit: two years ago, after all of them were hired."""
    return date(today.year - SMALLEST_HIRING_YEARS, today.month, 1)


def roster_rows(people: list[Hired], today: date) -> list[tuple[str, ...]]:
    """Rows of the import of people, headings first."""
    since = present_structure_since(today)
    company = unit_names("company")
    top = ("", "", "", "company", company["zh"], company["en"], "", "", "", "", "", "", "", "")
    return [HEADINGS, top, *(_roster_row(person, since) for person in people)]


def _roster_row(person: Hired, since: date) -> tuple[str, ...]:
    unit, position = unit_names(person.unit), organisation()["positions"][person.position]
    return (
        person.number,
        person.name,
        f"{person.login}@{'harbour' if person.number.startswith(HARBOUR_PREFIX) else 'northwind'}.example",
        person.unit,
        unit["zh"],
        unit["en"],
        unit.get("parent", ""),
        person.position,
        position["zh"],
        position["en"],
        str(position["job_level"]),
        person.manager_number,
        person.hired_on.isoformat(),
        since.isoformat(),
    )


def unit_names(code: str) -> dict[str, str]:
    """Names and parent of a unit of the demonstration."""
    names: dict[str, str] = organisation()["units"].get(code) or _harbour_unit(code)
    return names


def _harbour_unit(code: str) -> dict[str, str]:
    harbour = organisation()["harbour"]
    if code == "harbour":
        return {"zh": harbour["zh"], "en": harbour["en"], "parent": "company"}
    return {**harbour["teams"][int(code.rpartition("-")[2]) - 1], "parent": "harbour"}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (NORTHWIND / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
