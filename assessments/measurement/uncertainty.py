"""How sure a score is: variance of single raters, 90 % intervals, and when two numbers differ (rule 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import CellTable
from assessments.measurement.packing import MIDDLE
from assessments.measurement.ratings import group_index
from assessments.measurement.reasons import Estimate
from assessments.measurement.rounding import quantised
from assessments.measurement.within import WithinCells

LEAST_CELLS = 30
SINGLE_RATER_RELIABILITY = 0.50
NORMAL_95 = 1.6448536269514722
DEFAULT_RATER_VARIANCE = 0.49
LEAST_RATER_VARIANCE = 0.05
DEFAULT_CORRELATION = 0.50


class SpreadSource(IntEnum):
    """Where a variance comes from."""

    DEFAULT = 0
    POOLED_CELLS = 1
    MANAGER_PAIRS = 2
    RELIABILITY = 3


@dataclass(frozen=True)
class RaterSpread:
    """Error of one rater per dimension, frozen at close, all quantised.

    `rater_variance`, `named_variance` (dimensions,) with their sources; `correlation` (dimensions, dimensions) of the
    errors of one rater; `cells` and `pairs`: how many shown cells, and manager/second-line pairs, they come from.
    """

    rater_variance: NDArray[np.float64]
    rater_source: NDArray[np.int8]
    cells: NDArray[np.int64]
    named_variance: NDArray[np.float64]
    named_source: NDArray[np.int8]
    pairs: NDArray[np.int64]
    correlation: NDArray[np.float64]


def rater_spread(
    cells: CellTable, *, within: WithinCells, default_variance: float = DEFAULT_RATER_VARIANCE
) -> RaterSpread:
    """Estimate the error variance of a single rater in each dimension from the shown cells of a cycle.

    Anonymous: `s2 = sum of squares within cells / sum (n - 1)`, never below .05, over at least 30 shown cells, else the
    catalogue's default. Named: half the variance of the differences of manager and second-line, over at least 30
    pairs, else `(1 - .50)` of the variance of managers' values (at least 30), else the default. Source: the numeric
    contract, rule 6; Spearman-Brown reliability of one rater.
    """
    enough = within.cells >= LEAST_CELLS
    # A variance of nothing would say that the raters of every cell gave just its mean.
    pooled = np.maximum(within.squares / np.maximum(within.degrees, 1), LEAST_RATER_VARIANCE)
    named, named_source, pairs = _named_variance(cells, default_variance=default_variance)
    return RaterSpread(
        rater_variance=quantised(np.where(enough, pooled, default_variance)),
        rater_source=np.where(enough, SpreadSource.POOLED_CELLS, SpreadSource.DEFAULT).astype(np.int8),
        cells=within.cells,
        named_variance=quantised(named),
        named_source=named_source,
        pairs=pairs,
        correlation=rater_correlation(within),
    )


def rater_correlation(within: WithinCells) -> NDArray[np.float64]:
    """Correlation between the errors of one rater in two dimensions (halo), pooled within groups of shown cells.

    `r = c_de / sqrt(c_dd c_ee)`, c the products about the group's mean over their degrees of freedom, from at least 30
    groups, else .50; limited to -1 to 1. The raters of a cell are shared by its dimensions: their covariance is
    `r s_d s_e / max(n_d, n_e)`.
    """
    covariance = within.products / np.maximum(within.product_degrees, 1)
    spread = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    scale = np.outer(spread, spread)
    enough = (within.product_cells >= LEAST_CELLS) & (scale > 0)
    found = np.where(enough, covariance / np.where(scale > 0, scale, 1.0), DEFAULT_CORRELATION)
    np.fill_diagonal(found, 1.0)
    return quantised(np.clip(found, -1.0, 1.0))


def _named_variance(
    cells: CellTable, *, default_variance: float
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int64]]:
    """Error variance of a single named rater, its source and the number of pairs, per dimension."""
    manager, second = (np.flatnonzero(cells.groups == 1 << group_index(group)) for group in ("manager", "second_line"))
    values, shown = _values(cells, manager)
    # Rows come in the order of subjects, each of whom has one manager.
    place = np.searchsorted(cells.subject[second], cells.subject[manager])
    with_second = np.flatnonzero(np.append(cells.subject[second], -1)[place] == cells.subject[manager])
    of_second, shown_by_second = _values(cells, second[place[with_second]])
    both = shown[:, with_second] & shown_by_second
    from_pairs = _variance(values[:, with_second] - of_second, both) / 2
    enough_managers = np.count_nonzero(shown, axis=1) >= LEAST_CELLS
    from_reliability = (1 - SINGLE_RATER_RELIABILITY) * _variance(values, shown)
    variance = np.where(enough_managers, from_reliability, default_variance)
    source = np.where(enough_managers, SpreadSource.RELIABILITY, SpreadSource.DEFAULT)
    pairs = both.sum(axis=1)
    enough_pairs = pairs >= LEAST_CELLS
    variance = np.where(enough_pairs, from_pairs, variance)
    source = np.where(enough_pairs, SpreadSource.MANAGER_PAIRS, source)
    return variance, source.astype(np.int8), pairs


def _values(cells: CellTable, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values of cells of named sources, and where they are shown, (dimensions, cells)."""
    raters = cells.raters.T.take(rows, axis=1)
    value = cells.total.T.take(rows, axis=1).astype(np.float64)
    value /= cells.scale[:, None] * np.maximum(raters, 1)
    return value, raters > 0


def _variance(value: NDArray[np.float64], has: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sample variance of each row over the columns that have a value, 0 with fewer than two."""
    number = np.count_nonzero(has, axis=1)
    distance = (value - MIDDLE) * has
    squares = np.einsum("dr,dr->d", distance, distance) - distance.sum(axis=1) ** 2 / np.maximum(number, 1)
    result: NDArray[np.float64] = np.maximum(squares, 0.0) / np.maximum(number - 1, 1)
    return result


def estimate(value: float, standard_error: float) -> Estimate:
    """Put a 90 % interval about a value: `value +- 1.645 standard errors`.

    >>> round(estimate(3.5, 0.2).low, 3)
    3.171
    """
    reach = NORMAL_95 * standard_error
    return Estimate(value=value, standard_error=standard_error, low=value - reach, high=value + reach)


@dataclass(frozen=True)
class Difference:
    """Difference of two numbers with its 90 % interval; different when the interval leaves out 0."""

    value: float
    standard_error: float
    low: float
    high: float
    is_different: bool


def difference(first: Estimate, second: Estimate, *, covariance: float = 0.0) -> Difference:
    """Compare two numbers: `Var = se1^2 + se2^2 - 2 cov`.

    Within one cycle with the covariance of shared raters; between cycles, from the frozen values, with 0.
    Source: the numeric contract, rule 6.

    >>> difference(estimate(4.0, 0.2), estimate(3.5, 0.2)).is_different
    True
    """
    variance = max(first.standard_error**2 + second.standard_error**2 - 2 * covariance, 0.0)
    value = first.value - second.value
    error = sqrt(variance)
    low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    return Difference(value=value, standard_error=error, low=low, high=high, is_different=low > 0 or high < 0)
