"""Forms about comments."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l

LONGEST_REASON = 300


class WithholdForm(BaseForm):
    """Why a comment is not shown."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON), no_control_characters])


class ShowAgainForm(BaseForm):
    """One button."""
