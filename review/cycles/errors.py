"""What can go wrong when a cycle is planned, opened, closed, confirmed or released."""

from typing import Any, ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class CycleStateError(SteelyardError):
    """The cycle is not in the phase that this step needs."""

    message = _l("This cycle is in another phase now. Open the page again to see what can be done.")
    status = 409


class PeriodOrderError(SteelyardError):
    """The period ends before it starts."""

    message = _l("The period ends before it starts.")
    field: ClassVar[str | None] = "period_ends_on"


class DatesOrderError(SteelyardError):
    """Opening, closing and grading do not follow each other."""

    message = _l("Opening, closing and the end of grading must follow each other.")
    field: ClassVar[str | None] = "closes_at"


class NobodyTakesPartError(SteelyardError):
    """On the day of the snapshot nobody sits in a position with a role profile."""

    message = _l("On that day nobody sits in a position that has a role profile. Map positions to profiles first.")
    field: ClassVar[str | None] = "snapshot_on"


class NotReadyToOpenError(SteelyardError):
    """The data check still has findings that block the opening."""

    message = _l("The data check still has %(findings)s findings that must be settled before opening.")
    status = 409


class NotPlannedError(SteelyardError):
    """Raters and participants are chosen before a cycle opens."""

    message = _l("The cycle has been opened: participants and raters stay as they are.")
    status = 409


class UnsuitableRaterError(SteelyardError):
    """The person cannot rate in this group."""

    message = _l("%(name)s cannot rate here: nobody rates themselves, or one person in two groups.")
    field: ClassVar[str | None] = "rater"


class AlreadyChosenError(SteelyardError):
    """The person rates in this group already."""

    message = _l("%(name)s is already chosen in this group.")
    field: ClassVar[str | None] = "rater"


class AnsweringGoesOnError(SteelyardError):
    """The window is still open and nobody said that it should end early."""

    message = _l("Answers can still be given until the window ends. Confirm that you want to close it now.")
    field: ClassVar[str | None] = "early"
    status = 409


class StillToDecideError(SteelyardError):
    """Some participants have not reached the step that this one builds on."""

    message = _l("%(count)s participants have not come that far yet.")
    status = 409


class AnswersAreInError(SteelyardError):
    """The answers are closed, so their end cannot move any more."""

    message = _l("The answers are closed; only the end of grading can still move.")
    field: ClassVar[str | None] = "closes_at"
    status = 409


class ExclusionReasonError(SteelyardError):
    """Whoever is left out is owed a reason."""

    message = _l("Say in a sentence why this person does not take part.")
    field: ClassVar[str | None] = "note"


class UnsuitableManagerError(SteelyardError):
    """The manager or second line would be the person themselves, or one and the same."""

    message = _l("Nobody grades themselves, and the second line is someone other than the manager.")
    field: ClassVar[str | None] = "manager"


class NoSuchTimeError(SteelyardError):
    """Clocks leave this time out when summer time begins."""

    message = _l("On this day clocks leave this time out, because summer time begins. Choose another time.")

    def __init__(self, *, at: str, **parameters: Any) -> None:
        """Remember the field that holds the time."""
        super().__init__(**parameters)
        self.field = at  # type: ignore[misc]  # one error for every field that holds a moment
