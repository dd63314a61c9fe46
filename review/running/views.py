"""Pages of cycles and the verbs that lead from one phase to the next."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.collection.queries import progress_of
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.checks.queries import blocking, data_check
from review.cycles.access import may_choose_raters, may_see_cycle, may_see_progress
from review.cycles.actions import confirm_cycle, move_deadlines, open_cycle
from review.cycles.models import Cycle, CycleState, ParticipantState
from review.cycles.queries import cycle_by_public_id, participants_of, participation_of, unfinished
from review.results.access import may_list_results
from review.running.actions import release, start_closing
from review.running.forms import CloseForm, StepForm, deadlines_form
from review.running.queries import (
    closed_cycle,
    closing_job,
    cycles_statement,
    grade_counts,
    grading_progress,
    phases_of,
    state_counts,
)
from web.database import utc_now
from web.language import LazyString
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing, in_language

blueprint = Blueprint("cycles", __name__)
Answer = str | Response | tuple[str, int]
TONES = {
    CycleState.DRAFT: "draft",
    CycleState.OPEN: "active",
    CycleState.CLOSING: "waiting",
    CycleState.CLOSED: "active",
    CycleState.CONFIRMED: "waiting",
    CycleState.RELEASED: "done",
}


@blueprint.get("/cycles")
@guard(Permission.CYCLE_READ)
def all_cycles() -> Answer:
    """List the cycles."""
    may_run = current_viewer().can(Permission.CYCLE_RUN)
    columns = (
        Column("name", _l("Cycle"), in_language(Cycle.name), in_language(Cycle.name)),
        Column("period", _l("Period"), (Cycle.period_ends_on, Cycle.period_starts_on)),
        Column("state", _l("Phase"), Cycle.state),
        Column("closes_at", _l("Answers until")),
    )
    listing = Listing(
        cycles_statement(with_drafts=may_run),
        columns,
        caption=_l("Cycles"),
        default_sort="-period",
        tie_breaker=Cycle.id,
        filters=(Choice("state", _l("Phase"), [(state.value, state.label) for state in CycleState], Cycle.state),),
    )
    return render_template("review/running/all_cycles.html", listing=listing, tones=TONES, may_run=may_run)


@blueprint.get("/cycles/<public_id:cycle_id>")
@guard(Permission.CYCLE_READ)
def cycle(cycle_id: str) -> Answer:
    """Show one cycle: its phases and dates, and what the reader has to do with it."""
    shown, viewer = _visible(cycle_id), current_viewer()
    own, people = participation_of(shown, viewer.person_id)
    is_followed = may_see_progress(viewer)
    return render_template(
        "review/running/cycle.html",
        cycle=shown,
        tone=TONES[shown.state],
        phases=phases_of(shown),
        own=own,
        people=people,
        may_choose_raters=may_choose_raters,
        viewer=viewer,
        may_run=viewer.can(Permission.CYCLE_RUN),
        has_results=shown.state is CycleState.RELEASED and may_list_results(viewer),
        figures=_figures(shown) if is_followed else None,
        progress=progress_of(shown.survey) if is_followed and shown.state is CycleState.OPEN else None,
        job=closing_job(shown) if is_followed and shown.state is CycleState.CLOSING else None,
        is_window_over=shown.survey.closes_at <= utc_now(),
    )


def _figures(cycle: Cycle) -> list[tuple[LazyString, int]]:
    counts = state_counts([cycle])[cycle.id]
    return [(state.label, counts[state]) for state in ParticipantState if counts[state]]


@blueprint.get("/cycles/<public_id:cycle_id>/grading")
@guard(Permission.CYCLE_RUN)
def grading(cycle_id: str) -> Answer:
    """Show how far managers are with their grades, and the grades beside what is advised."""
    shown = _visible(cycle_id)
    participants = participants_of(shown)
    return render_template(
        "review/running/grading.html",
        cycle=shown,
        teams=grading_progress(participants),
        distributions=grade_counts(shown, participants),
    )


@blueprint.route("/cycles/<public_id:cycle_id>/open", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def open_page(cycle_id: str) -> Answer:
    """Ask once more, then open a cycle whose data check finds nothing that blocks."""
    shown = _visible(cycle_id)
    form = StepForm(obj=shown)
    if form.carried_out(lambda: open_cycle(shown, blocking(data_check(shown))), editing=shown):
        return _to_cycle(cycle_id, _("The cycle is open. Raters find their requests on their home page."))
    findings = data_check(shown) if shown.state is CycleState.DRAFT else []
    return render_template("review/running/open.html", cycle=shown, form=form, findings=findings), form.status


@blueprint.route("/cycles/<public_id:cycle_id>/deadlines", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def deadlines(cycle_id: str) -> Answer:
    """Move the end of the answers or of grading."""
    shown = _visible(cycle_id)
    form = deadlines_form(shown)
    zone = shown.survey.time_zone
    if form.carried_out(lambda: move_deadlines(shown, *form.moments(zone)), editing=shown):
        return _to_cycle(cycle_id, _("The deadlines are saved."))
    return render_template("review/running/deadlines.html", cycle=shown, form=form), form.status


@blueprint.route("/cycles/<public_id:cycle_id>/close", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN, fresh=True)
def close(cycle_id: str) -> Answer:
    """Ask once more, then close; the work goes on in the background."""
    shown = _visible(cycle_id)
    form = CloseForm(obj=shown)
    by_id = current_viewer().person_id
    if form.carried_out(lambda: start_closing(shown, early=bool(form.early.data), by_id=by_id), editing=shown):
        return redirect(url_for("operations.job_page", job_id=form.outcome), 303)
    page = {"progress": progress_of(shown.survey), "is_window_over": shown.survey.closes_at <= utc_now()}
    return render_template("review/running/close.html", cycle=shown, form=form, **page), form.status


@blueprint.get("/cycles/closed-by/<public_id:job_id>")
@guard(Permission.CYCLE_RUN)
def closed(job_id: str) -> Answer:
    """Lead from the work of closing to what came of it."""
    found = closed_cycle(job_id)
    deny_unless(found is not None)
    assert found is not None
    return redirect(url_for("cycles.grading", cycle_id=found.public_id), 303)


@blueprint.route("/cycles/<public_id:cycle_id>/confirm", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def confirm(cycle_id: str) -> Answer:
    """Confirm all grades once they are reviewed."""
    shown = _visible(cycle_id)
    form = StepForm(obj=shown)
    if form.carried_out(lambda: confirm_cycle(shown), editing=shown):
        return _to_cycle(cycle_id, _("The grades are confirmed. Releasing shows them to everyone concerned."))
    waiting = unfinished(shown, ParticipantState.REVIEWED)
    return render_template("review/running/confirm.html", cycle=shown, form=form, waiting=waiting), form.status


@blueprint.route("/cycles/<public_id:cycle_id>/release", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN, fresh=True)
def release_page(cycle_id: str) -> Answer:
    """Seal the results and show them to those they are about."""
    shown = _visible(cycle_id)
    form = StepForm(obj=shown)
    if form.carried_out(lambda: release(shown), editing=shown):
        return _to_cycle(cycle_id, _("The results are released."))
    return render_template("review/running/release.html", cycle=shown, form=form), form.status


def _visible(cycle_id: str) -> Cycle:
    found = cycle_by_public_id(cycle_id)
    deny_unless(found is not None and may_see_cycle(current_viewer(), found))
    assert found is not None
    return found


def _to_cycle(cycle_id: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id), 303)
