"""What can be refused when schemes are written and published."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class SectionWeightsError(SteelyardError):
    """The weights of the sections do not add up to 100."""

    message = _l("The weights of the sections add up to %(sum)s. They must add up to exactly 100.")
    field = "competency"


class BandsOverlapError(SteelyardError):
    """Two grades begin at the same points, or a better one begins lower."""

    message = _l("The bands of %(better)s and %(worse)s overlap: a better grade must begin at more points.")


class BandsGapError(SteelyardError):
    """Some points would have no grade."""

    message = _l("Some points would have no grade: all grades but the last need their lowest points, the last none.")


class RepeatedGradeError(SteelyardError):
    """A grade is named twice or not at all."""

    message = _l("Each grade needs a short name of its own; “%(grade)s” is not one.")


class TooFewGradesError(SteelyardError):
    """A scheme has fewer than two grades."""

    message = _l("A scheme has at least two grades.")


class PointsRangeError(SteelyardError):
    """A band begins at points that nobody can have."""

    message = _l("%(grade)s: points are more than 0 and at most 120, with at most two decimals.")


class CoefficientError(SteelyardError):
    """A coefficient is out of range, too fine, or better for a worse grade."""

    message = _l("%(grade)s: a coefficient is from 0 to 10 with two decimals at most, never above a better grade's.")


class SharesSumError(SteelyardError):
    """The shares of the grades do not add up to 100."""

    message = _l("The shares of the grades add up to %(sum)s. They must add up to exactly 100.")
    field = "distribution"


class LevelRangeError(SteelyardError):
    """The range of job levels is empty or outside 1 to 30."""

    message = _l("Job levels go from %(lowest)s to %(highest)s, and the range must not be empty.")
    field = "job_level_to"


class EmptyValidityError(SteelyardError):
    """The scheme would end before it begins."""

    message = _l("The scheme would end before it begins.")
    field = "ends_on"


class GateCapError(SteelyardError):
    """The grade that gates cap at is not one of the scheme's."""

    message = _l("“%(grade)s” is not a grade of this scheme.")
    field = "gate_cap"


class SecondLineWeightError(SteelyardError):
    """A second-line manager who rates has no weight, or one who only reviews has one."""

    message = _l("A second-line manager who rates needs a weight from 1 to 100; one who only reviews has weight 0.")
    field = "second_line_weight"


class SmallestTeamError(SteelyardError):
    """The smallest team is out of range."""

    message = _l("The smallest team has from 1 to 1000 people.")
    field = "smallest_team"


class VisibilityError(SteelyardError):
    """A scheme would show nothing, or something that does not exist."""

    message = _l("Employees must be shown at least their grade.")
    field = "visibility"


class MeritMatrixError(SteelyardError):
    """The edges of the compa-ratio bands do not ascend."""

    message = _l("The edges of the compa-ratio bands must be above 0 and ascend.")
    field = "merit_cuts"


class RaisesError(SteelyardError):
    """The raises of a grade do not fit the bands or the grades beside it."""

    message = _l(
        "%(grade)s: %(bands)s raises are needed, one for each band, from 0 to %(most)s with two decimals at most; a "
        "higher place in the range never gets more, nor does a worse grade."
    )


class NameMissingError(SteelyardError):
    """A scheme has no name in one of the languages."""

    message = _l("The scheme needs a name in both languages.")
    field = "name_en"


class PublishedSchemeError(SteelyardError):
    """A published version was to be changed."""

    message = _l("Version %(number)s is published and never changes. Start a draft to make a new version.")
    status = 409


class DraftExistsError(SteelyardError):
    """A second draft was to be started beside the first."""

    message = _l("There is already a draft, version %(number)s. Edit, publish or discard it first.")
    status = 409


class NothingChangedError(SteelyardError):
    """A draft equal to the version before was to be published."""

    message = _l("This draft says the same as version %(number)s. Change something or discard it.")


class StartsTooEarlyError(SteelyardError):
    """A version would begin before the one it replaces."""

    message = _l("A new version cannot begin before version %(number)s, which begins on %(starts_on)s.")
    field = "starts_on"


class SchemesOverlapError(SteelyardError):
    """Two schemes would review the same job level on the same day."""

    message = _l("“%(name)s” already reviews job levels %(lowest)s to %(highest)s then. Levels must not overlap.")
    status = 409
