"""Mail is written with the change that causes it, leaves once, and forgets what it said."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from web.database import db, utc_now
from web.language import lazy_gettext as _l
from web.outbox.actions import MOST_TRIES, forget_old_mails, one_line, own_link, send
from web.outbox.errors import MailAddressError
from web.outbox.jobs import deliver_due
from web.outbox.models import Mail, MailState
from web.outbox.transport import mail_configuration
from web.settings import SettingsError
from web.transactions import in_transaction


@pytest.fixture
def mailing(app: Flask) -> Iterator[Flask]:
    """The product with a mail server that only remembers."""
    app.config["MAIL_SERVER"] = "mail.example"
    app.extensions["mailman"].outbox = []
    yield app
    app.config["MAIL_SERVER"] = ""


def only_mail() -> Mail:
    db.session.rollback()
    return db.session.scalars(select(Mail)).one()


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail)) or 0


def test_without_a_mail_server_mail_stays_readable_in_the_outbox(app: Flask) -> None:
    in_transaction(lambda: send("nancy@northwind.example", "Welcome", "Dear Nancy", language="en"))
    deliver_due()
    mail = only_mail()
    assert (mail.state, mail.tries) == (MailState.WAITING, 0)
    assert "Dear Nancy" in (mail.text or "")
    assert "Dear Nancy" in (mail.html or "")


def test_mail_leaves_after_the_commit_and_its_text_is_forgotten(mailing: Flask) -> None:
    in_transaction(
        lambda: send(
            "nancy@northwind.example", "欢迎 Nancy", "你好", link=("打开", "http://localhost/x"), language="zh"
        )
    )
    (message,) = mailing.extensions["mailman"].outbox
    assert message.to == ["nancy@northwind.example"]
    assert "http://localhost/x" in message.body
    assert '<a href="http://localhost/x">打开</a>' in message.alternatives[0][0]
    mail = only_mail()
    assert (mail.state, mail.text, mail.html, mail.subject) == (MailState.SENT, None, None, "欢迎 Nancy")


def test_mail_of_a_failed_transaction_never_leaves(mailing: Flask) -> None:
    def action() -> None:
        send("nancy@northwind.example", "Welcome", "Dear Nancy")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(action)
    assert mailing.extensions["mailman"].outbox == []
    assert count() == 0


def test_a_key_stands_for_one_mail_for_all_times(mailing: Flask) -> None:
    for _again in range(3):
        in_transaction(lambda: send("nancy@northwind.example", "Reminder", "Please", key="reminder:1:nancy"))
    assert len(mailing.extensions["mailman"].outbox) == 1
    assert count() == 1


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a@b\nBcc: all@example.org", "a b@c", "a@b, c@d", "x" * 260 + "@c"]
)
def test_what_is_not_one_address_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(MailAddressError):
        in_transaction(lambda: send(address, "Subject", "Text"))
    assert count() == 0


def test_a_subject_cannot_begin_another_header() -> None:
    assert one_line("Hello\r\nBcc: all@example.org\x00\x1b[1m") == "Hello Bcc: all@example.org [1m"


def test_texts_of_a_mail_are_escaped_and_in_its_readers_language(app: Flask) -> None:
    subject = _l("This choice is no longer available.")
    in_transaction(lambda: send("nancy@northwind.example", subject, "<script>alert(1)</script>", language="en"))
    mail = only_mail()
    assert mail.subject == "This choice is no longer available."
    assert "<script>alert(1)</script>" in (mail.text or "")
    assert "<script>" not in (mail.html or "")
    assert 'lang="en"' in (mail.html or "")


def test_links_in_mail_never_come_from_the_host_of_a_request(app: Flask) -> None:
    with app.test_request_context("/", base_url="http://evil.example"):
        assert own_link("accounts.sign_in") == "http://localhost/sign-in"


def test_mail_that_is_refused_is_tried_again_later_and_given_up(
    mailing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask_mailman.backends.locmem import EmailBackend

    def refuse(_self: Any, _messages: Any) -> int:
        raise ConnectionRefusedError("nancy@northwind.example is unknown")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    in_transaction(lambda: send("nancy@northwind.example", "Welcome", "Dear Nancy"))
    assert (only_mail().tries, only_mail().problem) == (1, "ConnectionRefusedError")
    deliver_due()
    assert only_mail().tries == 1, "not before its time"
    for _attempt in range(MOST_TRIES - 1):
        in_transaction(lambda: db.session.execute(update(Mail).values(ready_at=utc_now())))
        deliver_due()
    assert (only_mail().tries, only_mail().state) == (MOST_TRIES, MailState.FAILED)


def test_sent_mail_is_forgotten_after_a_month(mailing: Flask) -> None:
    in_transaction(lambda: send("nancy@northwind.example", "Welcome", "Dear Nancy"))
    assert in_transaction(lambda: forget_old_mails(utc_now())) == 0
    assert in_transaction(lambda: forget_old_mails(utc_now() + timedelta(days=31))) == 1


def test_a_mail_url_is_understood_or_refused() -> None:
    told = mail_configuration("smtp://post%40office:s%3Acret@mail.example:587?tls=1")
    assert (told["MAIL_SERVER"], told["MAIL_PORT"], told["MAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (told["MAIL_USERNAME"], told["MAIL_PASSWORD"]) == ("post@office", "s:cret")
    assert mail_configuration("smtps://mail.example")["MAIL_USE_SSL"]
    for wrong in ("mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"):
        with pytest.raises(SettingsError):
            mail_configuration(wrong)


class Postbox(socketserver.StreamRequestHandler):
    """Just enough of a mail server to take one message over a real connection."""

    def handle(self) -> None:
        self.wfile.write(b"220 postbox\r\n")
        while line := self.rfile.readline().rstrip().upper():
            if line == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.received.append(b"".join(lines))  # type: ignore[attr-defined]  # set below
            self.wfile.write(b"250 ok\r\n")
            if line == b"QUIT":
                return


@contextmanager
def postbox() -> Iterator[tuple[int, list[bytes]]]:
    with socketserver.TCPServer(("127.0.0.1", 0), Postbox) as server:
        server.received = []  # type: ignore[attr-defined]  # where the handler puts what it gets
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], server.received  # type: ignore[attr-defined]  # as above
        server.shutdown()
        thread.join()


def test_a_chinese_mail_arrives_over_a_real_connection(app_on_sqlite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with postbox() as (port, received):
        state = app_on_sqlite.extensions["mailman"]
        monkeypatch.setitem(app_on_sqlite.config, "MAIL_SERVER", "127.0.0.1")
        for name, value in {"server": "127.0.0.1", "port": port, "backend": "smtp"}.items():
            monkeypatch.setattr(state, name, value)
        in_transaction(lambda: send("nancy@northwind.example", "欢迎使用定盘星", "你好，Nancy。", language="zh"))
    message = message_from_bytes(received[0], policy=policy.default)
    assert message["Subject"] == "欢迎使用定盘星"
    assert message["Message-ID"] == f"<{only_mail().public_id}@localhost>"
    body = message.get_body(("plain",))
    assert body is not None
    assert "你好，Nancy。" in body.get_content()
