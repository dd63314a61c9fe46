"""Ratings in long format: who was rated by whom on what, one line a rating, any pattern of missing ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.errors import ShapeError
from assessments.measurement.rasch.errors import CategoryError, ElementError


@dataclass(frozen=True)
class RatingTable:
    """Ratings that were found to be in order.

    `score` (ratings,) counts categories from 0 = `lowest` to `top` = highest - lowest; `person`, `item`, `rater`
    (ratings,) are indexes below `persons`, `items`, `raters`. Elements without ratings are legal.
    """

    score: NDArray[np.int64]
    person: NDArray[np.int64]
    item: NDArray[np.int64]
    rater: NDArray[np.int64]
    persons: int
    items: int
    raters: int
    lowest: int
    top: int

    @property
    def facets(self) -> tuple[tuple[NDArray[np.int64], int], ...]:
        """Index and number of elements of persons, items and raters, in this order."""
        return (self.person, self.persons), (self.item, self.items), (self.rater, self.raters)


def rating_table(
    rating: ArrayLike,
    *,
    person: ArrayLike,
    item: ArrayLike | None = None,
    rater: ArrayLike | None = None,
    lowest: int,
    highest: int,
    persons: int | None = None,
    items: int | None = None,
    raters: int | None = None,
) -> RatingTable:
    """Check ratings and put them into a table that the estimators take.

    `rating`, `person`, `item`, `rater` have the shape (ratings,). A rating is a whole number from `lowest` to
    `highest`; leave out what was not rated. Without `item` (or `rater`) all ratings belong to a single one. `persons`,
    `items`, `raters` are their numbers; when left out, one more than the largest index. The same person, item and rater
    may occur several times. Raises ShapeError, CategoryError, ElementError.

    >>> table = rating_table([3, 5, 4], person=[0, 0, 1], rater=[0, 1, 1], lowest=1, highest=5)
    >>> table.score.tolist(), table.persons, table.items, table.raters
    ([2, 4, 3], 2, 1, 2)
    """
    values = _whole(rating)
    if values is None or highest <= lowest:
        raise CategoryError(lowest=lowest, highest=highest)
    outside = np.flatnonzero((values < lowest) | (values > highest))
    if outside.size:
        raise CategoryError(row=int(outside[0]), rating=int(values[outside[0]]), lowest=lowest, highest=highest)
    of_person, number_of_persons = _elements("person", person, persons, len(values))
    of_item, number_of_items = _elements("item", item, items, len(values))
    of_rater, number_of_raters = _elements("rater", rater, raters, len(values))
    return RatingTable(
        score=values - lowest,
        person=of_person,
        item=of_item,
        rater=of_rater,
        persons=number_of_persons,
        items=number_of_items,
        raters=number_of_raters,
        lowest=lowest,
        top=highest - lowest,
    )


def _elements(facet: str, index: ArrayLike | None, number: int | None, ratings: int) -> tuple[NDArray[np.int64], int]:
    """Check the indexes of one facet and tell how many elements it has."""
    values = np.zeros(ratings, dtype=np.int64) if index is None else _whole(index)
    if values is None:
        raise ElementError(facet=facet)
    if len(values) != ratings:
        raise ShapeError(facet=facet, ratings=ratings, indexes=len(values))
    least = 1 if index is None else 0
    elements = max(int(values.max(initial=-1)) + 1, least) if number is None else number
    outside = np.flatnonzero((values < 0) | (values >= elements))
    if outside.size:
        raise ElementError(facet=facet, row=int(outside[0]), index=int(values[outside[0]]), elements=elements)
    return values, elements


def _whole(values: ArrayLike) -> NDArray[np.int64] | None:
    """Turn a line of whole numbers into integers; None when there is anything else in it."""
    found = np.asarray(values)
    if found.ndim != 1:
        raise ShapeError(dimensions=found.ndim)
    if found.size == 0:
        return np.zeros(0, dtype=np.int64)
    if found.dtype.kind in "iu":
        return found.astype(np.int64)
    if found.dtype.kind != "f" or not np.isfinite(found).all() or (found != np.rint(found)).any():
        return None
    return found.astype(np.int64)
