"""Named errors of the aggregation: a code and its details, never a sentence for the user."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class AggregationError(MeasurementError):
    """Input that the aggregation refuses."""

    code = "aggregation"


class DesignError(AggregationError):
    """A cycle's design whose parts do not fit together."""

    code = "design"


class WeightsError(AggregationError):
    """Weights that are negative, without sum, or that do not sum to 100."""

    code = "weights"


class BandsError(AggregationError):
    """Grade bands that overlap, stand out of order or repeat a grade."""

    code = "bands"


class UnknownGradeError(AggregationError):
    """A grade that the bands do not have."""

    code = "unknown_grade"
