"""Whose severity may be told: named raters with enough subjects who can be compared, and counts of all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.conduct import LEAST_RATERS
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.connectivity import connectivity
from assessments.measurement.severity.errors import SeverityError
from assessments.measurement.severity.levels import finite_column, joined_levels, levels_of

LEAST_SUBJECTS = 5


@dataclass(frozen=True)
class NamedRaters:
    """Per rater (raters,), in the order of their labels: how many people they rated, and why nothing is told, if so.

    `reason`: estimated, too few values (fewer than five people) or disconnected (not in the largest island of people
    and raters, so that being mild and having good people cannot be told apart).
    """

    level: NDArray[np.generic]
    subjects: NDArray[np.int64]
    reason: NDArray[np.int8]

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Whose severity may be told (raters,)."""
        estimated: NDArray[np.bool_] = self.reason == Reason.ESTIMATED
        return estimated


def named_raters(ratee: ArrayLike, *, rater: ArrayLike) -> NamedRaters:
    """Say for each named rater whether severity is told: at least five different people, in the largest island.

    `ratee`, `rater` (rows,) as for crossed_effects; repeated pairs count once. Source: the numeric contract, rule 7.

    >>> named_raters([1, 2, 3, 4, 5, 1, 2], rater=["a", "a", "a", "a", "a", "b", "b"]).reason.tolist()
    [0, 13]
    """
    rows = len(np.asarray(ratee))
    ratees, raters = levels_of(ratee, rows=rows, name="ratee"), levels_of(rater, rows=rows, name="rater")
    pairs = joined_levels(raters, ratees)
    subjects = np.bincount(pairs.label.astype(np.int64) // max(ratees.size, 1), minlength=raters.size)
    ties = connectivity(ratees, raters)
    reason = np.where(ties.rater_component == 0, Reason.ESTIMATED, Reason.DISCONNECTED)
    reason = np.where(subjects >= LEAST_SUBJECTS, reason, Reason.TOO_FEW_VALUES)
    return NamedRaters(raters.label, subjects.astype(np.int64), reason.astype(np.int8))


def severity_counts(effect: ArrayLike, *, edges: ArrayLike) -> NDArray[np.int64] | NotEstimable:
    """How many raters lie in each class of leniency: all that is told of anonymous raters, over a whole cycle.

    `effect` (raters,) in rating points, `edges` (classes - 1,) rising; a class holds its lower edge. Gives (classes,);
    not estimable (below threshold) below ten raters. Raises NotFiniteError, ShapeError, SeverityError.
    Source: the numeric contract, rule 7.

    >>> severity_counts([-0.6, 0.0, 0.1, 0.5, *[0.0] * 6], edges=[-0.25, 0.25])
    array([1, 8, 1])
    """
    column, limits = finite_column(effect, name="effect"), finite_column(edges, name="edges")
    if (np.diff(limits) <= 0).any():
        raise SeverityError(name="edges")
    if len(column) < LEAST_RATERS:
        return NotEstimable(Reason.BELOW_THRESHOLD)
    classes = np.searchsorted(limits, column, side="right")
    return np.bincount(classes, minlength=len(limits) + 1).astype(np.int64)
