"""How much the scores of single persons vary over their possible places, added up over all persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from assessments.measurement.rasch.categories import CategoryChances
from assessments.measurement.rasch.parameters import ParameterLayout
from assessments.measurement.rasch.sums import sums_by

NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class _Family:
    """Lines of persons' scores of one kind, sorted by person: `lines @ (expected rating, or minus chance of category)`.

    `column` is the measure that a line belongs to, `slot` its place among the person's lines.
    """

    lines: csr_array
    person: NDArray[np.int64]
    column: NDArray[np.int64]
    slot: NDArray[np.int64]
    category: int | None


class PersonScores:
    """For each person the few measures that the person's ratings depend on."""

    def __init__(
        self,
        count: csr_array,
        *,
        person_total: NDArray[np.float64],
        columns: Sequence[NDArray[np.int64]],
        group: NDArray[np.int64],
        layout: ParameterLayout,
    ) -> None:
        """Take the numbers of ratings (persons, cells), their sums, and the columns and the step group of each cell."""
        self._count, self._total, self._layout = count, person_total, layout
        persons, size = count.shape[0], len(layout.start)
        person = np.repeat(np.arange(persons), np.diff(count.indptr))
        cell, number = count.indices.astype(np.int64), count.data
        # Slot 0 of everybody is the spread.
        self._lengths = np.ones(persons, dtype=np.int64)
        self._families: list[_Family] = []
        keys = np.concatenate([person * size + column[cell] for column in columns])
        times = len(columns)
        lines, key = _sums(keys, np.tile(cell, times), np.tile(number, times), count.shape[1])
        self._add(lines, key // size, key % size, None)
        groups = len(layout.steps.place)
        lines, key = _sums(person * groups + group[cell], cell, number, count.shape[1])
        for category in range(layout.steps.place.shape[1]):
            place = layout.steps.place[key % groups, category]
            some = np.flatnonzero(place >= 0)
            self._add(lines[some], key[some] // groups, layout.first_step + place[some], category)

    def _add(
        self, lines: csr_array, person: NDArray[np.int64], column: NDArray[np.int64], category: int | None
    ) -> None:
        """Give lines that are sorted by person the next free slots of their persons."""
        number = np.bincount(person, minlength=len(self._lengths))
        rank = np.arange(len(person)) - (np.cumsum(number) - number)[person]
        self._families.append(_Family(lines, person, column, self._lengths[person] + rank, category))
        self._lengths = self._lengths + number

    def variance(
        self, chances: CategoryChances, *, posterior: NDArray[np.float64], place: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Sum over persons of the variance (all, all) of their scores under their distributions (persons, places)."""
        size = len(self._layout.start)
        found = np.zeros((size + 1) ** 2)
        first = 0
        while first < len(posterior):
            longest = np.maximum.accumulate(self._lengths[first:])
            numbers = longest * np.arange(1, len(longest) + 1) * len(place)
            last = first + max(int(np.searchsorted(numbers, NUMBERS_AT_ONCE, side="right")), 1)
            found += self._block(first, last, chances=chances, posterior=posterior, place=place)
            first = last
        return found.reshape(size + 1, size + 1)[:size, :size]

    def _block(
        self,
        first: int,
        last: int,
        *,
        chances: CategoryChances,
        posterior: NDArray[np.float64],
        place: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """The sum for the persons from first to last, as a flat matrix with a line for unused slots at its end."""
        size = len(self._layout.start)
        last = min(last, len(posterior))
        longest = int(self._lengths[first:last].max())
        score = np.zeros((last - first, longest, len(place)))
        column = np.full((last - first, longest), size)
        score[:, 0] = place * (self._total[first:last, None] - self._count[first:last] @ chances.expected)
        column[:, 0] = self._layout.spread
        for family in self._families:
            rows = slice(*np.searchsorted(family.person, (first, last)))
            source = chances.expected if family.category is None else -chances.chance[family.category]
            target = family.person[rows] - first, family.slot[rows]
            score[target] = family.lines[rows] @ source
            column[target] = family.column[rows]
        weight = posterior[first:last]
        score -= np.matmul(score, weight[:, :, None])
        score *= np.sqrt(weight)[:, None, :]
        variance = np.matmul(score, score.transpose(0, 2, 1))
        key = column[:, :, None] * (size + 1) + column[:, None, :]
        return sums_by(key.ravel(), variance.ravel(), size=(size + 1) ** 2)


def _sums(
    key: NDArray[np.int64], cell: NDArray[np.int64], number: NDArray[np.float64], cells: int
) -> tuple[csr_array, NDArray[np.int64]]:
    """Lines that add up cells, one for each key in rising order, and the keys."""
    keys, line = np.unique(key, return_inverse=True)
    lines = csr_array((number, (line, cell)), shape=(len(keys), cells))
    return lines, keys
