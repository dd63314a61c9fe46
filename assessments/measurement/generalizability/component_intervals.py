"""How sure variance components are: intervals from the mean squares that they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, f

from assessments.measurement.generalizability.errors import TargetError
from assessments.measurement.generalizability.g_study import GStudy
from assessments.measurement.reasons import Reason

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class ComponentIntervals:
    """Intervals (effects,) of a study's components, never below 0; 0 to 0 with a `reasons` code where there is none."""

    level: float
    low: Numbers
    high: Numbers
    reasons: NDArray[np.int8]


def component_intervals(study: GStudy, *, level: float = 0.90) -> ComponentIntervals:
    """Give the interval of each component at a level such as .90, by the modified large-sample method.

    A component is a sum `k_q MS_q` of mean squares, some with a negative sign. Its limits move each mean square to the
    limit that it has alone, joined as squares with terms for the pairs; for a single mean square this is the exact
    interval `df MS / chi2`. For unbalanced data the mean squares are taken as if they were independent chi-squares,
    which makes the interval approximate. Raises TargetError for a level outside 0 to 1. Source: Ting, Burdick,
    Graybill, Jeyaratnam and Lu (1990), Journal of Statistical Computation and Simulation 35; Burdick and Graybill
    (1992), chapter 3.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> found = component_intervals(study, level=0.9)
    >>> round(float(found.low[2]), 3), round(float(found.high[2]), 3)
    (0.065, 63.579)
    """
    if not 0 < level < 1:
        raise TargetError(level=level)
    tail = (1 - level) / 2
    low, high = np.zeros_like(study.components), np.zeros_like(study.components)
    reasons = study.reasons.copy()
    for place, weights in enumerate(study.weights):
        used = np.abs(weights) > 1e-9 * np.abs(weights).max()
        if reasons[place] != Reason.ESTIMATED:
            continue
        if not used.any() or (study.degrees[used] < 1).any() or (study.mean_squares[used] < 0).any():
            reasons[place] = Reason.TOO_FEW_VALUES
            continue
        parts, degrees = weights[used] * study.mean_squares[used], study.degrees[used].astype(np.float64)
        down, up = _distances(parts, degrees=degrees, is_added=weights[used] > 0, tail=tail)
        low[place] = max(study.components[place] - down, 0.0)
        high[place] = max(study.components[place] + up, 0.0)
    return ComponentIntervals(level=level, low=low, high=high, reasons=reasons)


def _distances(parts: Numbers, *, degrees: Numbers, is_added: NDArray[np.bool_], tail: float) -> tuple[float, float]:
    """How far the interval reaches down and up; parts are the mean squares times their signed coefficients."""
    added, taken = np.abs(parts[is_added]), np.abs(parts[~is_added])
    of_added, of_taken = degrees[is_added], degrees[~is_added]
    down = _reach(added, of_added, taken, of_taken, tail=tail, is_down=True)
    up = _reach(taken, of_taken, added, of_added, tail=tail, is_down=False)
    return down, up


def _reach(
    shrinking: Numbers, of_shrinking: Numbers, growing: Numbers, of_growing: Numbers, *, tail: float, is_down: bool
) -> float:
    """Distance of one limit: some parts shrink to their lower limits and the others grow to their upper ones."""
    shrink = 1 - of_shrinking / chi2.ppf(1 - tail, of_shrinking)
    grow = of_growing / chi2.ppf(tail, of_growing) - 1
    square = float((shrink**2 * shrinking**2).sum() + (grow**2 * growing**2).sum())
    if is_down:
        ratio = f.ppf(1 - tail, of_shrinking[:, None], of_growing[None, :])
        pairs = ((ratio - 1) ** 2 - shrink[:, None] ** 2 * ratio**2 - grow[None, :] ** 2) / ratio
    else:
        ratio = f.ppf(tail, of_growing[None, :], of_shrinking[:, None])
        pairs = ((1 - ratio) ** 2 - grow[None, :] ** 2 * ratio**2 - shrink[:, None] ** 2) / ratio
    square += float((pairs * shrinking[:, None] * growing[None, :]).sum())
    square += _alike(shrinking, of_shrinking, shrink, tail=tail)
    return float(np.sqrt(max(square, 0.0)))


def _alike(part: Numbers, degrees: Numbers, shrink: Numbers, *, tail: float) -> float:
    """Terms for pairs of parts of the same sign."""
    if len(part) < 2:
        return 0.0
    first, second = np.triu_indices(len(part), k=1)
    both = degrees[first] + degrees[second]
    joint = (1 - both / chi2.ppf(1 - tail, both)) ** 2 * both**2 / (degrees[first] * degrees[second])
    alone = (
        shrink[first] ** 2 * degrees[first] / degrees[second] + shrink[second] ** 2 * degrees[second] / degrees[first]
    )
    return float(((joint - alone) * part[first] * part[second]).sum()) / (len(part) - 1)
