"""Joint estimates: every person, item and rater gets the measure that makes all ratings together most likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.anchors import NOTHING_ANCHORED, Anchors
from assessments.measurement.rasch.calibration import (
    Calibration,
    Centred,
    facet_measures,
    lower_measures,
    require_free_raters,
)
from assessments.measurement.rasch.errors import AdjustmentError
from assessments.measurement.rasch.person_arrow import ArrowMaximum, PersonArrow, Precision, arrow_maximum
from assessments.measurement.rasch.preparation import Approach, Preparation, preparation
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.reasons import NotEstimable, Reason


def joint_calibration(
    table: RatingTable,
    *,
    centred: Centred = Centred.RATERS,
    is_partial_credit: bool = False,
    anchors: Anchors = NOTHING_ANCHORED,
    adjustment: float = 0.0,
) -> Calibration | NotEstimable:
    """Measure persons, items and raters so that each one's ratings add up to what the model expects (JML, UCON).

    `log P(y = k) / P(y = k - 1) = theta_person - delta_item - c_rater - tau_k`, maximised in all measures together by
    Newton's method, persons eliminated: `sum (y - E) = 0` for every element. Difficulties and thresholds sum to 0.
    `standard_error = 1 / sqrt(sum Var y)`, the custom of Rasch programs, takes the other measures as known. Persons,
    items and raters whose ratings are all at one end of the scale would be infinite: they are set aside with a reason
    and so are their ratings. With an `adjustment` epsilon (.3 is usual) they get finite measures instead: everybody's
    sum S of at most M counts as `epsilon + (M - 2 epsilon) S / M`, and the ratings of categories accordingly.
    Too wide for few ratings a person; the penalised and marginal estimates are not. UNBOUNDED when ratings fall apart
    so that measures drift away from each other, or leave some undetermined beyond the subsets. Raises AnchorError,
    AdjustmentError.
    Source: Linacre (1989), Many-Facet Rasch Measurement; Wright and Masters (1982), Rating Scale Analysis;
    Bertoli-Barsotti, Lando and Punzo (2014) for the adjustment.

    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> rating = [3, 2, 4, 4, 4, 5, 2, 3, 3, 3, 3, 5, 5, 3, 4, 2, 2, 3]
    >>> person, rater = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], [0, 1, 2] * 6
    >>> table = rating_table(rating, person=person, rater=rater, lowest=1, highest=5)
    >>> found = joint_calibration(table)
    >>> found.raters.measure.round(2).tolist()
    [0.67, 2.05, -2.72]
    """
    if not 0 <= adjustment < 0.5:
        raise AdjustmentError(adjustment=adjustment)
    prepared = preparation(
        table, anchors=anchors, is_partial_credit=is_partial_credit, approach=Approach(adjustment=adjustment)
    )
    if isinstance(prepared, NotEstimable):
        return prepared
    if centred is Centred.PERSONS:
        require_free_raters(prepared)
    arrow = PersonArrow(table, is_used=prepared.usable.is_used, layout=prepared.layout, adjustment=adjustment)
    found = arrow_maximum(
        arrow, precision=Precision(), person=np.zeros(table.persons), lower=prepared.layout.start.copy()
    )
    if found is None:
        return NotEstimable(Reason.UNBOUNDED)
    return _calibration(table, prepared, found, centred=centred)


def _calibration(table: RatingTable, prepared: Preparation, found: ArrowMaximum, *, centred: Centred) -> Calibration:
    """Put the maximum into the frame asked for."""
    layout, usable = prepared.layout, prepared.usable
    person, lower = found.person.copy(), found.lower.copy()
    has_person = usable.person_reason == Reason.ESTIMATED
    if centred is Centred.PERSONS:
        mean = float(person[has_person].mean())
        person -= mean
        lower[layout.items : layout.origin] -= mean
    information = np.diagonal(found.point.lower_information)
    items, raters = lower_measures(prepared, lower, error=_error(information))
    first = layout.first_step
    return Calibration(
        table=table,
        is_used=usable.is_used,
        persons=facet_measures(
            person,
            _error(found.point.person_information),
            reason=usable.person_reason,
            is_anchored=np.zeros(table.persons, dtype=np.bool_),
        ),
        items=items,
        raters=raters,
        thresholds=layout.steps.thresholds(lower[first:], covariance=found.factor.inverse()[first:, first:]),
        log_likelihood=found.point.log_likelihood,
        connection=prepared.connection,
    )


def _error(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """`1 / sqrt(information)`, 0 where there is none."""
    return np.divide(1.0, np.sqrt(information), out=np.zeros_like(information), where=information > 0)
