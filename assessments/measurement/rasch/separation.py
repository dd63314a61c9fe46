"""Whether the elements of a facet differ by more than their errors: separation, reliability, strata, chi-square."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from scipy.special import chdtrc

from assessments.measurement.rasch.calibration import Measures
from assessments.measurement.reasons import NotEstimable, Reason


@dataclass(frozen=True)
class Separation:
    """How well measures tell the elements of a facet apart.

    `error` is the root mean square standard error, `true_deviation` the standard deviation without errors, `strata` the
    number of levels that can be told apart; `chi_square` tests that all are equal.
    """

    elements: int
    error: float
    true_deviation: float
    separation: float
    reliability: float
    strata: float
    chi_square: float
    degrees: int
    p_value: float


def separation(measures: Measures) -> Separation | NotEstimable:
    """Tell whether persons (or items, or raters) differ by more than chance.

    `true variance = variance (n - 1) - mean SE^2`, at least 0; `G = true deviation / root mean SE^2`;
    `reliability = G^2 / (1 + G^2)`; `strata = (4 G + 1) / 3`; `chi^2 = sum w d^2 - (sum w d)^2 / sum w`, w = 1 / SE^2,
    on n - 1 degrees of freedom. Anchored measures, which have no error, are left out. For joint estimates; measures
    drawn to the mean have less variance. Needs two measures. Source: Wright and Masters (1982); Linacre (1989).

    >>> import numpy as np
    >>> found = separation(Measures(np.array([-1.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.5]), np.zeros(3, dtype=np.int8)))
    >>> found.reliability, round(found.strata, 2), found.chi_square, round(found.p_value, 3)
    (0.75, 2.64, 8.0, 0.018)
    """
    counted = measures.has & (measures.standard_error > 0)
    value, error = measures.measure[counted], measures.standard_error[counted]
    if len(value) < 2:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    mean_square = float((error**2).mean())
    true_variance = max(float(value.var(ddof=1)) - mean_square, 0.0)
    ratio = sqrt(true_variance / mean_square)
    weight = error**-2.0
    about_mean = value - float(weight @ value) / float(weight.sum())
    chi_square, degrees = float(weight @ about_mean**2), len(value) - 1
    return Separation(
        elements=len(value),
        error=sqrt(mean_square),
        true_deviation=sqrt(true_variance),
        separation=ratio,
        reliability=ratio**2 / (1 + ratio**2),
        strata=(4 * ratio + 1) / 3,
        chi_square=chi_square,
        degrees=degrees,
        p_value=float(chdtrc(degrees, chi_square)),
    )
