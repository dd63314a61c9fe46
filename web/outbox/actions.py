"""What happens to a mail: it is written, taken to be sent, sent, put off, forgotten."""

import re
from datetime import datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import delete, select

from web.database import db, insert_unless_present, new_public_id, utc_now
from web.jobs.actions import enqueue
from web.language import LazyString
from web.outbox.errors import MailAddressError
from web.outbox.models import Mail, MailState
from web.outbox.queries import DELIVERY, is_delivery_queued
from web.outbox.transport import is_mail_set_up

MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
LONGEST_SUBJECT = 200
ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+")
Text: TypeAlias = str | LazyString


def send(
    to: str,
    subject: Text,
    text: Text,
    *,
    html: str | None = None,
    link: tuple[Text, str] | None = None,
    language: str = "zh",
    key: str | None = None,
) -> Mail:
    """Write a mail in the caller's transaction; it leaves after the commit, or never if there is none.

    Lazy texts are put into the reader's ``language``. ``link`` is a label and an address from own_link(). Without
    ``html`` the product's letter is used. With a ``key`` there is one mail for all times: asked again, nothing happens.
    """
    if len(to) > 254 or not ADDRESS.fullmatch(to):
        raise MailAddressError(address=to[:254])
    public_id = new_public_id()
    with force_locale(language):
        letter = {"subject": one_line(str(subject)), "text": str(text), "link": _shown(link), "language": language}
        plain = render_template("web/mail/letter.txt", **letter)
        rich = html if html is not None else render_template("web/mail/letter.html", **letter)
    insert_unless_present(
        Mail,
        public_id=public_id,
        key=key,
        recipient=to,
        subject=letter["subject"],
        text=plain,
        html=rich,
        language=language,
    )
    if is_mail_set_up() and not is_delivery_queued():
        enqueue(DELIVERY)
    chosen = Mail.public_id == public_id if key is None else Mail.key == key
    return db.session.scalars(select(Mail).where(chosen)).one()


def own_link(endpoint: str, **values: object) -> str:
    """The address of a page as it stands in a mail: from the configured address, whatever a request's Host says."""
    base = urlsplit(current_app.config["SETTINGS"].base_url)
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)


def one_line(text: str) -> str:
    """A subject that cannot begin another header."""
    return " ".join("".join(" " if ord(letter) < 32 else letter for letter in text).split())[:LONGEST_SUBJECT]


def take(mail_id: int) -> Mail | None:
    """Take a mail to send it; whoever else looks finds it put off. None when another worker was quicker."""
    now = utc_now()
    statement = select(Mail).where(Mail.id == mail_id).with_for_update().execution_options(populate_existing=True)
    mail = db.session.scalar(statement)
    if mail is None or mail.state is not MailState.WAITING or mail.ready_at > now:
        return None
    mail.tries += 1
    mail.ready_at = now + LEASE
    return mail


def mark_sent(mail: Mail) -> None:
    """Note that a mail has left, and forget what it said."""
    mail = db.session.get_one(Mail, mail.id)
    mail.state, mail.sent_at, mail.problem = MailState.SENT, utc_now(), None
    mail.text = mail.html = None


def put_off(mail: Mail, problem: str) -> None:
    """Try a mail again later, each time after a longer pause; give it up in the end."""
    mail = db.session.get_one(Mail, mail.id)
    mail.problem = problem[:64]
    mail.ready_at = utc_now() + FIRST_PAUSE * 2 ** (mail.tries - 1)
    if mail.tries >= MOST_TRIES:
        mail.state = MailState.FAILED


def forget_old_mails(now: datetime) -> int:
    """Delete mails that were sent long ago; keyed mails stay, so that they stay unique."""
    old = delete(Mail).where(Mail.sent_at < now - KEPT_FOR, Mail.key.is_(None))
    return int(getattr(db.session.execute(old), "rowcount", 0))


def forget_mails_keyed(prefix: str) -> int:
    """Delete all mails whose key begins so, sent or not: for mails that say who had not answered by which day."""
    of_prefix = delete(Mail).where(Mail.key.startswith(prefix, autoescape=True))
    return int(getattr(db.session.execute(of_prefix), "rowcount", 0))


def _shown(link: tuple[Text, str] | None) -> tuple[str, str] | None:
    return (str(link[0]), link[1]) if link else None
