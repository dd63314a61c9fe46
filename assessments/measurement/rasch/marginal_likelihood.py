"""The likelihood of ratings of persons drawn from a normal distribution, summed over a grid of their measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from assessments.measurement.rasch.categories import CategoryChances, category_chances
from assessments.measurement.rasch.parameters import CellSums, ParameterLayout, chance_sums, lower_information
from assessments.measurement.rasch.person_scores import PersonScores
from assessments.measurement.rasch.rating_table import RatingTable


@dataclass(frozen=True)
class Grid:
    """Places of persons in standard deviations from their mean, and the logarithms of their normal weights."""

    place: NDArray[np.float64]
    log_weight: NDArray[np.float64]


def grid(spacing: float, *, reach: float) -> Grid:
    """Equally spaced places from -reach to reach.

    >>> len(grid(0.2, reach=6.0).place)
    61
    """
    half = round(reach / spacing)
    place = np.arange(-half, half + 1, dtype=np.float64) * spacing
    weight = np.exp(-(place**2) / 2)
    return Grid(place, -(place**2) / 2 - np.log(weight.sum()))


@dataclass(frozen=True)
class MarginalPoint:
    """Likelihood, score and what the information needs, at one vector of measures and one grid.

    `posterior` (persons, places) is the distribution of each person's measure; `weight` (cells, places) the expected
    number of ratings of each cell by persons at each place.
    """

    log_likelihood: float
    score: NDArray[np.float64]
    posterior: NDArray[np.float64]
    weight: NDArray[np.float64]
    chances: CategoryChances


class MarginalLikelihood:
    """Ratings prepared for the likelihood over the persons' distribution; a cell is an item with a rater."""

    def __init__(self, table: RatingTable, *, is_used: NDArray[np.bool_], layout: ParameterLayout) -> None:
        """Count each person's ratings by cell, and add up the ratings that each measure depends on."""
        self.layout = layout
        person, item, rater = (index[is_used] for index, _ in table.facets)
        score = table.score[is_used]
        cell, of_rating = np.unique(item * table.raters + rater, return_inverse=True)
        self._item, self._rater = cell // table.raters, cell % table.raters
        self._group = layout.steps.group_of_item[self._item]
        self._columns = layout.columns(self._item, self._rater)
        key, count = np.unique(person * len(cell) + of_rating, return_counts=True)
        start = np.searchsorted(key // len(cell), np.arange(table.persons + 1))
        shape = (table.persons, len(cell))
        self._count = csr_array((count.astype(np.float64), key % len(cell), start), shape=shape)
        self._transposed = self._count.T.tocsr()
        self._person_total = np.bincount(person, score, table.persons).astype(np.float64)
        self._total = self._lower_totals(score, of_rating)
        self._fixed_total = float(layout.steps.fixed[self._group[of_rating], score].sum())
        self._scores = PersonScores(
            self._count,
            person_total=self._person_total,
            columns=self._columns,
            group=self._group,
            layout=layout,
        )

    def _lower_totals(self, score: NDArray[np.int64], of_rating: NDArray[np.int64]) -> NDArray[np.float64]:
        """Sums of ratings for each difficulty and severity (negative), numbers of ratings for each potential."""
        size, layout = len(self.layout.start), self.layout
        total = np.zeros(size)
        for column in self._columns:
            total -= np.bincount(column[of_rating], score, size)
        place = layout.steps.place[self._group[of_rating], score]
        return total + np.bincount(layout.first_step + place[place >= 0], minlength=size)

    def at(self, vector: NDArray[np.float64], on: Grid) -> MarginalPoint:
        """Log-likelihood `sum_p log sum_q w_q prod P`, and its derivatives."""
        layout, size = self.layout, len(self.layout.start)
        measure = vector[layout.spread] * on.place
        potential = layout.potentials(vector)[self._group].T[:, :, None]
        chances = category_chances(
            measure - layout.below(vector, self._item, self._rater)[:, None], potential=potential
        )
        exponent = self._person_total[:, None] * measure - self._count @ chances.log_total + on.log_weight
        top = exponent.max(axis=1, keepdims=True)
        posterior = np.exp(exponent - top)
        total = posterior.sum(axis=1, keepdims=True)
        posterior /= total
        weight = self._transposed @ posterior
        score = self._total.copy()
        expected = np.einsum("cq,cq->c", weight, chances.expected)
        for column in self._columns:
            score += np.bincount(column, expected, size)
        inside = (weight * chances.chance).sum(axis=2)
        for category in range(len(inside)):
            place = layout.steps.place[self._group, category]
            some = place >= 0
            score -= np.bincount(layout.first_step + place[some], inside[category, some], size)
        score[layout.spread] = self._person_total @ (posterior @ on.place) - float(
            np.einsum("cq,cq,q->", weight, chances.expected, on.place, optimize=True)
        )
        log_likelihood = float((np.log(total) + top).sum()) + self._fixed_total
        lower = np.where(np.arange(size) == layout.spread, 0.0, vector)
        return MarginalPoint(log_likelihood + float(lower @ self._total), score, posterior, weight, chances)

    def complete_information(self, point: MarginalPoint, on: Grid) -> NDArray[np.float64]:
        """Information (all, all) if the persons' places were known, averaged over their distributions."""
        layout, size = self.layout, len(self.layout.start)
        chances, weight = point.chances, point.weight
        covariance = chances.step_covariance()
        weighted = weight * chances.variance
        total, product = chance_sums(chances, group=self._group, groups=len(layout.steps.place), weight=weight)
        steps = np.einsum("cq,kcq->kc", weight, covariance)
        sums = CellSums(weighted.sum(axis=1), steps, total, product)
        found = lower_information(layout, sums, columns=self._columns, group=self._group)
        line = np.zeros(size)
        for column in self._columns:
            line -= np.bincount(column, weighted @ on.place, size)
        with_place = np.einsum("cq,kcq->kc", weight * on.place, covariance)
        for category in range(len(with_place)):
            place = layout.steps.place[self._group, category]
            some = place >= 0
            line += np.bincount(layout.first_step + place[some], with_place[category, some], size)
        line[layout.spread] = float(weighted.sum(axis=0) @ on.place**2)
        found[layout.spread], found[:, layout.spread] = line, line
        return found

    def missing_information(self, point: MarginalPoint, on: Grid) -> NDArray[np.float64]:
        """Information lost because the persons' places are not known: the variance of the complete score.

        Source: Louis (1982), Journal of the Royal Statistical Society B 44, 226-233.
        """
        return self._scores.variance(point.chances, posterior=point.posterior, place=on.place)
