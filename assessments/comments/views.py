"""Pages of HR about the comments of closed surveys."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.closing.models import StoredComment
from assessments.comments.access import may_withhold
from assessments.comments.actions import show_again, withhold_comment
from assessments.comments.forms import ShowAgainForm, WithholdForm
from assessments.comments.queries import closed_surveys, comment_by_public_id, comments_in_survey
from assessments.surveys.models import Question, Survey
from assessments.surveys.queries import survey_by_public_id
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing

blueprint = Blueprint("comments", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/comments")
@guard(Permission.SURVEY_PLAN)
def all_surveys() -> Page:
    """List the closed surveys."""
    columns = (Column("name", _l("Survey")), Column("closed", _l("Closed"), order_by=Survey.closed_at))
    listing = Listing(
        closed_surveys(), columns, caption=_l("Closed surveys"), default_sort="-closed", tie_breaker=Survey.id
    )
    return render_template("assessments/comments/all_surveys.html", listing=listing)


@blueprint.get("/comments/surveys/<public_id:survey_id>")
@guard(Permission.SURVEY_PLAN)
def of_survey(survey_id: str) -> Page:
    """List the comments of one closed survey."""
    viewer, survey = current_viewer(), survey_by_public_id(survey_id)
    deny_unless(survey is not None and survey.is_closed)
    assert survey is not None
    listing = Listing(
        comments_in_survey(viewer, survey),
        (
            Column("person", _l("About"), order_by=Person.sort_key, search=(Person.name, Person.employee_number)),
            Column("comment", _l("Comment"), search=StoredComment.text),
            Column("action", _l("Action"), kind="actions"),
        ),
        caption=_l("Comments"),
        default_sort="person",
        tie_breaker=StoredComment.public_id,
        filters=(Choice("question", _l("Question"), _questions(), column=StoredComment.question),),
    )
    return render_template("assessments/comments/of_survey.html", survey=survey, listing=listing, viewer=viewer)


@blueprint.route("/comments/<public_id:comment_id>/withhold", methods=["GET", "POST"])
@guard(Permission.SURVEY_PLAN)
def withhold(comment_id: str) -> Page:
    """Ask for the reason and withhold a comment."""
    comment, form = _comment(comment_id), WithholdForm()
    survey_id = comment.subject.survey.public_id
    if form.carried_out(lambda: withhold_comment(comment, (form.reason.data or "").strip())):
        return redirect(url_for("comments.of_survey", survey_id=survey_id), 303)
    return render_template("assessments/comments/withhold.html", comment=comment, form=form), form.status


@blueprint.route("/comments/<public_id:comment_id>/show", methods=["GET", "POST"])
@guard(Permission.SURVEY_PLAN)
def show(comment_id: str) -> Page:
    """Show a withheld comment again."""
    comment, form = _comment(comment_id), ShowAgainForm()
    survey_id = comment.subject.survey.public_id
    if form.carried_out(lambda: show_again(comment)):
        return redirect(url_for("comments.of_survey", survey_id=survey_id), 303)
    return render_template("assessments/comments/show.html", comment=comment, form=form), form.status


def _comment(comment_id: str) -> StoredComment:
    comment = comment_by_public_id(comment_id)
    deny_unless(comment is not None, comment is not None and may_withhold(current_viewer(), comment))
    assert comment is not None
    return comment


def _questions() -> list[tuple[str, str]]:
    return [(question.value, question.label) for question in Question]
