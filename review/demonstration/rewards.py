"""Plans, raises and promotions of the demonstration."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from people.organisation.models import Person, Position
from review.cycles.models import Cycle
from review.cycles.queries import participants_of
from review.demonstration.actions import CURRENCY
from review.demonstration.seasons import Season
from review.pay.actions import RoundPlan, approve_round, plan_round, propose_round
from review.plans.actions import agree_to_plan, draft_plan
from review.promotions.actions import approve_promotion, propose_promotion
from review.promotions.models import Promotion, PromotionState
from review.promotions.queries import NextStep, next_step, promotions_of
from review.results.models import Result
from review.results.queries import result_of
from review.rewards.promotion import Readiness
from rubrics.frameworks.queries import dimensions_of, published_framework
from rubrics.profiles.queries import positions_of_profiles
from web.database import db

BUDGET = 12_000_000
SUPPLEMENT = 900_000
PLANNED = 4
PROMOTED_GRADES = frozenset("SAB")


def plan_and_reward(cycle: Cycle, season: Season) -> None:
    """Agree on some plans, approve the raises, promote the first who is eligible."""
    hr, approver, aims = _person("101"), _person("103"), _aims()
    for row in [row for row in participants_of(cycle) if row.is_graded][:PLANNED]:
        plan = draft_plan(row, aims, season.signed_at.date())
        if plan.goals:
            agree_to_plan(plan, row.person_id)
            agree_to_plan(plan, row.manager_id or 0)
    name = {"zh": "年度调薪", "en": "Yearly raises"}
    pay_round = plan_round(cycle, RoundPlan(name, CURRENCY, BUDGET, season.effective_on))
    propose_round(pay_round, hr.id)
    approve_round(pay_round, pay_round.fingerprint, "", approver.id)
    promotion = _propose_best(cycle, season.effective_on, season.signed_at.date())
    if promotion is not None:
        approve_promotion(promotion, promotion.fingerprint, "", approver.id)


def leave_something_to_decide(cycle: Cycle, today: date) -> None:
    """A second round of raises and a promotion wait for the approver."""
    next_month = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    name = {"zh": "补充调薪", "en": "Supplementary raises"}
    propose_round(plan_round(cycle, RoundPlan(name, CURRENCY, SUPPLEMENT, next_month)), _person("101").id)
    _propose_best(cycle, next_month, today)


def _propose_best(cycle: Cycle, effective_on: date, today: date) -> Promotion | None:
    """Propose who stands best against the next profile and was not proposed before; good grades come first."""
    best = sorted(_candidates(cycle), key=lambda entry: (entry[1].grade not in PROMOTED_GRADES, -entry[0], entry[1].id))
    if not best:
        return None
    _, result, step = best[0]
    code = positions_of_profiles(effective_on)[step.profile.code][0]
    position = db.session.scalars(select(Position).where(Position.code == code)).one()
    reason = (
        "已能独当一面，同事常来请教；带人方面尚需积累依据。 / Works on their own, and colleagues ask them for advice; "
        "evidence of leading others is still to come."
    )
    manager_id = result.participant.manager_id or 0
    return propose_promotion(result, position, effective_on=effective_on, reason=reason, by_id=manager_id, today=today)


def _candidates(cycle: Cycle) -> Iterator[tuple[float, Result, NextStep]]:
    for row in participants_of(cycle):
        result = result_of(row) if row.is_graded and row.manager_id is not None else None
        step = next_step(result) if result is not None else None
        if result is None or step is None or step.readiness.readiness is Readiness.NOT_YET:
            continue
        if promotions_of(row.person_id, PromotionState.PROPOSED, PromotionState.APPROVED):
            continue
        yield sum(entry.probability or 0.0 for entry in step.readiness.requirements), result, step


def _aims() -> dict[str, str]:
    """What a drafted goal says for each dimension, in both languages, as its readers have both."""
    names = {dimension.code: dimension.name for dimension in dimensions_of(published_framework())}
    wording = "在“{zh}”方面达到岗位要求 / Meet what the position requires in “{en}”"
    return {code: wording.format(**name) for code, name in names.items()}


def _person(number: str) -> Person:
    return db.session.scalars(select(Person).where(Person.employee_number == number)).one()
