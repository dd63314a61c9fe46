"""The macros: what every page relies on without looking."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from wtforms import StringField

from web.comparisons import differences
from web.settings import Mode
from web.style_guide.forms import EveryFieldForm
from web.style_guide.samples import ANCHORS

PARTS = ("page", "forms", "forms?state=errors", "forms?state=stale", "rating", "tables", "numbers", "charts")
INLINE = re.compile(r"""<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""")
ATTACK = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def reader(app_on_sqlite: Flask) -> Iterator[None]:
    with app_on_sqlite.test_request_context(headers={"Accept-Language": "en"}):
        yield


def made(macro: str, file: str, **values: Any) -> str:
    name = macro.partition("(")[0]
    return render_template_string(f'{{% from "macros/{file}.html" import {name} %}}{{{{ {macro} }}}}', **values)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_style_guide_is_shown_in_both_languages(
    client_of: Callable[..., FlaskClient], part: str, language: str
) -> None:
    answer = client_of("nancy", language).get(f"/style-guide/{part}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page
    assert page.count("<h1") == page.count("<main") == 1
    assert not INLINE.search(page)
    assert "{'zh'" not in page.replace("&#39;", "'")


def test_the_style_guide_is_not_there_in_production(
    app: Flask, client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client_of("nancy").get("/style-guide/unknown").status_code == 404
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mode=Mode.PRODUCTION))
    assert client_of("nancy").get("/style-guide").status_code == 404


def test_a_field_says_its_help_and_its_error_to_everyone() -> None:
    form = EveryFieldForm()
    form.reason.errors = ["Too short."]
    html = made("field(form.reason)", "forms", form=form)
    assert 'aria-describedby="reason-help reason-error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="reason-error".*Too short\.', html, re.DOTALL)
    assert '<label class="field-label" for="reason">' in html


def test_a_group_of_choices_is_a_fieldset_with_its_legend() -> None:
    form = EveryFieldForm()
    html = made("field(form.opinion)", "forms", form=form)
    assert html.index("<fieldset") < html.index("<legend>Do you agree?") < html.index('type="radio"')
    assert html.count('<label class="choice" for="opinion-') == 2


def test_optional_fields_say_so_and_required_ones_do_not() -> None:
    form = EveryFieldForm()
    assert "(optional)" in made("field(form.target)", "forms", form=form)
    assert "(optional)" not in made("field(form.name)", "forms", form=form)


def test_the_frame_carries_what_keeps_a_submit_safe_and_lists_errors_with_links() -> None:
    form = EveryFieldForm()
    form.name.errors = ["Missing."]
    form.form_errors.append("Together they are wrong.")
    html = made("form_frame(form, cancel='/back')", "forms", form=form)
    for name in ("csrf_token", "version", "idempotency_key"):
        assert html.count(f'name="{name}"') == 1
    assert 'href="#name"' in html
    assert "Together they are wrong." in html
    assert "data-once" in html
    assert 'role="alert"' in html


def test_a_stale_form_shows_both_versions_and_sends_the_present_one() -> None:
    form = EveryFieldForm(name="mine", version="3", weight=40)
    form.stale_row = SimpleNamespace(name="theirs", weight=40, version=4)
    html = made("form_frame(form)", "forms", form=form)
    assert 'name="version" value="4"' in html
    assert differences(form) == [("Full name", "mine", "theirs")]
    assert html.index("theirs") < html.index("<form")


def test_differences_are_told_in_words() -> None:
    form = EveryFieldForm(title_zh="甲", title_en="A", group="peers", password="secret")
    saved = {"title": {"zh": "乙", "en": "A"}, "group": "manager", "password": "other", "due_at": None}
    form.stale_row = SimpleNamespace(**saved)
    assert differences(form) == [("Chinese", "甲", "乙"), ("Group of raters", "Peers", "Manager")]


@pytest.mark.parametrize(("value", "checked"), [(None, None), (0, None), (3, "3"), (9, "9")])
def test_a_rating_scale_works_without_scripts(value: int | None, checked: str | None) -> None:
    html = made("rating_scale('c1', 'Leads', anchors, value=value)", "rating", anchors=ANCHORS, value=value)
    assert re.findall(r'value="(\d)" checked', html) == ([checked] if checked else [])
    assert re.findall(r'type="radio" id="c1-(\d)" name="c1"', html) == ["1", "2", "3", "4", "5", "9"]
    assert html.index("<fieldset") < html.index("<legend>") < html.index("<details")
    assert html.count('<label for="c1-') == len(ANCHORS)


@pytest.mark.parametrize(
    ("macro", "file"),
    [
        ("state(text, 'done')", "state"),
        ("button(text, text)", "page"),
        ("post_button('/x', text, fields={'a': text}, question=text)", "page"),
        ("notice('info', text, text)", "page"),
        ("tabs(text, [(text, text, True)])", "page"),
        ("definitions([(text, text)])", "facts"),
        ("quotes([text])", "facts"),
        ("prose(text)", "facts"),
        ("why(text, [(text, text, text, text)], (text, text))", "facts"),
        ("person(text, text, text, url=text)", "person"),
        ("people([text, text])", "person"),
        ("rating_scale('c', text, [text] * 5, error=text, note=text)", "rating"),
        ("level_scale([text] * 5, title=text)", "rating"),
        ("table(text, [('a', text)], [{'a': text}], foot=[text])", "listing"),
        ("hidden(text)", "number"),
        ("grade(text, text)", "number"),
        ("beam(3, label=text)", "number"),
        ("empty(text, text, text, text)", "empty"),
        ("steps([(text, 'done', text)])", "state"),
        ("progress(text, 1, 2, message=text)", "state"),
    ],
)
def test_no_macro_lets_markup_through(macro: str, file: str) -> None:
    html = made(macro, file, text=ATTACK)
    assert "<script" not in html
    assert "alert(1)" in html


def test_a_score_speaks_its_interval_and_a_missing_one_says_so() -> None:
    assert "with 90 percent certainty between 3.25 and 4.09" in made("score(3.67, 0.42)", "number")
    assert "no value" in made("score(None)", "number")
    assert "within its uncertainty" in made("gap(-0.2, 0.4)", "number")


def test_an_interval_ends_where_the_scale_ends() -> None:
    assert "between 3.90 and 5.00" in made("score(5.0, 1.1)", "number")
    assert "between 1.00 and 1.90" in made("score(1.2, 0.7)", "number")
    assert "± 1.10" in made("score(5.0, 1.1)", "number")
    assert "between 3.90 and 5.00" in made("beam(5.0, 1.1)", "number")


def test_the_beam_says_in_words_what_it_shows() -> None:
    html = made("beam(3.67, 0.42, required=4, own=4.33, label='Execution')", "number")
    assert 'aria-label="Execution: ' in html
    assert "required 4, own view 4.33" in html
    assert "not shown" in made("beam(None, required=3)", "number")


@pytest.mark.parametrize(
    ("state", "goes_on"), [("running", True), ("queued", True), ("done", False), ("failed", False)]
)
def test_only_a_job_that_goes_on_is_asked_again(state: str, goes_on: bool) -> None:
    html = made("progress('Import', 1, 2, state=state, url='/job')", "state", state=state)
    assert ("hx-get" in html) is goes_on


def test_a_late_task_is_told_apart_in_words() -> None:
    entry = {"title": "Rate", "due": date(2026, 3, 1), "url": "/", "verb": "Continue", "late": True}
    assert "Late: was due 1 Mar 2026" in made("todo([entry])", "facts", entry=entry)


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 418, 422, 429, 500, 502, 503]
)
def test_every_error_has_a_page_that_leaks_nothing_after_a_fault(status: int) -> None:
    values = {"status": status, "detail": "secret detail"}
    html = render_template_string('{% include "errors/error.html" %}', **values)
    assert f"Error {status}" in html
    assert ("secret detail" in html) is (status < 500)


def test_a_field_of_a_kind_unknown_to_the_macros_is_still_a_text_field() -> None:
    class OddField(StringField):
        """A field of another package."""

    class OddForm(EveryFieldForm):
        """A form with it."""

        odd = OddField("Odd")

    assert '<input class="form-control" id="odd" name="odd" type="text" value="">' in made(
        "field(form.odd)", "forms", form=OddForm()
    )


def test_the_page_about_a_fault_asks_nothing_of_a_broken_database(
    app: Flask, client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_token: str) -> None:
        raise OperationalError("select", {}, Exception("database is locked"))

    client = client_of("nancy")
    monkeypatch.setattr(app.login_manager, "_user_callback", broken)  # type: ignore[attr-defined]  # Flask-Login's
    answer = client.get("/style-guide")
    assert answer.status_code == 503
    assert "Out of service for a moment" in answer.get_data(as_text=True)
    assert "locked" not in answer.get_data(as_text=True)
