"""What every form refuses by itself."""

from datetime import date, datetime

import pytest
from flask import Flask
from wtforms import DateField, DateTimeLocalField, StringField

from web.forms import BaseForm, no_control_characters


class PlanForm(BaseForm):
    """A day and a moment."""

    starts_on = DateField()
    closes_at = DateTimeLocalField(format="%Y-%m-%dT%H:%M")


def sent(app: Flask, starts_on: str, closes_at: str) -> PlanForm:
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        with app.test_request_context(method="POST", data={"starts_on": starts_on, "closes_at": closes_at}):
            form = PlanForm()
            form.validate()
            return form
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_days_and_moments_at_the_ends_of_the_calendar_are_refused_beside_their_field(
    app_on_sqlite: Flask, year: str
) -> None:
    form = sent(app_on_sqlite, f"{year}-12-31", f"{year}-01-01T00:00")
    assert len(form.starts_on.errors) == 1
    assert len(form.closes_at.errors) == 1


def test_days_and_moments_of_working_lives_are_taken(app_on_sqlite: Flask) -> None:
    form = sent(app_on_sqlite, "1900-01-01", "2199-12-31T23:59")
    assert form.errors == {}
    assert (form.starts_on.data, form.closes_at.data) == (date(1900, 1, 1), datetime.fromisoformat("2199-12-31T23:59"))


class NameForm(BaseForm):
    """A text."""

    name = StringField(validators=[no_control_characters])


@pytest.mark.parametrize(
    ("name", "is_taken"), [("王伟".encode(), True), ("王伟".encode("gbk"), False), (b"a\0", False)]
)
def test_bytes_that_are_no_text_are_refused_instead_of_replaced(
    app_on_sqlite: Flask, name: bytes, is_taken: bool
) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + name + b"\r\n--x--\r\n"
    app_on_sqlite.config["WTF_CSRF_ENABLED"] = False
    try:
        with app_on_sqlite.test_request_context(
            method="POST", data=body, content_type="multipart/form-data; boundary=x"
        ):
            form = NameForm()
            assert form.validate() is is_taken
            assert [str(error)[:42] for error in form.name.errors] == (
                [] if is_taken else ["This text has invisible control characters"]
            )
    finally:
        app_on_sqlite.config["WTF_CSRF_ENABLED"] = True
