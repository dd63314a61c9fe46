"""Choosing raters and graders in the browser: who may, what is refused beside the field."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.audit.models import AuditEvent
from people.organisation.models import Person
from review.cycles.models import Participant, ParticipantState
from review.participation.queries import raters_of
from rubrics.frameworks.models import RaterGroup
from tests.review.worlds import open_northwind_cycle, participant_of, plan_northwind_cycle
from web.database import db, new_public_id

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def sent(client: FlaskClient, row: Participant, page: str, **data: str) -> tuple[int, str]:
    form = {"idempotency_key": new_public_id(), "version": str(row.version), **data}
    response = client.post(f"/participants/{row.public_id}/{page}", data=form)
    db.session.refresh(row)
    return response.status_code, response.text


def test_a_manager_adds_a_rater_before_and_after_the_opening(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person), person("michael"))
    assert sent(client_of("steven"), row, "raters", rater="Laura Callahan", group="peers")[0] == 303
    assert person("laura") in [request.rater for request in raters_of(row)[RaterGroup.PEERS]]


def test_raters_that_cannot_be_are_refused_beside_the_field(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(open_northwind_cycle(person), person("michael"))
    client = client_of("hr")
    for data, message in (
        ({"rater": "Nobody Known", "group": "peers"}, "Nobody here has this number"),
        ({"rater": "Michael Suyama", "group": "peers"}, "cannot rate here"),
        ({"rater": "Nancy Davolio", "group": "manager"}, "Not a valid choice"),
        ({"rater": "Nancy Davolio", "group": ""}, "Choose a group."),
    ):
        status, text = sent(client, row, "raters", **data)
        assert (status, message in text) == (422, True), data
    status, text = sent(client, row, "raters", rater="Anne Dodsworth", group="partners")
    assert (status, "in another group" in text) == (409, True)


def test_what_two_change_at_once_is_saved_once(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person), person("nancy"))
    seen, client = str(row.version), client_of("hr")
    leave = {"takes_part": "no", "employment": "leave", "note": "Parental leave"}
    assert sent(client, row, "status", version=seen, **leave)[0] == 303
    assert row.state is ParticipantState.EXCLUDED
    assert sent(client, row, "status", version=seen, **{**leave, "takes_part": "yes"})[0] == 409


def test_leaving_someone_out_without_a_reason_is_refused(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person), person("nancy"))
    status, text = sent(client_of("hr"), row, "status", takes_part="no", employment="leave", note="")
    assert (status, "Say in a sentence why" in text) == (422, True)
    assert row.state is ParticipantState.PLANNED


def test_hr_names_who_grades_instead(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person), person("michael"))
    client = client_of("hr")
    assert sent(client, row, "manager", manager="Michael Suyama", second_line="")[0] == 422
    assert sent(client, row, "manager", manager="Andrew Fuller", second_line="")[0] == 303
    assert (row.manager, row.second_line) == (person("andrew"), None)


def test_who_is_chosen_already_is_not_added_again(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person, with_scorecards=False), person("michael"))
    chosen = [request.rater for request in raters_of(row)[RaterGroup.PEERS]]
    status, text = sent(client_of("steven"), row, "raters", rater=chosen[0].employee_number, group="peers")
    assert (status, "is already chosen in this group." in text.partition('id="rater-error"')[2]) == (422, True)
    assert [request.rater for request in raters_of(row)[RaterGroup.PEERS]] == chosen
    assert "cycle.rater_asked" not in db.session.scalars(select(AuditEvent.event)).all()


def test_a_rater_is_withdrawn_before_the_opening_by_the_manager(app: Flask, person: Find, client_of: Clients) -> None:
    row = participant_of(plan_northwind_cycle(person), person("michael"))
    request = raters_of(row)[RaterGroup.PEERS][0]
    address = f"/planned-raters/{request.public_id}/withdraw"
    assert client_of("nancy").get(address).status_code == 404
    assert client_of("steven").get(address).status_code == 200
    assert client_of("steven").post(address, data={"idempotency_key": new_public_id()}).status_code == 303
    assert len(raters_of(row)[RaterGroup.PEERS]) == 1
