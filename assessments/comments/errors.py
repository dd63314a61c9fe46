"""What can be refused about comments."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class AlreadyWithheldError(SteelyardError):
    """A comment that is not shown already."""

    message = _l("This comment is already withheld.")
    status = 409


class NotWithheldError(SteelyardError):
    """A comment that is shown already."""

    message = _l("This comment is shown.")
    status = 409
