"""Pages of development plans."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.cycles.models import Participant
from review.cycles.queries import participant_by_public_id
from review.plans.access import may_agree, may_draft_plan, may_edit_plan, may_read_plan
from review.plans.actions import GoalContent, add_goal, agree_to_plan, draft_plan, edit_goal, report_progress
from review.plans.forms import KIND_LABELS, STATE_LABELS, AgreeForm, GoalForm, ProgressForm
from review.plans.models import DevelopmentPlan, GoalKind, GoalState, PlanGoal
from review.plans.queries import goal_by_public_id, notes_of, plan_by_public_id, plan_of, plans_visible_to
from rubrics.frameworks.queries import dimensions_of, published_framework
from web.language import gettext as _
from web.language import localized

blueprint = Blueprint("plans", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/plans")
@guard(Permission.PLAN_READ)
def all_plans() -> Answer:
    """List the plans that the reader may see."""
    return render_template("review/plans/all_plans.html", listing=plans_visible_to(current_viewer()))


@blueprint.route("/participants/<public_id:participant_id>/plan", methods=["GET", "POST"])
@guard(Permission.PLAN_READ)
def plan(participant_id: str) -> Answer:
    """Show the plan of a participant, or draft it from the gaps."""
    participant = _readable(participant_id)
    viewer, found = current_viewer(), plan_of(participant)
    form = AgreeForm()
    if found is None and form.is_submitted():
        deny_unless(visible=True, allowed=may_draft_plan(viewer, participant))
    if found is None and form.carried_out(lambda: draft_plan(participant, _aims(), viewer.today)):
        flash(_("The plan is drafted. Word the goals in your own words."), "success")
        return redirect(url_for("plans.plan", participant_id=participant_id), 303)
    page = "review/plans/plan.html" if found else "review/plans/no_plan.html"
    return render_template(page, form=form, participant=participant, **_shown(participant, found)), form.status


@blueprint.post("/plans/<public_id:plan_id>/agreement")
@guard(Permission.PLAN_EDIT)
def agree(plan_id: str) -> Answer:
    """Agree to a plan."""
    found = plan_by_public_id(plan_id)
    if found is None:
        raise NotFound
    viewer = current_viewer()
    deny_unless(may_read_plan(viewer, found.participant), may_agree(viewer, found))
    form = AgreeForm()
    if form.carried_out(lambda: agree_to_plan(found, viewer.person_id)):
        flash(_("You have agreed to this plan."), "success")
    else:
        flash(" ".join(form.form_errors), "warning")
    return redirect(url_for("plans.plan", participant_id=found.participant.public_id), 303)


@blueprint.route("/plans/<public_id:plan_id>/goals/new", methods=["GET", "POST"])
@guard(Permission.PLAN_EDIT)
def new_goal(plan_id: str) -> Answer:
    """Add a goal."""
    found = plan_by_public_id(plan_id)
    if found is None:
        raise NotFound
    viewer = current_viewer()
    deny_unless(may_read_plan(viewer, found.participant), may_edit_plan(viewer, found.participant))
    form = GoalForm().offer(_dimension_names())
    if form.carried_out(lambda: add_goal(found, _content(form), viewer.today)):
        return redirect(url_for("plans.plan", participant_id=found.participant.public_id), 303)
    return render_template("review/plans/goal.html", form=form, plan=found, goal=None), form.status


@blueprint.route("/goals/<public_id:goal_id>", methods=["GET", "POST"])
@guard(Permission.PLAN_EDIT)
def goal(goal_id: str) -> Answer:
    """Change what a goal says."""
    found = _editable(goal_id)
    form = GoalForm(obj=found).offer(_dimension_names())
    if form.carried_out(lambda: edit_goal(found, _content(form), current_viewer().today), editing=found):
        return redirect(url_for("plans.plan", participant_id=found.plan.participant.public_id), 303)
    return render_template("review/plans/goal.html", form=form, plan=found.plan, goal=found), form.status


@blueprint.route("/goals/<public_id:goal_id>/progress", methods=["GET", "POST"])
@guard(Permission.PLAN_EDIT)
def progress(goal_id: str) -> Answer:
    """Say how far a goal has come."""
    found = _editable(goal_id)
    form = ProgressForm(obj=found)
    viewer = current_viewer()

    def report() -> PlanGoal:
        state = GoalState(form.state.data)
        return report_progress(found, form.progress.data or 0, state, form.note.data or "", viewer.person_id)

    if form.carried_out(report, editing=found):
        return redirect(url_for("plans.plan", participant_id=found.plan.participant.public_id), 303)
    return render_template("review/plans/progress.html", form=form, goal=found), form.status


def _readable(participant_id: str) -> Participant:
    participant = participant_by_public_id(participant_id)
    if participant is None:
        raise NotFound
    deny_unless(may_read_plan(current_viewer(), participant))
    return participant


def _editable(goal_id: str) -> PlanGoal:
    found = goal_by_public_id(goal_id)
    if found is None:
        raise NotFound
    viewer, participant = current_viewer(), found.plan.participant
    deny_unless(may_read_plan(viewer, participant), may_edit_plan(viewer, participant))
    return found


def _content(form: GoalForm) -> GoalContent:
    return GoalContent(
        aim=form.aim.data or "",
        steps=form.steps.data or "",
        kind=GoalKind(form.kind.data),
        due_on=form.due_on.data or date.max,
        dimension_code=form.dimension_code.data or None,
    )


def _shown(participant: Participant, found: DevelopmentPlan | None) -> dict[str, object]:
    viewer = current_viewer()
    return {
        "plan": found,
        "notes": notes_of(found.goals) if found is not None else {},
        "names": _dimension_names(),
        "kinds": KIND_LABELS,
        "states": STATE_LABELS,
        "may_draft": may_draft_plan(viewer, participant),
        "may_edit": may_edit_plan(viewer, participant),
        "may_agree": found is not None and may_agree(viewer, found),
        "today": viewer.today,
    }


def _dimension_names() -> dict[str, str]:
    return {dimension.code: localized(dimension.name) for dimension in dimensions_of(published_framework())}


def _aims() -> dict[str, str]:
    names = _dimension_names().items()
    return {code: _("Meet what the position requires in “%(dimension)s”", dimension=name) for code, name in names}
