"""Pages of schemes: what is in force, what a scheme says and weighs, writing and publishing it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.schemes.access import may_read, may_write
from review.schemes.actions import discard_draft, draft_next_version, draft_scheme, publish_scheme, write_scheme
from review.schemes.forms import DecisionForm, differences_between, scheme_form
from review.schemes.models import Scheme, VisiblePart
from review.schemes.queries import (
    all_versions,
    content_of,
    default_scheme_content,
    levels_near,
    published_schemes,
    scheme_by_public_id,
    versions_of,
    weights_by_profile,
)
from web.language import gettext as _

blueprint = Blueprint("schemes", __name__)
Answer = str | Response | tuple[str, int]
EVERYONE = (1, 10)


@blueprint.get("/schemes")
@guard(Permission.CYCLE_READ)
def all_schemes() -> Answer:
    """List the schemes that concern the reader."""
    viewer = current_viewer()
    levels = levels_near(viewer)
    readable = [version for version in all_versions() if may_read(viewer, version, levels)]
    in_force = {version.id for version in published_schemes(viewer.today)}
    return render_template("review/schemes/all_schemes.html", schemes=readable, in_force=in_force)


@blueprint.get("/schemes/<public_id:scheme_id>")
@guard(Permission.CYCLE_READ)
def scheme(scheme_id: str) -> Answer:
    """Show what a scheme says."""
    found, viewer = _readable(scheme_id), current_viewer()
    levels = levels_near(viewer)
    return render_template(
        "review/schemes/scheme.html",
        scheme=found,
        parts=tuple(VisiblePart),
        versions=[version for version in versions_of(found.code) if may_read(viewer, version, levels)],
        weights=weights_by_profile(found, viewer.today),
        may={"write": may_write(viewer, found), "draft": viewer.can(Permission.SCHEME_EDIT) and found.is_published},
    )


@blueprint.route("/schemes/new", methods=["GET", "POST"])
@guard(Permission.SCHEME_EDIT)
def new_scheme() -> Answer:
    """Begin a scheme, filled with the usual bands and weights."""
    lowest, highest = EVERYONE
    content = default_scheme_content(
        name={"zh": "", "en": ""},
        job_level_from=lowest,
        job_level_to=highest,
        starts_on=current_viewer().today.replace(month=1, day=1),
    )
    form = scheme_form(content)
    if form.carried_out(lambda: draft_scheme(form.content)):
        return redirect(url_for("schemes.scheme", scheme_id=form.outcome), 303)
    return render_template("review/schemes/edit_scheme.html", form=form, scheme=None), form.status


@blueprint.route("/schemes/<public_id:scheme_id>/edit", methods=["GET", "POST"])
@guard(Permission.SCHEME_EDIT)
def edit_scheme(scheme_id: str) -> Answer:
    """Write a draft."""
    found = _readable(scheme_id)
    form = scheme_form(content_of(found), found.version)
    if form.carried_out(lambda: write_scheme(found, form.content), editing=found):
        flash(_("The scheme was saved."), "success")
        return redirect(url_for("schemes.scheme", scheme_id=scheme_id), 303)
    return render_template("review/schemes/edit_scheme.html", form=form, scheme=found), form.status


@blueprint.route("/schemes/<public_id:scheme_id>/draft", methods=["GET", "POST"])
@guard(Permission.SCHEME_EDIT)
def start_draft(scheme_id: str) -> Answer:
    """Start the next version of a published scheme."""
    found = _readable(scheme_id)
    form = DecisionForm(obj=found)
    if form.carried_out(lambda: draft_next_version(found)):
        return redirect(url_for("schemes.edit_scheme", scheme_id=form.outcome), 303)
    return render_template("review/schemes/start_draft.html", form=form, scheme=found), form.status


@blueprint.route("/schemes/<public_id:scheme_id>/publish", methods=["GET", "POST"])
@guard(Permission.SCHEME_EDIT)
def publish(scheme_id: str) -> Answer:
    """Let a draft stand for good."""
    found, by_id = _readable(scheme_id), current_viewer().person_id
    form = DecisionForm(obj=found)
    if form.carried_out(lambda: publish_scheme(found, by_id), editing=found):
        flash(_("The scheme is published."), "success")
        return redirect(url_for("schemes.scheme", scheme_id=scheme_id), 303)
    return render_template("review/schemes/publish.html", form=form, scheme=found), form.status


@blueprint.route("/schemes/<public_id:scheme_id>/discard", methods=["GET", "POST"])
@guard(Permission.SCHEME_EDIT)
def discard(scheme_id: str) -> Answer:
    """Take a draft away."""
    found = _readable(scheme_id)
    form = DecisionForm(obj=found)
    if form.carried_out(lambda: discard_draft(found), editing=found):
        return redirect(url_for("schemes.all_schemes"), 303)
    return render_template("review/schemes/discard.html", form=form, scheme=found), form.status


@blueprint.get("/schemes/<public_id:scheme_id>/compare/<public_id:other_id>")
@guard(Permission.CYCLE_READ)
def compare(scheme_id: str, other_id: str) -> Answer:
    """Show what two versions say differently."""
    after, before = _readable(scheme_id), _readable(other_id)
    return render_template(
        "review/schemes/compare.html", scheme=after, before=before, differences=differences_between(before, after)
    )


def _readable(scheme_id: str) -> Scheme:
    found = scheme_by_public_id(scheme_id)
    viewer = current_viewer()
    deny_unless(found is not None and may_read(viewer, found, levels_near(viewer)))
    assert found is not None
    return found
