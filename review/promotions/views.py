"""Pages of promotions: readiness with its reasons, proposals, and decisions on exactly what is shown."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.cycles.models import Participant
from review.pay.forms import DecisionForm
from review.promotions.access import (
    may_decide,
    may_judge,
    may_propose_for,
    may_see_promotion,
    may_see_readiness,
    may_withdraw,
)
from review.promotions.actions import approve_promotion, propose_promotion, refuse_promotion, withdraw_promotion
from review.promotions.errors import NoNextProfileError, PromotionStateError
from review.promotions.forms import ProposalForm, StepForm
from review.promotions.models import Promotion, PromotionState
from review.promotions.queries import (
    fingerprint_of,
    judged,
    next_step,
    people_to_propose,
    positions_of,
    present_result,
    promotion_by_public_id,
    promotions_of,
    promotions_visible_to,
    standing_of,
)
from review.results.models import Result
from rubrics.frameworks.queries import dimensions_of, published_framework
from web.language import gettext as _
from web.language import localized

blueprint = Blueprint("promotions", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/promotions")
@guard(Permission.PAY_READ)
def all_promotions() -> Answer:
    """List the proposals that the reader may see."""
    viewer = current_viewer()
    may_propose = viewer.can(Permission.PROMOTION_PROPOSE)
    page = "review/promotions/all_promotions.html"
    return render_template(page, listing=promotions_visible_to(viewer), may_propose=may_propose)


@blueprint.get("/promotions/people")
@guard(Permission.PROMOTION_PROPOSE)
def people() -> Answer:
    """List whom the reader may propose."""
    return render_template("review/promotions/people.html", listing=people_to_propose(current_viewer()))


@blueprint.get("/participants/<public_id:participant_id>/readiness")
@guard(Permission.OWN_RECORD)
def readiness(participant_id: str) -> Answer:
    """Show how a participant stands against the next role profile."""
    participant, result = _ready(participant_id)
    step, viewer = next_step(result), current_viewer()
    return render_template(
        "review/promotions/readiness.html",
        participant=participant,
        step=step,
        rows=[standing_of(entry) for entry in step.readiness.requirements] if step else [],
        names=_dimension_names(),
        may_propose=step is not None and may_propose_for(viewer, participant.person_id),
        pending=promotions_of(participant.person_id, PromotionState.PROPOSED),
    )


@blueprint.route("/participants/<public_id:participant_id>/promotion", methods=["GET", "POST"])
@guard(Permission.PROMOTION_PROPOSE)
def propose(participant_id: str) -> Answer:
    """Propose a participant for the next profile."""
    participant, result = _ready(participant_id)
    viewer, step = current_viewer(), next_step(result)
    deny_unless(visible=True, allowed=may_propose_for(viewer, participant.person_id))
    if step is None:
        raise NoNextProfileError
    form = ProposalForm().offer(positions_of(step.profile, viewer.today))
    if form.carried_out(lambda: _proposed(form, result)):
        flash(_("The proposal waits for an approver."), "success")
        return redirect(url_for("promotions.promotion", promotion_id=form.outcome), 303)
    page = "review/promotions/propose.html"
    readiness = step.readiness.readiness
    return render_template(page, form=form, participant=participant, step=step, readiness=readiness), form.status


@blueprint.get("/promotions/<public_id:promotion_id>")
@guard(Permission.OWN_RECORD)
def promotion(promotion_id: str) -> Answer:
    """Show a proposal with the reasons it was made on, and where it stands."""
    found, viewer = _visible(promotion_id), current_viewer()
    return render_template(
        "review/promotions/promotion.html",
        promotion=found,
        may_decide=may_decide(viewer, found),
        may_withdraw=may_withdraw(viewer, found),
        **_reasons(found),
    )


@blueprint.route("/promotions/<public_id:promotion_id>/withdrawal", methods=["GET", "POST"])
@guard(Permission.PROMOTION_PROPOSE)
def withdraw(promotion_id: str) -> Answer:
    """Take a proposal back before anybody decides."""
    found, viewer = _visible(promotion_id), current_viewer()
    deny_unless(visible=True, allowed=viewer.person_id == found.proposed_by_id)
    form = StepForm(obj=found)
    if not form.is_submitted():
        _require_proposed(found)
    if form.carried_out(lambda: withdraw_promotion(found), editing=found):
        flash(_("The proposal is withdrawn."), "success")
        return redirect(url_for("promotions.promotion", promotion_id=promotion_id), 303)
    return render_template("review/promotions/withdraw.html", form=form, promotion=found), form.status


@blueprint.route("/promotions/<public_id:promotion_id>/decision", methods=["GET", "POST"])
@guard(Permission.PROMOTION_APPROVE, fresh=True)
def decide(promotion_id: str) -> Answer:
    """Approve or refuse exactly what is shown."""
    found = _visible(promotion_id)
    deny_unless(visible=True, allowed=may_judge(current_viewer(), found))
    form = DecisionForm()
    if not form.is_submitted():
        _require_proposed(found)
    if form.carried_out(lambda: _decided(found, form)):
        flash(_("Your decision is recorded."), "success")
        return redirect(url_for("promotions.promotion", promotion_id=promotion_id), 303)
    if form.is_submitted():
        found = _visible(promotion_id)
    form.seen.data = fingerprint_of(found)
    page = "review/promotions/decide.html"
    return render_template(page, form=form, promotion=found, **_reasons(found)), form.status


def _proposed(form: ProposalForm, result: Result) -> Promotion:
    viewer = current_viewer()
    assert form.effective_on.data is not None
    return propose_promotion(
        result,
        form.chosen,
        effective_on=form.effective_on.data,
        reason=form.reason.data or "",
        by_id=viewer.person_id,
        today=viewer.today,
    )


def _decided(found: Promotion, form: DecisionForm) -> Promotion:
    decide_on = approve_promotion if form.decision.data == "approve" else refuse_promotion
    return decide_on(found, form.seen.data or "", form.note.data or "", current_viewer().person_id)


def _ready(participant_id: str) -> tuple[Participant, Result]:
    result = judged(participant_id)
    if result is None:
        raise NotFound
    deny_unless(may_see_readiness(current_viewer(), result.participant))
    return result.participant, result


def _visible(promotion_id: str) -> Promotion:
    found = promotion_by_public_id(promotion_id)
    if found is None:
        raise NotFound
    deny_unless(may_see_promotion(current_viewer(), found))
    return found


def _require_proposed(found: Promotion) -> None:
    if found.state is not PromotionState.PROPOSED:
        raise PromotionStateError


def _reasons(found: Promotion) -> dict[str, object]:
    """What pages show beside a proposal: its result now, and whether that stands otherwise than when it was made."""
    is_subject = current_viewer().person_id == found.participant.person_id
    result = present_result(found)
    step = next_step(result) if result is not None and found.state is PromotionState.PROPOSED else None
    return {
        "names": _dimension_names(),
        "is_subject": is_subject,
        "grade": result.grade if result is not None and not is_subject else None,
        "has_changed": step is not None and step.readiness.readiness.value != found.readiness,
    }


def _dimension_names() -> dict[str, str]:
    return {dimension.code: localized(dimension.short_name) for dimension in dimensions_of(published_framework())}
