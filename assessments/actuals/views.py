"""Pages that bring monthly actuals in: choose a file, look at what it changes, import it."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.actuals.actions import check_actuals, import_checked
from assessments.actuals.forms import ConfirmImportForm, UploadForm
from assessments.actuals.imports import HEADINGS, Change, actual_rows, changes_of
from assessments.actuals.models import ActualsImport, ImportState
from assessments.actuals.queries import import_by_public_id, visible_imports
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from web.files.downloads import attachment
from web.files.writing import csv_bytes
from web.language import gettext as _
from web.tables import Column, Listing

blueprint = Blueprint("actuals", __name__)
Answer = str | Response | tuple[str, int]
MOST_SHOWN = 200


@blueprint.get("/actuals/imports")
@guard(Permission.ACTUALS_IMPORT)
def all_imports() -> Answer:
    """List the files that were brought in."""
    listing = Listing(
        visible_imports(current_viewer()),
        [
            Column("file_name", _("File"), ActualsImport.file_name, search=ActualsImport.file_name),
            Column("uploaded_at", _("Brought in"), ActualsImport.uploaded_at),
            Column("added", _("Newly added"), ActualsImport.added, kind="number"),
            Column("corrected", _("Corrected"), ActualsImport.corrected, kind="number"),
            Column("state", _("State"), ActualsImport.state),
        ],
        caption=_("Imported files of monthly actuals"),
        default_sort="-uploaded_at",
        tie_breaker=ActualsImport.id,
    )
    return render_template("assessments/actuals/all_imports.html", listing=listing)


@blueprint.route("/actuals/import", methods=["GET", "POST"])
@guard(Permission.ACTUALS_IMPORT)
def upload() -> Answer:
    """Choose a file; it is checked and kept until the import is confirmed."""
    form = UploadForm(currency=current_app.config["CURRENCY"])
    if form.carried_out(lambda: _checked(form)):
        return redirect(url_for("actuals.check", import_id=form.outcome), 303)
    return render_template("assessments/actuals/upload.html", form=form), form.status


def _checked(form: UploadForm) -> ActualsImport:
    file = form.file.data
    # A transaction that is tried again reads the file again.
    file.seek(0)
    currency, by_id = str(form.currency.data), current_viewer().person_id
    return check_actuals(file.read(), file.filename or "", currency=currency, by_id=by_id)


@blueprint.route("/actuals/imports/<public_id:import_id>", methods=["GET", "POST"])
@guard(Permission.ACTUALS_IMPORT)
def check(import_id: str) -> Answer:
    """Show what a checked file would change, and import it when asked."""
    source = import_by_public_id(import_id)
    deny_unless(source is not None)
    assert source is not None
    form = ConfirmImportForm()
    viewer = current_viewer()
    if form.carried_out(lambda: import_checked(source, viewer.person_id)):
        flash(_("The figures were imported."), "success")
        return redirect(url_for("actuals.all_imports"), 303)
    changes: list[Change] = []
    if source.state is ImportState.CHECKED and source.content is not None:
        changes = changes_of(actual_rows(source.content, source.file_name, currency=source.currency))
    page = {"changes": changes, "most": MOST_SHOWN, "resting": _results_resting_on(changes)}
    return render_template("assessments/actuals/check.html", form=form, source=source, **page), form.status


def _results_resting_on(changes: Sequence[Change]) -> int:
    """How many released results stand on what a file would change."""
    figures = {change.row.key for change in changes if change.is_new or change.is_correction}
    return int(current_app.extensions["released_results_on"](figures)) if figures else 0


@blueprint.get("/actuals/template.csv")
@guard(Permission.ACTUALS_IMPORT)
def template() -> Answer:
    """An empty file with the headings that the import knows."""
    return attachment(csv_bytes([[str(heading.names[0]) for heading in HEADINGS]]), _("Monthly actuals"), "csv")
