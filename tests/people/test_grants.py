"""Granted roles: given by others, for a time, over a unit where that means something; a change signs out."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.grants.actions import end_grant, grant_role
from people.grants.errors import (
    GrantEndedError,
    GrantExistsError,
    GrantPeriodError,
    NoUnitError,
    OwnGrantError,
    UnitNeededError,
)
from people.organisation.models import Person, Unit
from people.permissions import Role
from people.roles.models import RoleGrant
from tests.sending import sent
from web.database import db
from web.errors import SteelyardError
from web.transactions import in_transaction

TODAY = date(2026, 11, 23)
Who = Callable[[str], Person]


def unit_id(code: str) -> int:
    return db.session.scalars(select(Unit.id).where(Unit.code == code)).one()


def granted(person: Person, role: Role, unit: int | None = None, by: int | None = None) -> RoleGrant:
    return in_transaction(lambda: grant_role(person, role, unit, TODAY, None, granted_by=by))


def grant_of(person: Person) -> RoleGrant:
    return db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one()


def test_a_granted_role_holds_from_its_day_and_signs_its_holder_out(
    app: Flask, client_of: Callable[..., FlaskClient], person: Who
) -> None:
    client = client_of("nancy")
    assert client.get("/audit").status_code == 403
    granted(person("nancy"), Role.AUDITOR, by=person("hr").id)
    assert client.get("/audit").status_code == 303
    assert client_of("nancy").get("/audit").status_code == 200


def test_an_ended_role_is_gone_within_one_request_and_stays_in_the_history(
    app: Flask, client_of: Callable[..., FlaskClient], person: Who
) -> None:
    client, auditor = client_of("auditor"), person("auditor")
    assert client.get("/audit").status_code == 200
    in_transaction(lambda: end_grant(grant_of(auditor), TODAY, ended_by=person("hr").id))
    assert client.get("/audit").status_code == 303
    assert client_of("auditor").get("/audit").status_code == 403
    assert grant_of(auditor).ends_on == date(2026, 11, 22)
    with pytest.raises(GrantEndedError):
        in_transaction(lambda: end_grant(grant_of(auditor), TODAY, ended_by=None))


def test_a_partner_sees_the_people_of_the_unit_and_below_and_nobody_else(
    app: Flask, client_of: Callable[..., FlaskClient], person: Who
) -> None:
    granted(person("laura"), Role.HR_PARTNER, unit_id("london"), by=person("hr").id)
    page = client_of("laura").get("/people").text
    assert "Michael Suyama" in page
    assert "Nancy Davolio" not in page


def test_nobody_grants_to_themselves_or_ends_their_own(app: Flask, person: Who) -> None:
    hr = person("hr")
    with pytest.raises(OwnGrantError):
        granted(hr, Role.APPROVER, by=hr.id)
    with pytest.raises(OwnGrantError):
        in_transaction(lambda: end_grant(grant_of(hr), TODAY, ended_by=hr.id))


@pytest.mark.parametrize(
    ("role", "unit", "ends_on", "error"),
    [
        (Role.HR_PARTNER, None, None, UnitNeededError),
        (Role.AUDITOR, "sales", None, NoUnitError),
        (Role.AUDITOR, None, date(2026, 11, 22), GrantPeriodError),
    ],
)
def test_a_grant_that_means_nothing_is_refused(
    person: Who, role: Role, unit: str | None, ends_on: date | None, error: type[SteelyardError]
) -> None:
    over = unit_id(unit) if unit else None
    with pytest.raises(error):
        in_transaction(lambda: grant_role(person("nancy"), role, over, TODAY, ends_on, granted_by=None))


def test_the_same_role_is_not_held_twice_at_a_time(app: Flask, person: Who) -> None:
    granted(person("nancy"), Role.AUDITOR)
    with pytest.raises(GrantExistsError):
        granted(person("nancy"), Role.AUDITOR)


def test_hr_grants_and_ends_on_pages(app_on_sqlite: Flask, client_of: Callable[..., FlaskClient], person: Who) -> None:
    hr = client_of("hr")
    form = {"person": "Nancy Davolio", "role": "auditor", "unit": "", "starts_on": "2026-01-01"}
    assert hr.post("/roles/new", data=form | {"person": "林慧敏"}).status_code == 422
    assert hr.post("/roles/new", data=form).status_code == 303
    assert "Nancy Davolio" in hr.get("/roles").text
    grant = grant_of(person("nancy"))
    assert hr.get(f"/roles/{grant.public_id}/end").status_code == 200
    assert sent(hr, f"/roles/{grant.public_id}/end").status_code == 303
    assert "Nancy Davolio" not in hr.get("/roles").text
    assert "Nancy Davolio" in hr.get("/roles?validity=ended").text
