"""The first page after signing in: what waits, until when, and in which phase are we."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from assessments.collection.access import may_see_raters
from assessments.collection.queries import late_raters, progress_by_unit
from people.permissions import Permission
from people.roles.guards import current_viewer, signed_in
from people.roles.models import Viewer
from review.cycles.models import Cycle, CycleState
from review.home.queries import Task, Waiting, cycles_under_way, waiting_for
from review.running.queries import phases_of
from web.database import utc_now
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.language import localized, ngettext

blueprint = Blueprint("home", __name__)
MOST_LATE = 10
# For each task: where it is done, what the address is called there, and the verb.
PLACES = {
    Task.ANSWER: ("answers.my_requests", "", _l("Answer")),
    Task.READ_TARGETS: ("scorecards.my_scorecard", "", _l("Read")),
    Task.AGREE_TARGETS: ("scorecards.all_scorecards", "", _l("Open")),
    Task.GRADE: ("results.to_grade", "cycle_id", _l("Give a grade")),
    Task.REVIEW: ("results.to_review", "cycle_id", _l("Review")),
    Task.SIGN: ("results.sign", "participant_id", _l("Read and sign")),
    Task.AGREE_PLAN: ("plans.plan", "participant_id", _l("Read and agree")),
    Task.DECIDE_PAY: ("pay.pay_round", "round_id", _l("Decide")),
    Task.DECIDE_PROMOTION: ("promotions.promotion", "promotion_id", _l("Decide")),
    Task.OPEN_CYCLE: ("planning.check", "cycle_id", _l("Check and open")),
    Task.CLOSE_CYCLE: ("cycles.close", "cycle_id", _l("Close")),
    Task.CONFIRM_CYCLE: ("cycles.confirm", "cycle_id", _l("Confirm")),
    Task.RELEASE_CYCLE: ("cycles.release_page", "cycle_id", _l("Release")),
    Task.REMIND: ("collection.progress", "survey_id", _l("Look and remind")),
    Task.FAILED_WORK: ("operations.all_jobs", "", _l("Look at it")),
    Task.GIVE_ACCOUNTS: ("administration.accounts", "", _l("Invite them")),
    Task.EXPORT_TRAIL: ("audit.trail_page", "", _l("Read and export")),
}


@dataclass(frozen=True)
class Entry:
    """One thing that waits, as the page shows it."""

    title: str
    url: str
    verb: str
    detail: str
    due: datetime | None
    late: bool


@blueprint.get("/")
@signed_in
def index() -> str:
    """Show what waits for the reader, and where the cycles stand."""
    viewer, now = current_viewer(), utc_now()
    cycles = cycles_under_way(viewer)
    entries = [_entry(one, now) for one in waiting_for(viewer, cycles, now)]
    may_run = viewer.can(Permission.CYCLE_RUN)
    return render_template(
        "review/home/index.html",
        entries=entries,
        phases=[(cycle, phases_of(cycle)) for cycle in cycles if may_run or cycle.state is not CycleState.DRAFT],
        viewer=viewer,
        **_followed(viewer, cycles),
    )


def _followed(viewer: Viewer, cycles: list[Cycle]) -> dict[str, Any]:
    """Progress by unit and who is late in the cycle that collects answers now, for those who remind."""
    collecting = next((cycle for cycle in cycles if cycle.state is CycleState.OPEN), None)
    if collecting is None or not viewer.can(Permission.PROGRESS_READ):
        return {"collecting": None}
    late = late_raters(viewer, collecting.survey) if may_see_raters(viewer) else []
    return {
        "collecting": collecting,
        "units": progress_by_unit(viewer, collecting.survey, viewer.today),
        "late": late[:MOST_LATE],
        "late_total": len(late),
    }


def _entry(one: Waiting, now: datetime) -> Entry:
    endpoint, parameter, verb = PLACES[one.task]
    if endpoint not in current_app.view_functions:
        endpoint, parameter = "cycles.all_cycles", ""
    values: dict[str, Any] = {parameter: one.public_id} if parameter else {}
    is_late = one.due is not None and one.due < now
    detail = localized(one.name) if one.task in WITH_DETAIL else ""
    return Entry(_title(one), url_for(endpoint, **values), str(verb), detail, one.due, is_late)


WITH_DETAIL = frozenset({Task.ANSWER, Task.GRADE, Task.REVIEW, Task.SIGN, Task.REMIND})


def _title(one: Waiting) -> str:
    name, count = localized(one.name), one.count
    titles = {
        Task.ANSWER: lambda: ngettext("%(num)s questionnaire to answer", "%(num)s questionnaires to answer", count),
        Task.READ_TARGETS: lambda: _("Your targets are being written"),
        Task.AGREE_TARGETS: lambda: ngettext(
            "%(num)s scorecard of your people to agree on", "%(num)s scorecards of your people to agree on", count
        ),
        Task.GRADE: lambda: ngettext("%(num)s person to grade", "%(num)s people to grade", count),
        Task.REVIEW: lambda: ngettext("%(num)s grade to review", "%(num)s grades to review", count),
        Task.SIGN: lambda: _("Your result is there"),
        Task.AGREE_PLAN: lambda: _("Development plan of %(name)s", name=name),
        Task.DECIDE_PAY: lambda: _("Raises: %(name)s", name=name),
        Task.DECIDE_PROMOTION: lambda: _("Promotion of %(name)s", name=name),
        Task.OPEN_CYCLE: lambda: _("“%(name)s” is planned", name=name),
        Task.CLOSE_CYCLE: lambda: _("The answers of “%(name)s” are in", name=name),
        Task.CONFIRM_CYCLE: lambda: _("All grades of “%(name)s” are reviewed", name=name),
        Task.RELEASE_CYCLE: lambda: _("The grades of “%(name)s” are confirmed", name=name),
        Task.REMIND: lambda: ngettext(
            "%(num)s person has not answered everything", "%(num)s people have not answered everything", count
        ),
        Task.GIVE_ACCOUNTS: lambda: ngettext(
            "%(num)s person without an account", "%(num)s people without an account", count
        ),
        Task.EXPORT_TRAIL: lambda: ngettext(
            "%(num)s event since your last export of the audit trail",
            "%(num)s events since your last export of the audit trail",
            count,
        ),
        Task.FAILED_WORK: lambda: ngettext("%(num)s piece of work failed", "%(num)s pieces of work failed", count),
    }
    return str(titles[one.task]())
