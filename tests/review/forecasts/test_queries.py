"""The dry run: what expected grades are taken from, and effective weights."""

from collections.abc import Callable
from datetime import date

import pytest

from people.organisation.models import Person
from review.cycles.actions import plan_cycle
from review.forecasts.queries import Basis, dry_run
from tests.review.worlds import cycle_plan, plan_northwind_cycle, released_northwind_cycle
from web.transactions import in_transaction

Find = Callable[[str], Person]


def test_without_anything_known_requirements_count_as_met(person: Find) -> None:
    forecast = dry_run(plan_northwind_cycle(person, with_scorecards=False))[0]
    assert forecast.basis == {Basis.ASSUMPTION: 8}
    assert sum(forecast.distribution.expected) == pytest.approx(8)
    most = max(range(5), key=lambda place: forecast.distribution.expected[place])
    assert forecast.distribution.grades[most] == "B"


def test_complete_key_figures_count_where_there_are_some(person: Find) -> None:
    forecast = dry_run(plan_northwind_cycle(person))[0]
    assert forecast.basis == {Basis.KEY_FIGURES: 8}
    assert forecast.people == 8


def test_a_last_result_counts_before_anything_else(person: Find) -> None:
    released_northwind_cycle(person)
    later = {
        "period_starts_on": date(2026, 7, 1),
        "period_ends_on": date(2026, 12, 31),
        "snapshot_on": date(2026, 7, 1),
    }
    cycle = in_transaction(lambda: plan_cycle(cycle_plan(**later)))
    forecast = dry_run(cycle)[0]
    assert forecast.basis == {Basis.LAST_RESULT: 8, Basis.ASSUMPTION: 1}
    assert all(weight.is_observed for weight in forecast.weights)


def test_effective_weights_share_the_differences_between_people(person: Find) -> None:
    weights = dry_run(plan_northwind_cycle(person, with_scorecards=False))[0].weights
    assert [weight.weight for weight in weights] == [40, 60]
    assert sum(weight.effective for weight in weights) == pytest.approx(1)
    # 60 % that spread by 15 points move more than 40 % that spread by 10: 81 of (81 + 16).
    assert weights[1].effective == pytest.approx(81 / 97)
    assert not any(weight.is_observed for weight in weights)
