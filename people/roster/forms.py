"""Forms for files of people."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length

from people.roster.reports import FORMATS
from web.files.encodings import NAMES, OFFERED
from web.forms import BaseForm, choices_of
from web.language import lazy_gettext as _l

ENCODINGS = choices_of([("", _l("Find out from the file")), *((name, NAMES[name]) for name in OFFERED)])
FORMAT_NAMES = {
    "xlsx": _l("Excel (.xlsx)"),
    "csv": _l("CSV, UTF-8"),
    "csv-gb18030": _l("CSV, GB18030 (for older Chinese programs)"),
}


class UploadForm(BaseForm):
    """The file, and in which encoding it is written if that cannot be found out."""

    file = FileField(_l("CSV or Excel file"), [FileRequired(_l("Choose a file."))])
    encoding = SelectField(_l("Encoding of a CSV file"), choices=ENCODINGS)


class ConfirmForm(BaseForm):
    """What was seen: the encoding in which the file was read, and the fingerprint of the preview."""

    encoding = HiddenField(validators=[Length(max=20)])
    seen = HiddenField(validators=[InputRequired(), Length(max=64)])


class DiscardForm(BaseForm):
    """Nothing to write: only what every form carries."""


class ExportForm(BaseForm):
    """In which format people are written."""

    kind = RadioField(
        _l("Format"),
        [InputRequired()],
        choices=choices_of((kind, FORMAT_NAMES[kind]) for kind in FORMATS),
        default="xlsx",
    )
