"""An automated reader who wants to know what an anonymous rater answered: linear algebra, whole numbers, colluders.

The reader knows every shown number of every release, which raters each number is over, and what the colluders gave.
Values are whole twelfths of a point, so that nothing is lost to rounding but what the pages round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

THRESHOLD = 3
SCALE = 12
LOW, HIGH = 1 * SCALE, 5 * SCALE
# A mean within a third of a point of an end of the scale: all of a cell stand there, and that is not promised to hide.
NEAR_END = SCALE // 3
QUARTER = SCALE // 4


@dataclass(frozen=True)
class Shown:
    """One shown number: the raters it is over, and between which whole twelfths the sum of their values lies."""

    raters: frozenset[int]
    low: int
    high: int


@dataclass(frozen=True)
class Evidence:
    """All that is ever shown of one subject and dimension or item, and who is in whose cell.

    `value` and `group` of each rater; `cells`: raters shown together, of whom a few collude; `items` of the dimension
    that a value is the mean of, 1 for a single item.
    """

    name: str
    value: dict[int, int]
    group: dict[int, int]
    cells: tuple[frozenset[int], ...]
    shown: tuple[Shown, ...]
    items: int


@dataclass(frozen=True)
class Found:
    """What the reader learned: a rater's exact value or a small group's mean; and whether colluders were needed."""

    what: str
    name: str
    who: tuple[int, ...]
    held: int


@dataclass(frozen=True)
class Sum:
    """A sum that follows from shown ones: over whom, and between which bounds."""

    raters: frozenset[int]
    low: int
    high: int


def findings(evidence: Evidence, *, threshold: int = THRESHOLD) -> list[Found]:
    """Every value of a rater and every mean of a small group that follows beyond what is not promised."""
    sums = list(sums_that_follow(evidence.shown))
    found = [one for total in sums for one in _values_known(evidence, total)]
    groups: dict[int, frozenset[int]] = {}
    for rater, code in evidence.group.items():
        groups[code] = groups.get(code, frozenset()) | {rater}
    for group in groups.values():
        if len(group) < threshold:
            found += _means_known(evidence, sums, group)
    return found


def colluders(cell: frozenset[int]) -> int:
    """How many raters of a cell may help the reader: one of three or four, two of more."""
    return min(len(cell), 1 if len(cell) <= 4 else 2)


def sums_that_follow(shown: tuple[Shown, ...]) -> Iterator[Sum]:
    """All sums over raters that are combinations of shown sums; raters of the same sets cannot be told apart."""
    classes: dict[int, frozenset[int]] = {}
    for rater in frozenset().union(*(one.raters for one in shown)):
        code = sum(1 << place for place, one in enumerate(shown) if rater in one.raters)
        classes[code] = classes.get(code, frozenset()) | {rater}
    codes = tuple(sorted(classes))
    for union, parts in _unions_in_span(codes, len(shown)):
        bounds = [
            sorted((part * one.low, part * one.high))
            for part, one in zip(parts, shown, strict=True)
            if abs(part) > 1e-9
        ]
        low, high = (sum(bound[end] for bound in bounds) for end in (0, 1))
        raters = frozenset().union(*(classes[codes[place]] for place in union))
        yield Sum(raters, int(np.ceil(low - 1e-6)), int(np.floor(high + 1e-6)))


@cache
def _unions_in_span(codes: tuple[int, ...], shown: int) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """Unions of classes whose indicator is a combination of the shown sets, with the parts of each set in it."""
    matrix = np.array([[code >> place & 1 for code in codes] for place in range(shown)], dtype=np.float64)
    unions = []
    for chosen in product((0, 1), repeat=len(codes)):
        parts = np.linalg.lstsq(matrix.T, np.array(chosen, dtype=np.float64), rcond=None)[0]
        if any(chosen) and np.allclose(matrix.T @ parts, chosen, atol=1e-9):
            unions.append((tuple(np.flatnonzero(chosen).tolist()), tuple(parts.tolist())))
    return unions


def _values_known(evidence: Evidence, total: Sum) -> Iterator[Found]:
    """Raters of a sum whose value is the only possible one when as many others as may be are held."""
    most = {cell: colluders(cell) for cell in evidence.cells}
    for order in (1, -1):
        left, held = dict(most), set[int]()
        for rater in sorted(total.raters, key=lambda one: order * evidence.value[one]):
            for cell in evidence.cells:
                if rater in cell and left[cell] and len(total.raters) - len(held) > 1:
                    left[cell] -= 1
                    held.add(rater)
                    break
        rest = total.raters - held
        known = sum(evidence.value[rater] for rater in held)
        low, high = total.low - known, total.high - known
        at_end = all(evidence.value[rater] == HIGH for rater in rest) or all(
            evidence.value[rater] == LOW for rater in rest
        )
        if not at_end and is_forced(len(rest), low, high, items=evidence.items):
            yield Found("value", evidence.name, tuple(sorted(rest)), len(held))
            return


def is_forced(raters: int, low: int, high: int, *, items: int) -> bool:
    """Whether some raters' values can only be one and the same, when their sum lies within whole twelfths."""
    allowed = (1 << high + 1) - (1 << max(low, 0)) if high >= max(low, 0) else 0
    others = sums_of(raters - 1, items)
    possible = 0
    for value in values_of(items):
        possible += bool(others << value & allowed)
        if possible > 1:
            return False
    return possible == 1


@cache
def values_of(items: int) -> tuple[int, ...]:
    """Every mean of at least half of some items, in twelfths."""
    least = (items + 1) // 2
    values = {
        total * SCALE // number for number in range(max(least, 1), items + 1) for total in range(number, 5 * number + 1)
    }
    return tuple(sorted(values))


@cache
def sums_of(raters: int, items: int) -> int:
    """Sums that some raters' values can have, as the bits of a number."""
    if raters == 0:
        return 1
    before, sums = sums_of(raters - 1, items), 0
    for value in values_of(items):
        sums |= before << value
    return sums


def _means_known(evidence: Evidence, sums: list[Sum], group: frozenset[int]) -> Iterator[Found]:
    """A group below the threshold whose mean is known to a quarter of a point, alone or with colluders outside it."""
    size = len(group)
    for with_colluders in (False, True):
        low, high, held, is_near_end = LOW * size, HIGH * size, 0, False
        for total in sums:
            if not group <= total.raters:
                continue
            helping = _helping(evidence, total.raters - group) if with_colluders else frozenset()
            known = sum(evidence.value[rater] for rater in helping)
            rest = len(total.raters) - size - len(helping)
            low = max(low, total.low - known - rest * HIGH)
            high = min(high, total.high - known - rest * LOW)
            held = max(held, len(helping))
            free = [evidence.value[rater] for rater in total.raters - helping]
            is_near_end |= not LOW + NEAR_END < sum(free) / len(free) < HIGH - NEAR_END
        if high - low <= 2 * QUARTER * size and not is_near_end:
            yield Found("mean", evidence.name, tuple(sorted(group)), held)
            return


def _helping(evidence: Evidence, raters: frozenset[int]) -> frozenset[int]:
    """As many of some raters as may collude, those at the ends of the scale last."""
    helping: set[int] = set()
    for cell in evidence.cells:
        inside = sorted(cell & raters, key=lambda one: abs(evidence.value[one] - (LOW + HIGH) // 2))
        helping.update(inside[: colluders(cell)])
    return frozenset(helping)
