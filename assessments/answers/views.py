"""Pages of raters: what they are asked, the questionnaire part by part, the last look, the thanks."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask import request as sent
from werkzeug.wrappers import Response

from assessments.answers.access import is_over, may_answer, may_change, may_decline
from assessments.answers.actions import decline, save_answers, submit_answers
from assessments.answers.errors import UnknownRequestError
from assessments.answers.forms import (
    DeclineForm,
    PartForm,
    SubmitForm,
    comment_form,
    comments_in,
    field_name,
    rating_form,
    ratings_in,
)
from assessments.answers.queries import Answer, AskedForm, answer_of, asked_form
from assessments.surveys.models import Question, RatingRequest
from assessments.surveys.queries import own_request, own_requests
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from rubrics.frameworks.models import Dimension, Item
from web.database import utc_now

blueprint = Blueprint("answers", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Paper:
    """One request on the desk of its rater: the form, what is answered so far, and the part that lies on top."""

    request: RatingRequest
    form: AskedForm
    answer: Answer
    number: int

    @property
    def last(self) -> int:
        """The number of the comments, which come after all dimensions."""
        return len(self.form.parts) + 1

    @property
    def dimension(self) -> Dimension | None:
        """The dimension of this part; None for the comments."""
        return self.form.parts[self.number - 1][0] if self.number < self.last else None

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of this part."""
        return self.form.parts[self.number - 1][1] if self.number < self.last else ()

    @property
    def next_address(self) -> str:
        """Where to go on from here."""
        public_id = self.request.public_id
        if self.number < self.last:
            return url_for("answers.questionnaire", request_id=public_id, part=self.number + 1)
        return url_for("answers.review", request_id=public_id)


@blueprint.get("/requests")
@guard(Permission.SURVEY_ANSWER)
def my_requests() -> Page:
    """Show what the reader is asked, the most urgent first."""
    requests = own_requests(current_viewer().person_id, utc_now())
    waiting = [request for request in requests if request.is_waiting]
    done = [request for request in requests if not request.is_waiting]
    return render_template("assessments/answers/my_requests.html", waiting=waiting, done=done)


@blueprint.get("/requests/<public_id:request_id>")
@guard(Permission.SURVEY_ANSWER)
def start(request_id: str) -> Page:
    """Say who is rated, what is promised and what is not, before anything is written."""
    return _start_page(_request(request_id), DeclineForm())


def _start_page(request: RatingRequest, form: DeclineForm) -> Page:
    now = utc_now()
    return render_template(
        "assessments/answers/start.html",
        request=request,
        survey=request.subject.survey,
        form=form,
        is_open=may_change(request, now),
        is_over=is_over(request, now),
        can_decline=may_decline(request, now),
    ), form.status


@blueprint.route("/requests/<public_id:request_id>/<int:part>", methods=["GET", "POST"])
@guard(Permission.SURVEY_ANSWER)
def questionnaire(request_id: str, part: int) -> Page:
    """Ask one dimension, or for comments; saving goes on to the next part."""
    paper = _paper(request_id, part)
    form = _form(paper)
    if _is_saved(form, paper):
        return redirect(paper.next_address, 303)
    if not may_change(paper.request, utc_now()) and not form.is_submitted():
        return redirect(url_for("answers.start", request_id=request_id), 303)
    page = "part.html" if paper.items else "comments.html"
    answered = paper.answer.answered(paper.form.items)
    return render_template(
        f"assessments/answers/{page}", paper=paper, form=form, answered=answered, field_name=field_name
    ), form.status


@blueprint.post("/requests/<public_id:request_id>/<int:part>/autosave")
@guard(Permission.SURVEY_ANSWER)
def autosave(request_id: str, part: int) -> Page:
    """Save a part while it is being filled in; answers without a page."""
    paper = _paper(request_id, part)
    form = _form(paper)
    if _is_saved(form, paper):
        return "", 204
    refusals = [*form.form_errors, *(error for field in form for error in field.errors)]
    return Response(" ".join(map(str, refusals)), form.status, mimetype="text/plain")


@blueprint.errorhandler(UnknownRequestError)
def unknown_request(error: UnknownRequestError) -> Page:
    """Say what may have happened: the same to strangers and to raters whose invitation was deleted at the close."""
    if sent.endpoint == "answers.autosave":
        return Response(str(error), error.status, mimetype="text/plain")
    return render_template("assessments/answers/unknown.html"), error.status


@blueprint.route("/requests/<public_id:request_id>/review", methods=["GET", "POST"])
@guard(Permission.SURVEY_ANSWER)
def review(request_id: str) -> Page:
    """Show what is missing and take the answers."""
    paper = _paper(request_id, 1)
    form, now = SubmitForm(), utc_now()
    if form.carried_out(lambda: _nothing(submit_answers(paper.request, paper.form, now=now))):
        return redirect(url_for("answers.thanks", request_id=request_id), 303)
    if form.status == 409:
        _request(request_id)
    return render_template(
        "assessments/answers/review.html", paper=paper, form=form, is_open=may_change(paper.request, now)
    ), form.status


@blueprint.post("/requests/<public_id:request_id>/decline")
@guard(Permission.SURVEY_ANSWER)
def decline_request(request_id: str) -> Page:
    """Take note that the rater cannot rate."""
    request, now = _request(request_id), utc_now()
    form = DeclineForm()
    if form.carried_out(lambda: decline(request, now)):
        return redirect(url_for("answers.my_requests"), 303)
    return _start_page(_request(request_id), form)


@blueprint.get("/requests/<public_id:request_id>/thanks")
@guard(Permission.SURVEY_ANSWER)
def thanks(request_id: str) -> Page:
    """Thank the rater and say what happens next."""
    request = _request(request_id)
    waiting = [other for other in own_requests(request.rater_id, utc_now()) if other.is_waiting]
    return render_template("assessments/answers/thanks.html", request=request, waiting=waiting)


def _request(request_id: str) -> RatingRequest:
    viewer = current_viewer()
    request = own_request(viewer.person_id, request_id)
    # Not noted as a denial: after the close such a note would say who had been asked, and was writing just then.
    if request is None or not may_answer(viewer, request):
        raise UnknownRequestError
    return request


def _paper(request_id: str, part: int) -> Paper:
    request = _request(request_id)
    form = asked_form(request)
    deny_unless(1 <= part <= len(form.parts) + 1)
    return Paper(request, form, answer_of(request, form), part)


def _form(paper: Paper) -> Any:
    if paper.items:
        return rating_form(paper.items, paper.form.form_id, paper.answer)
    return comment_form(paper.form.form_id, paper.answer, may_be_named=paper.request.group.is_anonymous)


def _is_saved(form: PartForm, paper: Paper) -> bool:
    """Save what was sent; where another window was quicker, let the page show both versions."""
    now, request_id = utc_now(), paper.request.public_id
    places, questions = [item.place for item in paper.items], () if paper.items else tuple(Question)

    def save() -> None:
        page = form.opened_page(places, questions)
        ratings = ratings_in(form, paper.items)
        comments = {} if paper.items else comments_in(form)
        save_answers(paper.request, paper.form, ratings, comments, page=page, now=now)

    saved = form.carried_out(save)
    if form.status == 409:
        form.stale_row = _saved_meanwhile(paper, _request(request_id))
    return saved


def _saved_meanwhile(paper: Paper, request: RatingRequest) -> SimpleNamespace | None:
    """What another window has saved, in the words of the form; None when the survey takes no answers any more."""
    if not may_change(request, utc_now()):
        return None
    answer = answer_of(request, paper.form)
    values: dict[str, Any] = {field_name(item): answer.rating(item) or None for item in paper.items}
    questions = () if paper.items else tuple(Question)
    values |= {question.value: comment.text for question, comment in answer.comments.items() if questions}
    return SimpleNamespace(version=answer.fingerprint([item.place for item in paper.items], questions), **values)


def _nothing(_result: object) -> None:
    """Forget what an action returned: no outcome of an answer is kept."""
