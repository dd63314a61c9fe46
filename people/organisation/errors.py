"""What can be wrong with units, positions, people and where they sit."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class CodeTakenError(SteelyardError):
    """Two units, or two positions, cannot share a code."""

    message = _l("The code %(code)s is taken.")
    field: ClassVar[str | None] = "code"
    status = 409


class CodeNotUsableError(SteelyardError):
    """Nothing visible is left of a code or number."""

    message = _l("Write a code with letters or digits.")
    field: ClassVar[str | None] = "code"


class UnitLoopError(SteelyardError):
    """A unit would lie below itself."""

    message = _l("%(unit)s lies below this unit, so it cannot be above it as well.")
    field: ClassVar[str | None] = "parent"


class NumberTakenError(SteelyardError):
    """Two people cannot share an employee number."""

    message = _l("The employee number %(number)s belongs to %(name)s.")
    field: ClassVar[str | None] = "employee_number"
    status = 409


class EmailTakenError(SteelyardError):
    """Two people cannot share an e-mail address."""

    message = _l("The e-mail address %(email)s belongs to %(name)s.")
    field: ClassVar[str | None] = "email"
    status = 409


class ReportingLoopError(SteelyardError):
    """Someone would report to themselves, over others."""

    message = _l("From %(on)s on, these people would report to each other in a circle: %(names)s.")
    field: ClassVar[str | None] = "manager"


class ShareTooHighError(SteelyardError):
    """The shares of a person's posts add up to more than one whole."""

    message = _l("From %(on)s on, the posts of %(name)s would add up to %(total)s %%. At most 100 %% are possible.")
    field: ClassVar[str | None] = "share"


class ManagerLeftError(SteelyardError):
    """The manager has left before the post begins."""

    message = _l("%(name)s leaves on %(left_on)s and cannot be the manager from %(on)s on.")
    field: ClassVar[str | None] = "manager"


class OwnManagerError(SteelyardError):
    """Nobody is their own manager."""

    message = _l("Nobody reports to themselves.")
    field: ClassVar[str | None] = "manager"


class OutsideEmploymentError(SteelyardError):
    """A post lies before hiring or after leaving."""

    message = _l("%(name)s works here from %(hired_on)s to %(left_on)s; the post has to lie within.")
    field: ClassVar[str | None] = "starts_on"


class ChangeBeforeStartError(SteelyardError):
    """A change cannot lie before the post that it changes, nor after its end."""

    message = _l("This post lasts from %(starts_on)s to %(ends_on)s. Choose a later day within.")
    field: ClassVar[str | None] = "starts_on"


class EndsBeforeStartError(SteelyardError):
    """A period goes backwards."""

    message = _l("The last day is before the first.")
    field: ClassVar[str | None] = "ends_on"


class NothingChangedError(SteelyardError):
    """A change that changes nothing would only lengthen the history."""

    message = _l("Nothing is different from before. Change something or cancel.")


class LastPostError(SteelyardError):
    """Whoever works here has a post; the last one ends by leaving."""

    message = _l("This is the only post of %(name)s at that time. If they leave, record the leaving instead.")
    field: ClassVar[str | None] = "ends_on"


class NotPlannedError(SteelyardError):
    """Only what has not begun can be withdrawn."""

    message = _l("Only a planned change that has not begun can be withdrawn. Correct the post instead.")
    status = 409


class SuccessorNeededError(SteelyardError):
    """People would be left without a manager."""

    message = _l("%(count)s people report to %(name)s after that day. Say who takes them over.")
    field: ClassVar[str | None] = "successor"


class LeavingBeforeHiringError(SteelyardError):
    """Nobody leaves before they came, or before their present post began."""

    message = _l("%(name)s came on %(hired_on)s; the last day cannot be before that.")
    field: ClassVar[str | None] = "left_on"


class AlreadyLeftError(SteelyardError):
    """The person's last day is already recorded, or they never left."""

    message = _l("This was already recorded. Look at the person's page again.")
    status = 409
