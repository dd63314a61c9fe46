"""Every answer carries the headers that keep it from being framed, sniffed, cached or filled with foreign scripts."""

import stat
from collections.abc import Callable
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import PASSWORD
from tests.databases import settings_for
from web.application import keep_private
from web.security import CONTENT_SECURITY_POLICY
from web.settings import Mode
from wsgi import create_app

Client = Callable[..., FlaskClient]
STATIC = "/static/favicon.svg"
ADDRESSES = ("/", "/sign-in", "/healthz", "/nowhere", "/audit", STATIC, "/static/nowhere", "/\x00", "/jobs/%00")


def protected(headers: object) -> dict[str, bool]:
    """Which protections the headers of an answer hold."""
    get = headers.get  # type: ignore[attr-defined]  # werkzeug's Headers
    return {
        "policy": get("Content-Security-Policy") == CONTENT_SECURITY_POLICY,
        "sniffing": get("X-Content-Type-Options") == "nosniff",
        "frames": get("X-Frame-Options") == "DENY",
        "referrer": get("Referrer-Policy") == "same-origin",
        "opener": get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": get("Cross-Origin-Resource-Policy") == "same-origin",
        "permissions": "camera=()" in get("Permissions-Policy", ""),
    }


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("key", [None, "nancy"])
def test_every_answer_is_protected(app_on_sqlite: Flask, client_of: Client, key: str | None, address: str) -> None:
    with client_of(key).get(address) as response:
        assert all(protected(response.headers).values()), (response.status, protected(response.headers))
        assert response.status_code < 500


def test_the_policy_allows_no_inline_and_no_foreign_script() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert "script-src 'self'" in CONTENT_SECURITY_POLICY


def test_downloads_and_refused_posts_are_protected_too(app_on_sqlite: Flask, client_of: Client) -> None:
    for response in (client_of("auditor").post("/audit/export"), client_of("nancy").post("/audit/export")):
        assert all(protected(response.headers).values())
        assert "no-store" in response.headers["Cache-Control"]


def test_an_unexpected_error_is_protected_and_tells_nothing(app_on_sqlite: Flask, client_of: Client) -> None:
    def fail() -> str:
        raise ZeroDivisionError("secret")

    fail.guard = "open to all"  # type: ignore[attr-defined]  # as every view has
    view = app_on_sqlite.view_functions["healthz"]
    app_on_sqlite.view_functions["healthz"] = fail
    app_on_sqlite.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        response = client_of("nancy").get("/healthz")
    finally:
        app_on_sqlite.view_functions["healthz"] = view
        app_on_sqlite.config["PROPAGATE_EXCEPTIONS"] = None
    assert response.status_code == 500
    assert all(protected(response.headers).values())
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_no_page_is_kept_by_a_cache(app_on_sqlite: Flask, client_of: Client) -> None:
    for address in ("/", "/sign-in", "/nowhere", "/account"):
        response = client_of("nancy").get(address)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in response.headers["Vary"]


@pytest.fixture
def production(app_on_sqlite: Flask, tmp_path: Path) -> Flask:
    """The product in production mode, on the same database."""
    settings = settings_for(app_on_sqlite.config["SETTINGS"].database_url, tmp_path)
    product = create_app(replace(settings, mode=Mode.PRODUCTION, secret_key="J3v9-kW2_qLx8Zt5Yb7Nc4Rm1Hd6Pf0Gs"))
    product.config["WTF_CSRF_ENABLED"] = False
    return product


def test_in_production_only_encrypted_connections_are_used(production: Flask) -> None:
    with production.app_context():
        for address in ("/sign-in", STATIC, "/nowhere"):
            with production.test_client().get(address, base_url="https://localhost") as response:
                assert "max-age=31536000" in response.headers["Strict-Transport-Security"], address


def test_in_production_every_cookie_is_locked_down(production: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(production.config, "RATELIMIT_ENABLED", False)
    with production.app_context():
        client = production.test_client()
        cookies = []
        for address, data in (("/language/zh", {}), ("/sign-in", {"login": "nancy", "password": PASSWORD})):
            response = client.post(address, data=data, base_url="https://localhost")
            cookies += response.headers.getlist("Set-Cookie")
    assert any(cookie.startswith("__Host-steelyard=") for cookie in cookies)
    for cookie in cookies:
        (morsel,) = SimpleCookie(cookie).values()
        assert (morsel["secure"], morsel["httponly"], morsel["path"]) == (True, True, "/"), cookie
        assert morsel["samesite"] in {"Lax", "Strict"}
        assert not morsel["domain"]
        assert len(cookie) < 4096


def test_a_form_of_another_site_is_refused(app_on_sqlite: Flask) -> None:
    client = app_on_sqlite.test_client()
    for address in ("/sign-in", "/sign-out", "/language/zh", "/audit/export"):
        assert client.post(address, data={"login": "nancy", "password": PASSWORD}).status_code == 400, address
        assert client.post(address, json={"login": "nancy"}).status_code in {400, 415}, address


def test_the_folder_of_the_databases_is_closed_to_other_accounts(tmp_path: Path) -> None:
    new, old, shared = tmp_path / "deep" / "new", tmp_path / "old", tmp_path / "shared"
    old.mkdir(mode=0o755)
    shared.mkdir()
    shared.chmod(0o1777)
    for folder in (new, old, shared):
        keep_private(folder)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (new, old, shared)] == [0o700, 0o700, 0o1777]


def test_the_product_closes_its_folder_when_it_starts(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_folder_of_another_account_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    keep_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
