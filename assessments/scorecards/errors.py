"""What can be refused when scorecards are written, agreed and locked."""

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class EmptyPeriodError(SteelyardError):
    """The period ends before it begins."""

    message = _l("The period ends before it begins.")
    field = "ends_on"


class PeriodNotWholeMonthsError(SteelyardError):
    """The period is not made of whole months."""

    message = _l("A period is made of whole months: it begins on the first of a month and ends on the last of one.")
    field = "starts_on"


class PeriodTooLongError(SteelyardError):
    """The period is longer than a scorecard can sensibly be."""

    message = _l("A period has at most %(months)s months.")
    field = "ends_on"


class OverlappingScorecardError(SteelyardError):
    """The person already has a scorecard for some of these months."""

    message = _l("%(name)s already has a scorecard from %(starts_on)s to %(ends_on)s. Periods must not overlap.")
    field = "starts_on"
    status = 409


class WeightsSumError(SteelyardError):
    """The weights do not add up to 100."""

    message = _l("The weights add up to %(sum)s. They must add up to exactly 100.")


class WeightRangeError(SteelyardError):
    """A weight is outside what it can be."""

    message = _l("%(measure)s: a weight is a whole number from 0 to 100; a gate has weight 0.")


class NoLinesError(SteelyardError):
    """A scorecard without KPIs was to be agreed."""

    message = _l("There are no KPIs on this scorecard yet. Add them before it is agreed.")


class RepeatedMeasureError(SteelyardError):
    """The same KPI stands twice on a scorecard."""

    message = _l("%(measure)s is on the scorecard twice.")


class TargetMissingError(SteelyardError):
    """A KPI that counts has no target."""

    message = _l("%(measure)s needs a target, because it counts.")


class TargetZeroError(SteelyardError):
    """A curve in shares of the target has a target of zero or less."""

    message = _l("%(measure)s: the target must be above zero, because threshold and cap are shares of it.")


class ThresholdOnWrongSideError(SteelyardError):
    """The threshold is not worse than the target."""

    message = _l("%(measure)s: the threshold %(threshold)s is not worse than the target %(target)s.")


class CapOnWrongSideError(SteelyardError):
    """The cap is not better than the target."""

    message = _l("%(measure)s: the stretch value %(cap)s is not better than the target %(target)s.")


class CurveTurnsBackError(SteelyardError):
    """A curve has two points for one figure or falls where the result improves."""

    message = _l("%(measure)s: the curve turns back. Every step from threshold to stretch value must improve.")


class FigureTooFineError(SteelyardError):
    """A figure has more digits than are kept."""

    message = _l("%(measure)s: a figure has at most %(whole)s digits before and %(decimals)s after the point.")


class NotDraftError(SteelyardError):
    """An agreed scorecard was to be changed."""

    message = _l("This scorecard has been agreed. Take it back to draft to change it.")
    status = 409


class NotAgreedError(SteelyardError):
    """A draft was to be locked or taken back."""

    message = _l("This scorecard has not been agreed yet.")
    status = 409


class LockedScorecardError(SteelyardError):
    """A locked scorecard was to be changed."""

    message = _l("This scorecard is locked. Nothing on it can change any more.")
    status = 409


class PeriodWithoutActualsError(SteelyardError):
    """A KPI that counts has no actual in the whole period."""

    message = _l("There are no actuals in this period for: %(measures)s. Import them, or have these KPIs left out.")


class UndecidedLineError(SteelyardError):
    """A scorecard with an open request was to be locked."""

    message = _l("Someone asked to leave out %(measures)s. Decide on that before the scorecard is locked.")
    status = 409
