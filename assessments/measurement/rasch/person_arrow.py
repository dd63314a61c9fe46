"""The likelihood of persons' measures together with all others, and its maximum by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError
from scipy.sparse import csr_array

from assessments.measurement.rasch.categories import category_chances
from assessments.measurement.rasch.parameters import (
    CellSums,
    GaugedFactor,
    ParameterLayout,
    chance_sums,
    lower_information,
)
from assessments.measurement.rasch.rating_table import RatingTable
from assessments.measurement.rasch.sums import sums_by

STEPS = 100
STEP_IS_NOTHING = 1e-9
FARTHEST = 50.0


@dataclass(frozen=True)
class Precision:
    """Precisions of the normal priors on persons and raters; 0 without a prior."""

    person: float = 0.0
    rater: float = 0.0


@dataclass(frozen=True)
class ArrowPoint:
    """Likelihood, scores and information at one place; the information is an arrow: its persons' part is diagonal.

    `cross` (persons, below) is the information between a person and the measures below.
    """

    log_likelihood: float
    person_score: NDArray[np.float64]
    lower_score: NDArray[np.float64]
    person_information: NDArray[np.float64]
    cross: csr_array
    lower_information: NDArray[np.float64]


@dataclass(frozen=True)
class ArrowMaximum:
    """Where the (penalised) likelihood is greatest: measures of persons and of all below."""

    person: NDArray[np.float64]
    lower: NDArray[np.float64]
    point: ArrowPoint
    factor: GaugedFactor


class PersonArrow:
    """Ratings prepared for the likelihood of all measures jointly."""

    def __init__(
        self, table: RatingTable, *, is_used: NDArray[np.bool_], layout: ParameterLayout, adjustment: float = 0.0
    ) -> None:
        """Sort the ratings that are used by the measures they depend on.

        With an adjustment each person's ratings count as slightly spread over all categories, so that the person's sum
        S of at most M becomes `adjustment + (M - 2 adjustment) S / M`.
        """
        self.layout = layout
        self.persons = table.persons
        self.person, self.item, self.rater = (index[is_used] for index, _ in table.facets)
        self._group = layout.steps.group_of_item[self.item]
        self._columns = layout.columns(self.item, self.rater)
        cell, self._cell = np.unique(self.item * table.raters + self.rater, return_inverse=True)
        self._cells, of_cell = len(cell), cell // table.raters
        self._cell_columns = layout.columns(of_cell, cell % table.raters)
        self._cell_group = layout.steps.group_of_item[of_cell]
        self._observe(table.score[is_used], table.top, adjustment)
        self._deviation, self._weight = np.zeros((len(self.person), 1)), np.ones(1)
        size = len(layout.start)
        place = layout.steps.place
        self._inner = np.flatnonzero((place >= 0).any(axis=0))
        target = place.T[self._inner][:, self._group]
        self._has_step = target >= 0
        keys = [self.person * size + column for column in self._columns]
        keys += [
            self.person[some] * size + layout.first_step + to[some]
            for to, some in zip(target, self._has_step, strict=True)
        ]
        pairs, self._pair = np.unique(np.concatenate(keys), return_inverse=True)
        self._pairs = len(pairs)
        self._pair_column = pairs % size
        self._pair_start = np.searchsorted(pairs // size, np.arange(self.persons + 1))

    def _observe(self, score: NDArray[np.int64], top: int, adjustment: float) -> None:
        """Keep the sums of ratings per person and measure below, and the number of ratings per category."""
        steps, layout = self.layout.steps, self.layout
        groups, categories = steps.place.shape
        ratings = np.bincount(self.person, minlength=self.persons)
        spread = (2 * adjustment / (top * (top + 1)) / np.maximum(ratings, 1))[self.person]
        kept = 1 - categories * spread
        observed = kept * score + spread * top * categories / 2
        self.person_total = np.bincount(self.person, observed, self.persons)
        count = np.bincount(self._group * categories + score, kept, groups * categories).reshape(groups, categories)
        count += np.bincount(self._group, spread, groups)[:, None]
        self._lower_total = np.zeros(len(layout.start))
        for column in self._columns:
            self._lower_total -= np.bincount(column, observed, len(layout.start))
        some = steps.place >= 0
        self._lower_total[layout.first_step + steps.place[some]] = count[some]
        self._fixed_total = float((np.where(steps.is_used, steps.fixed, 0.0) * count).sum())

    def average_over(self, variance: NDArray[np.float64]) -> None:
        """From now on average over locations that are known up to a variance (ratings,), at three Gaussian places."""
        self._deviation = np.sqrt(3.0 * variance)[:, None] * np.array([-1.0, 0.0, 1.0])
        self._weight = np.array([1.0, 4.0, 1.0]) / 6.0

    def log_likelihood(self, person: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
        """Log-likelihood of the ratings if the measures were known, not averaged."""
        self.average_over(np.zeros(len(self.person)))
        return self.at(person, lower).log_likelihood

    def location_variance(
        self, cross: csr_array, *, inverse: NDArray[np.float64], covariance: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Variance (ratings,) of where persons stand above items and raters.

        With b the person's part of the cross information, 1 / h the inverse of the person's information, C the
        covariance of the measures below and a the rating's part of them: `1 / h + w C w'`, `w = b / h + a`.
        """
        spread = cross @ covariance
        own = inverse + inverse**2 * np.asarray(cross.multiply(spread).sum(axis=1)).ravel()
        found: NDArray[np.float64] = own[self.person]
        for column in self._columns:
            found += 2 * inverse[self.person] * spread[self.person, column]
            for other in self._columns:
                found += covariance[column, other]
        return np.maximum(found, np.zeros(1))

    def at(self, person: NDArray[np.float64], lower: NDArray[np.float64]) -> ArrowPoint:
        """Log-likelihood with its first two derivatives."""
        layout = self.layout
        size, groups = len(layout.start), len(layout.steps.place)
        location = person[self.person] - layout.below(lower, self.item, self.rater)
        potential = layout.potentials(lower)[self._group if groups > 1 else [0]].T[:, :, None]
        chances = category_chances(location[:, None] + self._deviation, potential=potential)
        covariance, variance = chances.step_covariance() @ self._weight, chances.variance @ self._weight
        expected = chances.expected @ self._weight
        weight = np.broadcast_to(self._weight, self._deviation.shape)
        total, product = chance_sums(chances, group=self._group, groups=groups, weight=weight)
        in_cells = [sums_by(self._cell, values, size=self._cells) for values in (variance, *covariance)]
        sums = CellSums(in_cells[0], np.stack(in_cells[1:]), total, product)
        lower_score = self._lower_total.copy()
        for column in self._columns:
            lower_score += np.bincount(column, expected, size)
        some = layout.steps.place >= 0
        lower_score[layout.first_step + layout.steps.place[some]] -= total.T[some]
        weights = [-variance] * len(self._columns)
        weights += [covariance[category, has] for category, has in zip(self._inner, self._has_step, strict=True)]
        cross = np.bincount(self._pair, np.concatenate(weights), self._pairs)
        return ArrowPoint(
            log_likelihood=float(
                person @ self.person_total + lower @ self._lower_total - (chances.log_total @ self._weight).sum()
            )
            + self._fixed_total,
            person_score=self.person_total - sums_by(self.person, expected, size=self.persons),
            lower_score=lower_score,
            person_information=sums_by(self.person, variance, size=self.persons),
            cross=csr_array((cross, self._pair_column, self._pair_start), shape=(self.persons, size)),
            lower_information=lower_information(layout, sums, columns=self._cell_columns, group=self._cell_group),
        )


def arrow_maximum(
    arrow: PersonArrow,
    *,
    precision: Precision,
    person: NDArray[np.float64],
    lower: NDArray[np.float64],
    steps: int = STEPS,
) -> ArrowMaximum | None:
    """Climb to the greatest likelihood (less the priors) by Newton's method, persons eliminated from each step.

    With h the persons' information, B the cross part, D the part below, s and t the scores:
    `(D - B' h^-1 B) below = t - B' h^-1 s`, `person = h^-1 (s - B below)`; halved while the likelihood would fall.
    None when the ratings do not bound the measures. With a limit of steps the place reached is given.
    """
    rater = slice(arrow.layout.items, arrow.layout.items + arrow.layout.raters)
    point = arrow.at(person, lower)
    goal = _goal(point, precision, person, lower[rater])
    taken = 0
    while True:
        try:
            factor, score, inverse = _eliminated(arrow.layout, point, precision, person=person, lower=lower)
        except LinAlgError:
            return None
        below = factor.solution(score)
        own = inverse * (point.person_score - precision.person * person - point.cross @ below)
        size = max(np.abs(below).max(initial=0.0), np.abs(own).max(initial=0.0))
        if size < STEP_IS_NOTHING or taken == steps:
            is_done = size < STEP_IS_NOTHING or steps < STEPS
            return ArrowMaximum(person, lower, point, factor) if is_done else None
        part = 1.0
        while True:
            next_person, next_lower = person + part * own, lower + part * below
            next_point = arrow.at(next_person, next_lower)
            next_goal = _goal(next_point, precision, next_person, next_lower[rater])
            if next_goal >= goal - 1e-10 * abs(goal) - 1e-10:
                break
            part /= 2
        person, lower, point, goal, taken = next_person, next_lower, next_point, next_goal, taken + 1
        if max(np.abs(person).max(initial=0.0), np.abs(lower).max(initial=0.0)) > FARTHEST:
            return None


def _goal(point: ArrowPoint, precision: Precision, person: NDArray[np.float64], rater: NDArray[np.float64]) -> float:
    """Log-likelihood less the priors."""
    return point.log_likelihood - 0.5 * float(precision.person * person @ person + precision.rater * rater @ rater)


def _eliminated(
    layout: ParameterLayout,
    point: ArrowPoint,
    precision: Precision,
    *,
    person: NDArray[np.float64],
    lower: NDArray[np.float64],
) -> tuple[GaugedFactor, NDArray[np.float64], NDArray[np.float64]]:
    """Factor and score of the measures below without the persons, and the inverse of the persons' information."""
    rater = np.arange(layout.items, layout.items + layout.raters)
    information = point.lower_information.copy()
    information[rater, rater] += precision.rater
    score = point.lower_score.copy()
    score[rater] -= precision.rater * lower[rater]
    total = point.person_information + precision.person
    inverse = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    information -= quadratic_form(point.cross, inverse)
    score -= point.cross.T @ (inverse * (point.person_score - precision.person * person))
    return GaugedFactor(layout, information), score, inverse


def quadratic_form(cross: csr_array, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """`B' diag(weight) B` as a dense matrix, by whichever product is cheaper."""
    rows, columns = cross.shape
    # A product of sparse matrices takes about ten times as long as a dense one for each number that it multiplies.
    if 10 * float((np.diff(cross.indptr).astype(np.float64) ** 2).sum()) > rows * columns**2:
        dense = cross.toarray()
        found: NDArray[np.float64] = dense.T @ (dense * weight[:, None])
        return found
    scaled = csr_array(
        (cross.data * np.repeat(weight, np.diff(cross.indptr)), cross.indices, cross.indptr), cross.shape
    )
    return np.asarray((cross.T @ scaled).toarray())
