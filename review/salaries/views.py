"""Pages of pay: one's own, approved raises of one's people, salaries, and pay ranges."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.organisation.queries import person_with_public_id
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from people.roles.queries import is_person_in_scope
from review.pay.access import may_read_ranges, may_read_salaries, may_work_on_pay
from review.pay.models import PayRange, Salary
from review.pay.queries import own_lines, places_for, salary_history
from review.salaries.actions import enter_first_salary, set_pay_range
from review.salaries.forms import RangeForm, SalaryForm
from review.salaries.queries import raises_visible_to, ranges_listing, salaries_visible_to
from web.language import gettext as _

blueprint = Blueprint("salaries", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/my-pay")
@guard(Permission.OWN_RECORD)
def my_pay() -> Answer:
    """Show what the reader is paid and was paid, with the round that each salary came from."""
    viewer = current_viewer()
    return render_template(
        "review/pay/my_pay.html",
        salaries=salary_history(viewer.person_id),
        lines=own_lines(viewer.person_id),
        today=viewer.today,
        places=places_for(viewer),
    )


@blueprint.get("/pay/raises")
@guard(Permission.PAY_READ)
def raises() -> Answer:
    """List the approved raises of the reader's people."""
    viewer = current_viewer()
    return render_template("review/pay/raises.html", listing=raises_visible_to(viewer), places=places_for(viewer))


@blueprint.get("/pay/salaries")
@guard(Permission.PAY_READ)
def salaries() -> Answer:
    """List what people are paid."""
    viewer = current_viewer()
    deny_unless(may_read_salaries(viewer))
    return render_template(
        "review/pay/salaries.html",
        listing=salaries_visible_to(viewer),
        places=places_for(viewer),
        may_enter=may_work_on_pay(viewer),
    )


@blueprint.route("/pay/salaries/<public_id:person_id>", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE, fresh=True)
def first_salary(person_id: str) -> Answer:
    """Enter the first salary of one person."""
    person, viewer = person_with_public_id(person_id), current_viewer()
    if person is None:
        raise NotFound
    is_visible = may_read_salaries(viewer) and is_person_in_scope(viewer, Permission.PAY_READ, person.id)
    deny_unless(is_visible, may_work_on_pay(viewer) and viewer.person_id != person.id)
    form = SalaryForm(starts_on=person.hired_on)

    def enter() -> Salary:
        assert form.starts_on.data is not None
        amount, currency = form.units(form.amount), str(form.currency.data)
        return enter_first_salary(person, amount, currency, form.starts_on.data, viewer.person_id)

    if form.carried_out(enter):
        flash(_("The salary is entered."), "success")
        return redirect(url_for("salaries.salaries"), 303)
    return render_template("review/pay/first_salary.html", form=form, person=person), form.status


@blueprint.get("/pay/ranges")
@guard(Permission.PAY_READ)
def ranges() -> Answer:
    """List the pay ranges."""
    viewer = current_viewer()
    deny_unless(may_read_ranges(viewer))
    return render_template(
        "review/pay/ranges.html",
        listing=ranges_listing(),
        places=places_for(viewer),
        may_set=may_work_on_pay(viewer),
    )


@blueprint.route("/pay/ranges/new", methods=["GET", "POST"])
@guard(Permission.PAY_PROPOSE)
def new_range() -> Answer:
    """Set what a job level is paid from a day on."""
    viewer = current_viewer()
    deny_unless(may_read_ranges(viewer), may_work_on_pay(viewer))
    form = RangeForm(starts_on=viewer.today)

    def add() -> PayRange:
        assert form.starts_on.data is not None
        amounts = form.units(form.minimum), form.units(form.midpoint), form.units(form.maximum)
        return set_pay_range(form.job_level.data or 0, str(form.currency.data), amounts, form.starts_on.data)

    if form.carried_out(add):
        flash(_("The pay range is set."), "success")
        return redirect(url_for("salaries.ranges"), 303)
    return render_template("review/pay/new_range.html", form=form), form.status
