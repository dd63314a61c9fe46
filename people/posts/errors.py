"""What can be wrong with a change of someone's post."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class SeveralChangesError(SteelyardError):
    """It is not clear what would hold again if this one were withdrawn."""

    message = _l("Several posts of this person change on that day. Correct them one by one instead.")
    status = 409
