"""Whether a rater treats single persons otherwise than all others: bias of each pair of rater and person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from assessments.measurement.rasch.calibration import Calibration
from assessments.measurement.rasch.residuals import residuals


@dataclass(frozen=True)
class PairBias:
    """Bias of pairs of rater and person with used ratings (pairs,), in the order of raters, then persons.

    `bias` in logits, above 0 when the rater is milder to this person than to others; `t` over its standard error;
    `p_value` two-sided; `adjusted_p` is the share of false alarms among all pairs that are called biased up to here.
    """

    rater: NDArray[np.int64]
    person: NDArray[np.int64]
    ratings: NDArray[np.int64]
    bias: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    t: NDArray[np.float64]
    p_value: NDArray[np.float64]
    adjusted_p: NDArray[np.float64]


def pair_biases(calibration: Calibration) -> PairBias:
    """Estimate for every pair of rater and person how much milder or harsher the ratings are than expected.

    `B = sum (y - E) / sum V`, `SE = 1 / sqrt(sum V)`, `t = B / SE`, p from the normal distribution, adjusted for the
    number of pairs by Benjamini and Hochberg. One step from the measures, which stay as they are. Pairs whose ratings
    the model is certain of (sum V = 0) are left out.
    Source: Linacre (1989), Many-Facet Rasch Measurement; Benjamini and Hochberg (1995).

    >>> from assessments.measurement.rasch.joint import joint_calibration
    >>> from assessments.measurement.rasch.rating_table import rating_table
    >>> table = rating_table([0, 1, 1, 0], person=[0, 0, 1, 1], rater=[0, 1, 0, 1], lowest=0, highest=1)
    >>> pair_biases(joint_calibration(table)).bias.tolist()
    [-2.0, 2.0, 2.0, -2.0]
    """
    table, used = calibration.table, calibration.is_used
    left = residuals(calibration)
    key, pair = np.unique(table.rater[used] * table.persons + table.person[used], return_inverse=True)
    information = np.bincount(pair, left.variance, len(key))
    has = information > 0
    information = information[has]
    bias = np.bincount(pair, left.residual, len(key))[has] / information
    error = 1.0 / np.sqrt(information)
    p_value = 2.0 * ndtr(-np.abs(bias / error))
    return PairBias(
        rater=key[has] // table.persons,
        person=key[has] % table.persons,
        ratings=np.bincount(pair, minlength=len(key))[has],
        bias=bias,
        standard_error=error,
        t=bias / error,
        p_value=p_value,
        adjusted_p=adjusted_p_values(p_value),
    )


def adjusted_p_values(p_value: NDArray[np.float64]) -> NDArray[np.float64]:
    """P values that count how many tests were made: calling those up to .05 keeps false alarms at 5 % of the calls.

    `q_(i) = min over j >= i of p_(j) m / j`. Source: Benjamini and Hochberg (1995), J. R. Statist. Soc. B 57, 289-300.

    >>> adjusted_p_values(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    number = len(p_value)
    order = np.argsort(p_value, kind="stable")
    stepped = p_value[order] * number / np.arange(1, number + 1)
    adjusted = np.empty(number)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return adjusted
