"""Where people sit: every change keeps the history, shares and lines stay possible at every date."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from people.audit.models import AuditEvent
from people.directory.actions import record_leaving, record_return
from people.organisation.errors import (
    AlreadyLeftError,
    ChangeBeforeStartError,
    LastPostError,
    LeavingBeforeHiringError,
    ManagerLeftError,
    NothingChangedError,
    NotPlannedError,
    OutsideEmploymentError,
    OwnManagerError,
    ReportingLoopError,
    ShareTooHighError,
    SuccessorNeededError,
)
from people.organisation.models import Employment, Person, Post, Unit, post_of
from people.organisation.queries import Line, history_of, is_manager_of, loop_in, manager_of, managers_above
from people.posts.actions import add_post, change_post, correct_post, end_post, withdraw_planned_post
from people.roles.models import RoleGrant
from web.database import db
from web.errors import SteelyardError
from web.transactions import in_transaction

TODAY, LATER = date(2026, 11, 23), date(2027, 1, 1)
Who = Callable[[str], Person]


def post_now(person: Person) -> Employment:
    return history_of(person.id)[0]


def under(person: Person, manager: Person) -> Post:
    return replace(post_of(post_now(person)), manager_id=manager.id)


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_a_change_closes_the_old_row_and_opens_a_new_one(app: Flask, person: Who) -> None:
    nancy, before = person("nancy"), events()
    in_transaction(lambda: change_post(post_now(nancy), LATER, under(nancy, person("steven"))))
    new, old = history_of(nancy.id)
    assert (old.ends_on, new.starts_on, new.ends_on) == (date(2026, 12, 31), LATER, None)
    assert manager_of(nancy.id, TODAY) == person("andrew")
    assert manager_of(nancy.id, LATER) == person("steven")
    assert events() == before + 1


def test_a_planned_change_can_be_withdrawn_and_what_it_would_have_replaced_goes_on(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    in_transaction(lambda: change_post(post_now(nancy), LATER, under(nancy, person("steven"))))
    in_transaction(lambda: withdraw_planned_post(post_now(nancy), TODAY))
    assert [post.ends_on for post in history_of(nancy.id)] == [None]
    with pytest.raises(NotPlannedError):
        in_transaction(lambda: withdraw_planned_post(post_now(nancy), TODAY))


def test_a_correction_keeps_one_row_and_moves_the_end_of_the_one_before(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    in_transaction(lambda: change_post(post_now(nancy), TODAY, under(nancy, person("steven"))))
    in_transaction(lambda: correct_post(post_now(nancy), date(2026, 11, 1), under(nancy, person("janet"))))
    new, old = history_of(nancy.id)
    assert (old.ends_on, new.starts_on, new.manager) == (date(2026, 10, 31), date(2026, 11, 1), person("janet"))


def test_two_shares_make_at_most_a_whole_at_every_date(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    half = replace(post_of(post_now(nancy)), share=50)
    with pytest.raises(ShareTooHighError):
        in_transaction(lambda: add_post(nancy, LATER, None, half))
    in_transaction(lambda: change_post(post_now(nancy), TODAY, half))
    in_transaction(lambda: add_post(nancy, LATER, None, half))
    with pytest.raises(ShareTooHighError):
        in_transaction(lambda: correct_post(post_now(nancy), LATER, replace(half, share=51)))
    assert [post.share for post in history_of(nancy.id)] == [50, 50, 100]


def test_the_last_post_ends_by_leaving_only(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    with pytest.raises(LastPostError):
        in_transaction(lambda: end_post(post_now(nancy), TODAY))
    half = replace(post_of(post_now(nancy)), share=50)
    in_transaction(lambda: change_post(post_now(nancy), TODAY, half))
    second = in_transaction(lambda: add_post(nancy, TODAY, None, half))
    in_transaction(lambda: end_post(db.session.get_one(Employment, second.id), LATER))
    assert {post.ends_on for post in history_of(nancy.id)} == {date(2026, 11, 22), None, LATER}


@pytest.mark.parametrize("on", [TODAY, LATER])
def test_a_circle_is_refused_at_every_date(app: Flask, person: Who, on: date) -> None:
    andrew = person("andrew")
    with pytest.raises(ReportingLoopError) as raised:
        in_transaction(lambda: change_post(post_now(andrew), on, under(andrew, person("michael"))))
    assert "Michael Suyama" in str(raised.value)
    assert manager_of(andrew.id, on) is None


def test_two_plans_that_only_meet_later_are_a_circle(app: Flask, person: Who) -> None:
    nancy, janet = person("nancy"), person("janet")
    in_transaction(lambda: change_post(post_now(nancy), LATER, under(nancy, janet)))
    with pytest.raises(ReportingLoopError):
        in_transaction(lambda: change_post(post_now(janet), date(2027, 6, 1), under(janet, nancy)))
    days = [Line(1, 2, date(2026, 1, 1), date(2026, 6, 30)), Line(2, 1, date(2026, 7, 1), None)]
    assert loop_in(days) is None
    assert loop_in([*days, Line(1, 2, date(2026, 8, 1), None)]) is not None


def test_dotted_lines_may_cross(app: Flask, person: Who) -> None:
    andrew = person("andrew")
    dotted = replace(post_of(post_now(andrew)), dotted_manager_id=person("nancy").id)
    in_transaction(lambda: change_post(post_now(andrew), TODAY, dotted))
    assert not is_manager_of(person("nancy").id, andrew.id, TODAY)


@pytest.mark.parametrize(
    ("on", "change", "error"),
    [
        (date(2020, 1, 1), {"share": 50}, ChangeBeforeStartError),
        (TODAY, {}, NothingChangedError),
        (TODAY, {"manager": "nancy"}, OwnManagerError),
        (TODAY, {"dotted": "nancy"}, OwnManagerError),
    ],
)
def test_what_cannot_be_changes_nothing(
    app: Flask, person: Who, on: date, change: dict[str, object], error: type[SteelyardError]
) -> None:
    nancy = person("nancy")
    post = replace(post_of(post_now(nancy)), share=int(str(change.get("share", 100))))
    if "manager" in change:
        post = replace(post, manager_id=nancy.id)
    if "dotted" in change:
        post = replace(post, dotted_manager_id=nancy.id)
    with pytest.raises(error):
        in_transaction(lambda: change_post(post_now(nancy), on, post))
    assert len(history_of(nancy.id)) == 1


def test_the_line_of_managers_goes_up_to_the_top(app: Flask, person: Who) -> None:
    assert managers_above(person("michael").id, TODAY) == [person("steven"), person("andrew")]
    assert managers_above(person("andrew").id, TODAY) == []


def test_a_leaver_hands_the_reports_over_and_loses_posts_and_roles(app: Flask, person: Who) -> None:
    steven, anne, last = person("steven"), person("anne"), date(2026, 12, 31)
    with pytest.raises(SuccessorNeededError):
        in_transaction(lambda: record_leaving(steven, last, None, TODAY))
    in_transaction(lambda: record_leaving(steven, last, anne, TODAY))
    assert manager_of(person("michael").id, last) == steven
    assert manager_of(person("michael").id, LATER) == anne
    assert manager_of(anne.id, LATER) == person("andrew")
    assert post_now(steven).ends_on == last
    in_transaction(lambda: record_leaving(person("auditor"), last, None, TODAY))
    grants = db.session.scalars(select(RoleGrant.ends_on).where(RoleGrant.person_id == person("auditor").id))
    assert set(grants) == {last}


def test_leaving_makes_plans_fall_away_and_can_be_corrected(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    in_transaction(lambda: change_post(post_now(nancy), LATER, under(nancy, person("steven"))))
    in_transaction(lambda: record_leaving(nancy, date(2026, 12, 15), None, TODAY))
    in_transaction(lambda: record_leaving(nancy, date(2026, 12, 20), None, TODAY))
    assert [post.ends_on for post in history_of(nancy.id)] == [date(2026, 12, 20)]
    with pytest.raises(LeavingBeforeHiringError):
        in_transaction(lambda: record_leaving(nancy, date(2019, 1, 1), None, TODAY))
    with pytest.raises(OutsideEmploymentError):
        in_transaction(lambda: add_post(nancy, LATER, None, under(nancy, person("andrew"))))


def test_whoever_left_can_come_back_and_the_gap_stays(app: Flask, person: Who) -> None:
    nancy = person("nancy")
    post = post_of(post_now(nancy))
    with pytest.raises(AlreadyLeftError):
        in_transaction(lambda: record_return(nancy, LATER, post))
    in_transaction(lambda: record_leaving(nancy, TODAY, None, TODAY))
    in_transaction(lambda: record_return(nancy, LATER, post))
    assert [(row.starts_on, row.ends_on) for row in history_of(nancy.id)] == [(LATER, None), (date(2020, 1, 1), TODAY)]


def test_nobody_gets_a_manager_who_has_left(app: Flask, person: Who) -> None:
    nancy, janet = person("nancy"), person("janet")
    in_transaction(lambda: record_leaving(janet, TODAY, None, TODAY))
    with pytest.raises(ManagerLeftError):
        in_transaction(lambda: change_post(post_now(nancy), LATER, under(nancy, janet)))


def test_a_stale_edit_is_told_with_both_versions(
    app: Flask, client_of: Callable[..., FlaskClient], person: Who
) -> None:
    nancy, hr = person("nancy"), client_of("hr")
    london = db.session.scalars(select(Unit.code).where(Unit.code == "london")).one()
    form = {"starts_on": "2020-01-01", "unit": london, "position": "sales-representative", "manager": "2",
            "share": "100", "version": "1"}  # fmt: skip
    path = f"/posts/{post_now(nancy).public_id}/correct"
    assert hr.post(path, data=form).status_code == 303
    answer = hr.post(path, data=form | {"unit": "people"})
    assert answer.status_code == 409
    assert "London region" in answer.text
    assert post_now(nancy).unit.code == "london"


def test_two_changes_at_once_never_make_a_circle_together(app: Flask, person: Who) -> None:
    nancy, janet = person("nancy").id, person("janet").id
    outcomes: list[str] = []

    def put_under(person_id: int, manager_id: int) -> None:
        def change() -> None:
            employment = history_of(person_id)[0]
            change_post(employment, TODAY, replace(post_of(employment), manager_id=manager_id))

        with app.app_context():
            try:
                in_transaction(change)
                outcomes.append("done")
            except ReportingLoopError:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [Thread(target=put_under, args=pair) for pair in ((nancy, janet), (janet, nancy))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]


def test_a_post_does_not_end_at_the_end_of_the_calendar(
    app_on_sqlite: Flask, client_of: Callable[..., FlaskClient], person: Who
) -> None:
    post = post_now(person("nancy"))
    answer = client_of("hr").post(f"/posts/{post.public_id}/end", data={"ends_on": "9999-12-31"})
    assert answer.status_code == 422
    assert "Write a date from 1900 to 2199." in answer.text
