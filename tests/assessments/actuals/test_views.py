"""Bringing actuals in by the page and by the command line."""

import io
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessments.actuals.models import ActualsImport, ImportState, MonthlyActual
from people.organisation.models import Person
from review.seals.queries import verified
from tests.review.worlds import released_northwind_cycle
from web.database import db

Clients = Callable[..., FlaskClient]
GOOD = "employee_number,kpi_code,month,value\n1,net-sales,2026-01,5\n3,net-sales,2026-01,6\n"


def upload(client: FlaskClient, text: str) -> tuple[int, str]:
    data = {"file": (io.BytesIO(text.encode()), "../../actuals.csv"), "currency": "USD"}
    answer = client.post("/actuals/import", data=data, content_type="multipart/form-data")
    return answer.status_code, answer.headers.get("Location", answer.text)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(MonthlyActual)) or 0


def test_hr_checks_looks_and_imports(app: Flask, client_of: Clients) -> None:
    client = client_of("hr")
    status, address = upload(client, GOOD)
    assert (status, count()) == (303, 0)
    page = client.get(address).text
    assert "Nancy Davolio" in page
    assert "Import these figures" in page
    assert client.post(address).status_code == 303
    assert count() == 2
    source = db.session.scalars(select(ActualsImport)).one()
    assert (source.file_name, source.content, source.state) == ("actuals.csv", None, ImportState.IMPORTED)
    assert client.post(address).status_code == 409
    assert "actuals.csv" in client.get("/actuals/imports").text


def test_the_same_file_again_offers_nothing_to_import(app: Flask, client_of: Clients) -> None:
    client = client_of("hr")
    client.post(upload(client, GOOD)[1])
    address = upload(client, GOOD)[1]
    assert "Nothing to import" in client.get(address).text
    assert client.post(address).status_code == 409
    assert count() == 2


def test_faults_stand_in_a_table_and_nothing_is_kept(app: Flask, client_of: Clients) -> None:
    status, page = upload(client_of("hr"), GOOD + "99,net-sales,2026-01,5\n1,net-sales,2026-02,x\n")
    assert status == 422
    assert "Nobody has the employee number “99”" in page
    assert page.count("2 mistakes") == 1
    assert db.session.scalar(select(func.count()).select_from(ActualsImport)) == 0
    assert upload(client_of("hr"), "nonsense")[0] == 422


def test_a_new_check_replaces_the_earlier_one(app: Flask, client_of: Clients) -> None:
    client = client_of("hr")
    first, second = upload(client, GOOD)[1], upload(client, GOOD + "4,net-sales,2026-01,5\n")[1]
    assert client.get(first).status_code == 404
    assert client.post(second).status_code == 303
    assert count() == 3


def test_the_headings_can_be_downloaded_and_read_back(app_on_sqlite: Flask, client_of: Clients) -> None:
    answer = client_of("hr").get("/actuals/template.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    status, page = upload(client_of("hr"), answer.get_data(as_text=True))
    assert status == 422
    assert "no rows" in page


def test_the_command_imports_and_says_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "actuals.csv"
    file.write_text(GOOD, encoding="utf-8")
    runner = app.test_cli_runner()
    result = runner.invoke(args=["actuals", "import", str(file)])
    assert (result.exit_code, count()) == (0, 2)
    assert "Added: 2" in result.output
    assert "Nothing new" in runner.invoke(args=["actuals", "import", str(file)]).output
    file.write_text(GOOD + "99,net-sales,2026-01,5\n", encoding="utf-8")
    result = runner.invoke(args=["actuals", "import", str(file)])
    assert result.exit_code == 1
    assert "row 4, employee_number: Nobody has" in result.output
    assert count() == 2


def test_the_preview_says_how_many_released_results_rest_on_what_changes(
    app: Flask, person: Callable[[str], Person], client_of: Clients
) -> None:
    cycle = released_northwind_cycle(person)
    rows = [
        f"{person(name).employee_number},net-sales,{month},5"
        for name, month in (("nancy", "2026-01"), ("nancy", "2026-02"), ("steven", "2026-06"), ("janet", "2025-12"))
    ]
    client = client_of("hr")
    address = upload(client, "\n".join(["employee_number,kpi_code,month,value", *rows]))[1]
    assert "2 released results rest on figures of these months." in client.get(address).text
    assert client.post(address).status_code == 303
    assert verified(cycle) == []
    other = upload(
        client, f"employee_number,kpi_code,month,value\n{person('nancy').employee_number},net-sales,2026-07,5"
    )
    assert "released result" not in client.get(other[1]).text
