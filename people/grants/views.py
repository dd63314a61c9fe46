"""Pages of granted roles."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.grants.actions import end_grant, grant_role
from people.grants.forms import EndGrantForm, GrantForm
from people.grants.queries import grant_with_public_id, grants_with_people, validity_on
from people.organisation.models import Person, Unit
from people.permissions import GRANTED_ROLES, ROLE_NAMES, Permission, Role
from people.roles.guards import current_viewer, guard
from people.roles.models import RoleGrant
from people.roles.queries import scope
from web.database import db
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing, in_language

blueprint = Blueprint("grants", __name__)
Answer = str | Response | tuple[str, int]
VALIDITY = (("now", _l("Holds today")), ("later", _l("Begins later")), ("ended", _l("Has ended")))


@blueprint.get("/roles")
@guard(Permission.ROLES_GRANT)
def all_grants() -> Answer:
    """List who holds which granted role."""
    viewer = current_viewer()
    columns = (
        Column("name", _l("Holder"), Person.sort_key, (Person.name, Person.sort_key, Person.employee_number)),
        Column("role", _l("Role"), RoleGrant.role),
        Column("unit", _l("Responsible for"), in_language(Unit.name), in_language(Unit.name)),
        Column("time", _l("From – to"), RoleGrant.starts_on),
        Column("actions", _l("Actions"), kind="actions"),
    )
    filters = (
        Choice("validity", _l("Validity"), VALIDITY, conditions=validity_on(viewer.today)),
        Choice("role", _l("Role"), [(role.value, ROLE_NAMES[role]) for role in GRANTED_ROLES], RoleGrant.role),
    )
    listing = Listing(
        scope(viewer, Permission.ROLES_GRANT, grants_with_people(), Person.id),
        columns,
        caption=_l("Granted roles"),
        default_sort="name",
        tie_breaker=RoleGrant.id,
        filters=filters,
        arguments={"validity": "now"} | request.args.to_dict(),
    )
    return render_template("people/grants/all_grants.html", listing=listing, names=ROLE_NAMES, viewer=viewer)


@blueprint.route("/roles/new", methods=["GET", "POST"])
@guard(Permission.ROLES_GRANT, fresh=True)
def grant() -> Answer:
    """Give someone a role."""
    viewer = current_viewer()
    form = GrantForm()
    if not form.is_submitted():
        form.starts_on.data = viewer.today
    if form.carried_out(lambda: _grant(form, viewer.person_id)):
        flash(_("The role is granted. Its holder signs in anew."), "success")
        return redirect(url_for("grants.all_grants"), 303)
    return render_template("people/grants/grant.html", form=form), form.status


def _grant(form: GrantForm, granted_by: int) -> RoleGrant:
    person = db.session.get_one(Person, form.person.person_id)
    role = Role(form.role.data)
    return grant_role(person, role, form.unit.unit_id, form.first_day, form.ends_on.data, granted_by=granted_by)


@blueprint.route("/roles/<public_id:grant_id>/end", methods=["GET", "POST"])
@guard(Permission.ROLES_GRANT, fresh=True)
def end(grant_id: str) -> Answer:
    """Take a role away."""
    found = grant_with_public_id(grant_id)
    if found is None:
        raise NotFound
    viewer = current_viewer()
    form = EndGrantForm(obj=found)
    if form.carried_out(lambda: end_grant(found, viewer.today, ended_by=viewer.person_id), editing=found):
        flash(_("The role has ended. Its holder signs in anew."), "success")
        return redirect(url_for("grants.all_grants"), 303)
    return render_template("people/grants/end.html", form=form, grant=found, names=ROLE_NAMES), form.status
