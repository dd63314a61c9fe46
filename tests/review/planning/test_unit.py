"""A cycle can be planned for one unit with all below it."""

from collections.abc import Callable

from flask.testing import FlaskClient

from people.organisation.models import Person
from review.checks.models import FindingCode
from review.checks.queries import data_check
from review.cycles.queries import cycles, participants_of
from tests.review.worlds import plan_northwind_cycle
from web.transactions import in_transaction

Find = Callable[[str], Person]
FORM = {
    "name_zh": "伦敦区域考核",
    "name_en": "London review",
    "period_starts_on": "2026-01-01",
    "period_ends_on": "2026-06-30",
    "snapshot_on": "2026-06-30",
    "opens_at": "2031-07-01T09:00",
    "closes_at": "2031-07-15T18:00",
    "grading_ends_at": "2031-07-29T18:00",
    "time_zone": "Asia/Shanghai",
    "threshold": "3",
}


def test_only_the_people_of_the_unit_take_part(person: Find, client_of: Callable[..., FlaskClient]) -> None:
    plan_northwind_cycle(person)
    hr = client_of("hr")
    assert hr.post("/cycles/new", data=FORM | {"unit": "nowhere"}).status_code == 422
    assert hr.post("/cycles/new", data=FORM | {"unit": "london"}).status_code == 303
    london = next(cycle for cycle in cycles() if cycle.name["en"] == "London review")
    names = {row.person.name for row in in_transaction(lambda: participants_of(london))}
    assert names == {"Steven Buchanan", "Michael Suyama", "Robert King", "Anne Dodsworth"}
    assert FindingCode.NO_PROFILE not in {finding.code for finding in data_check(london)}
    assert "London region" in client_of("hr").get(f"/cycles/{london.public_id}").text
