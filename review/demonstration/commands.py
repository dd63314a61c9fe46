"""Loading the demonstration from the command line, and naming its cast."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from people.accounts.actions import hashed
from review.checks.queries import blocking, data_check
from review.cycles.actions import CyclePlan, confirm_cycle, open_cycle, plan_cycle, release_cycle
from review.cycles.models import Cycle
from review.cycles.queries import cycle_by_public_id
from review.demonstration import actions, reviews, rewards
from review.demonstration.imports import ACTUALS_HEADINGS, monthly_actuals, months_between
from review.demonstration.inventions import harbour_actuals, harbour_target
from review.demonstration.people import harbour_people, northwind_people, present_structure_since, staff_people
from review.demonstration.queries import cast, is_demonstration, unit_with_code
from review.demonstration.seasons import Season, last_season, this_season
from review.running.actions import start_closing
from review.running.jobs import finish_closing
from review.seals.actions import seal_results
from web.database import living_at, utc_now
from web.transactions import in_transaction

# Who is still waited for in the open cycle: everyone of the cast has something to do.
WAITING = frozenset({"1", "2", "5", "6"})
BETWEEN = {"zh": "", "en": ": "}
UNSIGNED = frozenset({"1", "7"})

commands = AppGroup("demonstration", help="The demonstration: a real sales department and a company of sixty.")


@commands.command("load")
def load() -> None:
    """Fill an empty database with the demonstration."""
    if is_demonstration():
        click.echo("The demonstration is there already.")
        return
    zone: ZoneInfo = current_app.config["TIME_ZONE"]
    today = utc_now().astimezone(zone).date()
    for step, doing in enumerate(STEPS, start=1):
        click.echo(f"  {step}/{len(STEPS)} {doing.__doc__}")
        doing(today, zone)
    click.echo(f"The demonstration is ready. Everyone's password is: {actions.PASSWORD}")


@commands.command("cast")
def show_cast() -> None:
    """Say who can be signed in."""
    for member in cast():
        click.echo(f"  {member['login']:<14} {member['name']} · {member['position']}")
    click.echo(f"  Everyone's password, where one is asked for: {actions.PASSWORD}")


def _people(today: date, zone: ZoneInfo) -> None:
    """Rubrics, schemes, people and roles."""
    since = present_structure_since(today)
    nine, staff, sixty = northwind_people(today), staff_people(today), harbour_people(today)
    password_hash = hashed(actions.PASSWORD)

    def fill() -> None:
        actions.load_people([*staff, *nine], today, "northwind.csv")
        actions.load_people(sixty, today, "harbour.csv")
        actions.load_ground(since)
        actions.load_accounts([*nine, *staff], password_hash)
        actions.load_grants(today)
        actions.load_salaries([*nine, *sixty], today)

    with living_at(datetime.combine(since, time(9), zone)):
        in_transaction(fill)


def _figures(today: date, zone: ZoneInfo) -> None:
    """Monthly figures and scorecards."""
    seasons = [last_season(today, zone), this_season(today, zone)]

    def fill() -> None:
        actions.load_actuals(monthly_actuals(today), "northwind-actuals.csv")
        for season in seasons:
            for person in northwind_people(today):
                if person.manager_number:
                    actions.load_northwind_scorecard(person.number, season.period, today)
        _harbour_figures(seasons[0], today)

    in_transaction(fill)


def _harbour_figures(season: Season, today: date) -> None:
    people = [person for person in harbour_people(today) if person.manager_number]
    rows: list[Sequence[str]] = [ACTUALS_HEADINGS]
    for person in people:
        rows += harbour_actuals(person.number, months_between(*season.period))
    actions.load_actuals(rows, "harbour-actuals.csv")
    for person in people:
        actions.load_harbour_scorecard(person.number, season.period, harbour_target(person.number))


def _last_cycles(today: date, zone: ZoneInfo) -> None:
    """Last year's cycles of both companies, from the plan to the raises."""
    season = last_season(today, zone)
    _finished(season, zone, "harbour")
    cycle_id = _finished(season, zone, "sales")
    with living_at(season.signed_at):
        in_transaction(lambda: rewards.plan_and_reward(_cycle(cycle_id), season))
    in_transaction(lambda: rewards.leave_something_to_decide(_cycle(cycle_id), today))


def _finished(season: Season, zone: ZoneInfo, unit_code: str) -> str:
    """Take a cycle from its plan to the signatures; returns its public id."""
    cycle_id = _collected(season, zone, unit_code, reviews.Turnout(season.key, 1.0, frozenset()))
    with living_at(season.closes_at):
        in_transaction(lambda: start_closing(_cycle(cycle_id), early=False, by_id=None))
        finish_closing(_cycle(cycle_id).id)
    with living_at(season.grading_ends_at):
        in_transaction(lambda: reviews.grade_everyone(_cycle(cycle_id)))
    with living_at(season.released_at):
        in_transaction(lambda: confirm_cycle(_cycle(cycle_id)))
        in_transaction(lambda: seal_results(release_cycle(_cycle(cycle_id))))
    with living_at(season.signed_at):
        in_transaction(lambda: reviews.sign_everyone(_cycle(cycle_id), UNSIGNED))
    return cycle_id


def _this_cycle(today: date, zone: ZoneInfo) -> None:
    """This year's cycle, open and half answered."""
    season = this_season(today, zone)
    _collected(season, zone, "sales", reviews.Turnout(season.key, 0.6, WAITING))


def _collected(season: Season, zone: ZoneInfo, unit_code: str, turnout: reviews.Turnout) -> str:
    """Plan and open a cycle of a unit and let people answer; returns its public id."""

    def prepare() -> str:
        cycle = plan_cycle(_plan(season, zone, unit_code))
        reviews.leave_out_without_manager(cycle)
        reviews.nominate_across_teams(cycle)
        return cycle.public_id

    with living_at(season.planned_at):
        cycle_id: str = in_transaction(prepare)
    with living_at(season.opens_at):
        in_transaction(lambda: open_cycle(_cycle(cycle_id), blocking(data_check(_cycle(cycle_id)))))
        in_transaction(lambda: reviews.answer_survey(_cycle(cycle_id).survey, turnout))
    return cycle_id


def _plan(season: Season, zone: ZoneInfo, unit_code: str) -> CyclePlan:
    unit = unit_with_code(unit_code)
    return CyclePlan(
        name={language: f"{unit.name[language]}{BETWEEN[language]}{season.name[language]}" for language in BETWEEN},
        period_starts_on=season.period[0],
        period_ends_on=season.period[1],
        snapshot_on=season.period[1],
        opens_at=season.opens_at,
        closes_at=season.closes_at,
        grading_ends_at=season.grading_ends_at,
        time_zone=str(zone),
        unit_id=unit.id,
    )


def _cycle(public_id: str) -> Cycle:
    cycle = cycle_by_public_id(public_id)
    assert cycle is not None, "the demonstration planned it a moment ago"
    return cycle


STEPS: Sequence[Callable[[date, ZoneInfo], Any]] = (_people, _figures, _last_cycles, _this_cycle)
