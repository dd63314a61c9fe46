"""What can go wrong with background work."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class UnknownJobError(LookupError):
    """A developer's mistake: no jobs.py that wsgi.py imports has a job of this name."""


class JobLostError(Exception):
    """Another worker holds the job by now; whoever sees this stops without a word."""


class UnexpectedStopError(SteelyardError):
    """A job stopped for a reason that only an operator can look up."""

    message = _l("The work stopped because of an unexpected error. Nothing that it had not finished was kept.")


class StoppedTooOftenError(SteelyardError):
    """The process that ran the job ended several times before the job did."""

    message = _l("The work was interrupted several times and has been given up. It can be started again.")


class NotRestartableError(SteelyardError):
    """Only a job that has failed can be started again."""

    message = _l("Only work that has failed can be started again.")
    status = 409
