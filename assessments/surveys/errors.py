"""What can be refused when surveys are planned, opened and followed."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class SurveyNotDraftError(SteelyardError):
    """Something was to be changed that stands from the opening on."""

    message = _l("This survey is open or over. What raters have been told can no longer be changed.")
    status = 409


class SurveyNotOpenError(SteelyardError):
    """Something needs an open survey."""

    message = _l("This survey is not open.")
    status = 409


class SurveyOverError(SteelyardError):
    """Nobody can be asked any more."""

    message = _l("This survey is over. Nobody can be asked any more.")
    status = 409


class WindowError(SteelyardError):
    """A window that ends before it begins."""

    message = _l("The survey must close after it opens.")
    field = "closes_at"


class ClosesInThePastError(SteelyardError):
    """A closing moment that is already over."""

    message = _l("The closing time is already past. Choose a later one.")
    field = "closes_at"


class UnknownTimeZoneError(SteelyardError):
    """A zone that does not exist."""

    message = _l("There is no time zone called %(zone)s. Write it like Asia/Shanghai.")
    field = "time_zone"


class ThresholdOutOfRangeError(SteelyardError):
    """A threshold outside 3 to 10."""

    message = _l("The smallest group that is shown has between %(lowest)s and %(highest)s raters.")
    field = "threshold"


class ThresholdLoweredError(SteelyardError):
    """A promise to raters was to be weakened."""

    message = _l(
        "Raters have been promised groups of at least %(threshold)s. This number can be raised, never lowered."
    )
    field = "threshold"
    status = 409


class GroupWeightsError(SteelyardError):
    """Weights of groups that cannot be used."""

    message = _l(
        "Group weights are whole numbers from 0 to 100, at least one of them above 0. The self-assessment weighs 0."
    )
    field = "group_weights"


class AlreadySubjectError(SteelyardError):
    """A person was to be added twice."""

    message = _l("%(name)s is already in this survey.")
    status = 409


class NoSubjectsError(SteelyardError):
    """A survey about nobody was to be opened."""

    message = _l("Nobody is in this survey yet. Add people before opening it.")


class NoRatersError(SteelyardError):
    """A survey that asks nobody was to be opened."""

    message = _l("Nobody is asked in this survey yet. Choose raters before opening it.")


class ProfileWithoutFormError(SteelyardError):
    """A role profile that belongs to another framework than the form."""

    message = _l("The role profile of %(name)s belongs to another framework than the form of this survey.")


class OwnGroupError(SteelyardError):
    """The subject and the self-assessment must go together."""

    message = _l("Only %(name)s can give their own self-assessment, and nothing else about themselves.")


class GroupNotAskedError(SteelyardError):
    """A group that the role profile does not ask about anything."""

    message = _l("The role profile of %(name)s asks the group “%(group)s” about nothing.")


class AskedInOtherGroupError(SteelyardError):
    """A rater has one place to speak from."""

    message = _l("%(rater)s is already asked about %(name)s, in another group.")
    status = 409


class NotInSurveyError(SteelyardError):
    """A subject of another survey, or none."""

    message = _l("This person is not in this survey.")


class AnsweredRequestError(SteelyardError):
    """Who has begun to answer cannot be taken off the list."""

    message = _l("%(rater)s has already begun to answer. Nobody can be taken off the list after that.")
    status = 409


class SurveyKeyMissingError(SteelyardError):
    """The key file of an open survey is gone."""

    message = _l(
        "The key of this survey is missing on the server, so answers can be neither read nor saved. An operator has to "
        "put the file %(file)s back from the backup of the keys."
    )
    status = 503
