"""Pages that take people in from files and give them out."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.audit.actions import record
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from people.roles.models import Viewer
from people.roster.actions import discard_upload, keep_upload, path_of
from people.roster.errors import UploadGoneError
from people.roster.forms import ConfirmForm, DiscardForm, ExportForm, UploadForm
from people.roster.imports import RosterFile, import_roster, preview, read_roster
from people.roster.jobs import IMPORT_JOB
from people.roster.models import RosterUpload
from people.roster.queries import exported_by, upload_of
from people.roster.reports import change_lines, people_file, template_file
from web.errors import SteelyardError
from web.files.downloads import attachment
from web.files.errors import FileProblemsError
from web.jobs.actions import enqueue
from web.jobs.queries import job_with
from web.language import LANGUAGE_NAMES, current_language
from web.language import gettext as _

blueprint = Blueprint("roster", __name__)
Answer = str | Response | tuple[str, int]
MOST_AT_ONCE = 500
MOST_SHOWN = 100
DONE = "done"


@blueprint.route("/people/import", methods=["GET", "POST"])
@guard(Permission.PEOPLE_IMPORT)
def upload() -> Answer:
    """Ask for a file and look at it; nothing is imported yet."""
    form, owner_id = UploadForm(), current_viewer().person_id
    problems: tuple[Any, ...] = ()
    if form.validate_on_submit():
        content, filename = form.file.data.read(), form.file.data.filename or ""
        try:
            preview(read_roster(content, filename, form.encoding.data), current_viewer().today)
        except FileProblemsError as error:
            problems, form.status = error.problems, error.status
        except SteelyardError as error:
            form.show(error)
        else:
            if form.carried_out(lambda: keep_upload(content, filename, owner_id)):
                return redirect(_preview_url(form.outcome, form.encoding.data), 303)
    elif form.is_submitted():
        form.status = 422
    return render_template("people/roster/upload.html", form=form, problems=problems), form.status


def _preview_url(upload_id: str, encoding: str | None) -> str:
    return url_for("roster.look", upload_id=upload_id, encoding=encoding or None)


@blueprint.get("/people/import/template/<any(csv,xlsx):kind>")
@guard(Permission.PEOPLE_IMPORT)
def template(kind: str) -> Response:
    """Give out a file to begin with, in either language."""
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGE_NAMES else current_language()
    return attachment(template_file(kind, language), _("people-template"), kind)


@blueprint.get("/people/import/<public_id:upload_id>")
@guard(Permission.PEOPLE_IMPORT)
def look(upload_id: str) -> Answer:
    """Show what a waiting file would change."""
    viewer = current_viewer()
    return _preview_page(_upload(upload_id, viewer), viewer, ConfirmForm(formdata=None))


def _preview_page(waiting: RosterUpload, viewer: Viewer, form: ConfirmForm) -> Answer:
    encoding = request.values.get("encoding", "")
    shown: dict[str, Any] = {"upload": waiting, "discard": DiscardForm(formdata=None), "encoding": encoding}
    problems: tuple[Any, ...] = ()
    plan, roster = None, None
    try:
        roster = _read(waiting, encoding)
        plan = preview(roster, viewer.today)
    except FileProblemsError as error:
        problems, form.status = error.problems, error.status
    except SteelyardError as error:
        form.show(error)
    # What is confirmed is what is shown here, also after a refusal.
    form.encoding.data, form.seen.data = encoding, plan.fingerprint if plan else ""
    shown |= {"plan": plan, "table": roster.table if roster else None, "problems": problems, "form": form}
    shown["changes"] = [change_lines(change, plan.spellings) for change in plan.people[:MOST_SHOWN]] if plan else []
    return render_template("people/roster/preview.html", **shown), form.status


def _read(waiting: RosterUpload, encoding: str) -> RosterFile:
    path = path_of(waiting.public_id)
    if not path.exists():
        raise UploadGoneError
    return read_roster(path.read_bytes(), waiting.filename, encoding)


@blueprint.post("/people/import/<public_id:upload_id>/confirm")
@guard(Permission.PEOPLE_IMPORT)
def confirm(upload_id: str) -> Answer:
    """Import what was seen: at once, or in the background where it is much."""
    viewer, form = current_viewer(), ConfirmForm()
    waiting = upload_of(upload_id, viewer.person_id)
    roster = _read(waiting, form.encoding.data or "") if waiting else None
    # A second click comes after the file has gone; the form still knows what the first one did.
    if form.carried_out(lambda: _import(waiting, roster, form, viewer)):
        if form.outcome != DONE:
            return redirect(url_for("operations.job_page", job_id=form.outcome), 303)
        flash(_("The file is imported."), "success")
        return redirect(url_for("directory.all_people"), 303)
    return _preview_page(_upload(upload_id, viewer), viewer, form)


def _import(waiting: RosterUpload | None, roster: RosterFile | None, form: ConfirmForm, viewer: Viewer) -> str:
    """Do it, or have it done: the outcome is DONE or the job's address."""
    if waiting is None or roster is None:
        raise UploadGoneError
    if len(roster.content.rows) > MOST_AT_ONCE:
        return _import_later(waiting, form, viewer)
    import_roster(roster, viewer.today, seen=form.seen.data)
    discard_upload(waiting)
    return DONE


def _import_later(waiting: RosterUpload, form: ConfirmForm, viewer: Viewer) -> str:
    arguments = {
        "upload_id": waiting.public_id,
        "encoding": form.encoding.data or "",
        "seen": form.seen.data,
        "owner_id": viewer.person_id,
    }
    key = f"{IMPORT_JOB}:{waiting.public_id}:{form.seen.data}"
    return enqueue(IMPORT_JOB, arguments, owner_id=viewer.person_id, key=key).public_id


@blueprint.post("/people/import/<public_id:upload_id>/discard")
@guard(Permission.PEOPLE_IMPORT)
def discard(upload_id: str) -> Answer:
    """Forget a waiting file."""
    waiting = _upload(upload_id, current_viewer())
    form = DiscardForm()
    if form.carried_out(lambda: discard_upload(waiting)):
        flash(_("The file is discarded. Nothing was imported."), "info")
    return redirect(url_for("roster.upload"), 303)


@blueprint.get("/people/import/done/<public_id:job_id>")
@guard(Permission.PEOPLE_IMPORT)
def outcome(job_id: str) -> Answer:
    """Tell what an import in the background has done."""
    job = job_with(job_id)
    if job is None or job.name != IMPORT_JOB:
        raise NotFound
    deny_unless(job.owner_id == current_viewer().person_id)
    return render_template("people/roster/outcome.html", job=job, counts=job.result or {})


@blueprint.route("/people/export", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EXPORT)
def export_page() -> Answer:
    """Give out the people whom the viewer may see as a file."""
    form, viewer = ExportForm(), current_viewer()
    kind, visible = str(form.kind.data), exported_by(viewer)
    if form.carried_out(lambda: record("people.exported", details={"format": kind, "everyone": visible is None})):
        return attachment(people_file(kind, visible), _("people"), kind.partition("-")[0])
    return render_template("people/roster/export.html", form=form), form.status


def _upload(public_id: str, viewer: Viewer) -> RosterUpload:
    waiting = upload_of(public_id, viewer.person_id)
    if waiting is None:
        raise NotFound
    return waiting
