"""The form of a reminder."""

from web.forms import BaseForm


class RemindForm(BaseForm):
    """One button."""
