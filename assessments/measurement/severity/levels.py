"""Who occurs in a column: the distinct people of long data, numbered, and how often each occurs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.errors import ShapeError
from assessments.measurement.severity.errors import LabelError, NotFiniteError

LARGEST = 1e100


@dataclass(frozen=True)
class Levels:
    """The distinct labels (levels,) in order, the place of each row's label (rows,), and rows per label (levels,)."""

    label: NDArray[np.generic]
    index: NDArray[np.intp]
    count: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many distinct labels there are."""
        return len(self.label)


def levels_of(labels: ArrayLike, *, rows: int, name: str) -> Levels:
    """Number the distinct labels of a column in their order; labels are whole numbers or texts.

    >>> levels_of(["b", "a", "b"], rows=3, name="rater").index.tolist()
    [1, 0, 1]
    """
    column = np.asarray(labels)
    if column.dtype.kind == "O" and all(isinstance(label, str) for label in column.ravel()):
        column = column.astype(np.str_)
    if column.shape != (rows,):
        raise ShapeError(name=name, shape=column.shape, expected=(rows,))
    if rows and column.dtype.kind not in "iubU":
        raise LabelError(name=name, kind=str(column.dtype))
    label, index, count = np.unique(column, return_inverse=True, return_counts=True)
    return Levels(label, index.astype(np.intp), count.astype(np.int64))


def level_sums(levels: Levels, column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum (levels,) of a column (rows,) over the rows of each label."""
    result: NDArray[np.float64] = np.bincount(levels.index, column, minlength=levels.size).astype(np.float64)
    return result


def joined_levels(first: Levels, second: Levels) -> Levels:
    """The pairs that occur in two columns, as numbers `first x size of second + second`."""
    return levels_of(first.index * max(second.size, 1) + second.index, rows=len(first.index), name="pair")


def finite_column(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """A column of finite numbers whose squares are finite too, or a named error."""
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ShapeError(name=name, shape=column.shape)
    is_usable = np.isfinite(column) & (np.abs(column) < LARGEST)
    if not is_usable.all():
        raise NotFiniteError(name=name, row=int(np.flatnonzero(~is_usable)[0]))
    return column
