"""Observations of a study: each number with its person, rater, item and so on, checked and sorted into cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.generalizability.designs import Design, Effect
from assessments.measurement.generalizability.errors import DesignError, ObservationError

# Squares of larger numbers overflow.
LARGEST = 1e100


@dataclass(frozen=True)
class EffectCells:
    """The cells of one effect: which one each observation is in, the first observation of each, and their sizes."""

    cell: NDArray[np.int64]
    first: NDArray[np.int64]
    size: NDArray[np.int64]


@dataclass(frozen=True)
class Observations:
    """Numbers (observations,) with the cells of every effect of their design, in the order of its effects."""

    design: Design
    value: NDArray[np.float64]
    cells: tuple[EffectCells, ...]

    def of(self, effect: Effect) -> EffectCells:
        """The cells of one effect."""
        return self.cells[self.design.position(*effect)]

    @property
    def is_balanced(self) -> bool:
        """Whether every cell that the design could have is there."""
        return len(self.value) == prod(self.levels(facet) for facet in self.design.facets)

    def levels(self, facet: str) -> int:
        """The most levels of a facet that occur together: of raters in a group, the number in the largest group."""
        inner, outer = self.of(self.design.closure({facet})), self.design.nested_in[facet]
        if not outer:
            return len(inner.size)
        return int(np.bincount(self.of(outer).cell[inner.first]).max(initial=0))


def observations(value: ArrayLike, *, design: Design, facets: Mapping[str, ArrayLike]) -> Observations:
    """Sort numbers into the cells of a design; what was not observed is simply left out.

    `value` (observations,); `facets`: for each facet of the design the level of each observation, numbers or texts.
    The levels of a nested facet may begin anew in each nest. Raises ObservationError for NaN, infinite numbers, wrong
    shapes or two numbers in one cell; DesignError for facets that are not those of the design.
    """
    numbers = np.asarray(value, dtype=np.float64)
    if set(facets) != set(design.facets):
        raise DesignError(facets=sorted(facets), design=list(design.facets))
    if numbers.ndim != 1 or not (np.abs(numbers) < LARGEST).all():
        raise ObservationError(shape=numbers.shape)
    codes, sizes = {}, {}
    for facet, given in facets.items():
        levels = np.asarray(given)
        if levels.shape != numbers.shape or (levels.dtype.kind == "f" and not np.isfinite(levels).all()):
            raise ObservationError(facet=facet, shape=levels.shape)
        distinct, codes[facet] = np.unique(levels, return_inverse=True)
        sizes[facet] = max(len(distinct), 1)
    cells = tuple(_cells(effect, codes=codes, sizes=sizes) for effect in design.effects)
    if len(cells[-1].size) != len(numbers):
        raise ObservationError(observations=len(numbers), cells=len(cells[-1].size))
    return Observations(design=design, value=numbers, cells=cells)


def _cells(effect: Effect, *, codes: Mapping[str, NDArray[np.int64]], sizes: Mapping[str, int]) -> EffectCells:
    """The cells of one effect, numbered in the order of its facets' levels."""
    # Numbered again after each facet, so that the product of many levels cannot overflow.
    label, count = np.zeros(len(next(iter(codes.values()))), dtype=np.int64), 1
    for facet in sorted(effect):
        label, count = label * sizes[facet] + codes[facet], count * sizes[facet]
        if count > 1 << 31:
            kept, label = np.unique(label, return_inverse=True)
            count = len(kept)
    _, first, cell, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    return EffectCells(cell=cell.astype(np.int64), first=first.astype(np.int64), size=size.astype(np.int64))


def long_arrays(
    table: ArrayLike, *, facets: Sequence[str], observed: ArrayLike | None = None
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.int64]]]:
    """Turn a table into long arrays: one axis a facet, cells that were not observed left out.

    Raises ObservationError when axes and facets do not fit.

    >>> long_arrays([[1, 0], [3, 4]], facets=("p", "i"), observed=[[True, False], [True, True]])[0].tolist()
    [1.0, 3.0, 4.0]
    """
    numbers = np.asarray(table, dtype=np.float64)
    seen = np.ones(numbers.shape, dtype=np.bool_) if observed is None else np.asarray(observed, dtype=np.bool_)
    if numbers.ndim != len(facets) or seen.shape != numbers.shape:
        raise ObservationError(shape=numbers.shape, facets=list(facets))
    return numbers[seen], dict(zip(facets, np.nonzero(seen), strict=True))
