"""Forms of rounds of raises; amounts are typed in the currency and stored in its smallest unit."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask import current_app
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from review.pay.actions import RoundPlan
from review.pay.models import PayRound
from review.pay.queries import released_cycles
from web.errors import SteelyardError
from web.formats import parse_money
from web.forms import BaseForm, choices_of, no_control_characters
from web.language import lazy_gettext as _l
from web.language import localized
from web.texts import stored_text

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD", "CHF", "AUD", "CAD", "INR", "KRW")
A_NAME = [InputRequired(_l("Write a name.")), Length(max=200), no_control_characters]
A_DATE = [InputRequired(_l("Write a date such as 2026-03-01."))]


def plain_amount(units: int, currency: str) -> str:
    """An amount as a person would type it: 1234560 CNY is "12345.60"."""
    return str(Decimal(units).scaleb(-get_currency_precision(currency)))


def an_amount(form: Any, field: Any) -> None:
    """Refuse what is not clearly an amount in the currency of the form."""
    try:
        parse_money(str(field.data), str(form.currency.data))
    except SteelyardError as error:
        raise ValidationError(str(error)) from error


def currency_choices() -> Any:
    """The currencies to choose from, the house's own first."""
    own = str(current_app.config["CURRENCY"])
    return choices_of([(code, code) for code in dict.fromkeys((own, *CURRENCIES))])


AN_AMOUNT = [InputRequired(_l("Write an amount.")), Length(max=40), an_amount]


class RoundForm(BaseForm):
    """Name, budget and day of a round."""

    cycle = SelectField(_l("Cycle"), [InputRequired(_l("Choose a cycle."))])
    name_zh = StringField(_l("Chinese"), A_NAME)
    name_en = StringField(_l("English"), A_NAME)
    currency = SelectField(_l("Currency"), [InputRequired()])
    budget = StringField(
        _l("Budget"), AN_AMOUNT, description=_l("What all raises together may cost in a year. It is never exceeded.")
    )
    effective_on = DateField(_l("Takes effect on"), A_DATE)

    def plan(self) -> RoundPlan:
        """What was written; to be called when the form is valid."""
        assert self.effective_on.data is not None
        currency = str(self.currency.data)
        return RoundPlan(
            name={"zh": stored_text(str(self.name_zh.data)), "en": stored_text(str(self.name_en.data))},
            currency=currency,
            budget=parse_money(str(self.budget.data), currency),
            effective_on=self.effective_on.data,
        )


def round_form(pay_round: PayRound | None = None) -> RoundForm:
    """The form of a new round for a released cycle, or of a round as it stands."""
    if pay_round is None:
        form = RoundForm(currency=current_app.config["CURRENCY"])
        form.cycle.choices = choices_of([(cycle.public_id, localized(cycle.name)) for cycle in released_cycles()])
    else:
        form = RoundForm(
            version=str(pay_round.version),
            name_zh=pay_round.name.get("zh"),
            name_en=pay_round.name.get("en"),
            currency=pay_round.currency,
            budget=plain_amount(pay_round.budget, pay_round.currency),
            effective_on=pay_round.effective_on,
        )
        del form.cycle
    form.currency.choices = currency_choices()
    return form


class StepForm(BaseForm):
    """A step that needs nothing but the click."""


class ExclusionForm(BaseForm):
    """Why someone gets no raise in this round."""

    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=500), no_control_characters])


class DecisionForm(BaseForm):
    """A decision on exactly what was shown."""

    seen = HiddenField()
    decision = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose one."))],
        choices=choices_of([("approve", _l("Approve")), ("refuse", _l("Refuse"))]),
    )
    note = TextAreaField(
        _l("Note of the decision"),
        [Optional(), Length(max=2000), no_control_characters],
        description=_l("Needed for a refusal: what should change."),
    )
