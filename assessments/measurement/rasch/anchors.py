"""Anchors: measures that are known from an earlier period and stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.errors import AnchorError
from assessments.measurement.rasch.rating_table import RatingTable


@dataclass(frozen=True)
class Anchors:
    """Known difficulties of items and severities of raters by index, and known thresholds, in logits.

    `thresholds` is one line of (categories - 1) numbers that all items share, or a line for each item.
    """

    items: Mapping[int, float] = field(default_factory=dict)
    raters: Mapping[int, float] = field(default_factory=dict)
    thresholds: Sequence[float] | Sequence[Sequence[float]] | NDArray[np.float64] | None = None


NOTHING_ANCHORED = Anchors()


def anchored_values(known: Mapping[int, float], *, number: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Known values and where they are, both (number,); raises AnchorError."""
    value, is_known = np.zeros(number), np.zeros(number, dtype=np.bool_)
    for index, measure in known.items():
        if not 0 <= index < number or not np.isfinite(measure):
            raise AnchorError(index=index, measure=measure)
        value[index], is_known[index] = measure, True
    return value, is_known


def anchored_thresholds(anchors: Anchors, table: RatingTable, *, is_partial_credit: bool) -> NDArray[np.float64] | None:
    """Known thresholds as (groups, categories - 1), None when they are to be estimated; raises AnchorError."""
    if anchors.thresholds is None:
        return None
    found = np.atleast_2d(np.asarray(anchors.thresholds, dtype=np.float64))
    groups = table.items if is_partial_credit else 1
    if found.shape != (groups, table.top) or not np.isfinite(found).all():
        raise AnchorError(thresholds=found.shape, expected=(groups, table.top))
    return found
