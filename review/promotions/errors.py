"""What can go wrong when a promotion is proposed or decided."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class NoNextProfileError(SteelyardError):
    """The ladder ends here."""

    message = _l("There is no next role profile above this one.")
    status = 409


class NotReadyError(SteelyardError):
    """A requirement of the next profile is not met."""

    message = _l("Not met yet: %(names)s. Agree on a plan first, and propose again when there is new evidence.")
    status = 409


class PromotionReasonError(SteelyardError):
    """A proposal needs its reason."""

    message = _l("Say why in a sentence.")
    field: ClassVar[str | None] = "reason"


class PositionNotInProfileError(SteelyardError):
    """The new position does not belong to the next profile."""

    message = _l("This position does not belong to the next role profile.")
    field: ClassVar[str | None] = "position"


class PromotionDateError(SteelyardError):
    """The promotion would take effect in the past."""

    message = _l("Choose a day from tomorrow on.")
    field: ClassVar[str | None] = "effective_on"


class PromotionPendingError(SteelyardError):
    """There is an undecided proposal for this person."""

    message = _l("There is a proposal for this person that has not been decided yet.")
    status = 409


class PromotionStateError(SteelyardError):
    """The proposal is not at the step that this one builds on."""

    message = _l("This proposal is at another step now. Open the page again to see what can be done.")
    status = 409


class NotReleasedError(SteelyardError):
    """Promotions follow from released results."""

    message = _l("A promotion follows from a released result.")
    status = 409


class PositionHeldError(SteelyardError):
    """The person sits in this position on that day already."""

    message = _l("%(name)s has this position on that day already.")
    field: ClassVar[str | None] = "position"


class NotEmployedThenError(SteelyardError):
    """The person does not work here on the day of effect."""

    message = _l("%(name)s does not work here on that day.")
    field: ClassVar[str | None] = "effective_on"
