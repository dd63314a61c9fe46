"""The list of people and the page of each, with what HR does there."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.directory.actions import add_person, edit_person, record_leaving, record_return
from people.directory.forms import DetailsForm, LeavingForm, NewPersonForm, ReturnForm
from people.directory.queries import Manager, in_unit, page_of, people_with_posts, presence_on
from people.organisation.models import Person, Position, Unit
from people.organisation.queries import all_units, person_with_public_id, units_as_tree
from people.permissions import ROLE_NAMES, Permission
from people.roles.guards import current_viewer, deny_unless, guard, signed_in
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope, scope
from web.database import db
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.language import localized
from web.tables import Choice, Column, Listing, in_language

blueprint = Blueprint("directory", __name__)
Answer = str | Response | tuple[str, int]
PRESENCE = (("working", _l("Works here")), ("coming", _l("Comes later")), ("left", _l("Has left")))


@blueprint.get("/people")
@guard(Permission.PEOPLE_READ)
def all_people() -> Answer:
    """List the people whom the viewer may see."""
    return render_template("people/directory/all_people.html", listing=_people_listing(current_viewer()))


def _people_listing(viewer: Viewer) -> Listing:
    statement = scope(viewer, Permission.PEOPLE_READ, people_with_posts(viewer.today), Person.id)
    units = [(row.unit.code, "\u2003" * row.depth + localized(row.unit.name)) for row in units_as_tree(all_units())]
    columns = (
        Column("name", _l("Full name"), Person.sort_key, (Person.name, Person.sort_key)),
        Column(
            "employee_number", _l("Employee number"), Person.employee_number, (Person.employee_number, Person.email)
        ),
        Column("position", _l("Position"), in_language(Position.title), in_language(Position.title)),
        Column("unit", _l("Unit"), in_language(Unit.name), in_language(Unit.name)),
        Column("manager", _l("Manager"), Manager.sort_key),
        Column("presence", _l("Works here since"), Person.hired_on),
    )
    filters = (
        Choice("presence", _l("Presence"), PRESENCE, conditions=presence_on(viewer.today)),
        Choice("unit", _l("Unit"), units, conditions=in_unit(request.args.get("unit", ""))),
    )
    return Listing(
        statement,
        columns,
        caption=_l("People"),
        default_sort="name",
        tie_breaker=Person.id,
        filters=filters,
        arguments={"presence": "working"} | request.args.to_dict(),
    )


@blueprint.get("/people/<public_id:person_id>")
@signed_in
def person(person_id: str) -> Answer:
    """Show one person: where they sit and sat, to whom they report, who reports to them."""
    viewer = current_viewer()
    shown = _visible_person(viewer, person_id)
    page = page_of(shown, viewer)
    return render_template("people/directory/person.html", page=page, viewer=viewer, names=ROLE_NAMES)


@blueprint.route("/people/new", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def add() -> Answer:
    """Take someone on."""
    form = NewPersonForm()
    if form.carried_out(lambda: add_person(form.details(), form.post())):
        return _to_page(form.outcome, _("The person is added."))
    return render_template("people/directory/add.html", form=form), form.status


@blueprint.route("/people/<public_id:person_id>/edit", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def edit(person_id: str) -> Answer:
    """Put someone's own details right."""
    person = _visible_person(current_viewer(), person_id)
    form = DetailsForm(obj=person)
    if form.carried_out(lambda: edit_person(person, form.details()), editing=person):
        return _to_page(person_id, _("The details are saved."))
    return render_template("people/directory/edit.html", form=form, person=person), form.status


@blueprint.route("/people/<public_id:person_id>/leaving", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def leaving(person_id: str) -> Answer:
    """Record someone's last day."""
    viewer = current_viewer()
    person = _visible_person(viewer, person_id)
    form = LeavingForm(obj=person)
    if form.carried_out(lambda: _leave(person, form, viewer), editing=person):
        return _to_page(person_id, _("The last day is recorded."))
    return render_template("people/directory/leaving.html", form=form, person=person), form.status


def _leave(person: Person, form: LeavingForm, viewer: Viewer) -> Person:
    successor = db.session.get(Person, form.successor.person_id) if form.successor.person_id else None
    return record_leaving(person, form.last_day, successor, viewer.today)


@blueprint.route("/people/<public_id:person_id>/return", methods=["GET", "POST"])
@guard(Permission.PEOPLE_EDIT)
def come_back(person_id: str) -> Answer:
    """Take someone on again."""
    person = _visible_person(current_viewer(), person_id)
    form = ReturnForm(obj=person)
    if form.carried_out(lambda: record_return(person, form.first_day, form.post()), editing=person):
        return _to_page(person_id, _("The return is recorded."))
    return render_template("people/directory/come_back.html", form=form, person=person), form.status


def _visible_person(viewer: Viewer, public_id: str) -> Person:
    person = person_with_public_id(public_id)
    if person is None:
        raise NotFound
    deny_unless(is_person_in_scope(viewer, Permission.PEOPLE_READ, person.id))
    return person


def _to_page(person_id: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("directory.person", person_id=person_id), 303)
