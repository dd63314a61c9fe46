"""What can go wrong when seals are made or checked."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class NotReleasedError(SteelyardError):
    """Only released results are sealed."""

    message = _l("The results of this cycle are not released yet, so nothing is sealed.")
    status = 409


class NotClosedError(SteelyardError):
    """Only a closed cycle has numbers that could be computed again."""

    message = _l("This cycle is not closed yet, so there is nothing to compute again.")
    status = 409
