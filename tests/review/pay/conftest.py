"""A released cycle whose people have salaries and whose job levels have pay ranges."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from people.organisation.models import Person
from review.cycles.models import Cycle
from review.pay.actions import RoundPlan, plan_round, propose_round
from review.pay.models import PayRound
from review.salaries.actions import enter_first_salary, set_pay_range
from tests.review.worlds import RATED
from web.database import utc_now
from web.transactions import in_transaction

Find = Callable[[str], Person]
SINCE = date(2024, 1, 1)
RANGES = {4: (4_000_000, 5_000_000, 6_000_000), 8: (7_000_000, 9_000_000, 11_000_000)}
# Amounts that occur nowhere else, so that a leak can be found.
CANARIES = {name: 4_317_919 + 131_071 * place for place, name in enumerate(RATED)}


def next_month() -> date:
    """The first day of the month after this one."""
    return (utc_now().date().replace(day=1) + timedelta(days=32)).replace(day=1)


def plan_of(budget: int = 1_234_567) -> RoundPlan:
    """What HR would write."""
    return RoundPlan({"zh": "年度调薪", "en": "Yearly raises"}, "USD", budget, next_month())


@pytest.fixture
def paid_cycle(released_cycle: Cycle, person: Find) -> Cycle:
    """A released cycle with pay ranges and first salaries."""

    def enter() -> None:
        for level, amounts in RANGES.items():
            set_pay_range(level, "USD", amounts, SINCE)
        for name, amount in CANARIES.items():
            enter_first_salary(person(name), amount, "USD", SINCE, person("hr").id)

    in_transaction(enter)
    return released_cycle


@pytest.fixture
def draft(paid_cycle: Cycle) -> PayRound:
    """A round that is planned."""
    return in_transaction(lambda: plan_round(paid_cycle, plan_of()))


@pytest.fixture
def proposed(draft: PayRound, person: Find) -> PayRound:
    """A round that waits for an approver."""
    return in_transaction(lambda: propose_round(draft, person("hr").id))
