"""Import of people: all or nothing, the same file again changes nothing, the export reads back equal."""

from collections.abc import Callable
from datetime import date
from time import perf_counter

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from people.accounts.models import Account, SignIn
from people.comparison.queries import present_state
from people.organisation.models import Employment, Person, Position, Unit
from people.organisation.queries import employment_of, history_of, reports_of
from people.roles.models import RoleGrant
from people.roster.imports import read_roster
from people.roster.reports import people_file, template_file
from tests.people.rosters import TODAY, employee, file_of, imported
from web.database import db
from web.files.errors import FileProblemsError
from web.transactions import in_transaction


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def problems_of(content: bytes) -> list[tuple[int | None, str, str]]:
    with pytest.raises(FileProblemsError) as raised:
        imported(content)
    return [(problem.row, problem.column, str(problem)) for problem in raised.value.problems]


def test_new_people_come_with_their_posts(app: Flask) -> None:
    plan = imported(file_of(employee("2001"), employee("2002", manager_number="2001", share=60)))
    assert (len(plan.added), len(plan.changed), plan.unchanged) == (2, 0, 0)
    second = db.session.scalars(select(Person).where(Person.employee_number == "2002")).one()
    post = employment_of(second.id, TODAY)
    assert post is not None
    assert (post.starts_on, post.share, post.manager and post.manager.name) == (date(2024, 3, 1), 60, "Person 2001")


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    content = file_of(employee("2001"), employee("2002", manager_number="2001"))
    imported(content)
    before = people_file("csv", None)
    plan = imported(content)
    assert plan.is_empty
    assert plan.unchanged == 2
    assert people_file("csv", None) == before


def test_the_export_reads_back_equal_into_the_same_and_into_an_empty_database(app: Flask) -> None:
    imported(
        file_of(employee("2001"), employee("2001", valid_from="2025-05-01", unit_code="london", manager_number="5"))
    )
    before, content = present_state(), people_file("xlsx", None)
    assert imported(content, filename="people.xlsx").is_empty
    in_transaction(empty_everything)
    imported(content, filename="people.xlsx")
    after = present_state()
    assert {key: person.known for key, person in after.people.items()} == {
        key: person.known for key, person in before.people.items()
    }
    assert {key: person.timeline for key, person in after.people.items()} == {
        key: person.timeline for key, person in before.people.items()
    }
    assert {key: unit.named for key, unit in after.units.items()} == {k: u.named for k, u in before.units.items()}
    assert {key: row.named for key, row in after.positions.items()} == {k: p.named for k, p in before.positions.items()}


def empty_everything() -> None:
    for table in (SignIn, Account, RoleGrant, Employment, Position):
        db.session.execute(delete(table))
    db.session.execute(update(Unit).values(parent_id=None))
    db.session.execute(delete(Unit))
    db.session.execute(delete(Person))


def test_one_bad_row_stops_everything(app: Flask) -> None:
    before = count(Person)
    rows = [employee(str(3000 + number)) for number in range(50)]
    rows[36] = employee("3036", hired_on="2024-13-01")
    found = problems_of(file_of(*rows))
    assert [(row, column) for row, column, _text in found] == [(38, "hired_on")]
    assert count(Person) == before


def test_each_mistake_is_named_by_row_and_column(app: Flask) -> None:
    found = problems_of(
        file_of(
            employee("2001", email="no address"),
            employee("2002", share=0),
            employee("", name="Nobody"),
            employee("2003", unit_code=""),
        )
    )
    assert [(row, column) for row, column, _text in found] == [
        (2, "email"), (3, "share"), (4, "employee_number"), (5, "unit_code"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"manager_number": "9999"}, "manager_number"),
        ({"manager_number": "2001"}, "manager_number"),
        ({"email": "nancy@northwind.example"}, "email"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"left_on": "2020-01-01"}, "left_on"),
        ({"unit_code": "unknown"}, "unit_code"),
        ({"name": ""}, "name"),
        ({"hired_on": ""}, "hired_on"),
    ],
)
def test_what_cannot_be_is_refused(app: Flask, cells: dict[str, object], column: str) -> None:
    assert [found[:2] for found in problems_of(file_of(employee("2001", **cells)))] == [(2, column)]


def test_a_circle_of_managers_is_named_by_a_row_of_it(app: Flask) -> None:
    found = problems_of(file_of(employee("2", manager_number="6", hired_on="2020-01-01", email="a@northwind.example")))
    assert found[0][:2] == (2, "manager_number")
    assert "Michael Suyama" in found[0][2]


def test_people_are_recognised_by_number_alone(app: Flask) -> None:
    plan = imported(file_of(employee("2001", name="王伟"), employee("2002", name="王伟")))
    assert len(plan.added) == 2
    plan = imported(file_of(employee("２００１", name="王伟", email="p2001@northwind.example")))
    assert plan.unchanged == 1


def test_a_row_without_a_day_changes_the_post_from_today(app: Flask, person: Callable[[str], Person]) -> None:
    nancy = person("nancy")
    content = file_of({"employee_number": "1", "manager_number": "5"}, headings=("employee_number", "manager_number"))
    imported(content)
    posts = history_of(nancy.id)
    assert [(post.starts_on, post.manager and post.manager.employee_number) for post in posts] == [
        (TODAY, "5"),
        (date(2020, 1, 1), "2"),
    ]
    assert posts[1].ends_on == date(2026, 11, 22)
    assert imported(content).is_empty


def test_columns_that_are_missing_stay_as_they_are(app: Flask, person: Callable[[str], Person]) -> None:
    imported(file_of({"employee_number": "1", "name": "Nancy D."}, headings=("employee_number", "name")))
    assert (person("nancy").name, person("nancy").email) == ("Nancy D.", "nancy@northwind.example")
    assert len(history_of(person("nancy").id)) == 1


def test_addresses_can_change_hands(app: Flask, person: Callable[[str], Person]) -> None:
    headings = ("employee_number", "email")
    nancy, janet = person("nancy").email, person("janet").email
    rows = ({"employee_number": "1", "email": janet}, {"employee_number": "3", "email": nancy})
    imported(file_of(*rows, headings=headings))
    assert (person("nancy").email, person("janet").email) == (janet, nancy)


def test_a_leaver_keeps_no_reports_and_no_roles(app: Flask, person: Callable[[str], Person]) -> None:
    headings = ("employee_number", "manager_number", "left_on", "valid_from")
    leaver = {"employee_number": "5", "left_on": "2026-11-30", "manager_number": "2"}
    found = problems_of(file_of(leaver, headings=headings))
    assert found[0][:2] == (2, "left_on")
    assert "3" in found[0][2]
    moved = [{"employee_number": n, "manager_number": "2", "valid_from": "2026-12-01"} for n in ("6", "7", "9")]
    imported(file_of(leaver, *moved, headings=headings))
    assert not list(db.session.scalars(reports_of(person("steven").id, date(2026, 12, 1))))
    partner = {"employee_number": "102", "left_on": "2026-11-30", "manager_number": "101"}
    imported(file_of(partner, headings=headings))
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person("partner").id)).all()
    assert [grant.ends_on for grant in grants] == [date(2026, 11, 30)]


def test_units_and_positions_come_along_and_are_renamed(app: Flask) -> None:
    headings = (
        "employee_number",
        "unit_code",
        "unit_name_zh",
        "parent_unit_code",
        "position_code",
        "title_en",
        "job_level",
    )
    unit = {"unit_code": "PARIS", "unit_name_zh": "巴黎", "parent_unit_code": "sales"}
    plan = imported(file_of(unit, {"position_code": "lead", "title_en": "Lead", "job_level": 7}, headings=headings))
    assert (len(plan.units), len(plan.positions)) == (1, 1)
    imported(file_of(unit | {"unit_code": "paris", "unit_name_zh": "巴黎区域"}, headings=headings))
    paris = db.session.scalars(select(Unit).where(Unit.code_key == "paris")).one()
    assert (paris.code, paris.name, paris.parent and paris.parent.code) == ("PARIS", {"zh": "巴黎区域"}, "sales")
    found = problems_of(file_of({"unit_code": "sales", "parent_unit_code": "london"}, headings=headings))
    assert found[0][:2] == (2, "parent_unit_code")


def test_chinese_headings_dates_and_encodings_are_read(app: Flask) -> None:
    headings = ("工号", "姓名", "邮箱", "部门编码", "职位编码", "入职日期")
    row = dict(
        zip(headings, ("A１", "阿依古丽·买买提", "a@b.example", "sales", "hr-head", "２０２６年3月5日"), strict=True)
    )
    for encoding in ("utf-8", "gb18030", "utf-16"):
        content = file_of(row, headings=headings, encoding=encoding)
        assert read_roster(content, "people.csv").content.rows[0].hired_on == date(2026, 3, 5)
    assert len(imported(content).added) == 1
    assert db.session.scalars(select(Person.name).where(Person.employee_number_key == "a1")).one() == "阿依古丽·买买提"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_imported(app: Flask, language: str, kind: str) -> None:
    assert len(imported(template_file(kind, language), filename=f"template.{kind}").added) == 2


def test_five_thousand_people_come_in_within_seconds(app: Flask) -> None:
    rows = [employee(str(number), manager_number="" if number == 10000 else str(10000 + (number - 10001) // 8))
            for number in range(10000, 15000)]  # fmt: skip
    content = file_of(*rows)
    start = perf_counter()
    assert len(imported(content).added) == 5000
    assert perf_counter() - start < 15
    start = perf_counter()
    assert imported(content).is_empty
    assert perf_counter() - start < 10
