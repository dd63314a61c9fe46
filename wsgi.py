"""Builds the application; the only module that knows every package."""

import os
from pathlib import Path
from types import ModuleType

import click
from flask import Blueprint, Flask

import assessments.actuals.commands
import assessments.actuals.views
import assessments.answers.views
import assessments.closing.jobs
import assessments.collection.views
import assessments.comments.views
import assessments.exemptions.views
import assessments.scorecards.views
import people.accounts.sessions
import people.accounts.views
import people.administration.commands
import people.administration.views
import people.audit.jobs
import people.directory.views
import people.grants.views
import people.operations.commands
import people.operations.views
import people.posts.views
import people.roster.commands
import people.roster.jobs
import people.roster.views
import people.trail.commands
import people.trail.views
import people.units.views
import review.home.views
import review.schemes.views
import rubrics.catalogue.commands
import rubrics.frameworks.views
import rubrics.measures.views
import rubrics.profiles.views
import web.jobs.jobs
import web.outbox.jobs
import web.style_guide.views
from people.permissions import Permission
from people.roles.models import Viewer
from web.application import build_app
from web.language import lazy_gettext as _l
from web.navigation import Entry
from web.settings import Settings, settings_from

ROOT = Path(__file__).resolve().parent

BLUEPRINTS: tuple[Blueprint, ...] = (
    people.accounts.views.blueprint,
    people.directory.views.blueprint,
    people.posts.views.blueprint,
    people.roster.views.blueprint,
    people.units.views.blueprint,
    people.grants.views.blueprint,
    people.administration.views.blueprint,
    people.trail.views.blueprint,
    people.operations.views.blueprint,
    rubrics.frameworks.views.blueprint,
    rubrics.profiles.views.blueprint,
    rubrics.measures.views.blueprint,
    assessments.actuals.views.blueprint,
    assessments.scorecards.views.blueprint,
    assessments.exemptions.views.blueprint,
    assessments.answers.views.blueprint,
    assessments.collection.views.blueprint,
    assessments.comments.views.blueprint,
    review.schemes.views.blueprint,
    review.home.views.blueprint,
    web.style_guide.views.blueprint,
)
COMMANDS: tuple[click.Group, ...] = (
    people.administration.commands.commands,
    people.roster.commands.commands,
    people.trail.commands.commands,
    people.operations.commands.commands,
    people.operations.commands.backups,
    rubrics.catalogue.commands.commands,
    assessments.actuals.commands.commands,
)
# Their decorators tell the workers what there is to run.
JOBS: tuple[ModuleType, ...] = (
    web.jobs.jobs,
    web.outbox.jobs,
    people.audit.jobs,
    people.roster.jobs,
    assessments.closing.jobs,
)


def _reads_rubrics(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.RUBRICS_READ)


def _answers_surveys(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.SURVEY_ANSWER)


def _follows_surveys(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.PROGRESS_READ)


def _plans_surveys(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.SURVEY_PLAN)


def _reads_people(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.PEOPLE_READ)


def _grants_roles(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.ROLES_GRANT)


def _operates_accounts(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.ACCOUNTS_OPERATE)


def _reads_scorecards(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.SCORECARD_READ)


def _reads_cycles(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.CYCLE_READ)


def _reads_the_trail(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.AUDIT_READ)


def _operates_jobs(viewer: object) -> bool:
    return isinstance(viewer, Viewer) and viewer.can(Permission.JOBS_OPERATE)


NAVIGATION: tuple[Entry, ...] = (
    Entry(_l("My requests"), "answers.my_requests", "clipboard-check", _answers_surveys),
    Entry(_l("Surveys"), "collection.all_surveys", "send", _follows_surveys),
    Entry(_l("Comments"), "comments.all_surveys", "message", _plans_surveys),
    Entry(_l("People"), "directory.all_people", "users", _reads_people),
    Entry(_l("Units"), "units.all_units_page", "sitemap", _reads_people),
    Entry(_l("Roles"), "grants.all_grants", "user-check", _grants_roles),
    Entry(_l("Accounts"), "administration.accounts", "key", _operates_accounts),
    Entry(_l("Competencies and duties"), "frameworks.in_force", "list-check", _reads_rubrics),
    Entry(_l("Role profiles"), "profiles.ladder", "chart-radar", _reads_rubrics),
    Entry(_l("KPI library"), "measures.library", "target", _reads_rubrics),
    Entry(_l("Scorecards"), "scorecards.all_scorecards", "clipboard-list", _reads_scorecards),
    Entry(_l("Schemes"), "schemes.all_schemes", "scale", _reads_cycles),
    Entry(_l("Audit trail"), "audit.trail_page", "shield-check", _reads_the_trail),
    Entry(_l("Background work"), "operations.all_jobs", "activity", _operates_jobs),
)


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product, from the environment's settings unless others are given."""
    app = build_app(settings or settings_from(os.environ, ROOT), BLUEPRINTS, COMMANDS, NAVIGATION)
    people.accounts.sessions.register_sessions(app)
    return app
