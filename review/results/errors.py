"""What can go wrong when results are graded, reviewed, signed or verified."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class ResultStateError(SteelyardError):
    """The result is not at the step that this one builds on."""

    message = _l("This result is at another step now. Open the page again to see what can be done.")
    status = 409


class UnknownGradeError(SteelyardError):
    """The grade is not one of the scheme's."""

    message = _l("Choose one of the grades of the scheme.")
    field: ClassVar[str | None] = "grade"


class ReasonMissingError(SteelyardError):
    """A grade that differs from what was proposed needs a reason."""

    message = _l("This grade differs from the one before. Say why in a sentence.")
    field: ClassVar[str | None] = "reason"


class CloseToCutError(SteelyardError):
    """The points alone do not decide a grade this close to a cut; whoever decides says by what."""

    message = _l("The total lies within one standard error of a cut. Say in a sentence why it is this grade.")
    field: ClassVar[str | None] = "reason"


class GateCapsGradeError(SteelyardError):
    """A failed gate caps the grade; nobody can lift it above the cap."""

    message = _l("A failed gate caps this grade at %(cap)s.")
    field: ClassVar[str | None] = "grade"


class NoGradeYetError(SteelyardError):
    """There is not enough evidence for a calculated grade, so one must be chosen with a reason."""

    message = _l("There is not enough evidence for a calculated grade. Choose one and say why.")
    field: ClassVar[str | None] = "grade"


class KeyFigureMissingError(SteelyardError):
    """A key figure was not delivered, which blocks the grade."""

    message = _l("A key figure of this scorecard was not delivered. Settle it before grading.")
    status = 409
