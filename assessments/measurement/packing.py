"""Sums over raters, exact and fast: ratings stay bytes, many are added per machine word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import lcm

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.errors import LayoutError, TooManyRatersError
from assessments.measurement.ratings import HIGHEST, UNABLE, UNANSWERED, FormLayout, require_valid

MIDDLE = 3
MOST_RATERS = 1023
MOST_PACKED_ITEMS = 6
MOST_ITEMS = 36
NUMERIC = 32
TOTAL_BITS, RATERS_BITS, COMPLETE_BITS = 19, 10, 10
RATERS_AT = TOTAL_BITS
COMPLETE_AT = RATERS_AT + RATERS_BITS
SQUARES_AT = COMPLETE_AT + COMPLETE_BITS


@dataclass(frozen=True)
class RunSums:
    """Exact sums over each run of rows, all (dimensions, runs); values are scaled by `value_scale` to whole numbers.

    `raters`: raters with a value; `complete`: raters who answered every item; `total`: sum of their scaled values;
    `squares`: sum of the squared scaled distances of their values from the middle of the scale.
    """

    raters: NDArray[np.int32]
    complete: NDArray[np.int32]
    total: NDArray[np.int64]
    squares: NDArray[np.float64]


def least_answers(items: int) -> int:
    """Number of numeric answers from which a rater's mean of a dimension is defined: at least half its items."""
    return -(-items // 2)


@cache
def value_scale(items: int) -> int:
    """Number that makes every possible rater mean of a dimension whole: lcm of the possible counts of answers.

    Raises LayoutError above 36 items, where the sums would leave 64 bits.

    >>> [value_scale(items) for items in (3, 4, 5)]
    [6, 12, 60]
    """
    if not 1 <= items <= MOST_ITEMS:
        raise LayoutError(items=items, most=MOST_ITEMS)
    return lcm(*range(least_answers(items), items + 1))


@cache
def _words(items: int) -> NDArray[np.uint64]:
    """Packed word of one rater for each byte sum `s + 32 k` of a dimension: k numeric answers with the sum s."""
    table = np.zeros(256, dtype=np.uint64)
    scale = value_scale(items)
    for count in range(least_answers(items), items + 1):
        for total in range(count, HIGHEST * count + 1):
            value = total * scale // count
            square = (value - MIDDLE * scale) ** 2
            word = value | 1 << RATERS_AT | int(count == items) << COMPLETE_AT | square << SQUARES_AT
            table[total + NUMERIC * count] = word
    return table


class RatingSummer:
    """Adds up blocks of ratings; keeps its working memory between blocks, about 70 bytes a row of 41 items."""

    def __init__(self, layout: FormLayout, *, most_rows: int) -> None:
        """Make room for blocks of up to `most_rows` rows of this layout."""
        self.layout = layout
        self._packed = max((count for count in layout.item_counts if count <= MOST_PACKED_ITEMS), default=0)
        # Each partial sum reads up to five bytes beyond its own place.
        size = most_rows * layout.items + MOST_PACKED_ITEMS
        self._codes = np.zeros(size, dtype=np.uint8)
        self._numeric = np.zeros(size, dtype=np.uint8)
        self._sums = {items: np.zeros(size, dtype=np.uint8) for items in range(2, self._packed + 1)}
        self._column = np.zeros(most_rows, dtype=np.uint64)

    def sums(self, rows: NDArray[np.uint8], starts: NDArray[np.intp]) -> RunSums:
        """Add up each run of rows; `rows` (rows, items) are adjacent, `starts` are the first rows of the runs.

        Raises InvalidRatingError for a code that is no rating, TooManyRatersError for a run of more than 1,023 rows.
        """
        require_valid(rows)
        if len(starts) and int(np.diff(starts, append=len(rows)).max()) > MOST_RATERS:
            raise TooManyRatersError(most=MOST_RATERS)
        self._add_bytes(rows)
        shape = (len(self.layout.item_counts), len(starts))
        words = np.zeros(shape, dtype=np.uint64)
        for place, (start, items) in enumerate(zip(self.layout.starts, self.layout.item_counts, strict=True)):
            if items <= MOST_PACKED_ITEMS:
                self._add_dimension(rows.shape, start, items, starts=starts, out=words[place])
        decoded = _decoded(words)
        for place, (start, items) in enumerate(zip(self.layout.starts, self.layout.item_counts, strict=True)):
            if items > MOST_PACKED_ITEMS:
                _add_long_dimension(rows[:, start : start + items], starts=starts, place=place, out=decoded)
        return decoded

    def _add_bytes(self, rows: NDArray[np.uint8]) -> None:
        """Turn each rating r into the byte r + 32 (0 without a number) and add neighbours, two to six at a time."""
        size = rows.size
        flat = rows.reshape(-1)
        codes, numeric = self._codes, self._numeric[:size]
        np.subtract(flat, 1, out=numeric)
        np.less(numeric, HIGHEST, out=numeric.view(np.bool_))
        np.negative(numeric, out=numeric)
        np.bitwise_or(flat, NUMERIC, out=codes[:size])
        np.bitwise_and(codes[:size], numeric, out=codes[:size])
        codes[size:] = 0
        before = codes
        for items in range(2, self._packed + 1):
            after = self._sums[items]
            np.add(before[:size], codes[items - 1 : size + items - 1], out=after[:size])
            before = after

    def _add_dimension(
        self, shape: tuple[int, ...], start: int, items: int, *, starts: NDArray[np.intp], out: NDArray[np.uint64]
    ) -> None:
        """Look up each row's packed word of one dimension and add the words of each run."""
        rows, width = shape
        if not rows or not len(starts):
            return
        sums = self._codes if items == 1 else self._sums[items]
        column = sums[start : start + (rows - 1) * width + 1 : width]
        words = self._column[:rows]
        np.take(_words(items), column, out=words, mode="clip")
        np.add.reduceat(words, starts, out=out)


def _decoded(words: NDArray[np.uint64]) -> RunSums:
    """Take the four sums out of the packed words."""
    total = np.bitwise_and(words, np.uint64((1 << TOTAL_BITS) - 1)).astype(np.int64)
    few = np.uint64((1 << RATERS_BITS) - 1)
    raters = np.bitwise_and(words >> np.uint64(RATERS_AT), few).astype(np.int32)
    complete = np.bitwise_and(words >> np.uint64(COMPLETE_AT), few).astype(np.int32)
    squares = (words >> np.uint64(SQUARES_AT)).astype(np.float64)
    return RunSums(raters=raters, complete=complete, total=total, squares=squares)


def _add_long_dimension(rows: NDArray[np.uint8], *, starts: NDArray[np.intp], place: int, out: RunSums) -> None:
    """Add up a dimension of more than six items, which does not fit the packed words, with whole numbers."""
    if not len(starts):
        return
    items = rows.shape[1]
    scale = value_scale(items)
    numeric = (rows != UNANSWERED) & (rows != UNABLE)
    count = numeric.sum(axis=1, dtype=np.int64)
    total = (rows * numeric).sum(axis=1, dtype=np.int64)
    defined = count >= least_answers(items)
    value = np.where(defined, total * (scale // np.maximum(count, 1) * defined), 0)
    distance = np.where(defined, value - MIDDLE * scale, 0).astype(np.float64)
    out.raters[place] = np.add.reduceat(defined.astype(np.int32), starts)
    out.complete[place] = np.add.reduceat((count == items).astype(np.int32), starts)
    out.total[place] = np.add.reduceat(value, starts)
    out.squares[place] = np.add.reduceat(distance * distance, starts)
