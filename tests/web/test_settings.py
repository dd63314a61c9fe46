"""A wrong setting is refused before anything starts, in one line that says what to write."""

import subprocess
import sys
from pathlib import Path

import pytest

from web.outbox.transport import mail_configuration
from web.settings import Mode, SettingsError, settings_from

ROOT = Path(__file__).resolve().parents[2]
KEY = "J3v9-kW2_qLx8Zt5Yb7Nc4Rm1Hd6Pf0Gs"
PRODUCTION = {"STEELYARD_MODE": "production", "SECRET_KEY": KEY}


def test_without_a_mode_the_product_is_in_production(tmp_path: Path) -> None:
    assert settings_from({"SECRET_KEY": KEY}, tmp_path).is_production


def test_the_demonstration_runs_without_any_setting(tmp_path: Path) -> None:
    settings = settings_from({"STEELYARD_MODE": "demonstration"}, tmp_path)
    assert (settings.mode, settings.host, settings.port) == (Mode.DEMONSTRATION, "127.0.0.1", 8000)
    assert settings.database_url == f"sqlite:///{settings.instance / 'steelyard.sqlite3'}"
    assert settings.instance.is_relative_to(tmp_path / "instance")


@pytest.mark.parametrize(
    "key", ["", "dev", "secret", "changeme", "a" * 64, "abababababababababababababababababab", KEY[:31]]
)
def test_production_refuses_to_start_without_a_proper_key(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=r"SECRET_KEY.*secrets\.token_urlsafe"):
        settings_from({"STEELYARD_MODE": "production", "SECRET_KEY": key}, tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org", ""])
def test_the_demonstration_listens_on_loopback_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match="HOST"):
        settings_from({"STEELYARD_MODE": "demonstration", "HOST": host}, tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"])
def test_every_loopback_address_is_fine_for_the_demonstration(tmp_path: Path, host: str) -> None:
    assert settings_from({"STEELYARD_MODE": "demonstration", "HOST": host}, tmp_path).host == host


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEELYARD_MODE", "demo"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "٨٠"),
        ("PORT", "-1"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("STEELYARD_TIME_ZONE", "Mars/Olympus"),
        ("STEELYARD_TIME_ZONE", "../etc/passwd"),
        ("HUEY_URL", "amqp://localhost"),
    ],
)
def test_an_unusable_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        settings_from(PRODUCTION | {name: value}, tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////data/x.sqlite3", "sqlite:////data/x.sqlite3"),
        ("/data/x.sqlite3", "sqlite:////data/x.sqlite3"),
    ],
)
def test_a_database_is_named_in_any_usual_way(tmp_path: Path, given: str, meant: str) -> None:
    assert settings_from(PRODUCTION | {"DATABASE_URL": given}, tmp_path).database_url == meant


def test_a_mail_server_is_named_or_refused() -> None:
    with pytest.raises(SettingsError, match="MAIL_URL"):
        mail_configuration("mail.example.org")


def test_a_product_with_a_wrong_setting_does_not_start(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "STEELYARD_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-c", "from wsgi import create_app; create_app()"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "SECRET_KEY must be" in told.stderr.splitlines()[-1]
