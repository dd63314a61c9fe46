"""Builds the application; the only module that knows every package."""

import os
from collections.abc import Callable
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
import review.calibration.views
import review.demonstration.commands
import review.demonstration.queries
import review.home.views
import review.lineage.views
import review.participation.views
import review.pay.views
import review.planning.views
import review.plans.views
import review.promotions.views
import review.proofs.commands
import review.reports.views
import review.results.views
import review.running.jobs
import review.running.views
import review.salaries.views
import review.schemes.views
import review.seals.queries
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
    review.running.views.blueprint,
    review.calibration.views.blueprint,
    review.planning.views.blueprint,
    review.participation.views.blueprint,
    review.plans.views.blueprint,
    review.pay.views.blueprint,
    review.salaries.views.blueprint,
    review.promotions.views.blueprint,
    review.results.views.blueprint,
    review.lineage.views.blueprint,
    review.reports.views.blueprint,
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
    review.proofs.commands.commands,
    review.demonstration.commands.commands,
)
# Their decorators tell the workers what there is to run.
JOBS: tuple[ModuleType, ...] = (
    web.jobs.jobs,
    web.outbox.jobs,
    people.audit.jobs,
    people.roster.jobs,
    assessments.closing.jobs,
    review.running.jobs,
)


def _holders_of(permission: Permission) -> Callable[[object], bool]:
    """Whom an entry is shown to: everyone who holds a permission."""
    return lambda viewer: isinstance(viewer, Viewer) and viewer.can(permission)


NAVIGATION: tuple[Entry, ...] = (
    Entry(_l("My requests"), "answers.my_requests", "clipboard-check", _holders_of(Permission.SURVEY_ANSWER)),
    Entry(_l("Surveys"), "collection.all_surveys", "send", _holders_of(Permission.PROGRESS_READ)),
    Entry(_l("Comments"), "comments.all_surveys", "message", _holders_of(Permission.SURVEY_PLAN)),
    Entry(_l("Results"), "results.overview", "award", _holders_of(Permission.RESULT_READ)),
    Entry(_l("Cycles"), "cycles.all_cycles", "calendar-event", _holders_of(Permission.CYCLE_READ), ("calibration",)),
    Entry(_l("Development plans"), "plans.all_plans", "seedling", _holders_of(Permission.PLAN_READ)),
    Entry(_l("Pay"), "salaries.my_pay", "cash", _holders_of(Permission.OWN_RECORD), ("pay",)),
    Entry(_l("Promotions"), "promotions.all_promotions", "stairs-up", _holders_of(Permission.PAY_READ)),
    Entry(_l("People"), "directory.all_people", "users", _holders_of(Permission.PEOPLE_READ)),
    Entry(_l("Units"), "units.all_units_page", "sitemap", _holders_of(Permission.PEOPLE_READ)),
    Entry(_l("Roles"), "grants.all_grants", "user-check", _holders_of(Permission.ROLES_GRANT)),
    Entry(_l("Accounts"), "administration.accounts", "key", _holders_of(Permission.ACCOUNTS_OPERATE)),
    Entry(_l("Competencies and duties"), "frameworks.in_force", "list-check", _holders_of(Permission.RUBRICS_READ)),
    Entry(_l("Role profiles"), "profiles.ladder", "chart-radar", _holders_of(Permission.RUBRICS_READ)),
    Entry(_l("KPI library"), "measures.library", "target", _holders_of(Permission.RUBRICS_READ)),
    Entry(_l("Scorecards"), "scorecards.all_scorecards", "clipboard-list", _holders_of(Permission.SCORECARD_READ)),
    Entry(_l("Schemes"), "schemes.all_schemes", "scale", _holders_of(Permission.CYCLE_READ)),
    Entry(_l("Audit trail"), "audit.trail_page", "shield-check", _holders_of(Permission.AUDIT_READ)),
    Entry(_l("Background work"), "operations.all_jobs", "activity", _holders_of(Permission.JOBS_OPERATE)),
)


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product, from the environment's settings unless others are given."""
    app = build_app(settings or settings_from(os.environ, ROOT), BLUEPRINTS, COMMANDS, NAVIGATION)
    people.accounts.sessions.register_sessions(app)
    app.extensions["demonstration_cast"] = review.demonstration.queries.cast
    # Figures know no cycle; the page that corrects them asks here what rests on them.
    app.extensions["released_results_on"] = review.seals.queries.released_results_on
    return app
