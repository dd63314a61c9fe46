"""Forms of the import of monthly actuals."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from web.errors import SteelyardError
from web.files.errors import CellProblem, FileProblemsError
from web.forms import BaseForm
from web.language import lazy_gettext as _l


class UploadForm(BaseForm):
    """A file of monthly actuals and the currency of its money figures."""

    file = FileField(_l("CSV or Excel file"), [FileRequired()])
    currency = StringField(_l("Currency of money figures"), [InputRequired(), Length(min=3, max=3)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start without problems in the file."""
        super().__init__(*args, **kwargs)
        self.problems: tuple[CellProblem, ...] = ()

    def show(self, error: SteelyardError) -> None:
        """Keep the mistakes in the cells of a file for the table that lists them; it says enough."""
        if isinstance(error, FileProblemsError):
            self.problems, self.status = error.problems, error.status
        else:
            super().show(error)


class ConfirmImportForm(BaseForm):
    """The import of a checked file."""
