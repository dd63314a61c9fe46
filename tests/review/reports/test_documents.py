"""The report of a result as PDF: the same as the page for the same reader, in both languages, under a safe name."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from flask_login import login_user
from sqlalchemy import update

from people.organisation.models import Person
from people.roles.models import Viewer
from review.cycles.models import Cycle
from review.reports.views import document_of
from review.results.queries import result_of
from review.results.views import page_of
from review.schemes.actions import draft_scheme, publish_scheme
from review.schemes.models import VisiblePart
from review.schemes.queries import default_scheme_content
from tests.review.worlds import participant_of, released_northwind_cycle
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]
Viewers = Callable[[str], Viewer]


def document(app: Flask, viewer: Viewer, cycle: Cycle, person: Person, language: str = "en") -> str:
    """Every text of the report, as the reader gets it."""
    participant_id = participant_of(cycle, person).public_id
    with app.test_request_context(), force_locale(language):
        login_user(viewer)
        data, pictures = document_of(page_of(participant_id))
        assert all(picture.startswith("<svg") for picture in pictures.values())
    return json.dumps(data, ensure_ascii=False, default=str)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Performance grade", "Market insight", "Net sales", "By source")),
        ("zh", ("绩效等级", "深厚的市场洞察力")),
    ],
)
def test_the_report_says_what_the_page_says(
    app: Flask, person: Find, as_viewer: Viewers, language: str, words: tuple[str, ...]
) -> None:
    cycle = released_northwind_cycle(person)
    text = document(app, as_viewer("nancy"), cycle, person("nancy"), language)
    result = result_of(participant_of(cycle, person("nancy")))
    assert result is not None
    for word in (*words, person("nancy").name, f"{(result.total or 0) / 100:.2f}"):
        assert word in text, word


def test_a_name_with_anything_in_it_is_printed_and_makes_a_safe_file_name(
    app_on_sqlite: Flask, person: Find, client_of: Clients
) -> None:
    cycle = released_northwind_cycle(person)
    name = '#let x = "../../etc" 欧阳 <b>Ångström</b> ' + "Long" * 12
    in_transaction(lambda: db.session.execute(update(Person).where(Person.id == person("nancy").id).values(name=name)))
    db.session.expire_all()
    answer = client_of("nancy").get(f"/results/{participant_of(cycle, person('nancy')).public_id}/report.pdf")
    header = answer.headers["Content-Disposition"]
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert "/" not in header.partition("filename*")[0].partition("filename=")[2]
    assert "\n" not in header
    assert header.rstrip().endswith(".pdf")


def test_what_the_scheme_hides_is_not_in_the_report(app_on_sqlite: Flask, person: Find, as_viewer: Viewers) -> None:
    content = default_scheme_content(
        name={"zh": "通用方案", "en": "General scheme"}, job_level_from=1, job_level_to=30, starts_on=date(2020, 1, 1)
    )
    hidden = content.__class__(**{**content.__dict__, "visibility": (VisiblePart.GRADE,)})
    in_transaction(lambda: publish_scheme(draft_scheme(hidden, code="general"), None))
    cycle = released_northwind_cycle(person)
    text = document(app_on_sqlite, as_viewer("nancy"), cycle, person("nancy"))
    result = result_of(participant_of(cycle, person("nancy")))
    assert result is not None
    for words in ("Total points", "Market insight", "Net sales", f"{(result.total or 0) / 100:.2f}"):
        assert words not in text, words
        assert words in document(app_on_sqlite, as_viewer("andrew"), cycle, person("nancy")), words
    assert "Performance grade" in text
