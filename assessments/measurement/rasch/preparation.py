"""What every estimator needs before it starts: usable ratings, the vector of measures, what is linked with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.rasch.anchors import Anchors, anchored_thresholds, anchored_values
from assessments.measurement.rasch.connection import Connection, connection
from assessments.measurement.rasch.parameters import ParameterLayout, idle_directions
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.rasch.thresholds import step_groups, step_layout
from assessments.measurement.rasch.usable import UsableRatings, category_counts, usable_ratings
from assessments.measurement.reasons import NotEstimable, Reason


@dataclass(frozen=True)
class Approach:
    """How an estimator treats persons and raters.

    With a distribution of persons their measures need no variation and their mean is the origin; with one of raters
    these need none either. With an adjustment of extreme scores nobody does. Marginal estimation has no measures of
    persons but their standard deviation.
    """

    has_person_distribution: bool = False
    has_rater_distribution: bool = False
    adjustment: float = 0.0
    is_marginal: bool = False


@dataclass(frozen=True)
class Preparation:
    """Usable ratings, the layout of the measures, subsets, and which items and raters are anchored."""

    usable: UsableRatings
    layout: ParameterLayout
    connection: Connection
    item_is_anchored: NDArray[np.bool_]
    rater_is_anchored: NDArray[np.bool_]


def preparation(
    table: RatingTable, *, anchors: Anchors, is_partial_credit: bool, approach: Approach
) -> Preparation | NotEstimable:
    """Find what can be estimated from a table; a reason when nothing can. Raises AnchorError."""
    item_value, item_known = anchored_values(anchors.items, number=table.items)
    rater_value, rater_known = anchored_values(anchors.raters, number=table.raters)
    known_steps = anchored_thresholds(anchors, table, is_partial_credit=is_partial_credit)
    groups = step_groups(table, is_partial_credit=is_partial_credit)
    is_adjusted = approach.adjustment > 0
    needs_person = np.full(table.persons, not (approach.has_person_distribution or is_adjusted))
    needs_item = ~item_known & (not is_adjusted)
    needs_rater = ~rater_known & (not (approach.has_rater_distribution or is_adjusted))
    usable = usable_ratings(
        table,
        group_of_item=groups,
        needs_variation=(needs_person, needs_item, needs_rater),
        has_all_categories=known_steps is not None or is_adjusted,
    )
    if not usable.is_used.any():
        return NotEstimable(usable.any_reason)
    count = category_counts(table, usable.is_used, groups)
    if is_adjusted:
        count += count.sum(axis=1, keepdims=True)
    steps = step_layout(count, group_of_item=groups, anchored=known_steps)
    found = connection(table, is_used=usable.is_used)
    of_persons = np.array([approach.has_person_distribution, approach.is_marginal])
    item_free = (usable.item_reason == Reason.ESTIMATED) & ~item_known
    rater_free = (usable.rater_reason == Reason.ESTIMATED) & ~rater_known
    is_free = np.concatenate([item_free, rater_free, of_persons, np.ones(steps.number, dtype=np.bool_)])
    directions = idle_directions(
        found,
        is_free=is_free,
        has_origin=approach.has_person_distribution,
        rater_is_free=not approach.has_rater_distribution,
    )
    start = np.concatenate([item_value, rater_value, [0.0, float(approach.is_marginal)], np.zeros(steps.number)])
    layout = ParameterLayout(table.items, table.raters, steps, start, is_free, directions)
    return Preparation(usable, layout, found, item_known, rater_known)
