"""Limits on how many people may have the best grades, counted from the best grade down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import floor

from assessments.measurement.apportionment import Weight, exact
from review.rewards.errors import LimitError


@dataclass(frozen=True)
class BrokenLimit:
    """A limit that counts break: of all with this grade or a better one, `found` instead of the `allowed` number."""

    grade: str
    share: Weight
    allowed: int
    found: int

    @property
    def excess(self) -> int:
        """How many must go below this grade."""
        return self.found - self.allowed


@dataclass(frozen=True)
class LimitCheck:
    """Limits that proposed counts break, from the best grade down, and what has to happen.

    `people`: at least so many must get a worse grade. `steps`: at least so many steps of one grade, over all people.
    `fitted`: counts that keep all limits after that number of steps.
    """

    broken: tuple[BrokenLimit, ...]
    people: int
    steps: int
    fitted: dict[str, int]


def limit_check(counts: Mapping[str, int], *, limits: Mapping[str, Weight]) -> LimitCheck:
    """Check proposed numbers of people per grade against cumulative limits, and say how many must move.

    `counts`: people per grade, the best first. `limits`: for some grades, at most so many percent of all have this
    grade or a better one (`{"S": 10, "A": 30}`: at most 10 % S, at most 30 % S and A); "at least 5 % C or worse" is
    `{"B": 95}`. Allowed: the whole part of `percent x people / 100`. With e_k the excess at grade k, the least number
    of people is the largest e_k, the least number of steps their sum. Raises LimitError for unknown grades, shares
    outside 0 to 100 or that fall, and people below 0.

    >>> found = limit_check({"S": 3, "A": 5, "B": 12}, limits={"S": 10, "A": 30})
    >>> [(entry.grade, entry.excess) for entry in found.broken], found.people, found.steps, found.fitted
    ([('S', 1), ('A', 2)], 2, 3, {'S': 2, 'A': 4, 'B': 14})
    """
    allowed = _allowed(counts, limits)
    cumulative = dict(zip(counts, accumulate(counts.values()), strict=True))
    broken = tuple(
        BrokenLimit(grade, limits[grade], allowed=most, found=cumulative[grade])
        for grade, most in allowed.items()
        if cumulative[grade] > most
    )
    fitted = counts_within(counts, limits=limits)
    steps = sum(cumulative.values()) - sum(accumulate(fitted.values()))
    return LimitCheck(broken, max((entry.excess for entry in broken), default=0), steps, fitted)


def counts_within(counts: Mapping[str, int], *, limits: Mapping[str, Weight]) -> dict[str, int]:
    """Fit numbers of people per grade into cumulative limits by the fewest steps down.

    `C'_k = min over j >= k of min(C_j, A_j)`: C are counts added up from the best grade, A what is allowed. Raises
    LimitError.

    >>> counts_within({"S": 4, "A": 7, "B": 26}, limits={"S": 10})
    {'S': 3, 'A': 8, 'B': 26}
    """
    allowed = _allowed(counts, limits)
    cumulative = list(accumulate(counts.values()))
    capped = [min(total, allowed.get(grade, total)) for grade, total in zip(counts, cumulative, strict=True)]
    lowered = list(accumulate(reversed(capped), min))[::-1]
    return {grade: upto - before for grade, upto, before in zip(counts, lowered, [0, *lowered[:-1]], strict=True)}


def _allowed(counts: Mapping[str, int], limits: Mapping[str, Weight]) -> dict[str, int]:
    """How many may have a grade or a better one, for the grades with a limit; raises LimitError."""
    people = sum(counts.values())
    shares = {grade: exact(limits[grade]) for grade in counts if grade in limits}
    if len(shares) != len(limits) or any(not 0 <= share <= 100 for share in shares.values()):
        raise LimitError(limits={grade: str(share) for grade, share in limits.items()}, grades=tuple(counts))
    if any(after < before for before, after in pairwise(shares.values())) or any(n < 0 for n in counts.values()):
        raise LimitError(limits={grade: str(share) for grade, share in limits.items()}, counts=dict(counts))
    if counts and shares.get(lowest := list(counts)[-1], 100) < 100:
        raise LimitError(lowest=lowest, share=str(shares[lowest]))
    return {grade: floor(share * people / 100) for grade, share in shares.items()}
