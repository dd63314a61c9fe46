"""Named errors of fairness figures: a code and its details, never a sentence for the user."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class FairnessError(MeasurementError):
    """Input that a figure of fairness cannot be taken from."""

    code = "fairness"


class CountsError(FairnessError):
    """Counts that are negative, not whole, or more selected than applied."""

    code = "fairness_counts"


class CategoryError(FairnessError):
    """Groups that are named twice, are not there, or do not fit the people in number."""

    code = "fairness_categories"


class RateError(FairnessError):
    """A rate or share outside 0 to 1."""

    code = "fairness_rate"


class LevelError(FairnessError):
    """A confidence level that is not strictly between 0 and 1."""

    code = "fairness_level"


class FigureError(FairnessError):
    """A figure that is not a finite number, or is negative where there can be no less than nothing."""

    code = "fairness_figure"


class PayNotPositiveError(FairnessError):
    """Pay of zero or less, which has no logarithm."""

    code = "pay_not_positive"
