"""Spread of raters within shown anonymous cells, added up over a cycle; no cell's own spread leaves this module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.cells import rater_values
from assessments.measurement.packing import MIDDLE, RunSums, value_scale
from assessments.measurement.ratings import FormLayout

CELLS_FOR_CORRELATION = 5_000


@dataclass(frozen=True)
class WithinCells:
    """Sums over the shown anonymous cells of a cycle, for pooling.

    Per dimension: `squares` of raters about their cell's mean, their `degrees` of freedom, and the number of `cells`
    with at least two raters. Per pair of dimensions, over raters with every dimension they were asked: `products`
    about the mean of their group, with `product_degrees` and `product_cells`.
    """

    squares: NDArray[np.float64]
    degrees: NDArray[np.int64]
    cells: NDArray[np.int64]
    products: NDArray[np.float64]
    product_degrees: NDArray[np.float64]
    product_cells: NDArray[np.int64]


class WithinCounter:
    """Adds up the spread within cells, block by block."""

    def __init__(self, layout: FormLayout) -> None:
        """Start with nothing."""
        dimensions = len(layout.dimensions)
        self._layout = layout
        self._scale = np.array([value_scale(items) for items in layout.item_counts], dtype=np.float64)
        self._squares = np.zeros(dimensions)
        self._degrees = np.zeros(dimensions, dtype=np.int64)
        self._cells = np.zeros(dimensions, dtype=np.int64)
        self._products = np.zeros((dimensions, dimensions))
        self._product_degrees = np.zeros((dimensions, dimensions))
        self._product_cells = np.zeros((dimensions, dimensions), dtype=np.int64)

    @property
    def is_saturated(self) -> bool:
        """Whether enough cells gave products: after 5,000 the error of a correlation is below .01."""
        return int(self._product_cells.max(initial=0)) >= CELLS_FOR_CORRELATION

    def add_cells(self, sums: RunSums) -> None:
        """Add the squares about the mean of each cell (0 raters where hidden).

        `sum (x - 3)^2 - (sum (x - 3))^2 / n`, for each dimension.
        """
        raters = sums.raters
        counted = raters > 1
        if not counted.all():
            sums.clear(~counted)
            raters *= counted
        number = raters.astype(np.float64)
        distance = sums.total - (MIDDLE * self._scale)[:, None] * number
        distance *= distance
        distance /= np.maximum(number, 1.0, out=number)
        self._squares += sums.squares.sum(axis=1) - distance.sum(axis=1)
        cells = np.count_nonzero(counted, axis=1)
        self._degrees += raters.sum(axis=1, dtype=np.int64) - cells
        self._cells += cells

    def add_raters(
        self, rows: NDArray[np.uint8], starts: NDArray[np.intp], *, asked: NDArray[np.bool_], kept: NDArray[np.bool_]
    ) -> None:
        """Add products between dimensions over the raters of kept runs who have a value in all they were asked.

        For pairs of dimensions d, e: `sum z_d z_e - (sum z_d)(sum z_e) / n` per run, z in scaled whole numbers.
        """
        if not kept.any():
            return
        values = rater_values(rows, layout=self._layout)
        lengths = np.diff(starts, append=len(rows))
        asked_of_row = np.repeat(asked.T, lengths, axis=0)
        whole = (values.is_defined | ~asked_of_row).all(axis=1) & np.repeat(kept, lengths)
        member = asked_of_row & whole[:, None]
        distance = np.where(member, np.rint((values.value - MIDDLE) * self._scale), 0.0)
        raters = np.add.reduceat(whole.astype(np.float64), starts)
        sums = np.add.reduceat(distance, starts, axis=0)
        share = np.where(raters > 0, 1.0 / np.maximum(raters, 1.0), 0.0)
        self._products += distance.T @ distance - (sums * share[:, None]).T @ sums
        pattern = asked.T * (raters > 1)[:, None]
        self._product_degrees += (pattern * np.maximum(raters - 1, 0)[:, None]).T @ pattern
        self._product_cells += (pattern.T.astype(np.float64) @ pattern).astype(np.int64)

    def result(self) -> WithinCells:
        """Give the sums in the units of the rating scale."""
        return WithinCells(
            squares=self._squares / self._scale**2,
            degrees=self._degrees.copy(),
            cells=self._cells.copy(),
            products=self._products / np.outer(self._scale, self._scale),
            product_degrees=self._product_degrees.copy(),
            product_cells=self._product_cells.copy(),
        )
