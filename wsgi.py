"""Builds the application; the only module that knows every package."""

import os
from pathlib import Path
from types import ModuleType

import click
from flask import Blueprint, Flask

import people.accounts.sessions
import people.accounts.views
import review.home.views
import web.jobs.jobs
import web.outbox.jobs
from web.application import build_app
from web.navigation import Entry
from web.settings import Settings, settings_from

ROOT = Path(__file__).resolve().parent

BLUEPRINTS: tuple[Blueprint, ...] = (
    people.accounts.views.blueprint,
    review.home.views.blueprint,
)
COMMANDS: tuple[click.Group, ...] = ()
# Their decorators tell the workers what there is to run.
JOBS: tuple[ModuleType, ...] = (web.jobs.jobs, web.outbox.jobs)
NAVIGATION: tuple[Entry, ...] = ()


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product, from the environment's settings unless others are given."""
    app = build_app(settings or settings_from(os.environ, ROOT), BLUEPRINTS, COMMANDS, NAVIGATION)
    people.accounts.sessions.register_sessions(app)
    return app
