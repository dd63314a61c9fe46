"""The Flask application with everything that has nothing to do with people or reviews."""

import os
import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from wsgiref.headers import Headers

import click
from flask import Blueprint, Flask, Response
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from web.addresses import register_addresses
from web.comparisons import register_comparisons
from web.database import db
from web.errors import register_errors
from web.formats import register_formats
from web.guards import open_to_all
from web.jobs.delivery import register_jobs
from web.language import register_language
from web.limits import limiter
from web.navigation import Entry, register_navigation
from web.outbox.transport import register_mail
from web.security import register_security, security_headers
from web.settings import Mode, Settings

ROOT = Path(__file__).resolve().parent.parent
LARGEST_BODY = 20 * 1024 * 1024
LARGEST_FIELD = 1024 * 1024
MOST_FIELDS = 2_000


def build_app(
    settings: Settings,
    blueprints: Sequence[Blueprint],
    commands: Sequence[click.Group],
    navigation: Sequence[Entry],
) -> Flask:
    """Put the application together from its settings, pages, commands and navigation."""
    app = Flask("steelyard", root_path=str(ROOT), instance_path=str(settings.instance))
    keep_private(settings.instance)
    configure(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # as documented
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    CSRFProtect(app)
    limiter.init_app(app)
    register_language(app)
    register_formats(app)
    register_comparisons(app)
    register_addresses(app)
    register_security(app, settings.is_production)
    register_errors(app)
    register_navigation(app, navigation)
    register_jobs(app)
    register_mail(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    for group in commands:
        app.cli.add_command(group)
    register_health(app)
    serve_static_files(app, settings)
    return app


def keep_private(folder: Path) -> None:
    """Make the folder of the instance if need be, and close it to other accounts of the machine where it is ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        found = folder.stat()
        # A folder that everybody writes in, such as /tmp, is not ours alone whoever owns it.
        if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
            folder.chmod(0o700)


def configure(app: Flask, settings: Settings) -> None:
    """Set what Flask and its extensions read from the configuration."""
    cookie = "__Host-steelyard" if settings.is_production else "steelyard"
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.mode is Mode.TESTING,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_PERMANENT=False,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_FIELD,
        MAX_FORM_PARTS=MOST_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=settings.mode is not Mode.TESTING,
        TIME_ZONE=settings.time_zone,
        CURRENCY=settings.currency,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")


def register_health(app: Flask) -> None:
    """Tell a load balancer whether the process lives and whether it can work."""

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> Response:
        db.session.execute(text("SELECT 1"))
        return Response("ready\n", mimetype="text/plain")

    for endpoint in ("healthz", "readyz", "static"):
        open_to_all(app.view_functions[endpoint])


def serve_static_files(app: Flask, settings: Settings) -> None:
    """Serve static/ compressed and cached by WhiteNoise, with the same headers as the pages."""
    headers = security_headers(settings.is_production)

    def protect(response_headers: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            response_headers.add_header(name, value)

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to wrap it
        app.wsgi_app, root=str(ROOT / "static"), prefix="static/", add_headers_function=protect
    )
