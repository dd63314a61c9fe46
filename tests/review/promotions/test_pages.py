"""Pages of promotions: the evidence in words and numbers, and each step for those whose it is."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from people.audit.models import AuditEvent
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from review.promotions.actions import approve_promotion
from review.promotions.models import Promotion, PromotionState
from tests.review.pay.test_pages import counted, seen_on
from tests.review.promotions.conftest import in_a_month, next_position, proposal, score
from tests.review.worlds import participant_of
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


def proposal_data(participant: Participant, **changes: str) -> dict[str, str]:
    data = {"position": next_position(participant).public_id, "reason": "Coaches two colleagues"}
    return data | {"effective_on": in_a_month().isoformat()} | changes


def test_readiness_is_told_about_requirements_not_about_people(nancy: Participant, client_of: Clients) -> None:
    address = f"/participants/{nancy.public_id}/readiness"
    page = client_of("andrew").get(address).text
    assert "All requirements are met" in page
    assert "4.80" in page
    assert "Propose a promotion" in page
    own = client_of("nancy", "zh-CN").get(address)
    assert own.status_code == 200
    assert f"/participants/{nancy.public_id}/promotion" not in own.text
    score(nancy, 1.2, 0.1)
    page = client_of("andrew").get(address).text
    assert "Not all requirements are met yet" in page
    assert "Propose a promotion" not in page
    assert (
        client_of("andrew").post(f"/participants/{nancy.public_id}/promotion", data=proposal_data(nancy)).status_code
        == 409
    )


def test_a_shown_interval_ends_where_the_scale_ends(nancy: Participant, client_of: Clients) -> None:
    address = f"/participants/{nancy.public_id}/readiness"
    score(nancy, 4.6, 0.5)
    assert "3.78 – 5.00" in client_of("andrew").get(address).text
    score(nancy, 1.2, 0.5)
    assert "1.00 – 2.02" in client_of("andrew").get(address).text


def test_a_manager_proposes_and_the_approver_decides_once(nancy: Participant, client_of: Clients) -> None:
    manager, approver = client_of("andrew"), client_of("approver")
    address = f"/participants/{nancy.public_id}/promotion"
    assert manager.get(address).status_code == 200
    answer = manager.post(address, data=proposal_data(nancy, idempotency_key="first"))
    assert answer.status_code == 303
    again = manager.post(address, data=proposal_data(nancy, idempotency_key="first"))
    assert again.headers["Location"] == answer.headers["Location"]
    assert manager.post(address, data=proposal_data(nancy)).status_code == 409
    page = f"{answer.headers['Location']}/decision"
    seen = seen_on(approver.get(page).text)
    assert approver.post(page, data={"seen": "0" * 64, "decision": "approve"}).status_code == 409
    assert approver.post(page, data={"seen": seen, "decision": "refuse"}).status_code == 422
    data = {"seen": seen, "decision": "approve", "idempotency_key": "decided"}
    assert [approver.post(page, data=data).status_code for _ in range(2)] == [303, 303]
    assert approver.post(page, data={"seen": seen, "decision": "refuse", "note": "x"}).status_code == 409
    assert approver.get(page).status_code == 409
    assert db.session.scalars(select(Promotion)).one().state is PromotionState.APPROVED
    events = [row.event for row in db.session.scalars(select(AuditEvent))]
    assert (events.count("promotion.approved"), events.count("promotion.proposed")) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("position", "none"), ("effective_on", "2020-01-01"), ("effective_on", "soon"), ("reason", ""),
        ("reason", "   "), ("reason", "a\x00b"), ("reason", "x" * 2001),
    ],
)  # fmt: skip
def test_bad_input_is_answered_beside_its_field(nancy: Participant, client_of: Clients, field: str, value: str) -> None:
    address = f"/participants/{nancy.public_id}/promotion"
    answer = client_of("andrew").post(address, data=proposal_data(nancy, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert db.session.scalar(select(Promotion.id)) is None


def test_strangers_learn_nothing_and_the_person_learns_of_it_when_it_is_approved(
    proposed: Promotion, nancy: Participant, person: Find, client_of: Clients
) -> None:
    page, readiness = f"/promotions/{proposed.public_id}", f"/participants/{nancy.public_id}/readiness"
    for who in ("nancy", "janet", "steven", "administrator"):
        assert client_of(who).get(page).status_code == 404, who
    for who in ("janet", "steven", "administrator", "approver"):
        assert client_of(who).get(readiness).status_code == 404, who
    for who in ("andrew", "hr", "partner", "approver", "auditor"):
        assert client_of(who).get(page).status_code == 200, who
        assert "Nancy Davolio" in client_of(who).get("/promotions").text, who
    assert "Nancy Davolio" not in client_of("steven").get("/promotions").text
    in_transaction(lambda: approve_promotion(proposed, proposed.fingerprint, "", person("approver").id))
    assert client_of("nancy").get(page).status_code == 200


def test_readers_may_not_act(proposed: Promotion, client_of: Clients) -> None:
    page = f"/promotions/{proposed.public_id}"
    for who in ("hr", "partner", "auditor", "andrew"):
        assert client_of(who).post(f"{page}/decision", data={"seen": proposed.fingerprint}).status_code == 403, who
    for who in ("hr", "partner"):
        assert client_of(who).post(f"{page}/withdrawal").status_code == 403, who
    assert client_of("andrew").get(f"{page}/withdrawal").status_code == 200
    stale = client_of("andrew").post(f"{page}/withdrawal", data={"version": "77"})
    assert stale.status_code == 409
    done = client_of("andrew").post(f"{page}/withdrawal", data={"version": str(proposed.version)})
    assert done.status_code == 303


def test_an_approver_does_not_decide_on_what_they_proposed(
    nancy: Participant, person: Find, client_of: Clients
) -> None:
    own = proposal(nancy, person("approver"))
    client = client_of("approver")
    assert client.get(f"/promotions/{own.public_id}").status_code == 200
    assert client.get(f"/promotions/{own.public_id}/decision").status_code == 403


def test_a_changed_result_is_flagged_beside_the_proposal(
    proposed: Promotion, nancy: Participant, client_of: Clients
) -> None:
    page = f"/promotions/{proposed.public_id}/decision"
    client = client_of("approver")
    assert "The result stands otherwise now" not in client.get(page).text
    score(nancy, 1.2, 0.1)
    text = client.get(page).text
    assert "The result stands otherwise now" in text
    assert "4.80" in text


def test_the_top_of_the_ladder_and_who_can_be_proposed(released_cycle: Cycle, person: Find, client_of: Clients) -> None:
    listed = client_of("steven").get("/promotions/people").text
    assert "Anne Dodsworth" in listed
    assert "Nancy Davolio" not in listed
    steven = participant_of(released_cycle, person("steven"))
    assert client_of("andrew").get(f"/participants/{steven.public_id}/readiness").status_code == 200
    assert re.search("Steven Buchanan", client_of("andrew").get("/promotions/people").text)


def test_each_person_is_listed_by_the_newest_result_alone(
    released_cycle: Cycle, person: Find, client_of: Clients
) -> None:
    before = participant_of(released_cycle, person("anne"))

    def repeat() -> Any:
        year = timedelta(days=365)
        survey = copy_of(released_cycle.survey)
        name, ends_on = {"zh": "一年之后", "en": "A year later"}, released_cycle.period_ends_on + year
        cycle = copy_of(released_cycle, survey=survey, name=name, period_ends_on=ends_on)
        return copy_of(before, cycle=cycle, subject_id=None)

    in_transaction(repeat)
    page = client_of("steven").get("/promotions/people").text
    assert page.count("Anne Dodsworth") == 1
    assert "A year later" in page


def copy_of(row: Any, **changes: Any) -> Any:
    """The same row once more, with another identity."""
    own = {"id", "public_id"} | {f"{name}_id" for name in changes}
    kept = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs if one.key not in own}
    copied = type(row)(**{**kept, **changes})
    db.session.add(copied)
    return copied


def test_a_page_asks_few_queries(proposed: Promotion, nancy: Participant, client_of: Clients) -> None:
    page = f"/promotions/{proposed.public_id}"
    addresses = {
        "andrew": [f"/participants/{nancy.public_id}/readiness", "/promotions", "/promotions/people", page],
        "approver": [f"{page}/decision"],
    }
    for who, pages in addresses.items():
        client = client_of(who)
        for address in pages:
            with counted() as asked:
                assert client.get(address).status_code == 200
            assert len(asked) <= 12, (address, asked)
