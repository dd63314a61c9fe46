"""The numeric contract written plainly, person by person in exact fractions, to hold the fast one against."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

GROUPS = ("self", "manager", "second_line", "peers", "reports", "partners", "customers")
ANONYMOUS = GROUPS[3:]
LEAST = 3


@dataclass
class Profile:
    """Groups asked per dimension, group weights, profile weights."""

    asked: dict[str, set[str]]
    weights: dict[str, int]
    shares: dict[str, int]


@dataclass
class Person:
    """A subject: profile and answers, as (group, {dimension: ratings})."""

    profile: Profile
    answers: list[tuple[str, dict[str, list[int]]]] = field(default_factory=list)


def rater_value(ratings: list[int]) -> Fraction | None:
    """Rule 3."""
    numeric = [rating for rating in ratings if 1 <= rating <= 5]
    return Fraction(sum(numeric), len(numeric)) if numeric and 2 * len(numeric) >= len(ratings) else None


def values(person: Person, groups: tuple[str, ...], dimension: str) -> list[Fraction]:
    """Values of the raters of some groups who were asked."""
    found = []
    for group, ratings in person.answers:
        if group in groups and group in person.profile.asked.get(dimension, set()):
            value = rater_value(ratings[dimension])
            if value is not None:
                found.append(value)
    return found


def size(person: Person, groups: tuple[str, ...], dimensions: list[str]) -> int:
    """Smallest count over the dimensions asked of all the groups."""
    counts = [
        len(values(person, groups, name))
        for name in dimensions
        if all(group in person.profile.asked.get(name, set()) for group in groups)
    ]
    return min(counts, default=0)


def partition(person: Person, dimensions: list[str], threshold: int) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """ANONYMITY, rule 1: cells and deleted groups."""
    present = [g for g in ANONYMOUS if any(values(person, (g,), name) for name in dimensions)]
    small = tuple(g for g in present if size(person, (g,), dimensions) < threshold)
    sufficient = [g for g in present if g not in small]
    cells: list[tuple[str, ...]] = [(g,) for g in sufficient]
    if small and size(person, small, dimensions) >= threshold:
        return sorted([*cells, small], key=lambda cell: ANONYMOUS.index(cell[0])), ()
    if small and not sufficient:
        return [], small
    if small:
        smallest = min(sufficient, key=lambda g: (size(person, (g,), dimensions), ANONYMOUS.index(g)))
        cells.remove((smallest,))
        cells.append(tuple(sorted((smallest, *small), key=ANONYMOUS.index)))
    return sorted(cells, key=lambda cell: ANONYMOUS.index(cell[0])), ()


Cell = tuple[tuple[str, ...], int, Fraction]


def shown_cells(person: Person, dimensions: dict[str, int], threshold: int) -> dict[str, list[Cell]]:
    """Cells that each dimension shows: groups, number of raters, counted mean."""
    cells, _ = partition(person, list(dimensions), threshold)
    shown: dict[str, list[Cell]] = {name: [] for name in dimensions}
    for name, items in dimensions.items():
        for cell in [("self",), ("manager",), ("second_line",), *cells]:
            found = values(person, cell, name)
            anonymous = cell[0] in ANONYMOUS
            if not found or (anonymous and (len(found) < threshold or items < LEAST)):
                continue
            mean = sum(found, Fraction(0)) / len(found)
            shown[name].append((cell, len(found), max(mean, Fraction(13, 10)) if anonymous else mean))
    return shown


def cycle_means(
    people: list[Person], shown: list[dict[str, list[Cell]]], dimensions: dict[str, int]
) -> dict[tuple[str, str], Fraction]:
    """Published means, quantised as they are stored."""
    result = {}
    for name in dimensions:
        for group in GROUPS:
            alone: list[Fraction] = []
            pooled: list[Fraction] = []
            for person, of_person in zip(people, shown, strict=True):
                for cell, _, mean in of_person[name]:
                    asked = [g for g in cell if g in person.profile.asked.get(name, set())]
                    if group in asked:
                        (alone if len(asked) == 1 else pooled).append(mean)
            means = alone or pooled
            if means:
                result[group, name] = Fraction(round(sum(means, Fraction(0)) / len(means) * 10**6), 10**6)
    return result


def score(person: Person, name: str, cells: list[Cell], mu: dict[tuple[str, str], Fraction]) -> Fraction | None:
    """Rule 5, or None without the manager."""
    weights = {
        group: Fraction(person.profile.weights.get(group, 0))
        for group in GROUPS
        if group in person.profile.asked.get(name, set()) and (group, name) in mu
    }
    if not any(cell == ("manager",) for cell, _, _ in cells):
        return None
    above, below = Fraction(0), Fraction(0)
    for cell, _, mean in cells:
        weight = sum((weights.get(group, Fraction(0)) for group in cell), Fraction(0))
        if weight:
            of_groups = sum((weights[group] * mu[group, name] for group in cell if group in weights), Fraction(0))
            above += weight * (mean - of_groups / weight)
            below += weight
    whole = sum(weights.values(), Fraction(0))
    if not below or not whole:
        return None
    return above / below + sum((weight * mu[group, name] for group, weight in weights.items()), Fraction(0)) / whole


def are_items_shown(person: Person, name: str, items: int, threshold: int, dimensions: list[str]) -> bool:
    """ANONYMITY, rule 2."""
    cells, _ = partition(person, dimensions, threshold)
    counted: set[int] = set()
    complete: set[int] = set()
    for number, (group, ratings) in enumerate(person.answers):
        if group not in ANONYMOUS or group not in person.profile.asked.get(name, set()):
            continue
        if all(1 <= rating <= 5 for rating in ratings[name]):
            complete.add(number)
        in_cell = [cell for cell in cells if group in cell]
        shown = in_cell and len(values(person, in_cell[0], name)) >= threshold and items >= LEAST
        if shown and rater_value(ratings[name]) is not None:
            counted.add(number)
    return len(counted) >= max(5, threshold) and counted == complete
