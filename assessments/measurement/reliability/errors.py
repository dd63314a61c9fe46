"""Named errors of reliability and agreement."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class ScoresError(MeasurementError):
    """Scores that are not a table of numbers, or hold infinite ones."""

    code = "scores"


class CovarianceError(MeasurementError):
    """A matrix that cannot be a covariance or correlation matrix."""

    code = "covariance"


class LevelError(MeasurementError):
    """A level of confidence that is not between 0 and 1."""

    code = "level"


class ScaleError(MeasurementError):
    """A rating scale that cannot be, or answers outside it."""

    code = "scale"


class NullError(MeasurementError):
    """A distribution of answers without agreement that is not defined for this scale."""

    code = "null_distribution"


class GroupsError(MeasurementError):
    """Groups that do not fit their answers."""

    code = "groups"


class FactorsError(MeasurementError):
    """A number of factors that the items cannot carry."""

    code = "factors"
