"""A merit budget is allocated exactly to the minor unit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.rewards.allocation import Method, RaiseRequest, allocate
from review.rewards.errors import BudgetBelowFloorsError, RaiseLimitsError, ZeroBudgetError
from tests.oracles import oracle


def requests_of(data, unit):
    """The people of an oracle, salaries in minor units."""
    columns = zip(data["salary"], data["guideline"], data["floor"], data["cap"], strict=True)
    return [RaiseRequest(f"p{n}", salary * unit, *rates) for n, (salary, *rates) in enumerate(columns)]


def test_the_proportional_allocation_of_the_oracle():
    case = oracle("merit_budget_prop_1")
    found = allocate(requests_of(case["data"], 100), budget=int(case["data"]["budget"]) * 100)
    assert found.factor == Fraction(case["expected"]["k_fraction"])
    assert found.cost == found.budget == 900_000
    for entry, salary, expected in zip(found.raises, case["data"]["salary"], case["expected"]["increase"], strict=True):
        assert float(entry.exact_amount / (salary * 100)) == pytest.approx(expected, abs=case["tolerance"]["abs"])
        assert abs(entry.amount - entry.exact_amount) < 1


def test_the_least_squares_allocation_of_the_oracle():
    case = oracle("merit_quadratic_kkt")
    found = allocate(requests_of(case["data"], 100), budget=case["data"]["budget"] * 100, method=Method.LEAST_SQUARES)
    assert float(found.step) == pytest.approx(case["expected"]["lam"], abs=case["tolerance"]["abs"])
    assert found.cost == found.budget
    for entry, salary, expected in zip(found.raises, case["data"]["salary"], case["expected"]["increase"], strict=True):
        assert float(entry.exact_amount / (salary * 100)) == pytest.approx(expected, abs=case["tolerance"]["abs"])


def test_budgets_of_nothing_and_below_the_floors_are_refused():
    plan = [RaiseRequest("a", 100_000, "0.05", floor="0.02")]
    for budget in (0, -1):
        with pytest.raises(ZeroBudgetError):
            allocate(plan, budget=budget)
    with pytest.raises(BudgetBelowFloorsError):
        allocate(plan, budget=1_999)
    assert allocate(plan, budget=2_000).raises[0].amount == 2_000


def test_limits_that_cross_and_names_given_twice_are_refused():
    with pytest.raises(RaiseLimitsError):
        allocate([RaiseRequest("a", 100_000, "0.05", floor="0.03", cap="0.02")], budget=10_000)
    with pytest.raises(RaiseLimitsError):
        allocate([RaiseRequest("a", 100_000, "0.05"), RaiseRequest("a", 100_000, "0.05")], budget=10_000)
    with pytest.raises(RaiseLimitsError):
        allocate([RaiseRequest("a", -1, "0.05")], budget=10_000)


def test_guidelines_stop_a_generous_budget_unless_they_may_be_exceeded():
    plan = [RaiseRequest("a", 100_000, "0.05"), RaiseRequest("b", 100_000, "0.03", cap="0.04")]
    assert allocate(plan, budget=20_000).cost == 8_000
    more = allocate(plan, budget=20_000, may_exceed_guideline=True)
    assert [entry.amount for entry in more.raises] == [16_000, 4_000]


def test_what_lifts_a_salary_above_its_range_is_a_lump_sum():
    plan = [RaiseRequest(key, salary, "0.05", range_maximum=100_000) for key, salary in (("a", 99_000), ("b", 120_000))]
    first, second = allocate(plan, budget=100_000).raises
    assert (first.base, first.lump_sum) == (1_000, 3_950)
    assert (second.base, second.lump_sum) == (0, 6_000)


RATES = st.integers(0, 120).map(lambda n: Fraction(n, 1000))
METHODS = st.sampled_from(Method)


@st.composite
def plans(draw):
    """People with salaries, guidelines, floors and caps, and a budget that covers the floors."""
    people, floors = [], 0
    for number in range(draw(st.integers(1, 9))):
        salary = draw(st.integers(0, 900_000))
        lowest = draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 100)]))
        # A whole minor unit more keeps the cap above a floor that is rounded up.
        room = draw(st.one_of(st.none(), RATES))
        cap = None if room is None else lowest + room + Fraction(1, max(salary, 1))
        people.append(RaiseRequest(f"p{number}", salary, draw(RATES), lowest, cap))
        floors += ceil(lowest * salary)
    return people, draw(st.integers(max(floors, 1), floors + 300_000))


@given(plans(), st.booleans(), METHODS)
def test_the_cost_never_exceeds_the_budget_and_equals_it_unless_limited(plan, exceed, method):
    people, budget = plan
    found = allocate(people, budget=budget, may_exceed_guideline=exceed, method=method)
    assert found.cost == sum(entry.amount for entry in found.raises) <= budget
    assert found.left == budget - found.cost
    for request, entry in zip(people, found.raises, strict=True):
        assert entry.amount >= request.floor * request.salary
        assert request.cap is None or entry.amount <= request.cap * request.salary
        assert entry.base + entry.lump_sum == entry.amount
    if found.left:
        for request, entry in zip(people, found.raises, strict=True):
            at_cap = request.cap is not None and entry.amount + 1 > request.cap * request.salary
            at_guideline = not exceed and entry.amount + 1 > request.guideline * request.salary
            grows = request.guideline if method is Method.PROPORTIONAL else 1
            assert at_cap or at_guideline or grows * request.salary == 0


@given(plans(), st.randoms(), METHODS)
def test_the_order_of_people_does_not_matter(plan, random, method):
    people, budget = plan
    before = {entry.key: entry for entry in allocate(people, budget=budget, method=method).raises}
    shuffled = people[:]
    random.shuffle(shuffled)
    assert {entry.key: entry for entry in allocate(shuffled, budget=budget, method=method).raises} == before


@given(plans(), st.integers(0, 8), RATES, METHODS)
def test_a_higher_guideline_never_brings_a_smaller_raise(plan, number, more, method):
    people, budget = plan
    number %= len(people)
    raised = people[:]
    raised[number] = replace(people[number], guideline=people[number].guideline + more)
    before, after = (allocate(each, budget=budget, method=method).raises[number] for each in (people, raised))
    assert after.exact_amount >= before.exact_amount
    assert after.amount >= before.amount - 1


@given(st.lists(RATES, min_size=2, max_size=8), st.integers(1, 200_000))
def test_of_equal_salaries_the_higher_guideline_gets_no_less(rates, budget):
    people = [RaiseRequest(f"p{n}", 500_000, rate) for n, rate in enumerate(rates)]
    amounts = [entry.amount for entry in allocate(people, budget=budget).raises]
    ordered = sorted(zip(rates, amounts, strict=True))
    assert [amount for _, amount in ordered] == sorted(amounts) or all(
        one[1] <= other[1] for one in ordered for other in ordered if one[0] < other[0]
    )
