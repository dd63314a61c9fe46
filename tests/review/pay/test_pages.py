"""Pages of pay: each sees what is theirs, dear steps ask for the password, and no amount leaves its page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from people.accounts.models import SignIn
from people.audit.models import AuditEvent
from people.organisation.models import Person
from review.cycles.models import Cycle
from review.pay.actions import approve_round, propose_round
from review.pay.models import PayRange, PayRound, RoundState, Salary
from review.pay.queries import lines_of
from tests.review.pay.conftest import CANARIES, next_month
from tests.sending import sent
from web.database import db, utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]
Clients = Callable[..., FlaskClient]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked inside."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def round_data(cycle: Cycle, **changes: str) -> dict[str, str]:
    data = {"cycle": cycle.public_id, "name_zh": "调薪", "name_en": "Raises", "currency": "USD", "budget": "12,345.67"}
    return data | {"effective_on": next_month().isoformat()} | changes


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found.group(1)


def approve(pay_round: PayRound, person: Find) -> None:
    in_transaction(lambda: approve_round(pay_round, pay_round.fingerprint, "", person("approver").id))


def shown(amount: int) -> str:
    return f"{amount // 100:,}.{amount % 100:02}"


def test_hr_plans_changes_and_proposes_and_the_approver_decides(paid_cycle: Cycle, client_of: Clients) -> None:
    hr = client_of("hr")
    answer = hr.post("/pay/rounds/new", data=round_data(paid_cycle))
    assert answer.status_code == 303
    address = answer.headers["Location"]
    pay_round = db.session.scalars(select(PayRound)).one()
    assert (pay_round.budget, pay_round.currency) == (1_234_567, "USD")
    page = hr.get(address).text
    assert shown(1_234_567) in page
    assert pay_round.factor in page
    changed = round_data(paid_cycle, budget="10000", version=str(pay_round.version))
    assert hr.post(f"{address}/plan", data=changed).status_code == 303
    assert hr.post(f"{address}/plan", data=changed).status_code == 409
    version = str(db.session.scalars(select(PayRound)).one().version)
    assert hr.post(f"{address}/proposal", data={"version": version}).status_code == 303
    approver = client_of("approver", "zh-CN")
    page = approver.get(f"{address}/decision").text
    data = {"seen": seen_on(page), "decision": "approve", "note": ""}
    assert approver.post(f"{address}/decision", data=data).status_code == 303
    assert db.session.scalars(select(PayRound)).one().state is RoundState.APPROVED
    assert approver.get(f"{address}/decision").status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget", "0"), ("budget", "-5"), ("budget", "NaN"), ("budget", "1e309"), ("budget", "0.005"),
        ("budget", "1.234,56"), ("budget", "１２３.4.5"), ("budget", ""), ("budget", "9" * 41), ("currency", "ABC"),
        ("effective_on", "2026-02-30"), ("effective_on", "2020-01-01"), ("name_en", "a\x00b"), ("cycle", "none"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_beside_its_field_and_changes_nothing(
    paid_cycle: Cycle, client_of: Clients, field: str, value: str
) -> None:
    answer = client_of("hr").post("/pay/rounds/new", data=round_data(paid_cycle) | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert db.session.scalar(select(PayRound.id)) is None


def test_a_decision_counts_once_and_only_on_what_was_shown(proposed: PayRound, client_of: Clients) -> None:
    client, address = client_of("approver"), f"/pay/rounds/{proposed.public_id}/decision"
    seen = seen_on(client.get(address).text)
    wrong = client.post(address, data={"seen": "0" * 64, "decision": "approve"})
    assert wrong.status_code == 409
    assert seen_on(wrong.text) == seen
    assert client.post(address, data={"seen": seen}).status_code == 422
    assert client.post(address, data={"seen": seen, "decision": "refuse"}).status_code == 422
    data = {"seen": seen, "decision": "approve", "idempotency_key": "once"}
    assert [client.post(address, data=data).status_code for _ in range(2)] == [303, 303]
    assert client.post(address, data=data | {"idempotency_key": "again"}).status_code == 409
    rows = db.session.scalars(select(Salary).where(Salary.pay_line_id.is_not(None))).all()
    assert len(rows) == len([line for line in lines_of(proposed) if line.raise_amount])
    events = [row.event for row in db.session.scalars(select(AuditEvent))]
    assert events.count("pay.round_approved") == 1


def test_a_decision_asks_for_the_password_again(proposed: PayRound, client_of: Clients) -> None:
    client = client_of("approver")
    long_ago = utc_now() - timedelta(hours=1)
    in_transaction(lambda: db.session.execute(update(SignIn).values(confirmed_at=long_ago)))
    address = f"/pay/rounds/{proposed.public_id}/decision"
    for answer in (client.get(address), client.post(address, data={"seen": proposed.fingerprint})):
        assert answer.status_code == 303
        assert "confirm-password" in answer.headers["Location"]
    db.session.refresh(proposed)
    assert proposed.state is RoundState.PROPOSED


def test_who_proposed_cannot_decide_whatever_their_roles(draft: PayRound, person: Find, client_of: Clients) -> None:
    in_transaction(lambda: propose_round(draft, person("approver").id))
    client = client_of("approver")
    assert client.get(f"/pay/rounds/{draft.public_id}").status_code == 200
    address = f"/pay/rounds/{draft.public_id}/decision"
    assert client.get(address).status_code == 403
    assert client.post(address, data={"seen": draft.fingerprint, "decision": "approve"}).status_code == 403


def test_strangers_learn_nothing_of_a_round(proposed: PayRound, draft: PayRound, client_of: Clients) -> None:
    line = lines_of(proposed)[0]
    addresses = [f"/pay/rounds/{proposed.public_id}", f"/pay/lines/{line.public_id}", "/pay/rounds"]
    for who in ("nancy", "steven", "andrew", "partner", "administrator"):
        client = client_of(who)
        for address in addresses:
            assert client.get(address).status_code in {403, 404}, (who, address)
    auditor = client_of("auditor")
    assert all(auditor.get(address).status_code == 200 for address in addresses)
    assert auditor.get(f"/pay/rounds/{proposed.public_id}/plan").status_code == 403
    assert auditor.post(f"/pay/rounds/{proposed.public_id}/proposal").status_code == 403


def test_raises_are_seen_after_approval_by_the_person_and_their_managers(
    proposed: PayRound, person: Find, client_of: Clients
) -> None:
    line = next(line for line in lines_of(proposed) if line.participant.person_id == person("anne").id)
    after, address = shown(line.salary_after), f"/pay/lines/{line.public_id}"
    assert after not in client_of("anne").get("/my-pay").text
    assert "Anne Dodsworth" not in client_of("steven").get("/pay/raises").text
    approve(proposed, person)
    assert after in client_of("anne").get("/my-pay").text
    for who in ("steven", "andrew", "partner", "hr", "auditor"):
        assert after in client_of(who).get("/pay/raises").text, who
    for who, status in (("anne", 200), ("steven", 200), ("andrew", 200), ("nancy", 404), ("administrator", 404)):
        assert client_of(who).get(address).status_code == status, who
    assert after not in client_of("janet").get("/my-pay").text
    assert "Sum of all guideline amounts" in client_of("approver").get(address).text
    for who in ("anne", "steven"):
        page = client_of(who).get(address).text
        assert after in page
        assert "Sum of all guideline amounts" not in page
        assert proposed.factor not in page


def test_salaries_and_ranges_are_for_those_who_work_on_pay(paid_cycle: Cycle, client_of: Clients) -> None:
    for who in ("steven", "andrew", "approver"):
        assert client_of(who).get("/pay/salaries").status_code == 404
    for who in ("hr", "partner", "auditor"):
        assert shown(CANARIES["nancy"]) in client_of(who).get("/pay/salaries").text
    assert client_of("steven").get("/pay/ranges").status_code == 404
    assert "40,000.00" in client_of("approver").get("/pay/ranges").text
    assert client_of("auditor").get("/pay/ranges/new").status_code == 403


def test_a_first_salary_is_entered_once_by_somebody_else(paid_cycle: Cycle, person: Find, client_of: Clients) -> None:
    hr, andrew = client_of("hr"), person("andrew")
    address = f"/pay/salaries/{andrew.public_id}"
    data = {"amount": "100000", "currency": "USD", "starts_on": "2024-01-01"}
    assert hr.get(address).status_code == 200
    for change, field in (
        ({"amount": "0"}, "amount"),
        ({"amount": "x"}, "amount"),
        ({"starts_on": "1999-01-01"}, "starts_on"),
    ):
        answer = hr.post(address, data=data | change)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    assert hr.post(address, data=data).status_code == 303
    assert hr.post(address, data=data).status_code == 409
    assert hr.get(f"/pay/salaries/{person('hr').public_id}").status_code == 403
    assert client_of("partner").post(address, data=data).status_code == 403


def test_a_monthly_amount_is_not_taken_for_a_yearly_one(paid_cycle: Cycle, person: Find, client_of: Clients) -> None:
    in_transaction(lambda: db.session.add(PayRange(
        job_level=10, currency="USD", minimum=9_000_000, midpoint=12_000_000, maximum=15_000_000,
        starts_on=person("andrew").hired_on,
    )))  # fmt: skip
    data = {"amount": "10000", "currency": "USD", "starts_on": "2024-01-01"}
    answer = client_of("hr").post(f"/pay/salaries/{person('andrew').public_id}", data=data)
    assert answer.status_code == 422
    assert "whole year" in answer.text


def test_a_range_is_in_order_and_begins_once_on_a_day(paid_cycle: Cycle, client_of: Clients) -> None:
    hr = client_of("hr")
    data = {
        "job_level": "6",
        "currency": "USD",
        "minimum": "5",
        "midpoint": "6",
        "maximum": "7",
        "starts_on": "2027-01-01",
    }
    assert hr.post("/pay/ranges/new", data=data | {"midpoint": "8"}).status_code == 422
    assert hr.post("/pay/ranges/new", data=data | {"job_level": "31"}).status_code == 422
    assert hr.post("/pay/ranges/new", data=data).status_code == 303
    again = hr.post("/pay/ranges/new", data=data)
    assert again.status_code == 422
    assert 'id="starts_on-error"' in again.text


def test_someone_is_left_out_with_a_reason_on_the_page(draft: PayRound, client_of: Clients) -> None:
    hr, line = client_of("hr"), lines_of(draft)[0]
    address = f"/pay/lines/{line.public_id}/exclusion"
    assert hr.get(address).status_code == 200
    assert sent(hr, address, {"reason": ""}).status_code == 422
    assert sent(hr, address, {"reason": "Raised in August"}).status_code == 303
    assert "Raised in August" in hr.get(f"/pay/rounds/{draft.public_id}").text
    assert hr.get(address).status_code == 200
    assert sent(hr, address).status_code == 303


def test_no_amount_leaves_its_page(
    paid_cycle: Cycle, client_of: Clients, person: Find, caplog: pytest.LogCaptureFixture
) -> None:
    hr, approver = client_of("hr"), client_of("approver")
    answer = hr.post("/pay/rounds/new", data=round_data(paid_cycle, budget="7654.32"))
    address = answer.headers["Location"]
    version = str(db.session.scalars(select(PayRound)).one().version)
    hr.post(f"{address}/proposal", data={"version": version})
    data = {"seen": seen_on(approver.get(f"{address}/decision").text), "decision": "approve"}
    decided = approver.post(f"{address}/decision", data=data)
    amounts = {765_432, *CANARIES.values(), *(row.amount for row in db.session.scalars(select(Salary)))}
    told = [str(row.details) + row.event for row in db.session.scalars(select(AuditEvent))]
    told += [record.getMessage() for record in caplog.records]
    told += [answer.headers["Location"], decided.headers["Location"]]
    page = approver.get(address).text
    told += re.findall(r'<title>.*?</title>|href="[^"]*"|<h1.*?</h1>', page, re.DOTALL)
    for amount in amounts:
        for form in (str(amount), shown(amount), f"{amount / 100:.2f}"):
            assert not [line for line in told if form in line], form


def test_a_page_asks_few_queries(proposed: PayRound, client_of: Clients) -> None:
    line = lines_of(proposed)[0]
    addresses = {
        "approver": ["/pay/rounds", f"/pay/rounds/{proposed.public_id}", f"/pay/rounds/{proposed.public_id}/decision"],
        "hr": ["/pay/salaries", "/pay/ranges", f"/pay/lines/{line.public_id}", "/my-pay", "/pay/raises"],
    }
    for who, pages in addresses.items():
        client = client_of(who)
        for page in pages:
            with counted() as asked:
                assert client.get(page).status_code == 200
            assert len(asked) <= 12, (page, asked)
