"""An automated reader who wants to know what an anonymous rater answered: linear algebra, whole numbers, colluders."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import closed_cells
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout, group_index

LAYOUT = FormLayout(("A", "B", "C", "D"), (3, 3, 4, 3))
THRESHOLD = 3
# What is not promised: where all the others stand at the same end, someone who knows the rest can tell.
END = 1 / 3
SCALE = 12


@dataclass
class Organisation:
    """Answers of one seeded cycle: rows of raters, whom and as whom they rate, what each group was asked."""

    ratings: np.ndarray
    subject: np.ndarray
    group: np.ndarray
    asked: np.ndarray
    people: int


def organisation(seed: int) -> Organisation:
    """A company of 10 to 200 people in teams, rated by few or many, some unable, some lenient to the end."""
    random = np.random.default_rng(seed)
    people = int(random.integers(10, 201))
    asked = np.zeros((1, len(GROUPS), 4), dtype=np.bool_)
    asked[0, :4] = True
    for group in ("reports", "partners", "customers"):
        asked[0, group_index(group), random.choice(4, random.integers(1, 5), replace=False)] = True
    rows, subject, groups = [], [], []
    for number in range(people):
        level = random.normal(3.7, 0.5)
        for name, most in (("manager", 1), ("peers", 7), ("reports", 6), ("partners", 4), ("customers", 3)):
            count = 1 if name == "manager" else int(random.integers(0, most + 1))
            for _ in range(count if random.random() < 0.8 else 0):
                codes = np.clip(np.rint(level + random.normal(0, 0.5) + random.normal(0, 0.8, 13)), 1, 5)
                codes[random.random(13) < random.choice([0.0, 0.05, 0.3])] = 9
                rows.append(codes)
                subject.append(number)
                groups.append(group_index(name))
    return Organisation(np.array(rows, dtype=np.uint8), np.array(subject), np.array(groups), asked, people)


@dataclass
class Release:
    """What a reader sees of one subject and dimension: sets of raters (by row) with the exact sum of their values."""

    sets: list[frozenset[int]] = field(default_factory=list)
    cells: list[frozenset[int]] = field(default_factory=list)


def promised_releases(org: Organisation) -> dict[tuple[int, int], Release]:
    """What the product shows: its cells, and the sum over all where it shows items."""
    closed = closed_cells(
        org.ratings,
        subject=org.subject,
        group=org.group,
        profile_of_subject=np.zeros(org.people, dtype=np.int64),
        asked=org.asked,
        layout=LAYOUT,
        threshold=THRESHOLD,
    )
    defined = rater_values(org.ratings, layout=LAYOUT).is_defined & org.asked[0, org.group]
    releases: dict[tuple[int, int], Release] = {}
    cells = closed.cells
    for row in np.flatnonzero(cells.is_anonymous).tolist():
        number = int(cells.subject[row])
        mine = np.arange(*np.searchsorted(org.subject, [number, number + 1]))
        mine = mine[np.isin(org.group[mine], [GROUPS.index(group) for group in cells.groups_of(row)])]
        for place in np.flatnonzero(cells.raters[row]).tolist():
            raters = frozenset(mine[defined[mine, place]].tolist())
            assert len(raters) == cells.raters[row, place]
            release = releases.setdefault((number, place), Release())
            release.sets.append(raters)
            release.cells.append(raters)
    for (who, place), release in releases.items():
        if closed.items_shown[who, place]:
            release.sets.append(frozenset().union(*release.cells))
    return releases


def plain_releases(org: Organisation) -> dict[tuple[int, int], Release]:
    """What a plain minimum per group shows: groups from three raters on, and the mean of all anonymous raters."""
    defined = rater_values(org.ratings, layout=LAYOUT).is_defined & org.asked[0, org.group]
    releases = {}
    for number in range(org.people):
        for place in range(4):
            mine = (org.subject == number) & (org.group >= ANONYMOUS_FROM) & defined[:, place]
            groups = [
                frozenset(np.flatnonzero(mine & (org.group == g)).tolist()) for g in range(ANONYMOUS_FROM, len(GROUPS))
            ]
            shown = [raters for raters in groups if len(raters) >= THRESHOLD]
            everyone = frozenset(np.flatnonzero(mine).tolist())
            sets = [*shown, everyone] if len(everyone) >= THRESHOLD else shown
            releases[number, place] = Release(sets=sets, cells=sets[-1:])
    return releases


def wins(org: Organisation, releases: dict[tuple[int, int], Release]) -> list[str]:
    """Every rater's value, and every small group's mean, that a reader gets to know beyond the promise."""
    values = rater_values(org.ratings, layout=LAYOUT).value
    found = []
    for (number, place), release in releases.items():
        raters = sorted(frozenset().union(*release.sets))
        if not raters:
            continue
        value = values[raters, place]
        matrix = np.array([[rater in members for rater in raters] for members in release.sets], dtype=np.float64)
        held = _held(release.cells, raters)
        found += [f"rater {raters[i]} of {number} in {place}" for i in _known_raters(matrix, held, value)]
        group = org.group[raters]
        found += [f"group {GROUPS[g]} of {number} in {place}" for g in _known_groups(matrix, group, value)]
    return found


def _held(cells: list[frozenset[int]], raters: list[int]) -> np.ndarray:
    """Colluders: one rater of a cell of three or four, two of a larger one."""
    held = np.zeros(len(raters), dtype=np.bool_)
    for cell in cells:
        for rater in sorted(cell)[: 1 if len(cell) <= 4 else 2]:
            held[raters.index(rater)] = True
    return held


def _known_raters(matrix: np.ndarray, held: np.ndarray, value: np.ndarray) -> list[int]:
    """Raters not held whose value follows from the sums, or is the only one that whole numbers allow."""
    free = np.flatnonzero(~held)
    if not len(free) or not len(matrix):
        return []
    rest = matrix[:, free]
    alike = Counter(codes := _codes(rest))
    single = [column for column, code in enumerate(codes) if alike[code] == 1]
    known = [int(free[column]) for column in single if _is_in_span(rest, np.eye(len(free))[column])]
    for members in rest > 0:
        # Raters of one set are alike to the reader: only one possible value for all of them gives one away.
        among = value[free[members]]
        if len(among) > 1 and not _is_at_end(among) and _is_forced(among):
            known += free[members].tolist()
    return [i for i in known if not _is_at_end(value[free])]


def _is_forced(values: np.ndarray) -> bool:
    """Whether the sum of some raters' values leaves each only one possibility."""
    total = int(np.rint(values.sum() * SCALE))
    first = int(np.rint(values[0] * SCALE))
    others = len(values) - 1
    return all(
        candidate == first or not others * SCALE <= total - candidate <= others * 5 * SCALE
        for candidate in range(SCALE, 5 * SCALE + 1)
    )


def _known_groups(matrix: np.ndarray, group: np.ndarray, value: np.ndarray) -> list[int]:
    """Groups below the threshold whose mean follows from the sums, or from the ends of the scale, to a quarter."""
    known = []
    for number in np.unique(group):
        of_group = group == number
        if of_group.sum() >= THRESHOLD or not len(matrix):
            continue
        for members in matrix > 0:
            inside, others = members & of_group, members & ~of_group
            if inside.sum() == of_group.sum() and not _is_at_end(value[members]) and inside.any():
                total, size, rest = value[members].sum(), inside.sum(), others.sum()
                low, high = max(1.0, (total - 5 * rest) / size), min(5.0, (total - rest) / size)
                if high - low <= 0.5:
                    known.append(int(number))
        if _is_in_span(matrix, of_group.astype(np.float64)) and not _is_at_end(value[of_group]):
            known.append(int(number))
    return known


def _is_at_end(values: np.ndarray) -> bool:
    """Whether raters stand together at one end of the scale."""
    mean = values.mean()
    return bool(mean >= 5 - END - 1e-9 or mean <= 1 + END + 1e-9)


def _codes(matrix: np.ndarray) -> list[float]:
    """A number for each rater that tells which sets it is in."""
    codes: list[float] = (2.0 ** np.arange(len(matrix)) @ matrix).tolist()
    return codes


def _is_in_span(matrix: np.ndarray, target: np.ndarray) -> bool:
    """Whether a sum follows from other sums; raters who are in the same sets cannot be told apart by any of them."""
    wanted: dict[float, float] = {}
    if any(wanted.setdefault(code, part) != part for code, part in zip(_codes(matrix), target, strict=True)):
        return False
    solution = np.linalg.lstsq(matrix.T, target, rcond=None)[0]
    return bool(np.allclose(matrix.T @ solution, target, atol=1e-9))
