"""Forms of pay ranges and first salaries."""

from typing import Any

from flask import current_app
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange

from review.pay.forms import A_DATE, AN_AMOUNT, currency_choices
from web.formats import parse_money
from web.forms import BaseForm, WholeNumberField
from web.language import lazy_gettext as _l

A_LEVEL = _l("Write a whole number from 1 to 30.")


class MoneyForm(BaseForm):
    """A form about amounts of one currency."""

    currency = SelectField(_l("Currency"), [InputRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the currencies, the house's own first."""
        super().__init__(*args, **{"currency": current_app.config["CURRENCY"]} | kwargs)
        self.currency.choices = currency_choices()

    def units(self, field: Any) -> int:
        """What a field says in minor units; to be called when the form is valid."""
        return parse_money(str(field.data), str(self.currency.data))


class RangeForm(MoneyForm):
    """What a job level is paid from a day on."""

    job_level = WholeNumberField(_l("Job level"), [InputRequired(A_LEVEL), NumberRange(1, 30, A_LEVEL)])
    minimum = StringField(_l("Minimum a year"), AN_AMOUNT)
    midpoint = StringField(_l("Midpoint a year"), AN_AMOUNT)
    maximum = StringField(_l("Maximum a year"), AN_AMOUNT)
    starts_on = DateField(_l("From"), A_DATE)


class SalaryForm(MoneyForm):
    """What someone is paid when the product begins to know."""

    amount = StringField(_l("Salary a year"), AN_AMOUNT)
    starts_on = DateField(_l("Since"), A_DATE)
