"""Delivering what waits in the outbox."""

from typing import Any

from web.database import db, utc_now
from web.jobs.actions import enqueue
from web.jobs.progress import Progress
from web.jobs.registry import every, job
from web.jobs.running import log_without_content
from web.language import lazy_gettext as _l
from web.outbox.actions import forget_old_mails, mark_sent, put_off, take
from web.outbox.queries import DELIVERY, due_mails, is_delivery_queued
from web.outbox.transport import connection, hand_over, is_mail_set_up
from web.transactions import in_transaction


@job(DELIVERY, title=_l("Send mail"))
def deliver(progress: Progress) -> dict[str, int]:
    """Send every mail that is due; what the mail server refuses is tried again later."""
    waiting = due_mails(utc_now())
    db.session.rollback()
    sent = 0
    with connection() as mails:
        for number, mail_id in enumerate(waiting, start=1):
            sent += _deliver(mails, mail_id)
            progress.step(number, len(waiting))
    return {"sent": sent, "put_off": len(waiting) - sent}


def _deliver(mails: Any, mail_id: int) -> bool:
    mail = in_transaction(lambda: take(mail_id))
    if mail is None:
        return False
    try:
        hand_over(mails, mail)
    except Exception as error:  # noqa: BLE001 - whatever the mail server says, the mail stays and is tried again
        log_without_content("mail", mail.public_id, error)
        problem = type(error).__name__
        in_transaction(lambda: put_off(mail, problem))
        return False
    in_transaction(lambda: mark_sent(mail))
    return True


@every("outbox.deliver-due", minutes=1, title=_l("Send mail that was put off"))
def deliver_due() -> None:
    """Queue a delivery where mail is due and none is queued."""
    if is_mail_set_up() and due_mails(utc_now()) and not is_delivery_queued():
        in_transaction(lambda: enqueue(DELIVERY))


@every("outbox.forget", minutes=60, title=_l("Forget mail that was sent long ago"))
def forget() -> None:
    """Delete old mails."""
    in_transaction(lambda: forget_old_mails(utc_now()))
