"""Pages of the role profiles: what each role requires, two side by side, and which position has which."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.organisation.queries import all_positions
from people.permissions import Permission
from people.roles.guards import current_viewer, guard
from rubrics.frameworks.models import LEVELS
from rubrics.frameworks.queries import content_of, dimensions_of, items_by_dimension, latest_published
from rubrics.profiles.actions import map_position, revise_profile
from rubrics.profiles.forms import (
    PositionProfileForm,
    ProfilePairForm,
    RevisionForm,
    content_in_form,
    profile_form,
)
from rubrics.profiles.models import Profile, ProfileContent
from rubrics.profiles.queries import (
    mappings_of,
    next_profile,
    position_by_public_id,
    positions_with_profiles,
    profile_by_public_id,
    profile_rows,
    profiles,
    titles_of_positions,
    versions_of_profile,
)
from web.charts.looks import Role
from web.charts.pictures import Picture
from web.charts.radar import Series, radar_svg
from web.language import gettext as _
from web.language import localized

blueprint = Blueprint("profiles", __name__, url_prefix="/role-profiles")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
@guard(Permission.RUBRICS_READ)
def ladder() -> Answer:
    """Show all profiles as steps of a ladder."""
    return render_template(
        "rubrics/profiles/ladder.html",
        profiles=profiles(),
        titles=titles_of_positions(current_viewer().today),
        may_map=current_viewer().can(Permission.RUBRICS_EDIT),
    )


@blueprint.get("/<public_id:profile_id>")
@guard(Permission.RUBRICS_READ)
def profile(profile_id: str) -> Answer:
    """Show one profile: its radar, what it requires and what the required levels look like."""
    shown = _profile(profile_id)
    framework = latest_published(shown.framework_code)
    if framework is None:
        raise NotFound
    dimensions = {dimension.code: dimension for dimension in dimensions_of(framework)}
    return render_template(
        "rubrics/profiles/profile.html",
        profile=shown,
        dimensions=dimensions,
        items=items_by_dimension(framework),
        picture=_radar([shown]),
        rows=profile_rows([shown], framework),
        next_step=next_profile(shown),
        titles=titles_of_positions(current_viewer().today).get(shown.code, []),
        versions=(known := versions_of_profile(shown.code)),
        may_revise=current_viewer().can(Permission.RUBRICS_EDIT) and known[0].id == shown.id,
    )


@blueprint.route("/<public_id:profile_id>/revise", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def revise(profile_id: str) -> Answer:
    """Write a new version of a profile."""
    shown = _profile(profile_id)
    framework = latest_published(shown.framework_code)
    if framework is None:
        raise NotFound
    dimensions = dimensions_of(framework)
    form = profile_form(dimensions)(obj=shown, data=content_in_form(shown, dimensions))
    if form.carried_out(lambda: revise_profile(shown, _typed(form, shown), content_of(framework).dimensions)):
        flash(_("The new version is in force."), "success")
        return redirect(url_for("profiles.profile", profile_id=form.outcome), 303)
    page = render_template("rubrics/profiles/revise.html", form=form, profile=shown, dimensions=dimensions)
    return page, form.status


@blueprint.get("/compare")
@guard(Permission.RUBRICS_READ)
def compare() -> Answer:
    """Show two profiles side by side."""
    every = profiles()
    framework = latest_published()
    if len(every) < 2 or framework is None:
        raise NotFound
    known = {one.public_id: one for one in every}
    first = known.get(request.args.get("first", ""), every[0])
    second = known.get(request.args.get("second", ""), every[1])
    form = ProfilePairForm(formdata=None, first=first.public_id, second=second.public_id)
    form.first.choices = form.second.choices = {one.public_id: localized(one.name) for one in every}
    return render_template(
        "rubrics/profiles/compare.html",
        form=form,
        first=first,
        second=second,
        picture=_radar([first, second]),
        rows=profile_rows([first, second], framework),
    )


@blueprint.get("/positions")
@guard(Permission.RUBRICS_EDIT)
def positions() -> Answer:
    """List which position is judged by which profile."""
    rows = positions_with_profiles(all_positions(), current_viewer().today)
    return render_template("rubrics/profiles/positions.html", rows=rows)


@blueprint.route("/positions/<public_id:position_id>", methods=["GET", "POST"])
@guard(Permission.RUBRICS_EDIT)
def position(position_id: str) -> Answer:
    """Say which profile a position has from a day on."""
    shown = position_by_public_id(position_id)
    if shown is None:
        raise NotFound
    every, mappings, code = profiles(), mappings_of(shown.code), shown.code
    form = PositionProfileForm(profile_code=mappings[0].profile_code if mappings else None)
    form.profile_code.choices = {one.code: localized(one.name) for one in every}
    if not form.is_submitted():
        form.starts_on.data = current_viewer().today
    if form.carried_out(lambda: map_position(code, form.profile_code.data, form.first_day)):
        flash(_("The profile of the position is recorded."), "success")
        return redirect(url_for("profiles.positions"), 303)
    names = {one.code: one.name for one in every}
    page = render_template("rubrics/profiles/position.html", form=form, position=shown, mappings=mappings, names=names)
    return page, form.status


def _typed(form: RevisionForm, profile: Profile) -> ProfileContent:
    return ProfileContent(
        code=profile.code,
        place=profile.place,
        name=form.text("name"),
        purpose=form.text("purpose"),
        next_code=profile.next_code,
        framework_code=profile.framework_code,
        requirements=form.requirements(),
    )


def _profile(public_id: str) -> Profile:
    found = profile_by_public_id(public_id)
    if found is None:
        raise NotFound
    return found


def _radar(shown: list[Profile]) -> Picture:
    framework = latest_published(shown[0].framework_code)
    dimensions = dimensions_of(framework) if framework else []
    levels = [{one.dimension_code: float(one.required_level) for one in each.requirements} for each in shown]
    roles: tuple[Role, ...] = ("required", "others")
    series = [
        Series(localized(each.name), [by_code.get(dimension.code) for dimension in dimensions], roles[place])
        for place, (each, by_code) in enumerate(zip(shown, levels, strict=True))
    ]
    names = " / ".join(localized(each.name) for each in shown)
    return radar_svg(
        [localized(dimension.short_name) for dimension in dimensions],
        series,
        low=LEVELS[0],
        high=LEVELS[-1],
        title=_("Required levels: %(names)s", names=names),
    )
