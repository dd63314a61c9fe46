"""Pages of background work and mail."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.operations.access import may_restart_job, may_see_job
from people.operations.actions import restart_job
from people.operations.forms import RestartForm
from people.operations.queries import jobs
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard, signed_in
from web.jobs.models import Job, JobState
from web.jobs.queries import job_with, last_runs
from web.jobs.registry import page_of, regular_tasks, title_of
from web.language import LazyString
from web.language import lazy_gettext as _l
from web.outbox.models import Mail, MailState
from web.outbox.queries import mail_with, mails
from web.outbox.transport import is_mail_set_up
from web.settings import Mode
from web.tables import Choice, Column, Listing

blueprint = Blueprint("operations", __name__)
Answer = str | Response | tuple[str, int]
JOB_STATES = {
    JobState.QUEUED: (_l("Waiting"), "waiting"),
    JobState.RUNNING: (_l("Working"), "active"),
    JobState.DONE: (_l("Finished"), "done"),
    JobState.FAILED: (_l("Failed"), "danger"),
}
MAIL_STATES = {
    MailState.WAITING: (_l("Waiting"), "waiting"),
    MailState.SENT: (_l("Sent"), "done"),
    MailState.FAILED: (_l("Failed"), "danger"),
}


@blueprint.get("/jobs")
@guard(Permission.JOBS_OPERATE)
def all_jobs() -> Answer:
    """List background work and regular tasks."""
    listing = Listing(
        jobs(),
        (
            Column("name", _l("Task"), order_by=Job.name, search=Job.name),
            Column("state", _l("State"), order_by=Job.state),
            Column("owner", _l("For whom"), order_by=Person.sort_key, search=(Person.name, Person.sort_key)),
            Column("created", _l("Asked for"), order_by=Job.id),
            Column("finished", _l("Ended"), order_by=Job.finished_at),
        ),
        caption=_l("Background work"),
        default_sort="-created",
        tie_breaker=Job.id,
        filters=(Choice("state", _l("State"), _labels(JOB_STATES), column=Job.state),),
    )
    shown = {"states": JOB_STATES, "title_of": title_of, "tasks": regular_tasks(), "runs": last_runs()}
    return render_template("people/operations/all_jobs.html", listing=listing, **shown)


@blueprint.get("/jobs/<public_id:job_id>")
@signed_in
def job_page(job_id: str) -> Answer:
    """Show how far one job is; its owner may leave the page and come back."""
    job, viewer = _visible_job(job_id), current_viewer()
    return render_template(
        "people/operations/job.html",
        job=job,
        title=title_of(job.name),
        state=JOB_STATES[job.state],
        outcome=_outcome_url(job, viewer.person_id),
        form=RestartForm(formdata=None) if may_restart_job(viewer, job) else None,
        may_list=viewer.can(Permission.JOBS_OPERATE),
    )


@blueprint.post("/jobs/<public_id:job_id>/restart")
@guard(Permission.JOBS_OPERATE)
def restart_page(job_id: str) -> Answer:
    """Start failed work again."""
    job, form = _visible_job(job_id), RestartForm()
    if form.carried_out(lambda: restart_job(job)):
        return redirect(url_for("operations.job_page", job_id=job_id), 303)
    page = {"job": job, "title": title_of(job.name), "state": JOB_STATES[job.state], "may_list": True}
    return render_template("people/operations/job.html", form=form, outcome=None, **page), form.status


@blueprint.get("/mails")
@guard(Permission.JOBS_OPERATE)
def all_mails() -> Answer:
    """List the mails that wait or were sent."""
    columns = (
        Column("recipient", _l("Recipient"), order_by=Mail.recipient, search=Mail.recipient),
        Column("subject", _l("Subject"), order_by=Mail.subject, search=Mail.subject),
        Column("state", _l("State"), order_by=Mail.state),
        Column("created", _l("Written"), order_by=Mail.id),
        Column("sent", _l("Sent"), order_by=Mail.sent_at),
    )
    filters = (Choice("state", _l("State"), _labels(MAIL_STATES), column=Mail.state),)
    listing = Listing(
        mails(), columns, caption=_l("Mail"), default_sort="-created", tie_breaker=Mail.id, filters=filters
    )
    shown = {"states": MAIL_STATES, "is_set_up": is_mail_set_up(), "is_readable": _is_demonstration()}
    return render_template("people/operations/all_mails.html", listing=listing, **shown)


@blueprint.get("/mails/<public_id:mail_id>")
@guard(Permission.JOBS_OPERATE)
def mail_page(mail_id: str) -> Answer:
    """Show what a mail says, in the demonstration only: elsewhere it may hold a personal link."""
    mail = mail_with(mail_id) if _is_demonstration() else None
    if mail is None:
        raise NotFound
    return render_template("people/operations/mail.html", mail=mail, state=MAIL_STATES[mail.state])


def _visible_job(job_id: str) -> Job:
    job = job_with(job_id)
    deny_unless(job is not None and may_see_job(current_viewer(), job))
    assert job is not None
    return job


def _outcome_url(job: Job, person_id: int) -> str | None:
    """The page of what came of a job, for its owner: others may not see what it worked on."""
    page = page_of(job.name)
    is_there = page is not None and job.state is JobState.DONE and job.owner_id == person_id
    return url_for(page, job_id=job.public_id) if is_there and page in current_app.view_functions else None


def _labels(states: Mapping[Any, tuple[LazyString, str]]) -> list[tuple[str, LazyString]]:
    return [(state.value, label) for state, (label, _tone) in states.items()]


def _is_demonstration() -> bool:
    return bool(current_app.config["SETTINGS"].mode is Mode.DEMONSTRATION)
