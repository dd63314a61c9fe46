"""What can stop a close, and what an operator can do about it."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class NotOverYetError(SteelyardError):
    """A close before the time that raters were told."""

    message = _l("This survey takes answers until %(moment)s. Close it then, or choose to close it early.")
    status = 409


class NotCollectingError(SteelyardError):
    """A close of something that is not open."""

    message = _l("Only an open survey can be closed.")
    status = 409


class SealBrokenError(SteelyardError):
    """A sealed answer that its key does not open."""

    message = _l(
        "A sealed answer does not open with the key of this survey: the row was changed, or it is another key file. "
        "Nothing was closed. Put the right key or the last backup back and start the close again."
    )
    status = 500
