"""The style guide: pages for those who build pages, never shown in production."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, current_app, render_template, request
from werkzeug.exceptions import NotFound

from web.guards import open_to_all
from web.language import gettext as _
from web.settings import Mode
from web.style_guide import samples
from web.style_guide.forms import ConfirmingForm, EveryFieldForm, SampleUploadForm

blueprint = Blueprint("style_guide", __name__)
PARTS = ("page", "forms", "rating", "tables", "numbers", "charts")


@blueprint.before_request
def refuse_in_production() -> None:
    """What is not for people who work with the product does not exist for them."""
    if current_app.config["SETTINGS"].mode is Mode.PRODUCTION:
        raise NotFound


@blueprint.get("/style-guide")
@open_to_all
def first_part() -> str:
    """Show the parts of a page."""
    return _rendered("page")


@blueprint.get("/style-guide/<string:part>")
@open_to_all
def one_part(part: str) -> str:
    """Show one part of the look in all its states."""
    if part not in PARTS:
        raise NotFound
    return _rendered(part)


def _rendered(part: str) -> str:
    state = request.args.get("state", "")
    form = _form(state)
    return render_template(
        f"style_guide/{part}.html",
        part=part,
        parts=PARTS,
        samples=samples,
        form=form,
        confirming=ConfirmingForm(),
        uploading=SampleUploadForm(),
        listing=_listing(),
    )


def _form(state: str) -> EveryFieldForm:
    form = EveryFieldForm(name="王伟", title_zh="考核方案", title_en="Review scheme", weight=40)
    if state == "errors":
        for field in (form.name, form.weight, form.group, form.groups, form.opinion, form.reason, form.is_named):
            field.errors = [_("Look at this once more.")]
        form.form_errors.append(_("The weights must add up to 100; now they add up to 90."))
    if state == "stale":
        form.stale_row = SimpleNamespace(
            name="王玮", title=samples.both("考核方案", "Appraisal scheme"), weight=50, version=7, group="peers"
        )
    return form


def _listing() -> Any:
    """What the macro reads of a Listing, without a database."""
    pages = {"page": 2, "pages": 9, "total": 214, "first": 26, "last": 50, "nearby_pages": [1, 2, 3, None, 9]}
    columns = [
        SimpleNamespace(key="name", label=_("Full name"), kind="text", order_by="name"),
        SimpleNamespace(key="unit", label=_("Unit"), kind="text", order_by="unit"),
        SimpleNamespace(key="score", label=_("Mean"), kind="number", order_by=None),
        SimpleNamespace(key="state", label=_("State"), kind="text", order_by=None),
    ]
    return SimpleNamespace(
        id="listing",
        caption=_("People"),
        columns=columns,
        rows=samples.PEOPLE,
        sort="name",
        descending=False,
        query="王",
        is_searchable=True,
        is_narrowed=True,
        kept_arguments=[],
        filters=[SimpleNamespace(key="state", label=_("State"), choices=samples.TONES[:4])],
        chosen={"state": "active"},
        argument_name=str,
        url=lambda **_changes: request.path,
        sort_url=lambda _column: request.path,
        **pages,
    )
