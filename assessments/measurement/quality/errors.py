"""Named errors of response quality."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class QualityError(MeasurementError):
    """Input that an index of response quality refuses."""

    code = "quality"


class AnswerTableError(QualityError):
    """Answers that are no finite numbers, or whose shape does not fit."""

    code = "quality_answers"


class ProbabilityError(QualityError):
    """Probabilities that are none, do not add up to 1, or rule out an answer that was given."""

    code = "quality_probability"


class SettingError(QualityError):
    """A number of draws, a correlation or a share outside its bounds."""

    code = "quality_setting"
