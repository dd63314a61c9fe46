"""Marginal estimates: items, raters and the spread of persons without any person's measure; persons afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError

from assessments.measurement.rasch.anchors import NOTHING_ANCHORED, Anchors
from assessments.measurement.rasch.calibration import (
    Calibration,
    Centred,
    Measures,
    facet_measures,
    lower_measures,
    reporting_frame,
)
from assessments.measurement.rasch.marginal_likelihood import Grid, MarginalLikelihood, MarginalPoint, grid
from assessments.measurement.rasch.parameters import GaugedFactor, ParameterLayout
from assessments.measurement.rasch.preparation import Approach, Preparation, preparation
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.reasons import NotEstimable, Reason

FIRST_SPACING = 0.2
REACH, WIDER = 6.0, 2.0
GRIDS = 12
SAME_LIKELIHOOD = 1e-4
STEPS = 200
STEP_IS_NOTHING = 1e-7
FARTHEST = 50.0
NO_DEVIATION = 1e-4


@dataclass(frozen=True)
class MarginalCalibration(Calibration):
    """Items, raters and thresholds by marginal maximum likelihood; persons are means of their distributions (EAP).

    A person's standard error is the standard deviation of that distribution (PSD). It takes items and raters as known:
    too small where raters have few persons, for which the penalised estimates are made. `nodes` are the places of the
    grid, `path` the log-likelihood at each step of the climb on each grid.
    """

    person_mean: float
    person_variance: float
    person_variance_error: float
    nodes: int
    path: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class _Climb:
    """Where a climb ended."""

    vector: NDArray[np.float64]
    point: MarginalPoint
    factor: GaugedFactor
    path: tuple[float, ...]


def marginal_calibration(
    table: RatingTable,
    *,
    centred: Centred = Centred.RATERS,
    is_partial_credit: bool = False,
    anchors: Anchors = NOTHING_ANCHORED,
) -> MarginalCalibration | NotEstimable:
    """Estimate how hard items are, how severe raters are and how much persons differ, unbiased by single persons (MML).

    The model of `joint_calibration` with `theta ~ N(mu, s2)` integrated out:
    `log L = sum_p log integral prod P(y | theta) N(theta; mu, s2) dtheta`, on equally spaced places over at least six
    standard deviations, twice as many until the log-likelihood changes by less than 1e-4. Newton's method with the
    observed information (Louis 1982), never downhill. A variance of 0 is legal, nobody is extreme; items and raters
    with all ratings at one end are set aside with a reason. Standard errors of items, raters, thresholds and variance
    come from the observed information. Raises AnchorError.
    Source: Bock and Aitkin (1981), Psychometrika 46, 443-459; Linacre (1989), Many-Facet Rasch Measurement.

    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> rating = [3, 2, 4, 4, 4, 5, 2, 3, 3, 3, 3, 5, 5, 3, 4, 2, 2, 3]
    >>> person, rater = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], [0, 1, 2] * 6
    >>> table = rating_table(rating, person=person, rater=rater, lowest=1, highest=5)
    >>> found = marginal_calibration(table)
    >>> found.raters.measure.round(2).tolist()
    [0.4, 1.36, -1.76]
    """
    approach = Approach(has_person_distribution=True, is_marginal=True)
    prepared = preparation(table, anchors=anchors, is_partial_credit=is_partial_credit, approach=approach)
    if isinstance(prepared, NotEstimable):
        return prepared
    frame = reporting_frame(prepared, centred=centred)
    likelihood = MarginalLikelihood(table, is_used=prepared.usable.is_used, layout=prepared.layout)
    climbs = _climbs(likelihood, prepared.layout.start)
    if climbs is None:
        return NotEstimable(Reason.UNBOUNDED)
    found, finer = climbs[-1], grid(FIRST_SPACING / 2 ** len(climbs), reach=REACH + WIDER)
    vector, point = found.vector, likelihood.at(found.vector, finer)
    turn, mean = frame.turn, float(frame.mean @ vector)
    covariance = turn @ found.factor.inverse() @ turn.T
    items, raters = lower_measures(prepared, turn @ vector, error=np.sqrt(np.maximum(np.diagonal(covariance), 0.0)))
    first, spread = prepared.layout.first_step, prepared.layout.spread
    deviation = float(vector[spread]) if vector[spread] > NO_DEVIATION else 0.0
    return MarginalCalibration(
        table=table,
        is_used=prepared.usable.is_used,
        persons=_persons(point, finer, prepared, deviation=deviation, mean=mean),
        items=items,
        raters=raters,
        thresholds=prepared.layout.steps.thresholds(vector[first:], covariance=covariance[first:, first:]),
        log_likelihood=point.log_likelihood,
        connection=prepared.connection,
        person_mean=mean,
        person_variance=deviation**2,
        person_variance_error=2 * deviation * sqrt(max(covariance[spread, spread], 0.0)),
        nodes=len(finer.place),
        path=tuple(climb.path for climb in climbs),
    )


def _climbs(likelihood: MarginalLikelihood, start: NDArray[np.float64]) -> list[_Climb] | None:
    """Climb on grids, each of half the spacing of the one before, until the next tells the same likelihood."""
    spacing, reach, climbs = FIRST_SPACING, REACH, list[_Climb]()
    while True:
        found = _climb(likelihood, climbs[-1].vector if climbs else start, grid(spacing, reach=reach))
        if found is None:
            return None
        climbs.append(found)
        spacing, reach = spacing / 2, REACH + WIDER
        following = likelihood.at(found.vector, grid(spacing, reach=reach)).log_likelihood
        if abs(following - found.point.log_likelihood) < SAME_LIKELIHOOD or len(climbs) == GRIDS:
            return climbs


def _persons(point: MarginalPoint, on: Grid, prepared: Preparation, *, deviation: float, mean: float) -> Measures:
    """Mean and standard deviation of each person's distribution."""
    place = point.posterior @ on.place
    spread = np.sqrt(np.maximum(point.posterior @ on.place**2 - place**2, 0.0))
    return facet_measures(
        mean + deviation * place,
        deviation * spread,
        reason=prepared.usable.person_reason,
        is_anchored=np.zeros(len(place), dtype=np.bool_),
    )


def _climb(likelihood: MarginalLikelihood, vector: NDArray[np.float64], on: Grid) -> _Climb | None:
    """Climb to the greatest likelihood on a grid; None when the ratings do not bound the measures."""
    layout = likelihood.layout
    point = likelihood.at(vector, on)
    path = [point.log_likelihood]
    for _ in range(STEPS):
        try:
            factor = _factor(likelihood, layout, point, on)
        except LinAlgError:
            return None
        step = factor.solution(point.score)
        if np.abs(step).max(initial=0.0) < STEP_IS_NOTHING:
            return _Climb(_upright(vector, layout), point, factor, tuple(path))
        part = 1.0
        while True:
            following = likelihood.at(vector + part * step, on)
            if following.log_likelihood >= point.log_likelihood - 1e-11 * abs(point.log_likelihood):
                break
            part /= 2
        vector, point = vector + part * step, following
        path.append(point.log_likelihood)
        if np.abs(vector).max() > FARTHEST:
            return None
    return None


def _factor(likelihood: MarginalLikelihood, layout: ParameterLayout, point: MarginalPoint, on: Grid) -> GaugedFactor:
    """Factor of the observed information; of the complete one where the former is not positive. Raises LinAlgError."""
    complete = likelihood.complete_information(point, on)
    try:
        return GaugedFactor(layout, complete - likelihood.missing_information(point, on))
    except LinAlgError:
        return GaugedFactor(layout, complete)


def _upright(vector: NDArray[np.float64], layout: ParameterLayout) -> NDArray[np.float64]:
    """The same measures with a spread that is not negative; the grid is symmetrical."""
    turned = vector.copy()
    turned[layout.spread] = abs(turned[layout.spread])
    return turned
