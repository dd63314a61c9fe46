"""Which cells of a breakdown over several subjects can be shown together, losing as little as possible."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from assessments.measurement.release_audit import AuditError, ReleasedSums
from assessments.measurement.sum_space import SumSpace, TooManyUnionsError

MOST_ROUNDS = 100
TIED = 1e-9


@dataclass(frozen=True)
class ShownCells:
    """Which requests of a breakdown may be shown, in their order; the others are left out.

    `is_too_small` (requests,): fewer subjects than the threshold; `lost_weight`: of the others, what is left out all
    the same; `least_possible_loss`: no choice can lose less than this, so the loss is the least where both are equal.
    """

    is_shown: NDArray[np.bool_]
    is_too_small: NDArray[np.bool_]
    lost_weight: float
    least_possible_loss: float

    @property
    def is_least_loss(self) -> bool:
        """Whether it is proven that no other choice loses less."""
        return self.lost_weight <= self.least_possible_loss + TIED * max(1.0, self.lost_weight)


def shown_cells(
    released: ReleasedSums,
    requests: Sequence[Collection[str]],
    *,
    weights: Sequence[float] | None = None,
    rounds: int = MOST_ROUNDS,
) -> ShownCells:
    """Choose the cells of a breakdown that can be shown, with everything ever released, and give no small group away.

    `requests`: the subjects of each cell and of each total, in any order; an empty cell is never shown. `weights`
    (requests,), from 0: what it costs to leave a cell out, 1 each where none are given. Requests of which a small group
    would follow are found one at a time (`e_S = sum_q c_q 1_q`, all c unlike 0: not all of them can be shown) and the
    lightest set that leaves out one of each is sought: `min w y, sum_{q in K} y_q >= 1` for every K found, until
    nothing follows any more. The loss is then the least possible; after `rounds` searches the best choice so far is
    given. No cell left out can be added to what is shown. The order of requests changes nothing. Raises AuditError.
    Source: hitting sets of minimal conflicts, Reiter (1987); Chandrasekaran and others (2011).

    >>> found = shown_cells(ReleasedSums(3), ["abc", "def", "gh", "abcdefgh"])
    >>> found.is_shown.tolist(), found.lost_weight
    ([True, False, False, True], 1.0)
    """
    costs = np.ones(len(requests)) if weights is None else np.asarray(weights, dtype=np.float64)
    if costs.shape != (len(requests),) or not bool(np.isfinite(costs).all()) or bool((costs < 0).any()):
        raise AuditError(weights=costs.shape, requests=len(requests))
    if rounds < 1:
        raise AuditError(rounds=rounds)
    members = [frozenset(request) for request in requests]
    is_too_small = np.array([len(one) < released.threshold for one in members], dtype=np.bool_)
    if released.exposed is not None:
        shown = np.zeros(len(members), dtype=np.bool_)
        lost = float(costs[~is_too_small].sum())
        return ShownCells(shown, is_too_small, lost, lost)
    safe = sorted({one for one, small in zip(members, is_too_small, strict=True) if not small}, key=sorted)
    number = {one: place for place, one in enumerate(safe)}
    place = np.array([number.get(one, -1) for one in members], dtype=np.int64)
    weight = np.bincount(place[place >= 0], weights=costs[place >= 0], minlength=len(safe)).astype(np.float64)
    hidden, bound = _Search(released, safe, weight).least_loss(rounds)
    shown = (place >= 0) & ~np.append(hidden, True)[place]
    return ShownCells(shown, is_too_small, float(weight[hidden].sum()), bound)


@dataclass(frozen=True)
class _Search:
    """Distinct requests from the threshold on, in a fixed order, with the weight of each."""

    released: ReleasedSums
    requests: list[frozenset[str]]
    weight: NDArray[np.float64]

    def least_loss(self, rounds: int) -> tuple[NDArray[np.bool_], float]:
        """Which requests to leave out, and a loss that no choice can undercut."""
        best = np.ones(len(self.requests), dtype=np.bool_)
        conflicts: set[frozenset[int]] = set()
        last = np.zeros(len(self.requests), dtype=np.bool_)
        bound = 0.0
        for _ in range(rounds):
            hidden, found = self._shown_without(last)
            if self._loss(hidden) < self._loss(best) or best.all():
                best = hidden
            # Without a new conflict, what is left out is what had to be, or what nobody could look through.
            if found <= conflicts:
                break
            conflicts |= found
            last = self._lightest(conflicts)
            bound = self._loss(last)
            if self._loss(best) <= bound + TIED * max(1.0, bound):
                break
        return best, min(bound, self._loss(best))

    def _loss(self, hidden: NDArray[np.bool_]) -> float:
        return float(self.weight[hidden].sum())

    def _shown_without(self, last: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], set[frozenset[int]]]:
        """Show one request after the other, those of `last` at the end; gives what is left out, and every conflict."""
        space = self.released.space.widened(frozenset().union(*self.requests), marks=len(self.requests))
        hidden = np.zeros(len(self.requests), dtype=np.bool_)
        conflicts = set()
        for place in np.lexsort((-self.weight, last)).tolist():
            reading = space.reading(self.requests[place], mark=place)
            conflict = None if space.follows(reading) else self._conflict(space, place)
            if conflict is None:
                space = space.with_row(reading)
            else:
                hidden[place] = True
                conflicts.add(conflict)
        return hidden, conflicts

    def _conflict(self, space: SumSpace, place: int) -> frozenset[int] | None:
        """Requests, this one among them, from which together with the released sums a small group follows."""
        reading = space.reading(self.requests[place], mark=place)
        try:
            exposure = space.exposure(reading, below=self.released.threshold)
        except TooManyUnionsError:
            return frozenset({place})
        return frozenset({*exposure.marks, place}) if exposure else None

    def _lightest(self, conflicts: set[frozenset[int]]) -> NDArray[np.bool_]:
        """Find the lightest requests to leave out, at least one of each conflict."""
        ordered, size = sorted(conflicts, key=sorted), len(self.requests)
        rows = np.repeat(np.arange(len(ordered)), [len(one) for one in ordered])
        columns = np.array([place for one in ordered for place in sorted(one)], dtype=np.intp)
        matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ordered), size))
        solved = milp(
            self.weight,
            constraints=LinearConstraint(matrix, 1.0, np.inf),
            integrality=np.ones(size, dtype=np.int64),
            bounds=Bounds(0.0, 1.0),
            options={"mip_rel_gap": 0.0},
        )
        if solved.x is None:
            raise AuditError(conflicts=len(ordered))
        chosen: NDArray[np.bool_] = solved.x > 0.5
        return chosen
