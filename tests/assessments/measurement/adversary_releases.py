"""Seeded organisations, and everything that is shown of them: by the product's own functions, or by a plain minimum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import ClosedCells, closed_cells
from assessments.measurement.disclosure import BOTTOM, shown_item_means
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout, group_index
from tests.assessments.measurement.adversary import LOW, SCALE, THRESHOLD, Evidence, Shown

LAYOUT = FormLayout(("A", "B", "C", "D"), (3, 3, 4, 3))
EXACT = 9
PAGES = 2


@dataclass
class Organisation:
    """Answers of one seeded cycle: rows of raters, whom and as whom they rate, what each group was asked."""

    ratings: np.ndarray
    subject: np.ndarray
    group: np.ndarray
    asked: np.ndarray
    people: int


def organisation(seed: int) -> Organisation:
    """A company of 10 to 200 people, rated by few or many, some unable, some lenient or harsh to the end."""
    random = np.random.default_rng(seed)
    people = int(random.integers(10, 201))
    asked = np.zeros((1, len(GROUPS), 4), dtype=np.bool_)
    asked[0, :4] = True
    for name in ("reports", "partners", "customers"):
        asked[0, group_index(name), random.choice(4, random.integers(1, 5), replace=False)] = True
    names = ("manager", "peers", "reports", "partners", "customers")
    counts = random.integers(0, (1, 8, 7, 5, 4), (people, 5)) * (random.random((people, 5)) < 0.8)
    counts[:, 0] = 1
    subject = np.repeat(np.arange(people), counts.sum(axis=1))
    group = np.repeat(np.tile([group_index(name) for name in names], people), counts.ravel())
    level = random.normal(random.choice([1.5, 3.7, 3.7, 3.7, 4.6], people), 0.5)[subject]
    leaning = random.normal(0, 0.5, len(subject)) + level
    codes = np.clip(np.rint(leaning[:, None] + random.normal(0, 0.8, (len(subject), 13))), 1, 5)
    unable = random.choice([0.0, 0.05, 0.3], len(subject))
    codes[random.random(codes.shape) < unable[:, None]] = 9
    return Organisation(codes.astype(np.uint8), subject, group, asked, people)


def closed(org: Organisation) -> ClosedCells:
    """What the product's close makes of the answers."""
    return closed_cells(
        org.ratings,
        subject=org.subject,
        group=org.group,
        profile_of_subject=np.zeros(org.people, dtype=np.int64),
        asked=org.asked,
        layout=LAYOUT,
        threshold=THRESHOLD,
    )


def promised(org: Organisation, *, decimals: int = EXACT) -> Iterator[Evidence]:
    """All that the product shows: means of cells, and items over all anonymous raters, to some decimals.

    Cycle means and scores are functions of these numbers; what a cell showed before it was annulled stays known, and a
    cycle mean that was frozen with it tells no more than that.
    """
    result = closed(org)
    cells, means = result.cells, result.cells.means()
    answers = _Answers(org)
    shown: dict[tuple[int, int], list[Shown]] = defaultdict(list)
    for row in np.flatnonzero(cells.is_anonymous).tolist():
        number = int(cells.subject[row])
        mask = int(cells.groups[row])
        for place in np.flatnonzero(cells.raters[row]).tolist():
            raters = frozenset(rater for rater in answers.defined[number, place] if mask >> answers.group[rater] & 1)
            assert len(raters) == cells.raters[row, place]
            shown[number, place].append(_shown(raters, round(float(means[row, place]), decimals), decimals))
    for (number, place), numbers in shown.items():
        of_cells = tuple(one.raters for one in numbers)
        together = frozenset[int]().union(*of_cells)
        if result.items_shown[number, place] and (of_items := list(answers.items(place, together, decimals))):
            items = _with_rest(of_items, numbers)
            for item, one in enumerate(items):
                yield answers.of_item(number, place, item, of_cells, (one,))
            low, high = (sum(getattr(one, end) for one in items) // len(items) for end in ("low", "high"))
            numbers.append(Shown(together, low, high))
        yield answers.of_dimension(number, place, of_cells, tuple(numbers))


def plain(org: Organisation) -> Iterator[Evidence]:
    """What a plain minimum per group shows: groups from three raters on, and the mean of all anonymous raters."""
    answers = _Answers(org)
    for (number, place), raters in answers.defined.items():
        everyone = frozenset(raters)
        groups = defaultdict(set)
        for rater in everyone:
            groups[answers.group[rater]].add(rater)
        sets = [frozenset(of_group) for of_group in groups.values() if len(of_group) >= THRESHOLD]
        if len(everyone) >= THRESHOLD:
            sets.append(everyone)
            values = answers.values[place]
            shown = tuple(_shown(one, sum(values[rater] for rater in one) / SCALE / len(one), EXACT) for one in sets)
            yield answers.of_dimension(number, place, (everyone,), shown)


def _shown(raters: frozenset[int], mean: float, decimals: int) -> Shown:
    """What a shown mean says of the sum: up to its rounding, and at the bottom only that it is no higher."""
    number = len(raters) * SCALE
    half = 0.5 * 10.0**-decimals
    low = LOW * len(raters) if mean <= BOTTOM else int(np.ceil((mean - half) * number - 1e-6))
    return Shown(raters, low, int(np.floor((mean + half) * number + 1e-6)))


def _with_rest(items: list[Shown], cells: list[Shown]) -> list[Shown]:
    """What each item is by its own mean, and by what the other items leave of the cells' means.

    So a reader finds behind a mean that is shown as 1.3 what it was, where the others are higher.
    """
    low, high = (sum(getattr(one, end) for one in cells) * len(items) for end in ("low", "high"))
    lows, highs = sum(one.low for one in items), sum(one.high for one in items)
    return [
        Shown(one.raters, max(one.low, low - highs + one.high), min(one.high, high - lows + one.low)) for one in items
    ]


class _Answers:
    """The answers of an organisation by subject and dimension, values in whole twelfths."""

    def __init__(self, org: Organisation) -> None:
        values = rater_values(org.ratings, layout=LAYOUT)
        defined = values.is_defined & org.asked[0, org.group] & (org.group >= ANONYMOUS_FROM)[:, None]
        self.group = org.group.tolist()
        self.values = np.rint(values.value * SCALE).astype(int).T.tolist()
        self.ratings = org.ratings
        self.defined: dict[tuple[int, int], list[int]] = defaultdict(list)
        for rater, place in np.argwhere(defined).tolist():
            self.defined[int(org.subject[rater]), place].append(rater)

    def items(self, place: int, raters: frozenset[int], decimals: int) -> Iterator[Shown]:
        """What the shown mean of each item of a dimension says."""
        of_item = self.ratings[sorted(raters), LAYOUT.slice_of(LAYOUT.dimensions[place])]
        for mean in shown_item_means(of_item).tolist():
            yield _shown(raters, round(mean, decimals), decimals)

    def of_dimension(
        self, number: int, place: int, cells: tuple[frozenset[int], ...], shown: tuple[Shown, ...]
    ) -> Evidence:
        """Everything shown of one dimension of one subject."""
        raters = self.defined[number, place]
        value = {rater: self.values[place][rater] for rater in raters}
        group = {rater: self.group[rater] for rater in raters}
        return Evidence(f"{number}/{place}", value, group, cells, shown, LAYOUT.item_counts[place])

    def of_item(
        self, number: int, place: int, item: int, cells: tuple[frozenset[int], ...], shown: tuple[Shown, ...]
    ) -> Evidence:
        """Everything shown of one item of one subject."""
        column = LAYOUT.starts[place] + item
        value = {rater: int(self.ratings[rater, column]) * SCALE for rater in self.defined[number, place]}
        group = {rater: self.group[rater] for rater in value}
        return Evidence(f"{number}/{place}.{item}", value, group, cells, shown, 1)
