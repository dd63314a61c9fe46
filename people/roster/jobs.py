"""Importing a large file in the background, and forgetting files that nobody confirmed."""

from datetime import timedelta

from people.accounts.queries import local_day
from people.roster.actions import discard_upload, path_of
from people.roster.errors import UploadGoneError
from people.roster.imports import import_roster, read_roster
from people.roster.queries import upload_of, uploads_before
from web.database import db, utc_now
from web.jobs.progress import Progress
from web.jobs.registry import every, job
from web.language import lazy_gettext as _l
from web.transactions import in_transaction

IMPORT_JOB = "people.import"
KEPT_FOR = timedelta(days=1)


@job(IMPORT_JOB, title=_l("Import people"), page="roster.outcome")
def import_file(progress: Progress, upload_id: str, encoding: str, seen: str, owner_id: int) -> dict[str, int]:
    """Import a confirmed file; it starts over harmlessly, because an import that has happened changes nothing."""
    outcome = progress.once("import", lambda: _import(upload_id, encoding, seen, owner_id))
    progress.step(1, 1)
    added, changed, unchanged = (int(part) for part in outcome.split("/"))
    return {"added": added, "changed": changed, "unchanged": unchanged}


def _import(upload_id: str, encoding: str, seen: str, owner_id: int) -> str:
    upload = upload_of(upload_id, owner_id)
    if upload is None:
        raise UploadGoneError
    roster = read_roster(path_of(upload_id).read_bytes(), upload.filename, encoding)
    plan = import_roster(roster, local_day(utc_now()), seen=seen, actor_id=owner_id)
    discard_upload(upload)
    return f"{len(plan.added)}/{len(plan.changed)}/{plan.unchanged}"


@every("people.forget-uploads", minutes=60, title=_l("Forget files of people that nobody confirmed"))
def forget_uploads() -> None:
    """Delete files that have waited for a day."""
    if not uploads_before(utc_now() - KEPT_FOR):
        return
    db.session.rollback()
    in_transaction(_forget)


def _forget() -> None:
    for upload in uploads_before(utc_now() - KEPT_FOR):
        discard_upload(upload)
