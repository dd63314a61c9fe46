"""Exact test of a table of any size: do several groups differ in their grades more than chance would make them?"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.conditional_odds import TIE, whole_counts
from review.rewards.fairness.errors import CountsError

Floats = NDArray[np.float64]
Rest = tuple[int, ...]

MOST_WORK = 20_000_000
# What a step costs beside its arithmetic, in combinations.
LINE = 300
SIMULATIONS = 100_000
# Logarithms that agree to this many places belong to equally likely tables.
PLACES = 11


@dataclass(frozen=True)
class ExactTableTest:
    """P value of Fisher's test; `simulations` is 0 where all tables were counted, else how many were drawn."""

    p_value: float
    simulations: int


def exact_table_test(
    table: ArrayLike, *, seed: int = 0, simulations: int = SIMULATIONS, most_work: int = MOST_WORK
) -> ExactTableTest | NotEstimable:
    """Tell how likely a table no likelier than this one is when rows and columns have nothing to do with each other.

    `table` (rows, columns): whole counts, such as groups by grades. The p value is the sum of the chances of all tables
    with the same margins that are no likelier (a tie counts). All tables are counted, column by column, equal rests
    together; when that turns out more than `most_work` combinations, `simulations` tables are drawn with the seed and
    `p = (1 + no likelier) / (1 + drawn)`. NO_VARIATION when the margins allow only one table. Raises CountsError.
    Source: Freeman and Halton (1951); order of counting after Mehta and Patel (1983); R's `fisher.test`.

    >>> round(exact_table_test([[3, 1], [1, 3]]).p_value, 4)
    0.4857
    """
    cells = np.asarray(table)
    if cells.ndim != 2:
        raise CountsError(shape=cells.shape)
    counts = whole_counts(cells)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return NotEstimable(Reason.NO_VARIATION)
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    seen = float(special.gammaln(columns + 1).sum() - special.gammaln(counts + 1).sum())
    total = float(special.gammaln(rows.sum() + 1) - special.gammaln(rows + 1).sum())
    margins = columns.tolist(), tuple(sorted(rows.tolist()))
    chance = _counted(*margins, seen=seen, total=total, most_work=most_work)
    if chance is None:
        return _drawn(rows, columns, seen, simulations=simulations, seed=seed)
    return ExactTableTest(p_value=min(chance, 1.0), simulations=0)


def _counted(columns: list[int], rows: Rest, *, seen: float, total: float, most_work: int) -> float | None:
    """Chance of all tables no likelier than the one seen, None when counting them is too much work.

    Small columns one by one, tables of equal chance and equal rests together; the two largest columns at once.
    """
    ordered = sorted(columns)
    if prod(min(row, ordered[-2]) + 1 for row in rows[:-1]) > most_work:
        return None
    front, work = {rows: (np.zeros(1), np.ones(1))}, 0
    for people in ordered[:-2]:
        reached: dict[Rest, list[tuple[Floats, Floats]]] = {}
        for rest, (logs, number) in front.items():
            lines = _parted(people, rest)
            work += len(lines) * (logs.size + LINE)
            if work > most_work:
                return None
            for left, way, times in lines:
                reached.setdefault(left, []).append((logs + way, number * times))
        front = {
            left: _merged([logs for logs, _ in found], [number for _, number in found])
            for left, found in reached.items()
        }
    chance = 0.0
    for rest, (logs, number) in front.items():
        parts = _parts(ordered[-2], rest)
        work += len(parts) + logs.size
        if work > most_work:
            return None
        ends = np.sort(_log_ways(ordered[-2], parts) + _log_ways(ordered[-1], np.array(rest) - parts))
        sums = np.concatenate(([0.0], np.cumsum(np.exp(ends - ends[-1]))))
        # All ends up to this place make a table no likelier than the one seen.
        place = np.searchsorted(ends, seen + TIE - logs, side="right")
        chance += float((number * np.exp(logs + ends[-1] - total) * sums[place]).sum())
    return chance


def _parted(people: int, rest: Rest) -> list[tuple[Rest, float, float]]:
    """Ways to take a column's people from the rests: what is left (in order), logarithm of the ways, and how often."""
    parts = _parts(people, rest)
    left = np.sort(np.array(rest) - parts, axis=1)
    both = np.column_stack([left, np.round(_log_ways(people, parts), PLACES)])
    lines, number = np.unique(both, axis=0, return_counts=True)
    return [
        (tuple(int(people) for people in line[:-1]), float(line[-1]), float(times))
        for line, times in zip(lines, number, strict=True)
    ]


def _parts(people: int, rest: Rest) -> NDArray[np.int64]:
    """All ways to part a column's people over the rows, each row up to its rest, (ways, rows)."""
    grids = np.meshgrid(*(np.arange(min(row, people) + 1) for row in rest[:-1]), indexing="ij")
    parts = np.stack([grid.ravel() for grid in grids], axis=1)
    last = people - parts.sum(axis=1)
    fits = (last >= 0) & (last <= rest[-1])
    return np.concatenate([parts[fits], last[fits, None]], axis=1)


def _log_ways(people: int, parts: NDArray[np.int64]) -> Floats:
    """Logarithm of the number of ways to part people so, for each row of parts."""
    return np.asarray(special.gammaln(people + 1) - special.gammaln(parts + 1).sum(axis=1))


def _merged(logs: list[Floats], numbers: list[Floats]) -> tuple[Floats, Floats]:
    """Join tables of equal chance."""
    values, places = np.unique(np.round(np.concatenate(logs), PLACES), return_inverse=True)
    return np.asarray(values, dtype=np.float64), np.bincount(places, weights=np.concatenate(numbers)).astype(np.float64)


def _drawn(
    rows: NDArray[np.int64], columns: NDArray[np.int64], seen: float, *, simulations: int, seed: int
) -> ExactTableTest:
    """Estimate the p value from tables drawn with the margins."""
    tables = stats.random_table(rows, columns).rvs(simulations, random_state=np.random.default_rng(seed))
    logs = special.gammaln(columns + 1).sum() - special.gammaln(tables + 1).sum(axis=(1, 2))
    unlikely = int((logs <= seen + TIE).sum())
    return ExactTableTest(p_value=(1 + unlikely) / (1 + simulations), simulations=simulations)
