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
FIRST_NUMERIC, LAST_NUMERIC = 256 + 1 - UNABLE, 256 + HIGHEST - UNABLE
TOTAL_BITS, RATERS_BITS, COMPLETE_BITS = 19, 10, 10
RATERS_AT = TOTAL_BITS
COMPLETE_AT = RATERS_AT + RATERS_BITS
SQUARES_AT = COMPLETE_AT + COMPLETE_BITS


@dataclass(frozen=True)
class RunSums:
    """Exact sums over each run of rows; the properties are all (dimensions, runs).

    `words` (dimensions, runs): four sums in one word; of the `long` dimensions, whose sums are too great for it, it
    holds the raters, and `long_total` and `long_squares` (long dimensions, runs) the rest.
    """

    words: NDArray[np.uint64]
    long: tuple[int, ...]
    long_total: NDArray[np.int64]
    long_squares: NDArray[np.float64]

    @property
    def raters(self) -> NDArray[np.uint16]:
        """Raters with a value."""
        return self._few(RATERS_AT)

    @property
    def complete(self) -> NDArray[np.uint16]:
        """Raters who answered every item."""
        return self._few(COMPLETE_AT)

    @property
    def total(self) -> NDArray[np.int64]:
        """Sum of the raters' values, scaled by `value_scale` to whole numbers."""
        total = np.bitwise_and(self.words, np.uint64((1 << TOTAL_BITS) - 1)).view(np.int64)
        if self.long:
            total[list(self.long)] = self.long_total
        return total

    @property
    def squares(self) -> NDArray[np.float64]:
        """Sum of the squared scaled distances of the values from the middle of the scale."""
        squares = (self.words >> np.uint64(SQUARES_AT)).astype(np.float64)
        if self.long:
            squares[list(self.long)] = self.long_squares
        return squares

    def _few(self, place: int) -> NDArray[np.uint16]:
        """A sum of ten bits."""
        shifted = (self.words >> np.uint64(place)).astype(np.uint16)
        shifted &= np.uint16((1 << RATERS_BITS) - 1)
        return shifted

    def clear(self, stray: NDArray[np.bool_]) -> None:
        """Take out what does not count (dimensions, runs), in place."""
        self.words[stray] = 0
        of_long = stray[list(self.long)]
        self.long_total[of_long], self.long_squares[of_long] = 0, 0

    def merge(self, runs: NDArray[np.intp], *, into: NDArray[np.intp]) -> None:
        """Add some runs to others, in place, and leave nothing in them; nothing is added twice to the same run."""
        for array in (self.words, self.long_total, self.long_squares):
            array[:, into] += array[:, runs]
            array[:, runs] = 0

    def taken(self, runs: NDArray[np.intp]) -> RunSums:
        """Some of the runs."""
        arrays = (self.words.take(runs, axis=1), self.long_total[:, runs], self.long_squares[:, runs])
        return RunSums(arrays[0], self.long, *arrays[1:])


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
        self._long = tuple(place for place, count in enumerate(layout.item_counts) if count > MOST_PACKED_ITEMS)
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
        if len(starts) and int(np.diff(starts, append=len(rows)).max()) > MOST_RATERS:
            raise TooManyRatersError(most=MOST_RATERS)
        self._add_bytes(rows)
        words = np.zeros((len(self.layout.item_counts), len(starts)), dtype=np.uint64)
        of_long = len(self._long), len(starts)
        total, squares = np.zeros(of_long, dtype=np.int64), np.zeros(of_long)
        if not len(starts):
            return RunSums(words, self._long, total, squares)
        last = np.append(starts[1:], len(rows)) - 1
        for place, (start, items) in enumerate(zip(self.layout.starts, self.layout.item_counts, strict=True)):
            if items <= MOST_PACKED_ITEMS:
                self._add_dimension(rows.shape, start, items, last=last, out=words[place])
        for number, place in enumerate(self._long):
            start, items = self.layout.starts[place], self.layout.item_counts[place]
            words[place], total[number], squares[number] = _long_sums(rows[:, start : start + items], starts=starts)
        return RunSums(words, self._long, total, squares)

    def _add_bytes(self, rows: NDArray[np.uint8]) -> None:
        """Turn each rating r into the byte r + 32 (0 without a number) and add neighbours, two to six at a time."""
        size = rows.size
        flat = rows.reshape(-1)
        codes, numeric = self._codes, self._numeric[:size]
        # Unable becomes 0, unanswered 247, 1 to 5 become 248 to 252, and what is no rating something else.
        np.subtract(flat, UNABLE, out=numeric)
        if size and (int(flat.max()) > UNABLE or int(numeric.max()) > LAST_NUMERIC):
            require_valid(rows)
        np.greater_equal(numeric, FIRST_NUMERIC, out=numeric.view(np.bool_))
        np.negative(numeric, out=numeric)
        np.bitwise_or(flat, NUMERIC, out=codes[:size])
        np.bitwise_and(codes[:size], numeric, out=codes[:size])
        codes[size : size + MOST_PACKED_ITEMS] = 0
        before = codes
        for items in range(2, self._packed + 1):
            after = self._sums[items]
            np.add(before[:size], codes[items - 1 : size + items - 1], out=after[:size])
            before = after

    def _add_dimension(
        self, shape: tuple[int, ...], start: int, items: int, *, last: NDArray[np.intp], out: NDArray[np.uint64]
    ) -> None:
        """Look up each row's packed word of one dimension and add the words of each run."""
        rows, width = shape
        sums = self._codes if items == 1 else self._sums[items]
        column = sums[start : start + (rows - 1) * width + 1 : width]
        words = self._column[:rows]
        np.take(_words(items), column, out=words, mode="clip")
        # Sums up to each run's end, less those up to its start: exact even where the long sum leaves 64 bits.
        np.add.accumulate(words, out=words)
        np.take(words, last, out=out, mode="clip")
        out[1:] -= out[:-1].copy()


def _long_sums(
    rows: NDArray[np.uint8], *, starts: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64]]:
    """Add up a dimension of more than six items, which does not fit the packed words, with whole numbers."""
    items = rows.shape[1]
    scale = value_scale(items)
    numeric = (rows != UNANSWERED) & (rows != UNABLE)
    count = numeric.sum(axis=1, dtype=np.int64)
    total = (rows * numeric).sum(axis=1, dtype=np.int64)
    defined = count >= least_answers(items)
    value = np.where(defined, total * (scale // np.maximum(count, 1) * defined), 0)
    distance = np.where(defined, value - MIDDLE * scale, 0).astype(np.float64)
    words = defined.astype(np.uint64) << np.uint64(RATERS_AT)
    words |= (count == items).astype(np.uint64) << np.uint64(COMPLETE_AT)
    return (
        np.add.reduceat(words, starts),
        np.add.reduceat(value, starts),
        np.add.reduceat(distance * distance, starts),
    )
