"""Forms with every kind of field, for the style guide."""

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    FileField,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from web.forms import BaseForm, WholeNumberField, choices_of
from web.language import lazy_gettext as _l

GROUPS = [
    ("manager", _l("Manager")),
    ("peers", _l("Peers")),
    ("reports", _l("Direct reports")),
    ("partners", _l("Partner departments")),
]


class PeriodForm(PlainForm):
    """A small form inside another one."""

    starts_on = DateField(_l("First day"), [InputRequired()])
    ends_on = DateField(_l("Last day"), [Optional()])


class EveryFieldForm(BaseForm):
    """Every kind of field that pages use."""

    name = StringField(_l("Full name"), [InputRequired(), Length(max=40)])
    title_zh = StringField(_l("Chinese"), [InputRequired()])
    title_en = StringField(_l("English"), [InputRequired()])
    email = EmailField(_l("Email address"), [Optional()])
    password = PasswordField(_l("Password"), [Optional()])
    weight = WholeNumberField(_l("Weight"), [InputRequired(), NumberRange(0, 100)])
    target = DecimalField(_l("Target"), [Optional()], description=_l("In the unit of the measure."))
    salary = StringField(_l("Salary"), [Optional()])
    due_at = DateTimeLocalField(_l("Deadline"), [Optional()])
    group = SelectField(_l("Group of raters"), choices=choices_of(GROUPS))
    groups = SelectMultipleField(
        _l("Groups of raters"),
        choices=choices_of(GROUPS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    opinion = RadioField(
        _l("Do you agree?"), choices=choices_of([("yes", _l("Yes")), ("no", _l("No"))]), validators=[InputRequired()]
    )
    reason = TextAreaField(_l("Reason"), [InputRequired()], description=_l("One or two sentences."))
    is_named = BooleanField(_l("Show my name with this comment"))
    attachment = FileField(_l("File"))
    period = FormField(PeriodForm, _l("Period"))


class SampleUploadForm(BaseForm):
    """A file and its encoding."""

    file = FileField(_l("File"), description=_l("CSV or Excel (.xlsx), at most 20 MB."))
    encoding = SelectField(
        _l("Encoding"), choices=choices_of([("", _l("Find out")), ("utf-8", "UTF-8"), ("gb18030", "GB18030")])
    )


class ConfirmingForm(BaseForm):
    """What a page asks before something dear."""

    reason = TextAreaField(_l("Reason"), [InputRequired()])
