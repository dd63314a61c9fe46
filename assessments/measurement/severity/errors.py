"""Named errors of the formulas of severity: a code and its details, never a sentence for the user."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class SeverityError(MeasurementError):
    """Input from which no severity can be computed."""

    code = "severity"


class NotFiniteError(SeverityError):
    """A value that is not a finite number."""

    code = "severity_not_finite"


class LabelError(SeverityError):
    """Names of people or raters that are neither whole numbers nor texts."""

    code = "severity_label"


class TooManyLevelsError(SeverityError):
    """More raters than can be told apart in the memory of one machine."""

    code = "severity_too_many_levels"


class NotPositiveError(SeverityError):
    """A number that must be above zero, such as a standard error."""

    code = "severity_not_positive"


class MethodError(SeverityError):
    """A way of estimating that is not known."""

    code = "severity_method"
