"""Pages of units and positions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.organisation.models import Position
from people.organisation.queries import all_units, units_as_tree
from people.permissions import Permission
from people.roles.guards import current_viewer, guard
from people.units.actions import add_position, add_unit, edit_position, edit_unit
from people.units.forms import PositionForm, UnitForm
from people.units.queries import people_by_unit, position_with_public_id, positions_with_people, unit_with_public_id
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.tables import Column, Listing, in_language

blueprint = Blueprint("units", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/units")
@guard(Permission.PEOPLE_READ)
def all_units_page() -> Answer:
    """Show the tree of units."""
    rows, counts = units_as_tree(all_units()), people_by_unit(current_viewer().today)
    return render_template("people/units/all_units.html", rows=rows, counts=counts)


@blueprint.route("/units/new", methods=["GET", "POST"])
@guard(Permission.ORGANISATION_EDIT)
def new_unit() -> Answer:
    """Add a unit."""
    form = UnitForm()
    if form.carried_out(lambda: add_unit(str(form.code.data), form.name(), form.parent.unit_id)):
        return _to_units(_("The unit is added."))
    return render_template("people/units/unit.html", form=form, unit=None), form.status


@blueprint.route("/units/<public_id:unit_id>/edit", methods=["GET", "POST"])
@guard(Permission.ORGANISATION_EDIT)
def unit(unit_id: str) -> Answer:
    """Rename a unit or move it."""
    found = unit_with_public_id(unit_id)
    if found is None:
        raise NotFound
    form = UnitForm(obj=found, name_zh=found.name.get("zh"), name_en=found.name.get("en"))
    if form.carried_out(lambda: edit_unit(found, str(form.code.data), form.name(), form.parent.unit_id), editing=found):
        return _to_units(_("The unit is saved."))
    return render_template("people/units/unit.html", form=form, unit=found), form.status


@blueprint.get("/positions")
@guard(Permission.PEOPLE_READ)
def all_positions_page() -> Answer:
    """List the positions with their job level."""
    columns = (
        Column("title", _l("Position title"), in_language(Position.title), in_language(Position.title)),
        Column("code", _l("Code"), Position.code, Position.code),
        Column("job_level", _l("Job level"), Position.job_level, kind="number"),
        Column("people", _l("People"), kind="number"),
    )
    listing = Listing(
        positions_with_people(current_viewer().today),
        columns,
        caption=_l("Positions"),
        default_sort="job_level",
        tie_breaker=Position.id,
    )
    return render_template("people/units/all_positions.html", listing=listing)


@blueprint.route("/positions/new", methods=["GET", "POST"])
@guard(Permission.ORGANISATION_EDIT)
def new_position() -> Answer:
    """Add a position."""
    form = PositionForm()
    if form.carried_out(lambda: add_position(str(form.code.data), form.title(), form.level)):
        return _to_positions(_("The position is added."))
    return render_template("people/units/position.html", form=form, position=None), form.status


@blueprint.route("/positions/<public_id:position_id>/edit", methods=["GET", "POST"])
@guard(Permission.ORGANISATION_EDIT)
def position(position_id: str) -> Answer:
    """Rename a position or change its job level."""
    found = position_with_public_id(position_id)
    if found is None:
        raise NotFound
    form = PositionForm(obj=found, title_zh=found.title.get("zh"), title_en=found.title.get("en"))
    if form.carried_out(lambda: edit_position(found, str(form.code.data), form.title(), form.level), editing=found):
        return _to_positions(_("The position is saved."))
    return render_template("people/units/position.html", form=form, position=found), form.status


def _to_units(message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("units.all_units_page"), 303)


def _to_positions(message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("units.all_positions_page"), 303)
