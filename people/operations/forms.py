"""The form that starts failed work again: one button."""

from web.forms import BaseForm


class RestartForm(BaseForm):
    """Asks for nothing; its key makes a double click one restart."""
