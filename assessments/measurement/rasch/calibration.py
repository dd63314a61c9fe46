"""What estimation gives: measures of persons, items and raters on one scale of logits, with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.connection import Connection
from assessments.measurement.rasch.errors import AnchorError
from assessments.measurement.rasch.preparation import Preparation
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.rasch.thresholds import Thresholds
from assessments.measurement.reasons import Reason


class Centred(StrEnum):
    """Whose mean is 0: the raters' (persons float) or the persons' (raters float). The items' always is."""

    RATERS = "raters"
    PERSONS = "persons"


@dataclass(frozen=True)
class Measures:
    """Measures of a facet in logits (elements,), their standard errors, and why one is missing (then both are 0)."""

    measure: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    reason: NDArray[np.int8]

    @property
    def has(self) -> NDArray[np.bool_]:
        """Which elements have a measure."""
        has: NDArray[np.bool_] = self.reason == Reason.ESTIMATED
        return has


@dataclass(frozen=True)
class Calibration:
    """Persons' measures, items' difficulties, raters' severities and thresholds from one table of ratings.

    `is_used` (ratings,) tells which ratings were used, `log_likelihood` what the estimator made greatest (see there),
    `connection` which measures can be compared.
    """

    table: RatingTable
    is_used: NDArray[np.bool_]
    persons: Measures
    items: Measures
    raters: Measures
    thresholds: Thresholds
    log_likelihood: float
    connection: Connection


@dataclass(frozen=True)
class Frame:
    """The measures as they are reported, from the vector as it was estimated: `reported = turn @ vector`.

    `mean` is the line that gives the persons' mean from the vector.
    """

    turn: NDArray[np.float64]
    mean: NDArray[np.float64]


def reporting_frame(prepared: Preparation, *, centred: Centred) -> Frame:
    """The change to difficulties of sum 0, and severities of sum 0 or persons of mean 0; anchored facets stay.

    Raises AnchorError when persons are to be centred although raters are anchored.
    """
    layout = prepared.layout
    size = len(layout.start)
    turn, mean = np.eye(size), np.zeros(size)
    mean[layout.origin] = -1.0
    usable = prepared.usable
    facets = (
        (0, usable.item_reason, prepared.item_is_anchored),
        (layout.items, usable.rater_reason, prepared.rater_is_anchored),
    )
    for first, reason, is_anchored in facets:
        if not is_anchored.any():
            members = first + np.flatnonzero(reason == Reason.ESTIMATED)
            turn[np.ix_(members, members)] -= 1.0 / len(members)
            mean[members] -= 1.0 / len(members)
    if centred is Centred.PERSONS:
        require_free_raters(prepared)
        raters = layout.items + np.flatnonzero(usable.rater_reason == Reason.ESTIMATED)
        turn[raters] -= mean
        mean = np.zeros(size)
    return Frame(turn, mean)


def require_free_raters(prepared: Preparation) -> None:
    """Refuse to centre persons when raters are anchored; raises AnchorError."""
    if prepared.rater_is_anchored.any():
        raise AnchorError(centred=Centred.PERSONS.value, raters=int(prepared.rater_is_anchored.sum()))


def facet_measures(
    value: NDArray[np.float64], error: NDArray[np.float64], *, reason: NDArray[np.int8], is_anchored: NDArray[np.bool_]
) -> Measures:
    """Measures with 0 where there is a reason; anchored ones are known without an error."""
    reason = np.where(is_anchored, Reason.ESTIMATED, reason).astype(np.int8)
    has = reason == Reason.ESTIMATED
    return Measures(np.where(has, value, 0.0), np.where(has & ~is_anchored, error, 0.0), reason)


def lower_measures(
    prepared: Preparation, reported: NDArray[np.float64], *, error: NDArray[np.float64]
) -> tuple[Measures, Measures]:
    """Measures of items and of raters from the reported vector and its standard errors."""
    items = prepared.layout.items
    raters = slice(items, items + prepared.layout.raters)
    usable = prepared.usable
    return (
        facet_measures(
            reported[:items], error[:items], reason=usable.item_reason, is_anchored=prepared.item_is_anchored
        ),
        facet_measures(
            reported[raters], error[raters], reason=usable.rater_reason, is_anchored=prepared.rater_is_anchored
        ),
    )
