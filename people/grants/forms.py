"""Forms for granting and ending roles."""

from datetime import date

from wtforms import DateField, RadioField
from wtforms.validators import InputRequired, Optional

from people.organisation.forms import PersonField, UnitField
from people.permissions import GRANTED_ROLES, ROLE_NAMES
from web.forms import BaseForm, choices_of
from web.language import lazy_gettext as _l


class GrantForm(BaseForm):
    """Who gets which role, over what, for how long."""

    person = PersonField(_l("Who gets the role"), [InputRequired(_l("Name the person."))])
    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=choices_of((role.value, ROLE_NAMES[role]) for role in GRANTED_ROLES),
    )
    unit = UnitField(_l("Over the unit and all below it"), [Optional()], nothing=_l("The whole organisation"))
    starts_on = DateField(_l("From"), [InputRequired(_l("Write a date such as 2026-03-01."))])
    ends_on = DateField(_l("Until"), [Optional()])

    @property
    def first_day(self) -> date:
        """The first day; to be asked when the form is valid."""
        assert self.starts_on.data is not None
        return self.starts_on.data


class EndGrantForm(BaseForm):
    """Nothing to write: only what every form carries."""
