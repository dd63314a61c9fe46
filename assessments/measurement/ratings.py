"""Ratings as bytes: their codes, the groups who give them, and the layout of a form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.errors import InvalidRatingError, LayoutError, ShapeError, WrongItemCountError

UNANSWERED = 0
UNABLE = 9
LOWEST = 1
HIGHEST = 5
CODES = (UNANSWERED, 1, 2, 3, 4, 5, UNABLE)


class RaterGroup(StrEnum):
    """Who rates: the subject, the named superiors, or a group of anonymous raters."""

    SELF = "self"
    MANAGER = "manager"
    SECOND_LINE = "second_line"
    PEERS = "peers"
    REPORTS = "reports"
    PARTNERS = "partners"
    CUSTOMERS = "customers"


GROUPS: tuple[RaterGroup, ...] = tuple(RaterGroup)
NAMED_GROUPS: tuple[RaterGroup, ...] = GROUPS[:3]
ANONYMOUS_GROUPS: tuple[RaterGroup, ...] = GROUPS[3:]
ANONYMOUS_FROM = len(NAMED_GROUPS)


def group_index(group: str) -> int:
    """Give the number of a group in arrays; raises LayoutError for an unknown one.

    >>> group_index("peers")
    3
    """
    try:
        return GROUPS.index(RaterGroup(group))
    except ValueError:
        raise LayoutError(group=group) from None


@dataclass(frozen=True)
class FormLayout:
    """Dimensions of a form in their order, and how many adjacent items each has."""

    dimensions: tuple[str, ...]
    item_counts: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse a layout that no form can have."""
        if not self.dimensions or len(self.dimensions) != len(self.item_counts):
            raise LayoutError(dimensions=len(self.dimensions), item_counts=len(self.item_counts))
        if len(set(self.dimensions)) != len(self.dimensions):
            raise LayoutError(dimensions=self.dimensions)
        if any(count < 1 for count in self.item_counts):
            raise LayoutError(item_counts=self.item_counts)

    @property
    def items(self) -> int:
        """Number of items of the whole form."""
        return sum(self.item_counts)

    @property
    def starts(self) -> tuple[int, ...]:
        """Position of the first item of each dimension."""
        return (0, *accumulate(self.item_counts))[:-1]

    def index(self, dimension: str) -> int:
        """Position of a dimension; raises LayoutError for one that the form does not have."""
        try:
            return self.dimensions.index(dimension)
        except ValueError:
            raise LayoutError(dimension=dimension) from None

    def slice_of(self, dimension: str) -> slice:
        """Where the items of a dimension stand in an answer."""
        position = self.index(dimension)
        return slice(self.starts[position], self.starts[position] + self.item_counts[position])


def packed_ratings(codes: Iterable[object], *, items: int) -> bytes:
    """Pack the ratings of one answer form into one byte an item, in the form's order.

    Raises InvalidRatingError (with the item's position) or WrongItemCountError.

    >>> packed_ratings([4, 9, 0], items=3)
    b'\\x04\\t\\x00'
    """
    values = list(codes)
    if len(values) != items:
        raise WrongItemCountError(expected=items, given=len(values))
    packed = bytearray()
    for position, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int) or value not in CODES:
            raise InvalidRatingError(position=position, rating=value)
        packed.append(value)
    return bytes(packed)


def unpacked_ratings(packed: bytes, *, items: int) -> NDArray[np.uint8]:
    """Read packed ratings back as an array of codes, with the checks of packed_ratings.

    >>> unpacked_ratings(b"\\x04\\t\\x00", items=3).tolist()
    [4, 9, 0]
    """
    return np.frombuffer(packed_ratings(packed, items=items), dtype=np.uint8)


def rating_rows(ratings: NDArray[np.uint8], *, layout: FormLayout) -> NDArray[np.uint8]:
    """Check the shape of a cycle's ratings (raters x items) and make their rows adjacent in memory."""
    if ratings.ndim != 2 or ratings.shape[1] != layout.items or ratings.dtype != np.uint8:
        raise ShapeError(shape=ratings.shape, type=str(ratings.dtype), items=layout.items)
    return np.ascontiguousarray(ratings)


def require_valid(ratings: NDArray[np.uint8]) -> None:
    """Refuse a block of ratings that holds anything but the codes 0-5 and 9; raises InvalidRatingError."""
    if ratings.size and (int(ratings.max()) > UNABLE or bool(np.any(np.subtract(ratings, 6, dtype=np.uint8) < 3))):
        wrong = ratings[(ratings > UNABLE) | ((ratings > HIGHEST) & (ratings < UNABLE))]
        raise InvalidRatingError(rating=int(wrong[0]))
