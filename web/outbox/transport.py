"""How mail leaves the house: by the mail server that MAIL_URL names, through Flask-Mailman."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMultiAlternatives
from flask_mailman import Mail as Mailman

from web.outbox.models import Mail
from web.settings import SettingsError

PORTS = {"smtp": 25, "smtps": 465}
SECONDS_TO_ANSWER = 20


def register_mail(app: Flask) -> None:
    """Tell Flask-Mailman of the mail server; without one, mails stay in the outbox."""
    settings = app.config["SETTINGS"]
    app.config["MAIL_DEFAULT_SENDER"] = settings.mail_sender
    app.config["MAIL_TIMEOUT"] = SECONDS_TO_ANSWER
    app.config.update(mail_configuration(settings.mail_url))
    app.extensions["mailer"] = Mailman(app)


def mail_configuration(url: str) -> dict[str, Any]:
    """What smtp://user:password@host:port?tls=1 or smtps://... says, in Flask-Mailman's words."""
    if not url:
        return {"MAIL_SERVER": ""}
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise SettingsError("MAIL_URL must look like smtp://user:password@host:587?tls=1, or be empty.") from None
    if not parts.hostname:
        raise SettingsError("MAIL_URL names no host: write smtp://user:password@host:587?tls=1, or leave it empty.")
    return {
        "MAIL_SERVER": parts.hostname,
        "MAIL_PORT": port,
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
        "MAIL_USE_SSL": parts.scheme == "smtps",
        "MAIL_USE_TLS": parse_qs(parts.query).get("tls", ["0"])[0] == "1",
    }


def is_mail_set_up() -> bool:
    """Whether mails leave at all."""
    return bool(current_app.config["MAIL_SERVER"])


def hand_over(mails: Any, mail: Mail) -> None:
    """Give one mail to the mail server over an open connection; its id lets receivers notice a repetition."""
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text or "",
        from_email=current_app.config["SETTINGS"].mail_sender,
        to=[mail.recipient],
        headers={"Message-ID": f"<{mail.public_id}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=mails,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    mails.send_messages([message])


def connection() -> Any:
    """A connection to the mail server, to be used with ``with``."""
    return current_app.extensions["mailer"].get_connection()
