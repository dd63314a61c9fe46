"""What can go wrong with a development plan."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class PlanExistsError(SteelyardError):
    """There is a plan already."""

    message = _l("There is a plan already.")
    status = 409


class PlanNeedsResultError(SteelyardError):
    """A plan is drafted from a released result."""

    message = _l("A plan is drafted from a released result.")
    status = 409


class PlanIsDoneError(SteelyardError):
    """A finished plan stays as it is."""

    message = _l("This plan is finished and stays as it is.")
    status = 409


class NoGoalsError(SteelyardError):
    """There is nothing to agree to."""

    message = _l("Add at least one goal before agreeing.")


class DueInThePastError(SteelyardError):
    """A goal is due on a day that has passed."""

    message = _l("Choose a day from today on.")
    field: ClassVar[str | None] = "due_on"
