"""Forms of administrators."""

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from web.forms import BaseForm, choices_of, no_control_characters
from web.language import LANGUAGE_NAMES
from web.language import lazy_gettext as _l


class NewAccountForm(BaseForm):
    """The sign-in name, and the language of the invitation."""

    login = StringField(
        _l("Sign-in name"),
        [InputRequired(_l("Write the sign-in name.")), Length(max=254), no_control_characters],
        description=_l("Usually the e-mail address. Case and width of letters do not matter when signing in."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    language = RadioField(
        _l("Language"),
        [InputRequired()],
        choices=choices_of(LANGUAGE_NAMES.items()),
        default="zh",
    )


class AccountForm(BaseForm):
    """Nothing to write: only what every form carries."""
