"""What can be refused about role profiles."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class WeightSumError(SteelyardError):
    """The weights of a profile do not make a whole."""

    message = _l("%(code)s: the weights sum to %(total)s. They must sum to 100.")


class UnknownDimensionError(SteelyardError):
    """A profile requires something that the framework does not have."""

    message = _l("%(code)s: the framework has no dimension %(dimension)s.")


class RepeatedDimensionError(SteelyardError):
    """A profile requires the same dimension twice."""

    message = _l("%(code)s: %(dimension)s occurs twice.")


class UnobservedDimensionError(SteelyardError):
    """A group is asked about what it cannot see."""

    message = _l("%(code)s: %(group)s cannot observe %(dimension)s.")


class NamedGroupMissingError(SteelyardError):
    """A dimension is not asked of the person and the manager."""

    message = _l("%(code)s: %(dimension)s must be asked of self and manager.")


class TooManyAnonymousItemsError(SteelyardError):
    """An anonymous group is asked more than it may be."""

    message = _l("%(code)s: %(group)s would be asked %(count)s items. An anonymous group is asked at most %(limit)s.")


class UnknownProfileError(SteelyardError):
    """A profile names another that does not exist."""

    message = _l("%(code)s: there is no profile %(profile)s.")


class LadderLoopError(SteelyardError):
    """The steps of the ladder lead in a circle."""

    message = _l("%(code)s: the steps up the ladder lead back to where they began.")


class UnchangedProfileError(SteelyardError):
    """A new version equal to the one in force was to be published."""

    message = _l("This says the same as version %(number)s. Change something or cancel.")


class IncompleteRequirementError(SteelyardError):
    """A dimension has a level without a weight, or a weight without a level."""

    message = _l("%(code)s: %(dimension)s needs both a required level and a weight, or neither.")
