"""Whether a variance is more than chance: the likelihood ratio test at the edge of what is possible."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import chi2


@dataclass(frozen=True)
class BoundaryTest:
    """Likelihood ratio `statistic` of a variance against zero and its `p_value`."""

    statistic: float
    p_value: float


def boundary_test(criterion: float, *, without: float) -> BoundaryTest:
    """Test one variance against zero, from the criteria (-2 log likelihood) with and without it.

    A variance cannot be negative, so half of the time chance alone gives exactly zero:
    `LR = without - criterion, p = P(chi2_1 >= LR) / 2`, and 1 at LR = 0. Criteria that differ by rounding only count as
    equal. Source: Self & Liang (1987).

    >>> test = boundary_test(100.0, without=102.7055)
    >>> round(test.p_value, 3)
    0.05
    """
    statistic = max(without - criterion, 0.0)
    if statistic <= 1e-9 * max(abs(criterion), 1.0):
        return BoundaryTest(0.0, 1.0)
    return BoundaryTest(statistic, float(chi2.sf(statistic, 1)) / 2)
