"""Categories as whole numbers: answers may be numbers or words."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import score_table


@dataclass(frozen=True)
class Codes:
    """Answers as places in the sorted `categories` (rows, columns), -1 where one is missing."""

    places: NDArray[np.intp]
    categories: tuple[object, ...]


def category_codes(answers: ArrayLike) -> Codes:
    """Number the categories of answers (rows, columns); words, or numbers with NaN, or None where one is missing.

    Raises ScoresError.

    >>> category_codes([["b", "a"], [None, "b"]])
    Codes(places=array([[ 1,  0],
           [-1,  1]]), categories=('a', 'b'))
    """
    table: NDArray[np.generic] = np.asarray(answers)
    if table.dtype.kind in "OUS":
        return _words(np.asarray(answers, dtype=object))
    numbers = score_table(table)
    there = np.isfinite(numbers)
    found, inverse = np.unique(numbers[there], return_inverse=True)
    return Codes(_placed(there, inverse), tuple(found.tolist()))


def category_counts(codes: Codes) -> NDArray[np.int64]:
    """How often each category was chosen in each row (rows, categories).

    >>> category_counts(category_codes([[1, 1, 2], [2, 2, 2]])).tolist()
    [[2, 1], [0, 3]]
    """
    rows, size = len(codes.places), len(codes.categories)
    row, column = np.nonzero(codes.places >= 0)
    flat = row * size + codes.places[row, column]
    counts: NDArray[np.int64] = np.bincount(flat, minlength=rows * size).reshape(rows, size)
    return counts


def _words(table: NDArray[np.object_]) -> Codes:
    """Categories of a table of words; numbers among them count as numbers when all are."""
    if table.ndim != 2:
        raise ScoresError(dimensions=table.ndim)
    missing = np.array(
        [[value is None or (isinstance(value, float) and isnan(value)) for value in row] for row in table],
        dtype=np.bool_,
    )
    there = ~missing.reshape(table.shape)
    given = list(table[there])
    if all(isinstance(value, (int, float, np.number)) for value in given):
        return category_codes(np.where(there, table, np.nan).astype(np.float64))
    if not all(isinstance(value, str) for value in given):
        raise ScoresError(answers="mixed")
    found, inverse = np.unique(np.array(given, dtype=np.str_), return_inverse=True)
    return Codes(_placed(there, inverse), tuple(found.tolist()))


def _placed(there: NDArray[np.bool_], inverse: NDArray[np.intp]) -> NDArray[np.intp]:
    """The places of the answers in their table, -1 elsewhere."""
    places = np.full(there.shape, -1, dtype=np.intp)
    places[there] = inverse
    return places
