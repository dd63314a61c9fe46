"""Named errors of many-facet Rasch measurement: a code and its details."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class RaschError(MeasurementError):
    """Input that many-facet Rasch measurement refuses."""

    code = "rasch"


class CategoryError(RaschError):
    """A rating that is no whole number from the lowest to the highest category, or a scale of fewer than two."""

    code = "rasch_category"


class ElementError(RaschError):
    """A person, item or rater index that is not a whole number from 0 to one below their number."""

    code = "rasch_element"


class AnchorError(RaschError):
    """Anchors of unknown elements, that are not finite, or that contradict the centring that was asked for."""

    code = "rasch_anchor"


class AdjustmentError(RaschError):
    """An adjustment of extreme scores outside 0 (none) to below half a category."""

    code = "rasch_adjustment"
