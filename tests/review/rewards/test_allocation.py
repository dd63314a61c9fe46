"""A merit budget is allocated exactly to the minor unit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.rewards.allocation import Method, RaiseRequest, allocate, allocations
from review.rewards.errors import (
    AmountError,
    AmountTooLargeError,
    BudgetBelowFloorsError,
    RaiseLimitsError,
    ZeroBudgetError,
)
from review.rewards.exact_arrays import ExactArray
from tests.oracles import oracle
from tests.review.rewards.plain_allocation import plain_allocation

QUICK = settings(max_examples=50, deadline=None)


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


def test_nobody_and_nothing_to_give_cost_nothing():
    assert allocations([], guidelines=[], budget=5).left == 5
    found = allocations([0, 100_000], guidelines=["0.05", 0], budget=7)
    assert (found.amount.tolist(), found.cost, found.left) == ([0, 0], 0, 7)
    capped = allocations([100_000], guidelines=["0.05"], caps=["0.01"], budget=5_000, may_exceed_guideline=True)
    assert (capped.amount.tolist(), capped.factor, capped.left) == ([1_000], Fraction(1, 5), 4_000)


@pytest.mark.parametrize("salaries", [[-1], [1.5], ["1"], [[1]], [True], [float("nan")]])
def test_salaries_that_are_no_money_are_refused(salaries):
    with pytest.raises(AmountError):
        allocations(salaries, guidelines=["0.05"], budget=10)


@pytest.mark.parametrize(
    "wrong", [{"guidelines": ["-0.01"]}, {"guidelines": []}, {"floors": ["-0.01"]}, {"range_maxima": []}, {"keys": []}]
)
def test_rates_below_nothing_and_columns_of_other_lengths_are_refused(wrong):
    with pytest.raises(RaiseLimitsError):
        allocations([100_000], budget=10, **({"guidelines": ["0.01"]} | wrong))


@pytest.mark.parametrize("budget", [10.5, True])
def test_a_budget_of_parts_of_units_is_refused(budget):
    with pytest.raises(AmountError):
        allocations([100_000], guidelines=["0.05"], budget=budget)
    with pytest.raises(AmountError):
        allocate([RaiseRequest("a", 100_000, "0.05")], budget=budget)


def test_a_floor_above_its_cap_names_who_has_it():
    with pytest.raises(RaiseLimitsError) as refusal:
        allocations([100_000] * 2, guidelines=["0.05"] * 2, floors=[0, "0.03"], caps=["0.01"] * 2, budget=9_000)
    assert refusal.value.details == {"people": [1]}


def test_money_beyond_the_words_of_the_machine_is_refused_and_up_to_there_exact():
    with pytest.raises(AmountTooLargeError):
        allocations([2**62 + 1], guidelines=["0.05"], budget=10)
    with pytest.raises(AmountTooLargeError):
        allocations([10], guidelines=["0.05"], budget=2**63)
    found = allocations([2**62, 2**62 - 1, 3], guidelines=["0.5", "0.5", "0.5"], budget=2**62 - 3)
    assert found.cost == 2**62 - 3 == sum(found.amount.tolist())
    people = [RaiseRequest(f"p{n}", salary, "0.5") for n, salary in enumerate([2**62, 2**62 - 1, 3])]
    whole, _, way = plain_allocation(people, budget=2**62 - 3, may_exceed_guideline=False, method=Method.PROPORTIONAL)
    assert (found.amount.tolist(), found.factor) == (whole, way)


def test_bends_that_doubles_cannot_tell_apart_are_told_apart():
    caps = [Fraction(10**17 + more, 10**17) for more in (1, 2)]
    found = allocations([10**17] * 2, guidelines=[1, 1], caps=caps, budget=10**18, may_exceed_guideline=True)
    assert (found.factor, found.amount.tolist()) == (caps[1], [10**17 + 1, 10**17 + 2])


def test_a_company_keeps_its_ranges_as_one_person_does():
    found = allocations([99_000, 120_000], guidelines=np.array([0.05, 0.05]), budget=10**6, range_maxima=[100_000] * 2)
    assert (found.base.tolist(), found.lump_sum.tolist()) == ([1_000, 0], [3_950, 6_000])


def test_equal_remainders_go_to_the_smaller_key_or_to_who_stands_first():
    assert allocations([100] * 3, guidelines=["0.05"] * 3, budget=10).amount.tolist() == [4, 3, 3]
    keyed = allocations([100] * 3, guidelines=["0.05"] * 3, budget=10, keys=np.array([7, 5, 6]))
    assert keyed.amount.tolist() == [3, 4, 3]


@pytest.mark.parametrize("method", Method)
def test_a_company_is_paid_as_its_people_one_by_one(method):
    random = np.random.default_rng(3)
    salaries = random.integers(3_000, 9_000, 1_500) * 1_000
    rates = ExactArray(random.integers(0, 9, 1_500), 100)
    budget = int((salaries * rates.floats()).sum() * 0.7)
    caps = ExactArray(np.full(1_500, 6), 100)
    found = allocations(salaries, guidelines=rates, caps=caps, budget=budget, method=method)
    people = [
        RaiseRequest(f"{n:04}", salary, rate, cap=Fraction(6, 100))
        for n, (salary, rate) in enumerate(zip(salaries.tolist(), rates.fractions(), strict=True))
    ]
    one_by_one = allocate(people, budget=budget, method=method)
    assert found.amount.tolist() == [entry.amount for entry in one_by_one.raises]
    assert (found.factor, found.step, found.cost) == (one_by_one.factor, one_by_one.step, one_by_one.cost)
    assert found.cost == budget


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_guidelines_of_all_sizes_are_shared_out_as_in_plain_fractions(method, share):
    random = np.random.default_rng(11)
    salaries = np.rint(10 ** random.uniform(2, 9, 90)).astype(int).tolist()
    rates = [Fraction(int(10**power), 10**6) for power in random.uniform(0, 5.4, 90)]
    caps = [Fraction(int(part), 1_000) for part in random.integers(0, 80, 90)]
    budget = int(sum(map(lambda pay, cap: pay * cap, salaries, caps)) * Fraction(share))
    people = [
        RaiseRequest(f"{n:02}", pay, rate, cap=cap)
        for n, (pay, rate, cap) in enumerate(zip(salaries, rates, caps, strict=True))
    ]
    found = allocate(people, budget=budget, may_exceed_guideline=True, method=method)
    whole, exactly, _ = plain_allocation(people, budget=budget, may_exceed_guideline=True, method=method)
    assert [entry.amount for entry in found.raises] == whole
    assert [entry.exact_amount for entry in found.raises] == exactly


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


@QUICK
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


@QUICK
@given(plans(), st.booleans(), METHODS)
def test_it_is_the_allocation_in_plain_fractions(plan, exceed, method):
    people, budget = plan
    found = allocate(people, budget=budget, may_exceed_guideline=exceed, method=method)
    whole, exactly, way = plain_allocation(people, budget=budget, may_exceed_guideline=exceed, method=method)
    assert [entry.amount for entry in found.raises] == whole
    assert [entry.exact_amount for entry in found.raises] == exactly
    assert (found.factor if method is Method.PROPORTIONAL else -found.step) == way


@QUICK
@given(plans(), METHODS)
def test_what_was_allocated_stays_when_it_is_allocated_again(plan, method):
    people, budget = plan
    first = allocate(people, budget=budget, method=method)
    again = [
        replace(person, guideline=Fraction(entry.amount, person.salary) if person.salary else 0)
        for person, entry in zip(people, first.raises, strict=True)
    ]
    if first.cost:
        second = allocate(again, budget=first.cost, method=method)
        assert [entry.amount for entry in second.raises] == [entry.amount for entry in first.raises]


@QUICK
@given(plans(), st.integers(0, 10_000), METHODS)
def test_a_larger_budget_takes_nothing_from_anybody_before_rounding(plan, more, method):
    people, budget = plan
    small, large = (allocate(people, budget=total, method=method).raises for total in (budget, budget + more))
    assert all(one.exact_amount <= other.exact_amount for one, other in zip(small, large, strict=True))


@QUICK
@given(plans(), st.randoms(), METHODS)
def test_the_order_of_people_does_not_matter(plan, random, method):
    people, budget = plan
    before = {entry.key: entry for entry in allocate(people, budget=budget, method=method).raises}
    shuffled = people[:]
    random.shuffle(shuffled)
    assert {entry.key: entry for entry in allocate(shuffled, budget=budget, method=method).raises} == before


@QUICK
@given(plans(), st.integers(0, 8), RATES, METHODS)
def test_a_higher_guideline_never_brings_a_smaller_raise(plan, number, more, method):
    people, budget = plan
    number %= len(people)
    raised = people[:]
    raised[number] = replace(people[number], guideline=people[number].guideline + more)
    before, after = (allocate(each, budget=budget, method=method).raises[number] for each in (people, raised))
    assert after.exact_amount >= before.exact_amount
    assert after.amount >= before.amount - 1


@QUICK
@given(st.lists(RATES, min_size=2, max_size=8), st.integers(1, 200_000), st.sampled_from([None, "0.05"]), METHODS)
def test_of_equal_salaries_the_higher_guideline_gets_no_less(rates, budget, cap, method):
    caps = None if cap is None else [cap] * len(rates)
    found = allocations([500_000] * len(rates), guidelines=rates, budget=budget, caps=caps, method=method)
    ranked = list(zip(rates, found.amount.tolist(), strict=True))
    assert all(one[1] <= other[1] for one in ranked for other in ranked if one[0] < other[0])
