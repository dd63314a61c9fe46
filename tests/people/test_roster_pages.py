"""Files of people through pages, jobs and commands."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from people.organisation.models import Person
from people.roster.actions import path_of
from people.roster.imports import read_roster
from people.roster.jobs import forget_uploads
from people.roster.models import RosterUpload
from tests.people.rosters import Cells, employee, file_of, imported
from web.database import db
from web.jobs.running import run_pending
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]


def uploaded(client: FlaskClient, content: bytes, name: str = "people.csv", encoding: str = "") -> TestResponse:
    form = {"file": (BytesIO(content), name), "encoding": encoding}
    return client.post("/people/import", data=form, content_type="multipart/form-data")


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w{64})"', page)
    assert found is not None
    return found[1]


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_file_is_previewed_and_imported_only_when_confirmed(app: Flask, client_of: Clients) -> None:
    hr, before = client_of("hr"), people()
    address = uploaded(hr, file_of(employee("2001", name="张伟"))).headers["Location"]
    page = hr.get(address).text
    assert "张伟" in page
    assert people() == before
    assert hr.post(f"{address}/confirm", data={"seen": seen_in(page)}).status_code == 303
    assert people() == before + 1
    assert db.session.scalar(select(RosterUpload)) is None
    assert not list((app.config["SETTINGS"].instance / "uploads").iterdir())
    assert hr.get(address).status_code == 404


def test_codes_and_numbers_are_shown_as_they_are_written(app_on_sqlite: Flask, client_of: Clients) -> None:
    hr = client_of("hr", "en")
    above = employee("N-2002", position_code="Sales-Representative", unit_code="SALES")
    below = employee("N-2001", manager_number="n-2002")
    page = hr.get(uploaded(hr, file_of(below, above)).headers["Location"]).text
    assert "sales-representative · sales · reports to N-2002" in page


def test_three_mistakes_are_listed_by_row_and_column_in_the_readers_language(app: Flask, client_of: Clients) -> None:
    rows: tuple[Cells, ...] = (
        employee("2001", email="x"),
        employee("2002", manager_number="9999"),
        employee("2003", hired_on="soon"),
    )
    answer = uploaded(client_of("hr", "en"), file_of(*rows))
    assert answer.status_code == 422
    assert "3 mistakes in the file. Nothing was imported." in answer.text
    for text in ("Nobody has this employee number.", "Write a date such as 2026-03-01.", "manager_number"):
        assert text in answer.text
    assert "Nothing was imported" not in uploaded(client_of("hr", "zh"), file_of(*rows)).text


def test_what_changed_since_the_preview_is_not_imported_unseen(app: Flask, client_of: Clients) -> None:
    hr = client_of("hr")
    address = uploaded(hr, file_of(employee("2001"))).headers["Location"]
    seen = seen_in(hr.get(address).text)
    imported(file_of(employee("2001", name="Someone else")))
    answer = hr.post(f"{address}/confirm", data={"seen": seen})
    assert answer.status_code == 409
    assert "look at the preview again" in answer.text
    assert seen_in(answer.text) != seen


def test_a_waiting_file_belongs_to_whoever_uploaded_it(app: Flask, client_of: Clients) -> None:
    address = uploaded(client_of("hr"), file_of(employee("2001"))).headers["Location"]

    def give_away() -> None:
        upload = db.session.scalars(select(RosterUpload)).one()
        upload.owner_id = db.session.scalars(select(Person.id).where(Person.employee_number == "1")).one()

    in_transaction(give_away)
    assert client_of("hr").get(address).status_code == 404


def test_a_discarded_and_a_forgotten_file_leave_nothing_behind(app: Flask, client_of: Clients) -> None:
    hr = client_of("hr")
    address = uploaded(hr, file_of(employee("2001")), name="../../etc/passwd").headers["Location"]
    path = path_of(db.session.scalars(select(RosterUpload.public_id)).one())
    assert path.parent == app.config["SETTINGS"].instance / "uploads"
    assert hr.post(f"{address}/discard").status_code == 303
    assert not path.exists()
    uploaded(hr, file_of(employee("2001")))

    def age() -> None:
        for upload in db.session.scalars(select(RosterUpload)):
            upload.uploaded_at -= timedelta(days=2)

    in_transaction(age)
    forget_uploads()
    assert db.session.scalar(select(RosterUpload)) is None


def test_a_large_file_is_imported_in_the_background_with_progress(app: Flask, client_of: Clients) -> None:
    hr, before = client_of("hr"), people()
    address = uploaded(hr, file_of(*(employee(str(20000 + number)) for number in range(501)))).headers["Location"]
    seen = seen_in(hr.get(address).text)
    form = {"seen": seen, "idempotency_key": "2345678923456789"}
    job = hr.post(f"{address}/confirm", data=form).headers["Location"]
    assert job.startswith("/jobs/")
    assert hr.post(f"{address}/confirm", data=form).headers["Location"] == job
    run_pending()
    assert people() == before + 501
    assert hr.get(job).status_code == 200
    assert "501" in hr.get(f"/people/import/done/{job.removeprefix('/jobs/')}").text


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"PK\x03\x04broken", b"%PDF-1.7", b"a,b\n1,2", "工号\nx,y".encode()]
)
def test_a_hostile_or_strange_file_is_refused_beside_the_field(
    app_on_sqlite: Flask, client_of: Clients, content: bytes
) -> None:
    answer = uploaded(client_of("hr"), content, name="cv\u202efdp.exe")
    assert answer.status_code in {413, 422}
    assert db.session.scalar(select(RosterUpload)) is None


def test_another_encoding_can_be_chosen_in_the_preview(app_on_sqlite: Flask, client_of: Clients) -> None:
    hr = client_of("hr")
    address = uploaded(hr, file_of(employee("2001", name="张伟"), encoding="gb18030")).headers["Location"]
    assert "GB18030" in hr.get(address).text
    assert hr.get(f"{address}?encoding=utf-8").status_code == 422


@pytest.mark.parametrize("kind", ["xlsx", "csv", "csv-gb18030"])
def test_hr_exports_everyone_and_a_partner_their_unit(app: Flask, client_of: Clients, kind: str) -> None:
    numbers = {}
    for viewer in ("hr", "partner"):
        answer = client_of(viewer).post("/people/export", data={"kind": kind})
        roster = read_roster(answer.data, "people")
        numbers[viewer] = {row.employee_number for row in roster.content.rows} - {""}
    assert len(numbers["hr"]) == 14
    # The nine of sales and the partner, who sees themselves.
    assert numbers["partner"] <= {"1", "2", "3", "4", "5", "6", "7", "8", "9", "102"}
    assert "101" not in numbers["partner"]


def test_people_come_and_go_by_command(app: Flask, tmp_path: Path) -> None:
    run, file, out = app.test_cli_runner().invoke, tmp_path / "in.csv", tmp_path / "out.xlsx"
    file.write_bytes(file_of(employee("2001"), employee("2002", manager_number="2001")))
    assert "2 people added" in run(args=["people", "import", str(file), "--check"]).output
    before = people()
    assert run(args=["people", "import", str(file)]).exit_code == 0
    assert people() == before + 2
    assert run(args=["people", "export", str(out)]).exit_code == 0
    assert "0 people added, 0 changed" in run(args=["people", "import", str(out)]).output
    file.write_bytes(file_of(employee("2003", email="x")))
    refused = run(args=["people", "import", str(file)])
    assert refused.exit_code == 1
    assert "row 2, email" in refused.output
