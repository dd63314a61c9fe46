"""Random breakdowns of seeded organisations, and whether a reader can tell one or two people from them.

Found by projection onto what the sums leave open, apart from the product's own audit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

CUTS = 160


def cuts(seed: int) -> tuple[list[str], list[frozenset[str]]]:
    """People of a company, and up to 160 requests of everyone in a unit, level, gender or tenure, or in two of them."""
    random = np.random.default_rng(seed)
    number = int(random.integers(10, 201))
    people = [f"{place:03d}" for place in range(number)]
    facts = [random.integers(0, count, number) for count in (max(2, number // 10), 3, 2, 3)]
    requests = {frozenset(people): None}
    for _ in range(CUTS):
        axes = random.choice(4, random.integers(1, 3), replace=False)
        like = int(random.integers(number))
        alike = np.all([facts[axis] == facts[axis][like] for axis in axes], axis=0)
        requests[frozenset(people[place] for place in np.flatnonzero(alike))] = None
    return people, list(requests)


def left_open(people: list[str], released: Iterable[Collection[str]]) -> np.ndarray:
    """What all released sums leave open: the projection onto the space at right angles to them."""
    place = {name: number for number, name in enumerate(people)}
    left, known = np.eye(len(people)), np.zeros((0, len(people)))
    for one in released:
        row = np.zeros(len(people))
        row[[place[name] for name in one]] = 1.0
        for _ in range(2):
            row -= (known @ row) @ known
        length = np.sqrt(row @ row)
        if length > 1e-6:
            known = np.vstack([known, row / length])
            left -= np.outer(known[-1], known[-1])
    return left


def given_away(left: np.ndarray) -> bool:
    """Whether the sum of one person or of two follows: a group whose indicator has no part in what is open is known."""
    alone = np.diagonal(left)
    pairs = alone[:, None] + alone + 2 * left
    np.fill_diagonal(pairs, 1.0)
    return bool(alone.min() < 1e-9 or pairs.min() < 1e-9)


def known_to_insiders(left: np.ndarray) -> np.ndarray:
    """People whose value someone else could work out who knows their own: the two are one in what is open."""
    alone = np.diagonal(left)
    together = np.abs(left**2 - np.outer(alone, alone)) < 1e-9
    np.fill_diagonal(together, False)
    return np.asarray(together.any(axis=1))
