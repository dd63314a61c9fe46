"""What can be refused when someone asks or decides what does not count."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class TooLittleWeightError(SteelyardError):
    """Too little of the weights would remain."""

    message = _l("Without this KPI only %(percent)s %% of the weights would remain. At least %(minimum)s %% must.")


class OwnApprovalError(SteelyardError):
    """Someone was to decide on their own request or their own scorecard."""

    message = _l("You cannot decide on your own request or on your own scorecard. Someone else in HR must.")
    status = 403


class NothingAskedError(SteelyardError):
    """There is no request to decide on."""

    message = _l("There is no open request for this KPI any more.")
    status = 409


class ReasonMissingError(SteelyardError):
    """A reason is needed."""

    message = _l("Say why, so that others can understand it later.")
    field = "reason"


class LineNotScoredError(SteelyardError):
    """A gate or a KPI that is only followed was to be left out."""

    message = _l("Only KPIs that count can be left out or marked as not delivered.")
