"""Pages of planning: a new cycle, its dates, its participants, and the check before opening."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from people.organisation.models import Person, Position
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.checks.models import Finding, FindingCode
from review.checks.queries import blocking, data_check
from review.cycles.actions import CyclePlan, edit_plan, link_scorecards, plan_cycle
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState, ParticipationStatus
from review.cycles.queries import cycle_by_public_id
from review.forecasts.queries import dry_run
from review.planning.actions import discard_plan
from review.planning.forms import DatesForm, dates_form, plan_form
from review.planning.queries import Manager, last_cycle, participants_statement, raters_planned
from review.running.forms import StepForm
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.language import localized
from web.tables import Choice, Column, Listing, in_language

blueprint = Blueprint("planning", __name__)
Answer = str | Response | tuple[str, int]
# Where a finding is mended: the endpoint, what its parameter is called, and the verb.
PLACES = {
    FindingCode.NO_MANAGER: ("participation.grader", "participant_id", _l("Name a manager")),
    FindingCode.MANAGER_LEFT: ("participation.grader", "participant_id", _l("Name a manager")),
    FindingCode.MANAGER_WITHOUT_ACCOUNT: ("directory.person", "person_id", _l("Open the person")),
    FindingCode.NO_SCHEME: ("schemes.all_schemes", "", _l("Open the schemes")),
    FindingCode.NO_PROFILE: ("profiles.position", "position_id", _l("Choose a role profile")),
    FindingCode.NO_SCORECARD: ("scorecards.new_scorecard", "", _l("Write a scorecard")),
    FindingCode.SCORECARD_DRAFT: ("scorecards.scorecard", "scorecard_id", _l("Open the scorecard")),
    FindingCode.SCORECARD_NOT_LOCKED: ("scorecards.scorecard", "scorecard_id", _l("Open the scorecard")),
    FindingCode.ACTUALS_MISSING: ("actuals.upload", "", _l("Import figures")),
    FindingCode.NO_ANONYMOUS_CELL: ("participation.raters", "participant_id", _l("Choose raters")),
    FindingCode.SMALL_GROUPS: ("participation.raters", "participant_id", _l("Choose raters")),
    FindingCode.IN_ANOTHER_CYCLE: ("cycles.cycle", "cycle_id", _l("Look at the cycle")),
}


@blueprint.route("/cycles/new", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def new_cycle() -> Answer:
    """Plan a new cycle."""
    form = plan_form(last_cycle(), current_viewer().today)
    if form.carried_out(lambda: plan_cycle(form.plan())):
        return _to("planning.participants", form.outcome, _("The plan is made. Look it over and open it when ready."))
    return render_template("review/planning/new_cycle.html", form=form), form.status


@blueprint.route("/cycles/<public_id:cycle_id>/dates", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def dates(cycle_id: str) -> Answer:
    """Change name, dates and threshold of a draft."""
    cycle = _found(cycle_id)
    form = dates_form(cycle)
    if form.carried_out(lambda: edit_plan(cycle, _plan(form, cycle)), editing=cycle):
        return _to("planning.participants", cycle_id, _("The plan is saved."))
    return render_template("review/planning/dates.html", form=form, cycle=cycle), form.status


def _plan(form: DatesForm, cycle: Cycle) -> CyclePlan:
    return form.plan_for(cycle.period_starts_on, cycle.period_ends_on, cycle.snapshot_on)


@blueprint.route("/cycles/<public_id:cycle_id>/discard", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def discard(cycle_id: str) -> Answer:
    """Ask once more, then take a draft back."""
    cycle = _found(cycle_id)
    form = StepForm(obj=cycle)
    name = localized(cycle.name)
    if form.carried_out(lambda: discard_plan(cycle), editing=cycle):
        flash(_("The plan “%(name)s” is discarded.", name=name), "success")
        return redirect(url_for("cycles.all_cycles"), 303)
    return render_template("review/planning/discard.html", form=form, cycle=cycle), form.status


@blueprint.get("/cycles/<public_id:cycle_id>/participants")
@guard(Permission.CYCLE_RUN)
def participants(cycle_id: str) -> Answer:
    """List who takes part, with manager, raters, scheme and scorecard."""
    cycle = _found(cycle_id)
    return _participants_page(cycle, StepForm(obj=cycle))


def _participants_page(cycle: Cycle, form: StepForm) -> Answer:
    columns = (
        Column(
            "name", _l("Person"), Person.sort_key, (Person.name, Person.employee_number, in_language(Position.title))
        ),
        Column("status", _l("Takes part"), Participant.status),
        Column("manager", _l("Graded by"), Manager.sort_key, (Manager.name, Manager.sort_key)),
        Column("raters", _l("Raters")),
        Column("scheme", _l("Scheme and scorecard")),
    )
    statuses = [(status.value, status.label) for status in ParticipationStatus]
    listing = Listing(
        participants_statement(cycle),
        columns,
        caption=_l("Participants"),
        default_sort="name",
        tie_breaker=Participant.id,
        filters=(Choice("status", _l("Takes part"), statuses, Participant.status),),
    )
    page = {"cycle": cycle, "listing": listing, "planned": raters_planned(listing.rows), "states": ParticipantState}
    return render_template("review/planning/participants.html", form=form, **page), form.status


@blueprint.post("/cycles/<public_id:cycle_id>/scorecards")
@guard(Permission.CYCLE_RUN)
def scorecards(cycle_id: str) -> Answer:
    """Look for the scorecards of the period once more."""
    cycle = _found(cycle_id)
    form = StepForm(obj=cycle)
    if form.carried_out(lambda: link_scorecards(cycle), editing=cycle):
        message = _("%(count)s participants have a scorecard for this period.", count=form.outcome)
        return _to("planning.participants", cycle_id, message)
    return _participants_page(cycle, form)


@blueprint.get("/cycles/<public_id:cycle_id>/check")
@guard(Permission.CYCLE_RUN)
def check(cycle_id: str) -> Answer:
    """Show what is missing before the opening, and until the close which grades are to be expected."""
    cycle = _found(cycle_id)
    findings = data_check(cycle) if cycle.state is CycleState.DRAFT else []
    return render_template(
        "review/planning/check.html",
        cycle=cycle,
        findings=[(finding, *_place(finding)) for finding in findings],
        blocked=blocking(findings),
        forecasts=dry_run(cycle) if cycle.state in {CycleState.DRAFT, CycleState.OPEN} else [],
    )


def _place(finding: Finding) -> tuple[str, str]:
    """The address and the verb where a finding is mended; none where the dates are the matter."""
    endpoint, parameter, verb = PLACES.get(finding.code, ("", "", ""))
    if not endpoint or (parameter and not finding.mended_at):
        return "", ""
    values: dict[str, Any] = {parameter: finding.mended_at} if parameter else {}
    return url_for(endpoint, **values), str(verb)


def _found(cycle_id: str) -> Cycle:
    cycle = cycle_by_public_id(cycle_id)
    deny_unless(cycle is not None)
    assert cycle is not None
    return cycle


def _to(endpoint: str, cycle_id: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(endpoint, cycle_id=cycle_id), 303)
