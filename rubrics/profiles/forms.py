"""Forms for choosing profiles and for saying which profile a position has."""

from datetime import date

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from web.forms import BaseForm
from web.language import lazy_gettext as _l


class ProfilePairForm(BaseForm):
    """Two profiles to compare."""

    first = SelectField(_l("Profile"))
    second = SelectField(_l("Beside"))


class PositionProfileForm(BaseForm):
    """The profile of a position, from a day on."""

    profile_code = SelectField(_l("Role profile"), [InputRequired()])
    starts_on = DateField(_l("From"), [InputRequired(_l("Write a date such as 2026-03-01."))])

    @property
    def first_day(self) -> date:
        """The day from which it holds; to be asked when the form is valid."""
        assert self.starts_on.data is not None
        return self.starts_on.data
