"""Named errors of the pure modules: a code and its details, never a sentence for the user."""

from __future__ import annotations


class MeasurementError(ValueError):
    """Input that a formula refuses; pages turn the code and the details into words."""

    code = "measurement"

    def __init__(self, **details: object) -> None:
        """Keep the details under their names, for the message of a page."""
        self.details = details
        super().__init__(f"{self.code}: {details}")


class InvalidRatingError(MeasurementError):
    """A rating that is not 0 (unanswered), 1 to 5 or 9 (unable to rate)."""

    code = "invalid_rating"


class WrongItemCountError(MeasurementError):
    """Answers whose number is not that of the form."""

    code = "wrong_item_count"


class LayoutError(MeasurementError):
    """A form whose dimensions and items do not fit together."""

    code = "layout"


class ShapeError(MeasurementError):
    """Arrays whose shapes do not fit together."""

    code = "shape"


class TooManyRatersError(MeasurementError):
    """More raters of one subject than the packed sums can hold."""

    code = "too_many_raters"


class ThresholdError(MeasurementError):
    """A reporting threshold outside 3 to 10."""

    code = "threshold"


class CurveError(MeasurementError):
    """A curve that cannot give points."""

    code = "curve"


class TooFewPointsError(CurveError):
    """A curve needs at least two points."""

    code = "curve_too_few_points"


class CurveTurnsBackError(CurveError):
    """A curve that turns back on its figures, or whose points fall while the result improves."""

    code = "curve_turns_back"


class NotANumberError(CurveError):
    """A figure that is not a finite number."""

    code = "not_a_number"


class ApportionmentError(MeasurementError):
    """A total or weights that cannot be shared out."""

    code = "apportionment"


class JoiningError(MeasurementError):
    """Months that cannot be joined in the way asked for."""

    code = "joining"
