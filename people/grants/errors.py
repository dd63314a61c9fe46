"""What can be wrong with a grant of a role."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class OwnGrantError(SteelyardError):
    """Nobody grants a role to themselves, nor takes their own away."""

    message = _l("Nobody grants or ends their own roles. Ask someone else who may.")
    field: ClassVar[str | None] = "person"


class UnitNeededError(SteelyardError):
    """A role over a unit needs one; the others have none."""

    message = _l("An HR partner is responsible for a unit and all below it. Choose one.")
    field: ClassVar[str | None] = "unit"


class NoUnitError(SteelyardError):
    """This role is never limited to a unit."""

    message = _l("This role reaches over the whole organisation. Only an HR partner has a unit.")
    field: ClassVar[str | None] = "unit"


class GrantPeriodError(SteelyardError):
    """The period ends before it begins, or lies outside the time the person works here."""

    message = _l("The period has to begin before it ends and lie within the time %(name)s works here.")
    field: ClassVar[str | None] = "ends_on"


class GrantExistsError(SteelyardError):
    """The person holds the same role in this time already."""

    message = _l("%(name)s holds this role in this time already.")
    field: ClassVar[str | None] = "role"
    status = 409


class GrantEndedError(SteelyardError):
    """The grant has ended already."""

    message = _l("This role has ended already.")
    status = 409
