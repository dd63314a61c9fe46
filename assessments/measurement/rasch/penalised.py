"""Penalised estimates: rarely rated persons and rarely rating raters are drawn to the mean, as far as they need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.anchors import NOTHING_ANCHORED, Anchors
from assessments.measurement.rasch.calibration import (
    Calibration,
    Centred,
    facet_measures,
    lower_measures,
    reporting_frame,
)
from assessments.measurement.rasch.person_arrow import ArrowMaximum, PersonArrow, Precision, arrow_maximum
from assessments.measurement.rasch.preparation import Approach, Preparation, preparation
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.reasons import NotEstimable, Reason

ROUNDS = 500
SAME = 1e-6
NO_VARIANCE = 1e-7
GREATEST_VARIANCE = 400.0


@dataclass(frozen=True)
class PenalisedCalibration(Calibration):
    """Measures under normal distributions of persons and raters with these variances; 0 is legal.

    The log-likelihood is that of the ratings given the measures, without the priors.
    """

    person_mean: float
    person_variance: float
    rater_variance: float


def penalised_calibration(
    table: RatingTable,
    *,
    centred: Centred = Centred.RATERS,
    is_partial_credit: bool = False,
    anchors: Anchors = NOTHING_ANCHORED,
) -> PenalisedCalibration | NotEstimable:
    """Measure persons, items and raters with the knowledge that persons, and raters, resemble each other (penalised).

    The model of `joint_calibration` with `theta ~ N(mu, s2_person)`, `c ~ N(0, s2_rater)`: the maximum of the
    log-likelihood less `sum (theta - mu)^2 / (2 s2_person) + sum c^2 / (2 s2_rater)`, the former averaged over what is
    not known of each location (three Gaussian places; without this all measures would be drawn together too far). A
    variance is the fixed point of `s2 = sum u^2 / (number - sum Var(u) / s2)`, Var(u) from the inverse of all
    information. Nobody is extreme, a rater of a single person is legal; items with all ratings at one end are set
    aside. Standard errors count the uncertainty of everything else. Made for 360 degree ratings. Raises AnchorError.
    Source: Schall (1991), Biometrika 78, 719-727; Ormerod and Wand (2012), Gaussian variational approximation, Journal
    of Computational and Graphical Statistics 21, 2-17.

    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> rating = [3, 2, 4, 4, 4, 5, 2, 3, 3, 3, 3, 5, 5, 3, 4, 2, 2, 3]
    >>> person, rater = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], [0, 1, 2] * 6
    >>> table = rating_table(rating, person=person, rater=rater, lowest=1, highest=5)
    >>> found = penalised_calibration(table)
    >>> round(found.rater_variance, 2), found.raters.measure.round(2).tolist()
    (2.75, [0.39, 1.27, -1.66])
    """
    approach = Approach(has_person_distribution=True, has_rater_distribution=True)
    prepared = preparation(table, anchors=anchors, is_partial_credit=is_partial_credit, approach=approach)
    if isinstance(prepared, NotEstimable):
        return prepared
    frame = reporting_frame(prepared, centred=centred)
    arrow = PersonArrow(table, is_used=prepared.usable.is_used, layout=prepared.layout)
    found = _with_variances(arrow, prepared)
    if found is None:
        return NotEstimable(Reason.UNBOUNDED)
    variances, maximum, covariance = found
    reported = frame.turn @ maximum.lower
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", frame.turn, covariance, frame.turn, optimize=True), 0.0))
    items, raters = lower_measures(prepared, reported, error=error)
    first, mean = prepared.layout.first_step, float(frame.mean @ maximum.lower)
    uncertainty = _person_variance(maximum, covariance, variances[0], frame.mean)
    return PenalisedCalibration(
        table=table,
        is_used=prepared.usable.is_used,
        persons=facet_measures(
            maximum.person + mean,
            np.sqrt(uncertainty),
            reason=prepared.usable.person_reason,
            is_anchored=np.zeros(table.persons, dtype=np.bool_),
        ),
        items=items,
        raters=raters,
        thresholds=prepared.layout.steps.thresholds(maximum.lower[first:], covariance=covariance[first:, first:]),
        log_likelihood=arrow.log_likelihood(maximum.person, maximum.lower),
        connection=prepared.connection,
        person_mean=mean,
        person_variance=_reported(variances[0]),
        rater_variance=_reported(variances[1]),
    )


def _reported(variance: float) -> float:
    """A variance as it is reported: 0 when it went to its bound."""
    return float(variance) if variance > NO_VARIANCE else 0.0


def _with_variances(
    arrow: PersonArrow, prepared: Preparation
) -> tuple[NDArray[np.float64], ArrowMaximum, NDArray[np.float64]] | None:
    """Variances of persons and raters, the maximum under them, and the covariance of the measures below the persons."""
    layout = prepared.layout
    has_person = prepared.usable.person_reason == Reason.ESTIMATED
    raters = layout.items + np.flatnonzero(layout.is_free[layout.items : layout.origin])
    person, lower = np.zeros(arrow.persons), layout.start.copy()
    path = [np.log([1.0, 0.25 if len(raters) > 1 else NO_VARIANCE])]
    for number in range(1, ROUNDS):
        variances = np.exp(path[-1])
        precision = Precision(*(1.0 / variances))
        found = arrow_maximum(arrow, precision=precision, person=person, lower=lower, steps=2)
        if found is None:
            return None
        person, lower, covariance = found.person, found.lower, found.factor.inverse()
        inverse = 1.0 / (found.point.person_information + precision.person)
        arrow.average_over(arrow.location_variance(found.point.cross, inverse=inverse, covariance=covariance))
        own = _person_variance(found, covariance, variances[0], np.zeros(len(lower)))
        of_person = _variance(person[has_person], own[has_person], variances[0])
        of_rater = _variance(lower[raters], np.diagonal(covariance)[raters], variances[1])
        if max(of_person, of_rater) > GREATEST_VARIANCE:
            return None
        path.append(np.log([of_person, of_rater]))
        if np.abs(np.exp(path[-1]) - variances).max() < SAME:
            break
        if number % 3 == 0:
            path.append(_farther(*path[-3:]))
    variances = np.exp(path[-1])
    precision = Precision(*(1.0 / variances))
    last = arrow_maximum(arrow, precision=precision, person=person, lower=lower)
    return None if last is None else (variances, last, last.factor.inverse())


def _farther(before: NDArray[np.float64], then: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where logarithms of variances are heading (Aitken), at most three beyond; never below the bound for 0."""
    step, ratio = now - then, np.zeros(2)
    np.divide(step, then - before, out=ratio, where=then != before)
    ratio = np.clip(ratio, 0.0, 0.95)
    return np.maximum(now + np.clip(step * ratio / (1 - ratio), -3.0, 3.0), np.log(NO_VARIANCE))


def _variance(value: NDArray[np.float64], uncertainty: NDArray[np.float64], variance: float) -> float:
    """The next value of a variance, at least the bound that stands for 0."""
    effective = len(value) - float(uncertainty.sum()) / variance
    return max(float(value @ value) / effective, NO_VARIANCE) if effective > 1e-6 else NO_VARIANCE


def _person_variance(
    found: ArrowMaximum, covariance: NDArray[np.float64], variance: float, mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Variance of persons' measures, about their mean as given by a line of the vector below them.

    With h the information (with that of the prior) and b the person's part of the cross information:
    `1 / h + w C w'`, `w = mean - b / h`.
    """
    inverse = 1.0 / (found.point.person_information + 1.0 / variance)
    spread = found.point.cross @ covariance
    both = np.asarray(found.point.cross.multiply(spread).sum(axis=1)).ravel()
    result: NDArray[np.float64] = (
        inverse + inverse**2 * both - 2 * inverse * (spread @ mean) + float(mean @ covariance @ mean)
    )
    return np.maximum(result, 0.0)
