"""Pages of the framework: read it, compare two versions, write a draft and publish it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from rubrics.frameworks.access import may_edit_framework, may_see_framework
from rubrics.frameworks.actions import discard_draft, edit_dimension, edit_item, publish_framework, start_draft
from rubrics.frameworks.forms import (
    DimensionForm,
    DiscardForm,
    ItemForm,
    PublishForm,
    StartDraftForm,
    VersionPairForm,
    texts_of,
)
from rubrics.frameworks.models import LEVELS, Framework
from rubrics.frameworks.queries import (
    differences,
    dimension_by_public_id,
    dimensions_of,
    draft_framework,
    framework_by_public_id,
    item_by_public_id,
    items_by_dimension,
    latest_published,
    versions_of,
)
from web.forms import BaseForm
from web.language import gettext as _

blueprint = Blueprint("frameworks", __name__, url_prefix="/framework")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
@guard(Permission.RUBRICS_READ)
def in_force() -> Answer:
    """Show the version in force: competencies, areas and their items."""
    framework = latest_published()
    if framework is None:
        return render_template("rubrics/frameworks/nothing.html")
    return _shown(framework)


@blueprint.get("/versions/<public_id:framework_id>")
@guard(Permission.RUBRICS_READ)
def version(framework_id: str) -> Answer:
    """Show one version."""
    return _shown(_framework(framework_id))


@blueprint.get("/versions")
@guard(Permission.RUBRICS_READ)
def versions() -> Answer:
    """List the versions, and offer to start a draft."""
    return _list_of_versions(StartDraftForm())


@blueprint.post("/versions/<public_id:framework_id>/draft")
@guard(Permission.RUBRICS_EDIT)
def start(framework_id: str) -> Answer:
    """Start a draft from a version."""
    framework, form = _framework(framework_id), StartDraftForm()
    if form.carried_out(lambda: start_draft(framework)):
        flash(_("The draft is ready. Open an item to edit it."), "success")
        return redirect(url_for("frameworks.version", framework_id=form.outcome), 303)
    return _list_of_versions(form)


@blueprint.get("/compare")
@guard(Permission.RUBRICS_READ)
def compare() -> Answer:
    """Show what reads differently in two versions."""
    visible = _visible_versions()
    if len(visible) < 2:
        return render_template("rubrics/frameworks/compare.html", form=None, changes=[])
    known = {framework.public_id: framework for framework in visible}
    before = known.get(request.args.get("before", ""), visible[1])
    after = known.get(request.args.get("after", ""), visible[0])
    form = VersionPairForm(formdata=None, before=before.public_id, after=after.public_id)
    choices = {framework.public_id: _version_name(framework) for framework in visible}
    form.before.choices = form.after.choices = choices
    return render_template(
        "rubrics/frameworks/compare.html", form=form, changes=differences(before, after), before=before, after=after
    )


@blueprint.route("/dimensions/<public_id:dimension_id>/edit", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def write_dimension(dimension_id: str) -> Answer:
    """Edit the texts of a dimension of the draft."""
    dimension = dimension_by_public_id(dimension_id)
    if dimension is None:
        raise NotFound
    form = DimensionForm(obj=dimension, data=texts_of(dimension))
    framework_id = dimension.framework.public_id
    _deny_reading_only(form, dimension.framework)

    def write() -> Any:
        texts = {part: form.text(part) for part in ("name", "short_name", "definition")}
        return edit_dimension(dimension, **texts)

    if form.carried_out(write, editing=dimension):
        return _saved(framework_id, dimension.code)
    return render_template("rubrics/frameworks/dimension_form.html", form=form, dimension=dimension), form.status


@blueprint.route("/items/<public_id:item_id>/edit", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def write_item(item_id: str) -> Answer:
    """Edit the texts of an item of the draft."""
    item = item_by_public_id(item_id)
    if item is None:
        raise NotFound
    form = ItemForm(obj=item, data=texts_of(item))
    framework_id = item.framework.public_id
    _deny_reading_only(form, item.framework)

    def write() -> Any:
        return edit_item(item, name=form.text("name"), definition=form.text("definition"), anchors=form.anchors)

    if form.carried_out(write, editing=item):
        return _saved(framework_id, item.code)
    return render_template("rubrics/frameworks/item_form.html", form=form, item=item, levels=LEVELS), form.status


@blueprint.route("/versions/<public_id:framework_id>/publish", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def publish(framework_id: str) -> Answer:
    """Ask, and let the draft stand."""
    return _about_draft(framework_id, PublishForm, publish_framework, "publish", _("The new version is in force."))


@blueprint.route("/versions/<public_id:framework_id>/discard", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def discard(framework_id: str) -> Answer:
    """Ask, and throw the draft away."""
    if request.method == "POST" and framework_by_public_id(framework_id) is None:
        # The second of two clicks: the first has already discarded it.
        return redirect(url_for("frameworks.versions"), 303)
    return _about_draft(framework_id, DiscardForm, discard_draft, "discard", _("The draft is discarded."))


def _about_draft(
    framework_id: str, kind: type[BaseForm], action: Callable[[Framework], Any], verb: str, message: str
) -> Answer:
    framework = _framework(framework_id)
    form = kind(obj=framework)
    _deny_reading_only(form, framework)
    if form.carried_out(lambda: action(framework), editing=framework):
        flash(message, "success")
        return redirect(url_for("frameworks.versions"), 303)
    present = latest_published(framework.code)
    changes = differences(present, framework) if present else []
    page = render_template(
        f"rubrics/frameworks/{verb}.html", form=form, framework=framework, present=present, changes=changes
    )
    return page, form.status


def _deny_reading_only(form: BaseForm, framework: Framework) -> None:
    """Offer no form for a published version; a submit that came too late is answered by the action."""
    deny_unless(True, form.is_submitted() or may_edit_framework(current_viewer(), framework))


def _shown(framework: Framework) -> Answer:
    return render_template(
        "rubrics/frameworks/version.html",
        framework=framework,
        dimensions=dimensions_of(framework),
        items=items_by_dimension(framework),
        may_edit=may_edit_framework(current_viewer(), framework),
    )


def _list_of_versions(form: BaseForm) -> Answer:
    viewer = current_viewer()
    page = render_template(
        "rubrics/frameworks/versions.html",
        form=form,
        versions=_visible_versions(),
        present=latest_published(),
        draft=draft_framework(),
        may_write=viewer.can(Permission.RUBRICS_EDIT),
    )
    return page, form.status


def _visible_versions() -> list[Framework]:
    viewer = current_viewer()
    return [framework for framework in versions_of() if may_see_framework(viewer, framework)]


def _framework(public_id: str) -> Framework:
    framework = framework_by_public_id(public_id)
    if framework is None:
        raise NotFound
    deny_unless(may_see_framework(current_viewer(), framework))
    return framework


def _version_name(framework: Framework) -> str:
    if framework.is_published:
        return str(_("Version %(number)s", number=framework.number))
    return str(_("Version %(number)s (draft)", number=framework.number))


def _saved(framework_id: str, code: str) -> Response:
    flash(_("%(code)s is saved in the draft.", code=code), "success")
    return redirect(url_for("frameworks.version", framework_id=framework_id, _anchor=code), 303)
