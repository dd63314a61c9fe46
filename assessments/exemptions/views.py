"""The page that decides whether a KPI counts."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.exemptions.forms import line_status_form
from assessments.scorecards.access import may_ask, may_read
from assessments.scorecards.queries import line_by_public_id
from assessments.scorecards.reports import status_sentence
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard

blueprint = Blueprint("exemptions", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.route("/scorecard-lines/<public_id:line_id>", methods=["GET", "POST"])
@guard(Permission.SCORECARD_READ)
def line(line_id: str) -> Answer:
    """Ask, decide or note whether a KPI counts."""
    viewer, found = current_viewer(), line_by_public_id(line_id)
    deny_unless(found is not None and may_read(viewer, found.scorecard))
    assert found is not None
    card = found.scorecard
    deny_unless(visible=True, allowed=may_ask(viewer, card))
    form = line_status_form(viewer, found)
    if form.carried_out(lambda: form.carry_out(found, viewer), editing=card):
        return redirect(url_for("scorecards.scorecard", scorecard_id=card.public_id), 303)
    sentence = status_sentence(found)
    return render_template(
        "assessments/exemptions/line.html", form=form, line=found, card=card, sentence=sentence
    ), form.status
