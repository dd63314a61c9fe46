"""Rounds of raises: shared out exactly, proposed, decided by somebody else on exactly what they saw."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.organisation.models import Person
from review.cycles.models import Cycle
from review.pay.actions import (
    approve_round,
    change_round,
    exclude_from_round,
    plan_round,
    propose_round,
    refuse_round,
)
from review.pay.errors import (
    BudgetZeroError,
    ChangedSinceSeenError,
    CycleNotReleasedError,
    DecisionNoteError,
    EffectiveDateError,
    EffectPassedError,
    LeavesBeforeError,
    NobodyToPayError,
    OwnProposalError,
    RangeMissingError,
    ReasonForExclusionError,
    RoundStateError,
    SalaryChangedError,
)
from review.pay.models import PayLine, PayRound, RoundState
from review.pay.queries import cost_of, fingerprint_of, lines_of, salaries_on, salary_history, steps_of
from review.rewards.allocation import RaiseRequest, allocate
from review.salaries.actions import enter_first_salary
from tests.review.pay.conftest import CANARIES, next_month, plan_of
from web.transactions import in_transaction

Find = Callable[[str], Person]


def approve(pay_round: PayRound, person: Find, seen: str | None = None) -> PayRound:
    mark = pay_round.fingerprint if seen is None else seen
    return in_transaction(lambda: approve_round(pay_round, mark, "", person("approver").id))


def line_of(pay_round: PayRound, someone: Person) -> PayLine:
    return next(line for line in lines_of(pay_round) if line.participant.person_id == someone.id)


def test_every_number_of_a_line_recomputes_and_the_cost_stays_in_the_budget(draft: PayRound) -> None:
    lines = lines_of(draft)
    assert [line.participant.person.name for line in lines] == sorted(line.participant.person.name for line in lines)
    assert len(lines) == len(CANARIES)
    assert cost_of(draft) == sum(line.raise_amount + line.lump_sum for line in lines) <= draft.budget
    for line in lines:
        scheme = line.participant.scheme
        assert scheme is not None
        assert line.ratio == Fraction(line.salary_before, line.range_midpoint)
        assert line.rate == scheme.merit_matrix.guideline(line.grade, line.ratio)
        steps = steps_of(line)
        assert steps.factor == Fraction(draft.factor) == min(1, draft.budget / steps.guideline_sum)
        assert line.amount == steps.exact_amount.__floor__() + steps.rounded_up
        assert steps.rounded_up in {0, 1}
        assert line.raise_amount == min(line.amount, steps.room)
        assert line.salary_after <= max(line.range_maximum, line.salary_before)


PEOPLE = st.lists(st.tuples(st.integers(3_000_000, 7_000_000), st.sampled_from("SABCD")), min_size=1, max_size=12)
RATES = {"S": "0.05", "A": "0.04", "B": "0.03", "C": "0.01", "D": "0"}


@given(PEOPLE, st.integers(1, 3_000_000), st.integers(1, 100_000))
def test_a_round_never_costs_more_than_its_budget_and_more_budget_never_means_less(
    people: list[tuple[int, str]], budget: int, more: int
) -> None:
    requests = [
        RaiseRequest(f"{place:03}", salary, Fraction(RATES[grade]), range_maximum=6_000_000)
        for place, (salary, grade) in enumerate(people)
    ]
    found, larger = allocate(requests, budget=budget), allocate(requests, budget=budget + more)
    wanted = sum((request.salary * Fraction(str(request.guideline)) for request in requests), Fraction(0))
    assert found.cost == sum(entry.base + entry.lump_sum for entry in found.raises) == min(budget, int(wanted))
    assert larger.cost >= found.cost
    assert larger.factor >= found.factor
    for one, other in zip(requests, found.raises, strict=True):
        for another, its in zip(requests, found.raises, strict=True):
            if one.salary == another.salary and Fraction(str(one.guideline)) > Fraction(str(another.guideline)):
                assert other.amount >= its.amount


def test_an_approved_round_gives_everyone_a_salary_from_its_day_on(proposed: PayRound, person: Find) -> None:
    after = {line.participant.person_id: line.salary_after for line in lines_of(proposed)}
    approve(proposed, person)
    assert proposed.state is RoundState.APPROVED
    held = salaries_on(list(after), proposed.effective_on)
    assert {key: row.amount for key, row in held.items()} == after
    before = salaries_on(list(after), proposed.effective_on - timedelta(days=1))
    assert sorted(row.amount for row in before.values()) == sorted(CANARIES.values())
    newest = salary_history(person("nancy").id)[0]
    assert newest.pay_line is not None
    assert newest.pay_line.round.id == proposed.id


def test_nobody_decides_on_what_they_proposed_or_are_paid_by(draft: PayRound, person: Find) -> None:
    in_transaction(lambda: propose_round(draft, person("approver").id))
    for who in ("approver", "nancy"):
        for decide in (approve_round, refuse_round):
            with pytest.raises(OwnProposalError):
                in_transaction(partial(decide, draft, draft.fingerprint, "A note", person(who).id))
    assert draft.state is RoundState.PROPOSED


def test_a_proposal_that_was_changed_meanwhile_is_not_decided(proposed: PayRound, person: Find) -> None:
    seen, approver = proposed.fingerprint, person("approver").id
    in_transaction(lambda: refuse_round(proposed, seen, "Too much for one", approver))
    in_transaction(lambda: change_round(proposed, plan_of(1_000_000)))
    in_transaction(lambda: propose_round(proposed, person("hr").id))
    for old in (seen, "", "0" * 64):
        with pytest.raises(ChangedSinceSeenError):
            approve(proposed, person, old)
    approve(proposed, person)
    with pytest.raises(RoundStateError):
        approve(proposed, person)


def test_a_refusal_needs_a_note_and_the_round_can_be_proposed_again(proposed: PayRound, person: Find) -> None:
    seen, approver = proposed.fingerprint, person("approver").id
    with pytest.raises(DecisionNoteError):
        in_transaction(lambda: refuse_round(proposed, seen, "  ", approver))
    in_transaction(lambda: refuse_round(proposed, seen, "Look again", approver))
    assert (proposed.state, proposed.decision_note) == (RoundState.REFUSED, "Look again")
    in_transaction(lambda: propose_round(proposed, person("hr").id))
    assert (proposed.state, proposed.decided_by_id, proposed.decision_note) == (RoundState.PROPOSED, None, "")


def test_who_is_left_out_gets_nothing_and_the_others_share_the_budget(draft: PayRound, person: Find) -> None:
    before = {line.id: line.amount for line in lines_of(draft)}
    line = line_of(draft, person("nancy"))
    with pytest.raises(ReasonForExclusionError):
        in_transaction(lambda: exclude_from_round(line, True, " "))
    in_transaction(lambda: exclude_from_round(line, True, "Raised in August"))
    after = {line.id: line.amount for line in lines_of(draft)}
    assert after[line.id] == 0
    assert all(after[key] >= before[key] - 1 for key in before if key != line.id)
    in_transaction(lambda: exclude_from_round(line, False, ""))
    assert {line.id: line.amount for line in lines_of(draft)} == before


def test_the_last_one_cannot_be_left_out(draft: PayRound) -> None:
    *others, last = lines_of(draft)
    for line in others:
        in_transaction(partial(exclude_from_round, line, True, "Not this time"))
    with pytest.raises(NobodyToPayError):
        in_transaction(lambda: exclude_from_round(last, True, "Neither"))


def test_a_changed_refused_round_is_a_draft_again(proposed: PayRound, person: Find) -> None:
    in_transaction(lambda: refuse_round(proposed, proposed.fingerprint, "No", person("approver").id))
    in_transaction(lambda: exclude_from_round(lines_of(proposed)[0], True, "As the approver asked"))
    assert proposed.state is RoundState.DRAFT


def test_a_plan_needs_a_budget_and_a_day_that_is_not_paid_yet(paid_cycle: Cycle) -> None:
    plan = plan_of()
    for change, error in (
        ({"budget": 0}, BudgetZeroError),
        ({"budget": -1}, BudgetZeroError),
        ({"effective_on": paid_cycle.period_ends_on}, EffectiveDateError),
        ({"effective_on": next_month() - timedelta(days=62)}, EffectPassedError),
        ({"currency": "EUR"}, NobodyToPayError),
    ):
        with pytest.raises(error):
            in_transaction(partial(plan_round, paid_cycle, replace(plan, **change)))


def test_raises_follow_from_released_results_alone(closed_cycle: Cycle) -> None:
    with pytest.raises(CycleNotReleasedError):
        in_transaction(lambda: plan_round(closed_cycle, plan_of()))


def test_a_job_level_without_a_range_is_named(released_cycle: Cycle, person: Find) -> None:
    in_transaction(
        lambda: enter_first_salary(person("nancy"), 4_400_000, "USD", person("nancy").hired_on, person("hr").id)
    )
    with pytest.raises(RangeMissingError, match="Job level 4"):
        in_transaction(lambda: plan_round(released_cycle, plan_of()))


def test_a_second_round_on_salaries_that_were_raised_meanwhile_is_refused(
    proposed: PayRound, paid_cycle: Cycle, person: Find
) -> None:
    other = in_transaction(lambda: plan_round(paid_cycle, plan_of(500_000)))
    in_transaction(lambda: propose_round(other, person("hr").id))
    approve(proposed, person)
    with pytest.raises(SalaryChangedError):
        approve(other, person)
    assert other.state is RoundState.PROPOSED
    with pytest.raises(EffectiveDateError):
        in_transaction(lambda: plan_round(paid_cycle, plan_of()))


def test_who_leaves_before_the_day_is_not_paid_by_the_round(
    proposed: PayRound, paid_cycle: Cycle, person: Find
) -> None:
    def leave() -> None:
        person("nancy").left_on = proposed.effective_on - timedelta(days=1)

    in_transaction(leave)
    with pytest.raises(LeavesBeforeError):
        approve(proposed, person)
    fresh = in_transaction(lambda: plan_round(paid_cycle, plan_of()))
    assert person("nancy").id not in {line.participant.person_id for line in lines_of(fresh)}


def test_the_fingerprint_covers_every_value_that_is_decided(draft: PayRound) -> None:
    lines = lines_of(draft)
    seen = {fingerprint_of(draft, lines)}
    for field, value in (("salary_before", 1), ("raise_amount", 2), ("lump_sum", 3), ("is_excluded", True)):
        kept = getattr(lines[0], field)
        setattr(lines[0], field, value)
        seen.add(fingerprint_of(draft, lines))
        setattr(lines[0], field, kept)
    assert len(seen) == 5
