"""The measures below the persons as one vector: items, raters, mean and spread of persons, potentials of categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from assessments.measurement.rasch.categories import CategoryChances
from assessments.measurement.rasch.connection import Connection
from assessments.measurement.rasch.sums import sums_by
from assessments.measurement.rasch.thresholds import StepLayout

NEGLIGIBLE = 1e-13


@dataclass(frozen=True)
class ParameterLayout:
    """Order of the vector `[items | raters | origin | spread | potentials]`, and what in it is free.

    The origin is taken from the location like a difficulty: it is minus the persons' mean; the spread is their standard
    deviation, free in marginal estimation only. `start` holds anchors and first values; the columns of `directions`
    (free, ...) are orthonormal changes of the free measures that change no chance.
    """

    items: int
    raters: int
    steps: StepLayout
    start: NDArray[np.float64]
    is_free: NDArray[np.bool_]
    directions: NDArray[np.float64]

    @property
    def origin(self) -> int:
        """Place of the origin."""
        return self.items + self.raters

    @property
    def spread(self) -> int:
        """Place of the persons' standard deviation."""
        return self.origin + 1

    @property
    def first_step(self) -> int:
        """Place of the first potential."""
        return self.origin + 2

    def columns(self, item: NDArray[np.int64], rater: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Places of the item, the rater and the origin of ratings."""
        return item, self.items + rater, np.full(len(item), self.origin)

    def below(
        self, values: NDArray[np.float64], item: NDArray[np.int64], rater: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """What is taken from a person's measure for ratings: difficulty + severity + origin."""
        found: NDArray[np.float64] = values[item] + values[self.items + rater] + values[self.origin]
        return found

    def potentials(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Potentials of categories (groups, categories)."""
        return self.steps.potentials(values[self.first_step :])


def idle_directions(
    found: Connection, *, is_free: NDArray[np.bool_], has_origin: bool, rater_is_free: bool
) -> NDArray[np.float64]:
    """Changes of the free measures that change no chance, as orthonormal columns (free, ...).

    Persons with measures of their own absorb a common change of the raters (or items) they share; with a distribution
    of persons only its origin does. Items and raters absorb each other. `rater_is_free` is False with a prior on them.
    """
    of_item, of_rater = found.items_and_raters
    items, columns = len(of_item), []
    if has_origin:
        origin = np.arange(len(is_free)) == items + len(of_rater)
        changes = [_change(is_free, 0, of_item >= 0)]
        changes += [_change(is_free, items, of_rater >= 0)] if rater_is_free else []
        columns += [change - origin for change in changes if change.any()]
    else:
        columns += [_change(is_free, items, found.persons_and_raters[1] == part) for part in range(found.subsets)]
        parts = int(found.persons_and_items[1].max(initial=-1)) + 1
        columns += [_change(is_free, 0, found.persons_and_items[1] == part) for part in range(parts)]
    if rater_is_free:
        for part in range(int(of_rater.max(initial=-1)) + 1):
            ups, downs = _change(is_free, 0, of_item == part), _change(is_free, items, of_rater == part)
            columns.append((ups - downs) * (ups.any() and downs.any()))
    chosen = np.stack(columns, axis=1)[is_free] if columns else np.zeros((int(is_free.sum()), 0))
    basis, size, _ = np.linalg.svd(chosen, full_matrices=False)
    result: NDArray[np.float64] = basis[:, size > 1e-9]
    return result


def _change(is_free: NDArray[np.bool_], first: int, member: NDArray[np.generic]) -> NDArray[np.float64]:
    """A common change of some measures; nothing when one of them is anchored."""
    change = np.zeros(len(is_free))
    change[first : first + len(member)] = member
    return change * bool(is_free[change > 0].all())


@dataclass(frozen=True)
class CellSums:
    """Sums over ratings, or over places of the persons, for cells of ratings (cells,).

    `variance` (cells,), `covariance` (categories, cells) of category with rating; `total` (categories, groups) and
    `product` (categories, categories, groups) of the chances.
    """

    variance: NDArray[np.float64]
    covariance: NDArray[np.float64]
    total: NDArray[np.float64]
    product: NDArray[np.float64]


def chance_sums(
    chances: CategoryChances, *, group: NDArray[np.int64], groups: int, weight: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of chances (categories, groups) and of their products (categories, categories, groups) by group of cells.

    Chances (categories, cells) or (categories, cells, places), the latter with weights (cells, places).
    """
    weighted = chances.chance if weight is None else chances.chance * weight
    categories, cells = weighted.shape[:2]
    flat, other = weighted.reshape(categories, cells, -1), chances.chance.reshape(categories, cells, -1)
    if groups == 1:
        line, other_line = flat.reshape(categories, -1), other.reshape(categories, -1)
        return line.sum(axis=1)[:, None], (line @ other_line.T)[:, :, None]
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    total, product = np.zeros((categories, groups)), np.zeros((categories, categories, groups))
    for number in range(groups):
        rows = order[bounds[number] : bounds[number + 1]]
        first, second = flat[:, rows].reshape(categories, -1), other[:, rows].reshape(categories, -1)
        total[:, number], product[:, :, number] = first.sum(axis=1), first @ second.T
    return total, product


def lower_information(
    layout: ParameterLayout, sums: CellSums, *, columns: Sequence[NDArray[np.int64]], group: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Information (all, all) about items, raters, origin and potentials at given places of the persons.

    Between difficulties: sum of variances; against a potential: minus the covariance of category and rating; between
    potentials of a group: `sum P_k [k = l] - P_k P_l`.
    """
    size, first, place = len(layout.start), layout.first_step, layout.steps.place
    inner = np.flatnonzero((place >= 0).any(axis=0))
    keys = [one * size + other for one in columns for other in columns]
    weights = [sums.variance] * len(keys)
    for category in inner:
        target = place[group, category]
        some = target >= 0
        step, weight = first + target[some], -sums.covariance[category, some]
        for one in columns:
            keys += [one[some] * size + step, step * size + one[some]]
            weights += [weight, weight]
    found = sums_by(np.concatenate(keys), np.concatenate(weights), size=size * size).reshape(size, size)
    for category in inner:
        for other in inner:
            both = (place[:, category] >= 0) & (place[:, other] >= 0)
            value = (sums.total[category] if category == other else 0.0) - sums.product[category, other]
            found[first + place[both, category], first + place[both, other]] += value[both]
    return found


class GaugedFactor:
    """The factor of an information matrix on its free part, without the directions that change no chance."""

    def __init__(self, layout: ParameterLayout, information: NDArray[np.float64]) -> None:
        """Factor the matrix; raises LinAlgError when the ratings do not determine the measures."""
        self._free = np.flatnonzero(layout.is_free)
        self._size = len(layout.start)
        free, self._directions = information[np.ix_(self._free, self._free)], layout.directions
        scale = max(float(np.trace(free)) / max(len(free), 1), 1.0)
        self._scale = scale
        if not np.isfinite(scale):
            raise LinAlgError
        self._factor = cho_factor(free + scale * self._directions @ self._directions.T, lower=True)
        root = np.diagonal(self._factor[0])
        if (root**2 < NEGLIGIBLE * scale).any():
            raise LinAlgError

    def solution(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """The step (all,) that the score asks for; 0 where nothing is free."""
        step = np.zeros(self._size)
        step[self._free] = cho_solve(self._factor, score[self._free])
        return step

    def inverse(self) -> NDArray[np.float64]:
        """Covariance (all, all) of the measures; 0 where nothing is free."""
        found = np.zeros((self._size, self._size))
        inside = cho_solve(self._factor, np.eye(len(self._free)))
        inside -= self._directions @ self._directions.T / self._scale
        found[np.ix_(self._free, self._free)] = inside
        return found
