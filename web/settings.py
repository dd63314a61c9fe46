"""What the operator decides, read once from the environment and checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SHORTEST_SECRET_KEY = 32
WEAK_SECRET_KEYS = frozenset({"dev", "development", "secret", "changeme", "change-me", "test"})


class SettingsError(Exception):
    """A setting is missing or unusable; the message says which one and what to write."""


class Mode(StrEnum):
    """How the product runs: shown on this machine, tested, or used for real."""

    DEMONSTRATION = "demonstration"
    TESTING = "testing"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """All settings of one running product."""

    mode: Mode
    secret_key: str
    database_url: str
    instance: Path
    base_url: str
    host: str
    port: int
    time_zone: ZoneInfo
    mail_url: str
    mail_sender: str
    currency: str
    huey_url: str = ""
    trusted_proxies: int = 0

    @property
    def is_production(self) -> bool:
        """Whether real people rely on this server."""
        return self.mode is Mode.PRODUCTION

    @property
    def keys(self) -> Path:
        """The folder of key files, which are kept outside the database."""
        return self.instance / "keys"


def settings_from(environment: Mapping[str, str], root: Path) -> Settings:
    """Read and check all settings; raises SettingsError with one line that says what to do."""
    mode = _mode(environment.get("STEELYARD_MODE", Mode.PRODUCTION))
    host = environment.get("HOST", "127.0.0.1")
    if mode is not Mode.PRODUCTION and not _is_loopback(host):
        raise SettingsError(f"The {mode} mode listens on loopback only: set HOST to 127.0.0.1, not {host}.")
    port = _port(environment.get("PORT", "8000"))
    # The demonstration keeps its own folder, so that it never meets a real database, its keys or its trail.
    folder = root / "instance" if mode is Mode.PRODUCTION else root / "instance" / mode
    instance = Path(environment.get("STEELYARD_INSTANCE", folder)).resolve()
    return Settings(
        mode=mode,
        secret_key=_secret_key(environment.get("SECRET_KEY", ""), mode),
        database_url=database_url(environment.get("DATABASE_URL", ""), instance),
        instance=instance,
        base_url=environment.get("BASE_URL", f"http://{host}:{port}").rstrip("/"),
        host=host,
        port=port,
        time_zone=_time_zone(environment.get("STEELYARD_TIME_ZONE", "Asia/Shanghai")),
        mail_url=environment.get("MAIL_URL", ""),
        mail_sender=environment.get("MAIL_SENDER", "steelyard@localhost"),
        currency=environment.get("STEELYARD_CURRENCY", "USD"),
        trusted_proxies=_proxies(environment.get("TRUSTED_PROXIES", "0")),
        huey_url=_huey_url(environment.get("HUEY_URL", "")),
    )


def database_url(value: str, instance: Path) -> str:
    """A SQLAlchemy address from a PostgreSQL URL, an SQLite URL, a file name, or nothing."""
    if not value:
        return f"sqlite:///{instance / 'steelyard.sqlite3'}"
    if value.startswith("postgres://"):
        return "postgresql+psycopg://" + value.removeprefix("postgres://")
    if value.startswith("postgresql://"):
        return "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if value.startswith(("postgresql+psycopg://", "sqlite:///")):
        return value
    if "://" in value:
        raise SettingsError("DATABASE_URL must be a postgresql:// address or the name of an SQLite file.")
    return f"sqlite:///{Path(value).resolve()}"


def _huey_url(value: str) -> str:
    if value and not value.startswith(("redis://", "rediss://", "postgresql://", "postgres://")):
        raise SettingsError("HUEY_URL must be a redis:// or postgresql:// address, or empty.")
    if value.startswith("redis") and find_spec("redis") is None:
        raise SettingsError("HUEY_URL names a Redis server: install the package redis, or leave HUEY_URL empty.")
    return value


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        raise SettingsError(f"STEELYARD_MODE must be one of {', '.join(Mode)}, not {value!r}.") from None


def _secret_key(value: str, mode: Mode) -> str:
    if mode is not Mode.PRODUCTION:
        return value or f"{mode}-mode-runs-on-loopback-with-this-known-key"
    if len(value) < SHORTEST_SECRET_KEY or value.lower() in WEAK_SECRET_KEYS or len(set(value)) < 8:
        raise SettingsError(
            f"SECRET_KEY must be a random text of at least {SHORTEST_SECRET_KEY} characters: "
            'make one with python3 -c "import secrets; print(secrets.token_urlsafe(48))".'
        )
    return value


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SettingsError(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _proxies(value: str) -> int:
    """How many proxies stand in front; without one, what a visitor writes into forwarding headers is ignored."""
    if value not in {"0", "1", "2", "3"}:
        raise SettingsError(f"TRUSTED_PROXIES must be the number of proxies in front, 0 to 3, not {value!r}.")
    return int(value)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _time_zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"STEELYARD_TIME_ZONE must be a zone such as Asia/Shanghai, not {value!r}.") from None
