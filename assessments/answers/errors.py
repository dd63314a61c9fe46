"""What can be refused when somebody answers; nothing is changed then, and the rater is told."""

from web.errors import StaleEditError, SteelyardError
from web.language import lazy_gettext as _l


class UnknownRequestError(SteelyardError):
    """An invitation that does not exist, is somebody else's, or was deleted at the close: all answer the same."""

    message = _l("This questionnaire is closed, or the invitation is not yours. Nothing was saved.")
    status = 404


class OwnAssessmentError(SteelyardError):
    """Somebody was to decline rating themselves."""

    message = _l("A self-assessment cannot be declined. If you do not want to give one, leave it unanswered.")


class NotYetOpenError(SteelyardError):
    """Too early."""

    message = _l("This survey takes answers from %(moment)s.")
    status = 409


class CollectionOverError(SteelyardError):
    """Too late, by the server's clock."""

    message = _l("This survey closed at %(moment)s. Nothing was saved after that.")
    status = 409


class CollectionClosedEarlyError(SteelyardError):
    """Too late, because the survey was closed before its time."""

    message = _l("This survey has been closed. Nothing was saved after that.")
    status = 409


class OtherFormError(SteelyardError):
    """Answers to another version of the form."""

    message = _l("These answers belong to another version of the form. Open your request again and answer there.")
    status = 409


class RatingRefusedError(SteelyardError):
    """A rating that is no level."""

    message = _l("A rating is a whole number from 1 to 5, or “unable to rate”.")


class ItemNotAskedError(SteelyardError):
    """An item that this group is not asked."""

    message = _l("“%(item)s” is not asked here.")


class NothingAnsweredError(SteelyardError):
    """A form without a single answer was to be submitted."""

    message = _l("Answer at least one statement before submitting, or decline the request.")


class CommentTooLongError(SteelyardError):
    """More text than every answer has space for."""

    message = _l("The comments are too long. Please shorten them to %(most)s characters each.")


class AlreadySubmittedError(SteelyardError):
    """Who has submitted can change the answers, but not decline any more."""

    message = _l("You have already submitted your answers. You can change them until the survey closes.")
    status = 409


class ChangedElsewhereError(StaleEditError):
    """The same answers were changed in another window."""

    message = _l("You changed these answers in another window. Nothing was saved here; compare and save again.")
