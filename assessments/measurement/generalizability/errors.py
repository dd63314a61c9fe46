"""Named errors of generalizability studies."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class GeneralizabilityError(MeasurementError):
    """Input that a generalizability study refuses."""

    code = "generalizability"


class DesignError(GeneralizabilityError):
    """A design that cannot be read, or facets that do not fit it."""

    code = "generalizability_design"


class ObservationError(GeneralizabilityError):
    """Observations that are no finite numbers, do not fit their facets, or stand twice in the same cell."""

    code = "generalizability_observation"


class SizeError(GeneralizabilityError):
    """Numbers of raters, items and so on that no study can have."""

    code = "generalizability_size"


class TargetError(GeneralizabilityError):
    """A target, level or cut that is no number within its bounds."""

    code = "generalizability_target"
