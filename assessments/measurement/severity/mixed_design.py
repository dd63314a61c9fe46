"""What does not change while variances are searched: counts, crossings and sums of long ratings, made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from assessments.measurement.severity.errors import TooManyLevelsError
from assessments.measurement.severity.levels import Levels

MOST_DENSE_LEVELS = 12_000
SHARE_OF_DENSE_CROSSINGS = 0.15
INDEPENDENT = 1e-9


@dataclass(frozen=True)
class FixedColumns:
    """The fixed part in an orthonormal basis: X = basis x triangle over the columns kept, ones first.

    `basis` (rows, kept), `triangle` (kept, kept), `kept` (columns given + 1,) marks columns that are no combination of
    earlier ones; `start` (kept,) are least squares coefficients and `remainder` (rows,) what they leave of the values.
    """

    basis: NDArray[np.float64]
    triangle: NDArray[np.float64]
    kept: NDArray[np.bool_]
    start: NDArray[np.float64]
    remainder: NDArray[np.float64]

    @property
    def size(self) -> float:
        """Length of the vector of values, against which rounding is measured."""
        explained = self.triangle @ self.start
        return float(np.sqrt(explained @ explained + self.remainder @ self.remainder))


def fixed_columns(value: NDArray[np.float64], columns: NDArray[np.float64]) -> FixedColumns:
    """Split values into what a constant and the given columns (rows, columns) explain and the remainder."""
    full = np.column_stack([np.ones(len(value)), columns])
    basis = np.zeros((len(value), 0))
    kept = np.zeros(full.shape[1], dtype=np.bool_)
    for place, column in enumerate(full.T):
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        kept[place] = length > INDEPENDENT * float(np.linalg.norm(column))
        if kept[place]:
            basis = np.column_stack([basis, rest / length])
    triangle = np.triu(basis.T @ full[:, kept])
    remainder = value - basis @ (basis.T @ value)
    remainder = remainder - basis @ (basis.T @ remainder)
    start = np.linalg.solve(triangle, basis.T @ (value - remainder))
    return FixedColumns(basis, triangle, kept, start.astype(np.float64), remainder)


@dataclass(frozen=True)
class MixedDesign:
    """Counts and sums of ratings with several crossed factors, of which the largest is eliminated by hand.

    `factors` in the caller's order, `own` the place of the eliminated one, `others` the places of the rest, whose
    levels stand side by side as the `width` columns of `crossing` (levels of own, width); `block_of[k]` is the slice
    of factor k in them. `overlap` (width, width) counts rows that two of those levels share. `own_sums` and
    `other_sums` hold sums per level of the columns (basis, remainder), `products` their products.
    """

    fixed: FixedColumns
    factors: tuple[Levels, ...]
    own: int
    others: tuple[int, ...]
    block_of: dict[int, slice]
    crossing: sparse.csr_array | NDArray[np.float64]
    overlap: NDArray[np.float64]
    own_sums: NDArray[np.float64]
    other_sums: NDArray[np.float64]
    products: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """How many values there are."""
        return len(self.fixed.remainder)

    @property
    def width(self) -> int:
        """How many levels the factors that are not eliminated have together."""
        return len(self.overlap)

    def sums_of(self, factor: int) -> NDArray[np.float64]:
        """Sums (levels, columns) of basis and remainder per level of one factor."""
        return self.own_sums if factor == self.own else self.other_sums[self.block_of[factor]]

    def weighted_overlap(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """`C' diag(weight) C` (width, width) of the crossing C."""
        if isinstance(self.crossing, np.ndarray):
            scaled = self.crossing * np.sqrt(weight)[:, None]
            dense: NDArray[np.float64] = scaled.T @ scaled
            return dense
        scale = sparse.diags_array(np.sqrt(weight))
        thin = sparse.csr_array(scale @ self.crossing)
        product: NDArray[np.float64] = (thin.T @ thin).toarray()
        return product

    def spread_over_levels(self, gamma: NDArray[np.float64]) -> NDArray[np.float64]:
        """A number per factor as a number (width,) per column of the factors that are not eliminated."""
        return np.concatenate([np.full(self.factors[k].size, gamma[k]) for k in self.others] or [np.zeros(0)])


def mixed_design(fixed: FixedColumns, factors: Sequence[Levels]) -> MixedDesign:
    """Gather what the search needs from long data; the factor with most levels is the one to eliminate."""
    own = int(np.argmax([factor.size for factor in factors]))
    others = tuple(place for place in range(len(factors)) if place != own)
    starts = np.cumsum([0, *(factors[place].size for place in others)])
    width = int(starts[-1])
    if width > MOST_DENSE_LEVELS:
        raise TooManyLevelsError(levels=width, limit=MOST_DENSE_LEVELS)
    block_of = {place: slice(int(starts[k]), int(starts[k + 1])) for k, place in enumerate(others)}
    columns = np.column_stack([fixed.basis, fixed.remainder])
    members = [_membership(factors[place]) for place in others]
    eliminated = _membership(factors[own])
    crossing: sparse.csr_array | NDArray[np.float64] = np.zeros((factors[own].size, 0))
    overlap, other_sums = np.zeros((0, 0)), np.zeros((0, columns.shape[1]))
    if others:
        together = sparse.csr_array(sparse.hstack(members, format="csr"))
        thin = sparse.csr_array(eliminated.T @ together)
        is_dense = thin.nnz > SHARE_OF_DENSE_CROSSINGS * thin.shape[0] * thin.shape[1]
        crossing = thin.toarray() if is_dense else thin
        overlap, other_sums = (together.T @ together).toarray(), together.T @ columns
    own_sums = eliminated.T @ columns
    products = columns.T @ columns
    return MixedDesign(
        fixed, tuple(factors), own, others, block_of, crossing, overlap, own_sums, other_sums, products
    )  # fmt: skip


def _membership(factor: Levels) -> sparse.csr_array:
    """The matrix (rows, levels) that says which level each row has."""
    rows = len(factor.index)
    return sparse.csr_array((np.ones(rows), factor.index, np.arange(rows + 1)), shape=(rows, factor.size))


def moments(design: MixedDesign) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the sums of squares of each factor and of all rows are, and what one unit of each variance adds to them.

    Returns a symmetric matrix G (factors + 1, factors + 1) and squares q with `E q = G variances`, the residual last:
    `G_kl = tr(P Z_k Z_k' P Z_l Z_l')`, `q_k = |Z_k' y|^2`, P the projection off the fixed part, y the remainder (MINQUE
    about zero; Rao, 1971). The variances can be told apart exactly when G is regular.
    """
    kept = design.fixed.basis.shape[1]
    number = len(design.factors)
    sums = [design.sums_of(k) for k in range(number)]
    edges = [part[:, :kept] for part in sums]
    matrix, squares = np.zeros((number + 1, number + 1)), np.zeros(number + 1)
    for k in range(number):
        for other in range(k, number):
            common, mixed = _common(design, k, other, edges)
            inner = float(np.sum((edges[k].T @ edges[k]) * (edges[other].T @ edges[other])))
            matrix[k, other] = matrix[other, k] = common - 2 * mixed + inner
        matrix[k, number] = matrix[number, k] = design.rows - float(np.sum(edges[k] ** 2))
        squares[k] = float(np.sum(sums[k][:, kept] ** 2))
    matrix[number, number] = design.rows - kept
    squares[number] = design.products[kept, kept]
    return matrix, squares


def _common(design: MixedDesign, first: int, second: int, edges: list[NDArray[np.float64]]) -> tuple[float, float]:
    """`|C|^2` and `sum((C E_second) * E_first)` of the counts C of two factors."""
    if first == second:
        count = design.factors[first].count.astype(np.float64)
        return float(np.sum(count**2)), float(np.sum(count[:, None] * edges[first] ** 2))
    if design.own in {first, second}:
        other = second if first == design.own else first
        counts = design.crossing[:, design.block_of[other]]
        squared = float(counts.power(2).sum() if sparse.issparse(counts) else np.sum(counts**2))
        return squared, float(np.sum((counts @ edges[other]) * edges[design.own]))
    counts = design.overlap[design.block_of[first], design.block_of[second]]
    return float(np.sum(counts**2)), float(np.sum((counts @ edges[second]) * edges[first]))
