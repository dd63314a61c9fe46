"""The pages of people, units and positions: who sees what, what is wrong stands beside its field."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.organisation.models import Person, Position, Unit
from people.organisation.queries import employment_of, history_of
from tests.people.rosters import employee, file_of, imported
from tests.sending import sent
from web.database import db

Clients = Callable[..., FlaskClient]
Who = Callable[[str], Person]
NEW = {
    "name": "张伟",
    "employee_number": "2001",
    "email": "zhangwei@northwind.example",
    "hired_on": "2026-11-01",
    "unit": "sales",
    "position": "sales-representative",
    "manager": "Andrew Fuller",
    "share": "100",
}


@pytest.mark.parametrize(
    ("viewer", "seen", "hidden"),
    [
        ("steven", ["Michael Suyama", "Steven Buchanan"], ["Nancy Davolio", "林慧敏"]),
        ("andrew", ["Michael Suyama", "Nancy Davolio"], ["林慧敏"]),
        ("partner", ["Nancy Davolio", "Michael Suyama"], ["周建国"]),
        ("hr", ["Nancy Davolio", "林慧敏"], []),
        ("administrator", ["Nancy Davolio", "林慧敏"], []),
    ],
)
def test_everyone_sees_whom_they_may(
    app: Flask, client_of: Clients, viewer: str, seen: list[str], hidden: list[str]
) -> None:
    page = client_of(viewer).get("/people").text
    main = page[page.index("<main") :]
    assert [name for name in seen if name not in main] == []
    assert [name for name in hidden if f">{name}<" in main.replace("</small>", "")] == []


def test_an_employee_sees_their_own_page_and_no_other(app_on_sqlite: Flask, client_of: Clients, person: Who) -> None:
    nancy = client_of("nancy")
    assert nancy.get(f"/people/{person('nancy').public_id}").status_code == 200
    other, unknown = nancy.get(f"/people/{person('janet').public_id}"), nancy.get("/people/2345678923456789")
    assert (other.status_code, unknown.status_code) == (404, 404)
    assert other.text.replace(person("janet").public_id, "") == unknown.text.replace("2345678923456789", "")


def test_names_are_sorted_as_they_are_read_the_same_on_both_databases(app: Flask, client_of: Clients) -> None:
    names = ["单雄信", "李雷", "Åsa", "曾国华", "阿依古丽·买买提", "𠮷田"]
    imported(file_of(*(employee(str(2000 + place), name=name) for place, name in enumerate(names))))
    page = client_of("hr").get("/people?unit=sales").text
    places = {name: page.index(f">{name}<") for name in [*names, "Andrew Fuller", "Robert King"]}
    assert sorted(places, key=places.__getitem__) == [
        "阿依古丽·买买提", "Andrew Fuller", "Åsa", "李雷", "Robert King", "单雄信", "曾国华", "𠮷田",
    ]  # fmt: skip
    assert ">单雄信<" in client_of("hr").get("/people?q=shan+xiong").text


@pytest.mark.parametrize(
    "query", ["page=abc", "page=99999999999999999999", "sort=salary", "sort=(select)", "unit=x", "q=%00"]
)
def test_no_address_of_the_list_is_an_error(app: Flask, client_of: Clients, query: str) -> None:
    assert client_of("hr").get(f"/people?{query}").status_code == 200


def test_someone_is_taken_on_once_however_often_the_button_is_pressed(app: Flask, client_of: Clients) -> None:
    hr, form = client_of("hr"), NEW | {"idempotency_key": "2345678923456789"}
    first, second = hr.post("/people/new", data=form), hr.post("/people/new", data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    person = db.session.scalars(select(Person).where(Person.name == "张伟")).one()
    post = employment_of(person.id, date(2026, 11, 23))
    assert post is not None
    assert post.manager is not None
    assert post.manager.name == "Andrew Fuller"


@pytest.mark.parametrize(
    ("wrong", "status", "message"),
    [
        ({"employee_number": "１"}, 409, "belongs to Nancy Davolio."),
        ({"email": "NANCY@northwind.example"}, 409, "belongs to Nancy Davolio"),
        ({"email": "nobody"}, 422, "Write one e-mail address"),
        ({"manager": "Nobody"}, 422, "Nobody here has this number, address or name."),
        ({"share": "101"}, 422, "Write a whole number from 1 to 100."),
        ({"share": "५०"}, 422, "Write a whole number in digits."),
        ({"share": "1_0"}, 422, "Write a whole number in digits."),
        ({"unit": "x"}, 422, "Not a valid choice"),
        ({"hired_on": "2026-02-30"}, 422, "date"),
        ({"name": "a\x00b"}, 422, "invisible control characters"),
        ({"name": ""}, 422, "Write the name."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_changes_nothing(
    app: Flask, client_of: Clients, wrong: dict[str, str], status: int, message: str
) -> None:
    before = len(db.session.scalars(select(Person.id)).all())
    answer = client_of("hr").post("/people/new", data=NEW | wrong)
    assert answer.status_code == status
    assert message in answer.text
    assert len(db.session.scalars(select(Person.id)).all()) == before


def test_a_name_that_several_have_must_be_told_apart(app_on_sqlite: Flask, client_of: Clients) -> None:
    imported(file_of(employee("2001", name="王伟"), employee("2002", name="王伟")))
    hr, form = client_of("hr"), NEW | {"employee_number": "2003", "manager": "王伟"}
    assert "王伟 (2001); 王伟 (2002)" in hr.post("/people/new", data=form).text
    assert hr.post("/people/new", data=form | {"manager": "王伟 (2002)"}).status_code == 303


def test_a_corrected_first_day_moves_the_first_post(app: Flask, client_of: Clients, person: Who) -> None:
    form = {
        "name": "Nancy Davolio",
        "employee_number": "1",
        "email": "nancy@northwind.example",
        "hired_on": "2019-05-01",
    }
    assert sent(client_of("hr"), f"/people/{person('nancy').public_id}/edit", form).status_code == 303
    assert history_of(person("nancy").id)[0].starts_on == date(2019, 5, 1)


def test_units_form_a_tree_that_cannot_hold_itself(app: Flask, client_of: Clients) -> None:
    hr = client_of("hr")
    form = {"code": "paris", "name_zh": "巴黎", "name_en": "", "parent": "sales"}
    assert hr.post("/units/new", data=form).status_code == 303
    assert hr.post("/units/new", data=form | {"code": "ＰＡＲＩＳ"}).status_code == 409
    assert hr.post("/units/new", data={"code": "x", "parent": ""}).status_code == 422
    sales = db.session.scalars(select(Unit).where(Unit.code == "sales")).one()
    below = {"code": "sales", "name_en": "Sales", "parent": "paris", "version": str(sales.version)}
    assert hr.post(f"/units/{sales.public_id}/edit", data=below).status_code == 422
    assert hr.post(f"/units/{sales.public_id}/edit", data=below | {"parent": "", "version": "7"}).status_code == 409


def test_positions_are_added_and_changed(app: Flask, client_of: Clients) -> None:
    hr = client_of("hr")
    form = {"code": "lead", "title_zh": "组长", "title_en": "Lead", "job_level": "7"}
    assert hr.post("/positions/new", data=form | {"job_level": "31"}).status_code == 422
    assert hr.post("/positions/new", data=form).status_code == 303
    lead = db.session.scalars(select(Position).where(Position.code == "lead")).one()
    assert sent(hr, f"/positions/{lead.public_id}/edit", form | {"job_level": "8"}).status_code == 303
    db.session.refresh(lead)
    assert lead.job_level == 8
