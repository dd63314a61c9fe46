"""Pages that change where someone sits."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.organisation.models import Employment
from people.organisation.queries import person_with_public_id
from people.permissions import Permission
from people.posts.actions import add_post, change_post, correct_post, end_post, withdraw_planned_post
from people.posts.forms import EndPostForm, FurtherPostForm, PostForm, WithdrawPostForm
from people.posts.queries import post_with_public_id
from people.roles.guards import current_viewer, guard
from web.language import gettext as _

blueprint = Blueprint("posts", __name__)
Answer = Response | tuple[str, int]


@blueprint.route("/people/<public_id:person_id>/posts/new", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def add(person_id: str) -> Answer:
    """Give someone a further post."""
    person = person_with_public_id(person_id)
    if person is None:
        raise NotFound
    form = FurtherPostForm()
    if form.carried_out(lambda: add_post(person, form.first_day, form.ends_on.data, form.post())):
        return _back_to(person_id, _("The post is added."))
    return render_template("people/posts/add.html", form=form, person=person), form.status


@blueprint.route("/posts/<public_id:post_id>/change", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def change(post_id: str) -> Answer:
    """Put someone elsewhere from a day on."""
    post = _post(post_id)
    form = PostForm(obj=post)
    if not form.is_submitted():
        form.starts_on.data = current_viewer().today
    if form.carried_out(lambda: change_post(post, form.first_day, form.post()), editing=post):
        return _back_to(post.person.public_id, _("The change is recorded."))
    return render_template("people/posts/change.html", form=form, post=post), form.status


@blueprint.route("/posts/<public_id:post_id>/correct", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def correct(post_id: str) -> Answer:
    """Put right what was recorded wrongly."""
    post = _post(post_id)
    form = PostForm(obj=post)
    if form.carried_out(lambda: correct_post(post, form.first_day, form.post()), editing=post):
        return _back_to(post.person.public_id, _("The post is corrected."))
    return render_template("people/posts/correct.html", form=form, post=post), form.status


@blueprint.route("/posts/<public_id:post_id>/end", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def end(post_id: str) -> Answer:
    """End one of several posts."""
    post = _post(post_id)
    form = EndPostForm(obj=post)
    if form.carried_out(lambda: end_post(post, form.last_day), editing=post):
        return _back_to(post.person.public_id, _("The end of the post is recorded."))
    return render_template("people/posts/end.html", form=form, post=post), form.status


@blueprint.route("/posts/<public_id:post_id>/withdraw", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def withdraw(post_id: str) -> Answer:
    """Take a planned change back."""
    post = _post(post_id)
    person_id, today = post.person.public_id, current_viewer().today
    form = WithdrawPostForm(obj=post)
    if form.carried_out(lambda: withdraw_planned_post(post, today), editing=post):
        return _back_to(person_id, _("The planned change is withdrawn."))
    return render_template("people/posts/withdraw.html", form=form, post=post), form.status


def _post(public_id: str) -> Employment:
    post = post_with_public_id(public_id)
    if post is None:
        raise NotFound
    return post


def _back_to(person_id: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("directory.person", person_id=person_id), 303)
