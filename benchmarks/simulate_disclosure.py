"""Breakdowns and 10,000 queries in seeded organisations: what is still shown, and whom a reader finds.

Each organisation first plans its breakdown, unit by gender and unit by tenure with all totals; beside it stands the
share of all pairs of unit, level, gender and tenure, which is harder. Then 10,000 further queries are asked one after
the other: cells of up to three facts, and unions of two units. BENCH_ORGANISATIONS says how many organisations there
are, a fifth of each size (1,000 take about twenty minutes). Facts are drawn by chance, which is harder than a company
in which units and levels go together.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.breakdowns import shown_cells
from assessments.measurement.release_audit import ReleasedSums
from benchmarks.findings import Finding
from tests.assessments.measurement.adversary_breakdowns import given_away, known_to_insiders, left_open

ORGANISATIONS = int(os.environ.get("BENCH_ORGANISATIONS", "50"))
QUERIES = 10_000
SIZES = (10, 30, 60, 100, 200)
UNIT, LEVEL, GENDER, TENURE = range(4)
UNIT_TABLES = ((UNIT,), (GENDER,), (TENURE,), (UNIT, GENDER), (UNIT, TENURE))
ALL_PAIRS = tuple(axes for size in (1, 2) for axes in combinations((UNIT, LEVEL, GENDER, TENURE), size))
SIZE_OF_GOAL, GOAL = 60, 0.85
THRESHOLD = 3
Request = frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """Of one organisation: safe cells and those shown, by unit and of all pairs of facts; queries; who is found."""

    safe_cells: int
    shown_cells: int
    safe_pairs: int
    shown_pairs: int
    is_least_loss: bool
    safe_queries: int
    answered_queries: int
    is_anyone_found: bool
    known_to_insiders: float
    is_anyone_found_behind_plain: bool


class Organisation:
    """People with a unit of about ten, one of three levels, two genders, three tenures; drawn by chance."""

    def __init__(self, people: int, seed: int) -> None:
        """Draw who they are."""
        self.random = np.random.default_rng([people, seed])
        self.names = tuple(f"{place:03d}" for place in range(people))
        unit, gender, tenure = (self.random.integers(0, count, people) for count in (max(2, people // 10), 2, 3))
        level = self.random.choice(3, people, p=[0.6, 0.3, 0.1])
        self.facts = np.stack([unit, level, gender, tenure])

    def cells(self, tables: tuple[tuple[int, ...], ...]) -> list[Request]:
        """Every cell of some tables, and the total, each once."""
        found = {self._named(np.ones(len(self.names), dtype=np.bool_)): None}
        for axes in tables:
            for code in np.unique(self.facts[list(axes)], axis=1).T:
                found[self._named((self.facts[list(axes)] == code[:, None]).all(axis=0))] = None
        return list(found)

    def query(self) -> Request:
        """Who is like somebody in up to three facts, or in one of two units."""
        like = int(self.random.integers(len(self.names)))
        if self.random.random() < 0.2:
            units = self.random.integers(0, int(self.facts[0].max()) + 1, 2)
            return self._named(np.isin(self.facts[0], units))
        axes = self.random.choice(len(self.facts), self.random.integers(1, 4), replace=False)
        return self._named((self.facts[axes] == self.facts[axes, like][:, None]).all(axis=0))

    def _named(self, inside: NDArray[np.bool_]) -> Request:
        return frozenset(self.names[place] for place in np.flatnonzero(inside))


def outcome(organisation: Organisation, queries: int = QUERIES) -> Outcome:
    """Plan the breakdown, ask the queries, and let a reader look at everything that was answered."""
    cells, pairs = organisation.cells(UNIT_TABLES), organisation.cells(ALL_PAIRS)
    breakdown, of_pairs = (shown_cells(ReleasedSums(THRESHOLD), asked_for) for asked_for in (cells, pairs))
    released = ReleasedSums(THRESHOLD)
    for cell, is_shown in zip(cells, breakdown.is_shown, strict=True):
        released = released.with_release(cell) if is_shown else released
    asked: dict[Request, bool] = {}
    for _ in range(queries):
        query = organisation.query()
        if len(query) >= THRESHOLD:
            is_allowed = released.audited(query).is_allowed
            if is_allowed and not asked.get(query):
                released = released.with_release(query)
            asked[query] = is_allowed
    safe = [cell for cell in cells if len(cell) >= THRESHOLD]
    names = list(organisation.names)
    left = left_open(names, released.released)
    return Outcome(
        safe_cells=len(safe),
        shown_cells=int(breakdown.is_shown.sum()),
        safe_pairs=int((~of_pairs.is_too_small).sum()),
        shown_pairs=int(of_pairs.is_shown.sum()),
        is_least_loss=breakdown.is_least_loss and of_pairs.is_least_loss,
        safe_queries=len(asked),
        answered_queries=sum(asked.values()),
        is_anyone_found=given_away(left),
        known_to_insiders=float(known_to_insiders(left).mean()),
        is_anyone_found_behind_plain=given_away(left_open(names, safe)),
    )


def findings(organisations: int = ORGANISATIONS) -> Iterator[Finding]:
    """What is shown at each size of an organisation, and that nobody is found."""
    number = max(1, organisations // len(SIZES))
    everything = []
    for people in SIZES:
        found = [outcome(Organisation(people, seed)) for seed in range(number)]
        everything += found
        name = f"breakdowns of {people} people"
        shown = sum(one.shown_cells for one in found) / sum(one.safe_cells for one in found)
        yield Finding(
            name,
            "safe cells shown, unit by gender and by tenure",
            shown,
            GOAL if people == SIZE_OF_GOAL else 0.0,
            1.0,
            number,
        )
        pairs = sum(one.shown_pairs for one in found) / sum(one.safe_pairs for one in found)
        yield Finding(name, "safe cells shown, all pairs of four facts", pairs, 0.0, 1.0, number)
        answered = sum(one.answered_queries for one in found) / sum(one.safe_queries for one in found)
        yield Finding(name, "safe different queries answered after it", answered, 0.0, 1.0, number)
        insiders = sum(one.known_to_insiders for one in found) / number
        yield Finding(name, "people known to somebody who knows their own value", insiders, 0.0, 1.0, number)
    total = len(everything)
    least = sum(one.is_least_loss for one in everything) / total
    yield Finding("breakdowns", "proven to lose least", least, 0.99, 1.0, total)
    exposed = sum(one.is_anyone_found for one in everything) / total
    yield Finding("breakdowns and queries", "organisations with anyone found", exposed, 0.0, 0.0, total)
    plain = sum(one.is_anyone_found_behind_plain for one in everything) / total
    yield Finding("breakdowns behind a plain minimum", "organisations with anyone found", plain, 0.8, 1.0, total)
