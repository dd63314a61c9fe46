"""Fair averages: the rating that a person would get from average raters on average items, in the units of the scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.calibration import Calibration, Measures
from assessments.measurement.rasch.categories import category_chances
from assessments.measurement.reasons import NotEstimable, Reason


@dataclass(frozen=True)
class FairAverages:
    """Fair averages of persons, items and raters on the rating scale; 0 where the measure has a reason."""

    persons: NDArray[np.float64]
    items: NDArray[np.float64]
    raters: NDArray[np.float64]


def fair_averages(calibration: Calibration) -> FairAverages | NotEstimable:
    """Say every measure as a rating: the expected rating of the element when the other facets are at their means.

    `lowest + E(theta_p - mean delta - mean c)` for a person, `lowest + E(mean theta - mean delta - c_r)` for a rater,
    and so on; the mean over the items' thresholds when each item has its own. NO_ANSWERS when a facet has no measure.
    Source: Linacre (1989), Many-Facet Rasch Measurement.

    >>> from assessments.measurement.rasch.joint import joint_calibration
    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> rating = [3, 2, 4, 4, 4, 5, 2, 3, 3, 3, 3, 5, 5, 3, 4, 2, 2, 3]
    >>> person, rater = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], [0, 1, 2] * 6
    >>> table = rating_table(rating, person=person, rater=rater, lowest=1, highest=5)
    >>> fair_averages(joint_calibration(table)).persons.round(2).tolist()
    [2.97, 4.5, 2.72, 3.59, 4.06, 2.22]
    """
    facets = (calibration.persons, calibration.items, calibration.raters)
    if not all(facet.has.any() for facet in facets):
        return NotEstimable(Reason.NO_ANSWERS)
    persons, items, raters = (float(facet.measure[facet.has].mean()) for facet in facets)
    return FairAverages(
        persons=_expected(calibration, calibration.persons.measure - items - raters, calibration.persons),
        items=_expected(calibration, persons - calibration.items.measure - raters, calibration.items),
        raters=_expected(calibration, persons - items - calibration.raters.measure, calibration.raters),
    )


def _expected(calibration: Calibration, location: NDArray[np.float64], facet: Measures) -> NDArray[np.float64]:
    """Expected ratings at places of the scale, the mean over the step groups of all items that have a measure."""
    thresholds = calibration.thresholds
    measured = np.flatnonzero(calibration.items.has & thresholds.is_used[thresholds.group_of_item].any(axis=1))
    group, number = np.unique(thresholds.group_of_item[measured], return_counts=True)
    item = np.array([measured[thresholds.group_of_item[measured] == one][0] for one in group])
    potential = thresholds.potentials_of(item)
    chances = category_chances(
        np.broadcast_to(location[:, None], (len(location), len(item))), potential=potential[:, None]
    )
    mean = chances.expected @ (number / number.sum())
    return np.where(facet.has, calibration.table.lowest + mean, 0.0)
