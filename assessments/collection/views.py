"""Pages for those who follow a collection: how far it is, whom to remind."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.collection.access import may_follow, may_remind, may_see_raters
from assessments.collection.actions import remind
from assessments.collection.forms import RemindForm
from assessments.collection.queries import (
    collecting_surveys,
    progress_by_group,
    progress_by_unit,
    progress_of,
    raters_of,
)
from assessments.surveys.models import Survey
from assessments.surveys.queries import survey_by_public_id
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from web.database import utc_now
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.language import ngettext
from web.tables import Column, Listing

blueprint = Blueprint("collection", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/surveys")
@guard(Permission.PROGRESS_READ)
def all_surveys() -> Page:
    """List the surveys that collect answers."""
    listing = Listing(
        collecting_surveys(),
        (
            Column("name", _l("Survey")),
            Column("closes", _l("Answers until"), order_by=Survey.closes_at),
        ),
        caption=_l("Surveys that collect answers"),
        default_sort="closes",
        tie_breaker=Survey.id,
    )
    return render_template("assessments/collection/all_surveys.html", listing=listing)


@blueprint.get("/surveys/<public_id:survey_id>")
@guard(Permission.PROGRESS_READ)
def progress(survey_id: str) -> Page:
    """Show how many have answered, by unit and group; never what, never about whom."""
    viewer, survey = current_viewer(), _survey(survey_id)
    # A unit can be one person: its count would tell a name.
    reminds = may_see_raters(viewer)
    return render_template(
        "assessments/collection/progress.html",
        survey=survey,
        whole=progress_of(survey),
        units=progress_by_unit(viewer, survey, viewer.today) if reminds else [],
        groups=progress_by_group(survey),
        listing=_raters(survey) if reminds else None,
        form=RemindForm() if may_remind(viewer, survey, utc_now()) else None,
    )


@blueprint.post("/surveys/<public_id:survey_id>/remind")
@guard(Permission.PROGRESS_READ)
def remind_raters(survey_id: str) -> Page:
    """Write to everyone who has not answered yet."""
    viewer, survey = current_viewer(), _survey(survey_id)
    deny_unless(True, may_see_raters(viewer))
    form = RemindForm()
    if form.carried_out(lambda: str(remind(viewer, survey, viewer.today))):
        flash(*_reminded(int(form.outcome)))
        return redirect(url_for("collection.progress", survey_id=survey_id), 303)
    return render_template("assessments/collection/refused.html", survey=survey, form=form), form.status


def _reminded(number: int) -> tuple[str, str]:
    """What to say about so many reminders, and in which tone."""
    if number == 0:
        return _("Nobody was reminded anew: all who have not answered had their reminder today."), "info"
    return ngettext("%(num)s person has been reminded.", "%(num)s people have been reminded.", number), "success"


def _survey(survey_id: str) -> Survey:
    survey = survey_by_public_id(survey_id)
    deny_unless(survey is not None and may_follow(current_viewer(), survey))
    assert survey is not None
    return survey


def _raters(survey: Survey) -> Listing:
    return Listing(
        raters_of(current_viewer(), survey),
        (
            Column("name", _l("Rater"), order_by=Person.sort_key, search=(Person.name, Person.employee_number)),
            Column("submitted", _l("Submitted"), kind="number"),
            Column("declined", _l("Declined"), kind="number"),
            Column("state", _l("State")),
        ),
        caption=_l("Who has answered"),
        default_sort="name",
        tie_breaker=Person.id,
        per_page=50,
    )
