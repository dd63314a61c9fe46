"""Pages about one participant: taking part, who grades, who rates."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.surveys.models import RatingRequest
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.cycles.access import may_choose_raters, may_see_participant, may_withdraw_raters
from review.cycles.models import Participant
from review.cycles.queries import participant_by_public_id
from review.participation.actions import ask_rater, hand_over, set_participation, withdraw_rater
from review.participation.forms import GraderForm, RaterForm, WithdrawForm, participation_form
from review.participation.queries import groups_to_choose, raters_of, request_with_participant
from rubrics.frameworks.models import RaterGroup
from web.database import db
from web.language import gettext as _

blueprint = Blueprint("participation", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.route("/participants/<public_id:participant_id>/status", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def status(participant_id: str) -> Answer:
    """Say whether and how someone takes part."""
    participant = _found(participant_id)
    form = participation_form(participant)
    if form.carried_out(lambda: set_participation(participant, *form.decision()), editing=participant):
        return _to_plan(participant, _("Saved."))
    return render_template("review/participation/status.html", form=form, participant=participant), form.status


@blueprint.route("/participants/<public_id:participant_id>/manager", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def grader(participant_id: str) -> Answer:
    """Name who rates and grades someone."""
    participant = _found(participant_id)
    form = GraderForm(
        version=str(participant.version), manager=participant.manager, second_line=participant.second_line
    )
    if form.carried_out(lambda: _handed_over(participant, form), editing=participant):
        return _to_plan(participant, _("Saved."))
    return render_template("review/participation/grader.html", form=form, participant=participant), form.status


def _handed_over(participant: Participant, form: GraderForm) -> Participant:
    manager = db.session.get_one(Person, form.manager.person_id)
    second_line = db.session.get_one(Person, form.second_line.person_id) if form.second_line.person_id else None
    return hand_over(participant, manager, second_line)


@blueprint.route("/participants/<public_id:participant_id>/raters", methods=["GET", "POST"])
@guard(Permission.CYCLE_READ)
def raters(participant_id: str) -> Answer:
    """Choose who rates someone."""
    participant, viewer = _found(participant_id), current_viewer()
    may_choose = may_choose_raters(viewer, participant)
    visible = viewer.can(Permission.CYCLE_RUN) or participant.manager_id == viewer.person_id
    deny_unless(visible or may_see_participant(viewer, participant), may_choose)
    form = RaterForm(groups_to_choose(participant))
    if form.carried_out(lambda: _asked(participant, form)):
        flash(_("The rater is added."), "success")
        return redirect(url_for("participation.raters", participant_id=participant_id), 303)
    return render_template(
        "review/participation/raters.html",
        form=form,
        participant=participant,
        raters=raters_of(participant),
        may_withdraw=may_withdraw_raters(viewer, participant),
        may_run=viewer.can(Permission.CYCLE_RUN),
    ), form.status


def _asked(participant: Participant, form: RaterForm) -> RatingRequest:
    return ask_rater(participant, db.session.get_one(Person, form.rater.person_id), RaterGroup(form.group.data))


@blueprint.route("/planned-raters/<public_id:request_id>/withdraw", methods=["GET", "POST"])
@guard(Permission.CYCLE_READ)
def withdraw(request_id: str) -> Answer:
    """Take a rater out of the plan."""
    found, viewer = request_with_participant(request_id), current_viewer()
    deny_unless(found is not None and may_choose_raters(viewer, found[1]))
    assert found is not None
    request, participant = found
    deny_unless(visible=True, allowed=may_withdraw_raters(viewer, participant))
    form = WithdrawForm()
    if form.carried_out(lambda: withdraw_rater(participant, request)):
        flash(_("%(name)s is not asked any more.", name=request.rater.name), "success")
        return redirect(url_for("participation.raters", participant_id=participant.public_id), 303)
    page = {"form": form, "participant": participant, "rater": request}
    return render_template("review/participation/withdraw.html", **page), form.status


def _found(participant_id: str) -> Participant:
    participant = participant_by_public_id(participant_id)
    deny_unless(participant is not None)
    assert participant is not None
    return participant


def _to_plan(participant: Participant, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("planning.participants", cycle_id=participant.cycle.public_id), 303)
