"""Forms for signing in and for passwords."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l


class SignInForm(BaseForm):
    """Name and password."""

    login = StringField(
        _l("Sign-in name or e-mail"),
        [InputRequired(), Length(max=254), no_control_characters],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class ConfirmPasswordForm(BaseForm):
    """The password once more, before something dear."""

    password = PasswordField(
        _l("Password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class ChangePasswordForm(BaseForm):
    """The present password and a new one."""

    password = PasswordField(
        _l("Present password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        _l("New password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "new-password"}
    )


class AcceptInvitationForm(BaseForm):
    """The first password of an account."""

    new_password = PasswordField(
        _l("New password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "new-password"}
    )
