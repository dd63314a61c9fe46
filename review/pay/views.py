"""Pages of rounds of raises: plan, look through, propose, decide, and why each number is what it is."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.cycles.models import Cycle
from review.cycles.queries import cycle_by_public_id
from review.pay.access import (
    may_change_round,
    may_decide,
    may_judge,
    may_see_line,
    may_see_round,
    may_work_on_pay,
)
from review.pay.actions import (
    approve_round,
    change_round,
    exclude_from_round,
    plan_round,
    propose_round,
    refuse_round,
)
from review.pay.errors import RoundStateError
from review.pay.forms import DecisionForm, ExclusionForm, RoundForm, StepForm, round_form
from review.pay.models import PayLine, PayRound, RoundState
from review.pay.queries import (
    cost_of,
    fingerprint_of,
    graded_without_line,
    line_by_public_id,
    lines_listing,
    lines_of,
    paid_person_ids,
    places_for,
    round_by_public_id,
    rounds_listing,
    states_visible_to,
)
from review.pay.reports import explained
from review.results.access import may_see_result
from web.language import gettext as _

blueprint = Blueprint("pay", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/pay/rounds")
@guard(Permission.PAY_READ)
def rounds() -> Answer:
    """List the rounds of raises that the reader may see."""
    viewer = current_viewer()
    states = states_visible_to(viewer)
    deny_unless(bool(states))
    return render_template(
        "review/pay/rounds.html",
        listing=rounds_listing(states),
        places=places_for(viewer),
        may_plan=may_work_on_pay(viewer),
    )


@blueprint.route("/pay/rounds/new", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE)
def new_round() -> Answer:
    """Plan a round for a released cycle."""
    deny_unless(may_work_on_pay(current_viewer()))
    form = round_form()
    if form.carried_out(lambda: plan_round(_cycle_of(form), form.plan())):
        return _to_round(form.outcome, _("The round is planned. Look through it before you propose it."))
    return render_template("review/pay/plan.html", form=form, pay_round=None), form.status


@blueprint.get("/pay/rounds/<public_id:round_id>")
@guard(Permission.PAY_READ)
def pay_round(round_id: str) -> Answer:
    """Show a round: its budget, every line, and where it stands."""
    found = _visible(round_id)
    viewer, paid = current_viewer(), paid_person_ids(found)
    return render_template(
        "review/pay/round.html",
        pay_round=found,
        listing=lines_listing(found),
        cost=cost_of(found),
        left_out=graded_without_line(found),
        may_change=may_change_round(viewer, found),
        may_decide=may_decide(viewer, found, paid),
    )


@blueprint.route("/pay/rounds/<public_id:round_id>/plan", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE)
def change(round_id: str) -> Answer:
    """Change name, budget or day of a round and share out again."""
    found = _workable(round_id)
    form = round_form(found)
    if not form.is_submitted():
        _require_open(found)
    if form.carried_out(lambda: change_round(found, form.plan()), editing=found):
        return _to_round(round_id, _("The round is shared out anew."))
    return render_template("review/pay/plan.html", form=form, pay_round=found), form.status


@blueprint.route("/pay/rounds/<public_id:round_id>/proposal", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE)
def propose(round_id: str) -> Answer:
    """Put a round before an approver."""
    found = _workable(round_id)
    form = StepForm(obj=found)
    if not form.is_submitted():
        _require_open(found)
    if form.carried_out(lambda: propose_round(found, current_viewer().person_id), editing=found):
        return _to_round(round_id, _("The round waits for an approver."))
    return render_template("review/pay/propose.html", form=form, pay_round=found, cost=cost_of(found)), form.status


@blueprint.route("/pay/rounds/<public_id:round_id>/decision", methods=["GET", "POST"])
@guard(Permission.PAY_APPROVE, fresh=True)
def decide(round_id: str) -> Answer:
    """Approve or refuse exactly what is shown."""
    found, viewer = _visible(round_id), current_viewer()
    deny_unless(visible=True, allowed=may_judge(viewer, found, paid_person_ids(found)))
    form = DecisionForm()
    if not form.is_submitted() and found.state is not RoundState.PROPOSED:
        raise RoundStateError
    if form.carried_out(lambda: _decided(found, form)):
        return _to_round(round_id, _("Your decision is recorded."))
    if form.is_submitted():
        found = _visible(round_id)
    lines = lines_of(found)
    form.seen.data = fingerprint_of(found, lines)
    cost = sum(line.amount for line in lines)
    return render_template("review/pay/decide.html", form=form, pay_round=found, lines=lines, cost=cost), form.status


@blueprint.get("/pay/lines/<public_id:line_id>")
@guard(Permission.OWN_RECORD)
def line(line_id: str) -> Answer:
    """Say why a raise is what it is, step by step."""
    found, viewer = _line(line_id), current_viewer()
    deny_unless(may_see_line(viewer, found))
    steps = explained(found, sees_round=may_see_round(viewer, found.round))
    may_change = may_change_round(viewer, found.round)
    sees_result = may_see_result(viewer, found.participant)
    page = {"line": found, "steps": steps, "may_change": may_change, "sees_result": sees_result}
    return render_template("review/pay/line.html", **page)


@blueprint.route("/pay/lines/<public_id:line_id>/exclusion", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE)
def exclude(line_id: str) -> Answer:
    """Leave someone out with a reason, or take them in again."""
    found = _line(line_id)
    deny_unless(may_see_line(current_viewer(), found), may_work_on_pay(current_viewer()))
    form = ExclusionForm(version=str(found.round.version))
    if not form.is_submitted():
        _require_open(found.round)
    leaves_out = not found.is_excluded

    def change_line() -> PayLine:
        return exclude_from_round(found, leaves_out, form.reason.data or "")

    if form.carried_out(change_line, editing=found.round):
        return _to_round(found.round.public_id, _("The round is shared out anew."))
    return render_template("review/pay/exclude.html", form=form, line=found), form.status


def _decided(found: PayRound, form: DecisionForm) -> PayRound:
    decide_on = approve_round if form.decision.data == "approve" else refuse_round
    return decide_on(found, form.seen.data or "", form.note.data or "", current_viewer().person_id)


def _cycle_of(form: RoundForm) -> Cycle:
    cycle = cycle_by_public_id(str(form.cycle.data))
    if cycle is None:
        raise NotFound
    return cycle


def _visible(round_id: str) -> PayRound:
    found = round_by_public_id(round_id)
    if found is None:
        raise NotFound
    deny_unless(may_see_round(current_viewer(), found))
    return found


def _workable(round_id: str) -> PayRound:
    found = _visible(round_id)
    deny_unless(visible=True, allowed=may_work_on_pay(current_viewer()))
    return found


def _require_open(found: PayRound) -> None:
    if not may_change_round(current_viewer(), found):
        raise RoundStateError


def _line(line_id: str) -> PayLine:
    found = line_by_public_id(line_id)
    if found is None:
        raise NotFound
    return found


def _to_round(round_id: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("pay.pay_round", round_id=round_id), 303)
