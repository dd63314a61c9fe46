"""However often a form is sent, it has one effect; stale edits are refused and lose nothing."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from wtforms import StringField

from people.organisation.models import Unit
from web.database import db, new_public_id, utc_now
from web.errors import RepeatedWithOtherContentError
from web.forms import BaseForm
from web.idempotency import KEPT_FOR, SubmittedForm, earlier_outcome, forget_old_submits, keyed_fingerprint
from web.transactions import in_transaction


class UnitForm(BaseForm):
    """A form for the tests."""

    code = StringField()


def send(product: Flask, fields: dict[str, Any], action: Callable[[], Any], editing: Any = None) -> tuple[int, str]:
    """One submit as a request of its own; its status and outcome."""
    product.config["WTF_CSRF_ENABLED"] = False
    try:
        with product.test_request_context("/units", method="POST", data=fields):
            form = UnitForm(obj=editing)
            done = form.carried_out(action, editing=editing)
            return (303 if done else form.status), form.outcome
    finally:
        product.config["WTF_CSRF_ENABLED"] = True


def new_unit() -> Unit:
    unit = Unit(code=new_public_id(), name={"en": "Unit"})
    db.session.add(unit)
    db.session.flush()
    return unit


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Unit)) or 0


def test_fifty_equal_submits_at_once_have_one_effect_and_one_answer(app: Flask) -> None:
    before, key, number = count(), new_public_id(), 50
    app.config["WTF_CSRF_ENABLED"] = False
    answers: list[tuple[bool, str]] = []
    gate = threading.Barrier(number)

    def submit() -> None:
        with app.app_context(), app.test_request_context("/units", method="POST", data={"idempotency_key": key}):
            form = UnitForm()
            gate.wait()
            answers.append((form.carried_out(new_unit), form.outcome))
            db.session.remove()

    threads = [threading.Thread(target=submit) for _submit in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    app.config["WTF_CSRF_ENABLED"] = True
    assert len(answers) == number
    assert len(set(answers)) == 1, Counter(answers)
    assert answers[0][0] is True
    assert count() == before + 1


def test_a_retry_after_a_lost_answer_gets_the_first_answer(app: Flask) -> None:
    fields = {"idempotency_key": new_public_id(), "code": "x"}
    first = send(app, fields, new_unit)
    again = send(app, fields, new_unit)
    assert first == again
    assert first[0] == 303


def test_the_same_key_with_other_content_is_refused(app: Flask) -> None:
    key, before = new_public_id(), count()
    assert send(app, {"idempotency_key": key, "code": "x"}, new_unit)[0] == 303
    assert send(app, {"idempotency_key": key, "code": "y"}, new_unit)[0] == 409
    assert count() == before + 1


def test_a_key_is_worth_nothing_on_another_form_or_for_another_thing(app: Flask) -> None:
    key = new_public_id()
    first = in_transaction(new_unit)
    assert send(app, {"idempotency_key": key, "version": "1"}, lambda: None, first)[0] == 303
    second = in_transaction(new_unit)
    assert send(app, {"idempotency_key": key, "version": "1"}, lambda: None, second)[0] == 409


def test_an_action_that_failed_can_be_sent_again_under_the_same_key(app: Flask) -> None:
    fields, before = {"idempotency_key": new_public_id(), "code": "x"}, count()

    def fail() -> None:
        new_unit()
        raise RepeatedWithOtherContentError

    assert send(app, fields, fail)[0] == 409
    assert count() == before
    assert send(app, fields, new_unit)[0] == 303
    assert count() == before + 1


def test_a_stale_edit_is_refused_and_changes_nothing(app: Flask) -> None:
    unit = in_transaction(new_unit)

    def rename(name: str) -> None:
        db.session.get_one(Unit, unit.id).name = {"en": name}

    assert send(app, {"version": "1", "code": "a"}, lambda: rename("first"), unit)[0] == 303
    assert send(app, {"version": "1", "code": "b"}, lambda: rename("second"), unit)[0] == 409
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Unit, unit.id).name == {"en": "first"}


def test_an_edit_that_does_not_say_what_it_was_made_from_is_refused(app: Flask) -> None:
    unit = in_transaction(new_unit)
    assert send(app, {"code": "a"}, lambda: None, unit)[0] == 409


@pytest.mark.parametrize("version", ["0", "2", "x", "99999999999999999999", " 1", "١"])
def test_only_the_version_that_is_shown_counts(app: Flask, version: str) -> None:
    unit = in_transaction(new_unit)
    assert send(app, {"version": version}, lambda: None, unit)[0] == 409


def test_the_fingerprint_cannot_be_guessed_back_without_the_key_of_the_server(app: Flask) -> None:
    before = keyed_fingerprint({"code": "x"})
    app.config["SECRET_KEY"] = "another key that only this test knows, long enough"
    assert keyed_fingerprint({"code": "x"}) != before
    app.config["SECRET_KEY"] = app.config["SETTINGS"].secret_key
    assert keyed_fingerprint({"code": "x"}) == before


def test_keys_are_forgotten_when_no_retry_will_come(app: Flask) -> None:
    key = new_public_id()
    send(app, {"idempotency_key": key}, new_unit)
    assert in_transaction(forget_old_submits) == 0
    old = utc_now() - KEPT_FOR - timedelta(minutes=1)
    in_transaction(lambda: db.session.execute(update(SubmittedForm).values(submitted_at=old)))
    assert in_transaction(forget_old_submits) == 1
    assert earlier_outcome("visitor", key, "") is None
