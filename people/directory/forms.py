"""Forms for people: who they are, when they came, when they leave."""

from datetime import date
from typing import Any

from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from people.directory.actions import Details
from people.organisation.forms import PersonField
from people.organisation.models import is_email
from people.posts.forms import PostFields, PostForm
from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l
from web.texts import identifier

A_DATE = _l("Write a date such as 2026-03-01.")


def an_email_address(_form: Any, field: Any) -> None:
    """Refuse what mail cannot be sent to."""
    if not is_email(identifier(field.data or "")):
        raise ValidationError(str(_l("Write one e-mail address, such as name@example.com.")))


class DetailsForm(BaseForm):
    """What is known of a person apart from where they sit."""

    name = StringField(_l("Full name"), [InputRequired(_l("Write the name.")), Length(max=200), no_control_characters])
    employee_number = StringField(
        _l("Employee number"), [InputRequired(_l("Write the employee number.")), Length(max=64), no_control_characters]
    )
    email = StringField(
        _l("E-mail"),
        [InputRequired(_l("Write the e-mail address.")), Length(max=254), no_control_characters, an_email_address],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    hired_on = DateField(_l("First day of work"), [InputRequired(A_DATE)])

    def details(self) -> Details:
        """What was written; to be called when the form is valid."""
        assert self.hired_on.data is not None
        return Details(str(self.employee_number.data), str(self.name.data), str(self.email.data), self.hired_on.data)


class NewPersonForm(DetailsForm, PostFields):
    """A person with their first post, which begins with the first day of work."""


class LeavingForm(BaseForm):
    """A last day, and who takes the reports over."""

    left_on = DateField(_l("Last day of work"), [InputRequired(A_DATE)])
    successor = PersonField(_l("Who takes over the reports"), [Optional()])

    @property
    def last_day(self) -> date:
        """The last day; to be asked when the form is valid."""
        assert self.left_on.data is not None
        return self.left_on.data


class ReturnForm(PostForm):
    """The post that someone comes back to."""
