"""What is left of ratings when the measures have said what to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.calibration import Calibration
from assessments.measurement.rasch.categories import category_chances


@dataclass(frozen=True)
class Residuals:
    """For each used rating (used ratings,): expected category from 0, residual, variance and fourth central moment."""

    expected: NDArray[np.float64]
    residual: NDArray[np.float64]
    variance: NDArray[np.float64]
    fourth: NDArray[np.float64]


def residuals(calibration: Calibration) -> Residuals:
    """Compare each used rating with its expectation under the measures: `y - E`.

    >>> from assessments.measurement.rasch.joint import joint_calibration
    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> table = rating_table([0, 1, 1, 0], person=[0, 0, 1, 1], rater=[0, 1, 0, 1], lowest=0, highest=1)
    >>> residuals(joint_calibration(table)).residual.tolist()
    [-0.5, 0.5, 0.5, -0.5]
    """
    table, used = calibration.table, calibration.is_used
    item = table.item[used]
    location = (
        calibration.persons.measure[table.person[used]]
        - calibration.items.measure[item]
        - calibration.raters.measure[table.rater[used]]
    )
    chances = category_chances(location, potential=calibration.thresholds.potentials_of(item))
    return Residuals(
        expected=chances.expected,
        residual=table.score[used] - chances.expected,
        variance=chances.variance,
        fourth=chances.fourth_moment(),
    )
