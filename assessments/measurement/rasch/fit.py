"""Whether ratings follow the model: mean squares of their surprises per person, item and rater (infit, outfit)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.calibration import Calibration, Measures
from assessments.measurement.rasch.residuals import Residuals, residuals
from assessments.measurement.reasons import Reason


@dataclass(frozen=True)
class FacetFit:
    """Fit of a facet's elements (elements,); where there is a reason all numbers are 0.

    `infit` and `outfit` are mean squares, 1 as expected, above 1.5 erratic, below .5 too regular; `infit_z` and
    `outfit_z` the same as about standard normal deviations, 0 where the mean square cannot vary; `ratings` their
    number.
    """

    infit: NDArray[np.float64]
    outfit: NDArray[np.float64]
    infit_z: NDArray[np.float64]
    outfit_z: NDArray[np.float64]
    ratings: NDArray[np.int64]
    reason: NDArray[np.int8]


@dataclass(frozen=True)
class FitStatistics:
    """Fit of persons, items and raters."""

    persons: FacetFit
    items: FacetFit
    raters: FacetFit


def fit_statistics(calibration: Calibration) -> FitStatistics:
    """Tell for each person, item and rater how far the ratings are from what the measures let one expect.

    With E, V and C the mean, variance and fourth central moment of a rating y under the model, z = (y - E) / sqrt(V):
    `outfit = mean z^2`, `infit = sum (y - E)^2 / sum V`; standardised by Wilson and Hilferty's cube root
    `(ms^(1/3) - 1) 3 / q + q / 3` with `q^2 = sum (C / V^2 - 1) / n^2` (outfit), `sum (C - V^2) / (sum V)^2` (infit).
    Source: Wright and Masters (1982), Rating Scale Analysis, chapter 5.

    >>> from assessments.measurement.rasch.joint import joint_calibration
    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> rating = [3, 2, 4, 4, 4, 5, 2, 3, 3, 3, 3, 5, 5, 3, 4, 2, 2, 3]
    >>> person, rater = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], [0, 1, 2] * 6
    >>> table = rating_table(rating, person=person, rater=rater, lowest=1, highest=5)
    >>> fit_statistics(joint_calibration(table)).raters.infit.round(2).tolist()
    [1.26, 0.83, 0.9]
    """
    left = residuals(calibration)
    table, used = calibration.table, calibration.is_used
    return FitStatistics(
        persons=_facet_fit(left, table.person[used], calibration.persons),
        items=_facet_fit(left, table.item[used], calibration.items),
        raters=_facet_fit(left, table.rater[used], calibration.raters),
    )


def _facet_fit(left: Residuals, index: NDArray[np.int64], measures: Measures) -> FacetFit:
    """Fit of one facet."""
    size = len(measures.measure)
    ratings = np.bincount(index, minlength=size)
    reason = np.where(measures.has & (ratings == 0), Reason.NO_ANSWERS, measures.reason).astype(np.int8)
    has = reason == Reason.ESTIMATED
    number = np.maximum(ratings, 1)
    square, variance = left.residual**2, left.variance
    kurtosis = np.divide(left.fourth, variance**2, out=np.ones_like(variance), where=variance > 0)
    surprise = np.divide(square, variance, out=np.zeros_like(variance), where=variance > 0)
    information = np.bincount(index, variance, size)
    divisor = np.where(information > 0, information, 1.0)
    outfit = np.bincount(index, surprise, size) / number
    infit = np.bincount(index, square, size) / divisor
    outfit_spread = np.bincount(index, kurtosis - 1.0, size) / number**2
    infit_spread = np.bincount(index, left.fourth - variance**2, size) / divisor**2
    return FacetFit(
        infit=np.where(has, infit, 0.0),
        outfit=np.where(has, outfit, 0.0),
        infit_z=np.where(has, standardised_mean_square(infit, variance=infit_spread), 0.0),
        outfit_z=np.where(has, standardised_mean_square(outfit, variance=outfit_spread), 0.0),
        ratings=ratings,
        reason=reason,
    )


def standardised_mean_square(mean_square: NDArray[np.float64], *, variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean squares as standard normal deviations: `(ms^(1/3) - 1) 3 / q + q / 3`, q^2 the variance of the mean square.

    0 where the mean square cannot vary. Source: Wilson and Hilferty (1931).

    >>> standardised_mean_square(np.array([1.5]), variance=np.array([0.09])).round(3).tolist()
    [1.547]
    """
    spread = np.sqrt(np.maximum(variance, 0.0))
    can_vary = spread > 1e-9
    divisor = np.where(can_vary, spread, 1.0)
    return np.where(can_vary, (np.cbrt(mean_square) - 1.0) * 3.0 / divisor + spread / 3.0, 0.0)
