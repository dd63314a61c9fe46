"""Linear audit of sums over several subjects: whether everything released together gives a small group away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from assessments.measurement.disclosure import validated_threshold
from assessments.measurement.errors import MeasurementError
from assessments.measurement.sum_space import Reading, SumSpace, TooManyUnionsError


class AuditError(MeasurementError):
    """A table or request that cannot be audited."""

    code = "audit"


@dataclass(frozen=True)
class AuditResult:
    """Whether a request may be answered; else the small group that it would expose, () where there are too many.

    Who asks is told only that the request is refused; `exposed` is for those who look after the survey.
    """

    is_allowed: bool
    exposed: tuple[str, ...] | None


@dataclass(frozen=True)
class ReleasedSums:
    """Everything ever released about a set of subjects: each a set of subjects whose mean (or sum) was shown.

    What follows from the released sums is carried along in reduced form (`space`), so that an audit takes as long
    after ten thousand releases as after ten.
    """

    threshold: int
    released: tuple[frozenset[str], ...] = ()
    space: SumSpace = field(default_factory=lambda: SumSpace.over(()), compare=False, repr=False)
    exposed: tuple[str, ...] | None = field(init=False, default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Reduce sums that were released elsewhere, and see whether they have given somebody away already."""
        validated_threshold(self.threshold)
        if not self.released or self.space.subjects:
            return
        space = SumSpace.over(frozenset().union(*self.released))
        for members in self.released:
            space = space.with_row(space.reading(members))
        object.__setattr__(self, "space", space)
        object.__setattr__(self, "exposed", _exposed(space, None, threshold=self.threshold))

    def audited(self, request: Collection[str]) -> AuditResult:
        """Decide on a request: no union, difference or other combination of sums may give a group below the threshold.

        Subjects who are in the same released sets cannot be told apart; only unions of such classes can follow from
        sums. A union S follows exactly when its indicator lies in the span of the released ones and the request:
        `e_S = sum_q c_q 1_q`, with any numbers c (elimination modulo a prime of 31 bits). A sum that follows from
        earlier ones is allowed, one over fewer than the threshold refused. No value is looked at, so a refusal itself
        tells nothing of the values. Sums that weigh the subjects of a small group unequally do not count as its mean,
        though the difference of two tells either of them the other's value.
        Raises AuditError for an empty request. Source: Chin and Ozsoyoglu (1982), auditing of sum queries; Kenthapadi,
        Mishra and Nissim (2005), why an audit must not look at the answers.

        >>> ReleasedSums(3, (frozenset("abcdef"),)).audited("abcde").exposed
        ('f',)
        """
        wanted = frozenset(request)
        if not wanted:
            raise AuditError(request=0)
        if len(wanted) < self.threshold:
            return AuditResult(False, tuple(sorted(wanted)))
        return self._audited(wanted)[0]

    def with_release(self, request: Collection[str]) -> ReleasedSums:
        """Remember an answered request; raises AuditError for one that is not allowed."""
        wanted = frozenset(request)
        if len(wanted) < self.threshold:
            raise AuditError(request=len(wanted))
        result, space, reading = self._audited(wanted)
        if not result.is_allowed:
            raise AuditError(request=len(wanted))
        return ReleasedSums(self.threshold, (*self.released, wanted), space.with_row(reading))

    def _audited(self, wanted: frozenset[str]) -> tuple[AuditResult, SumSpace, Reading]:
        space = self.space.widened(wanted)
        reading = space.reading(wanted)
        exposed = self.exposed
        if exposed is None and not space.follows(reading):
            exposed = _exposed(space, reading, threshold=self.threshold)
        return AuditResult(exposed is None, exposed), space, reading


def _exposed(space: SumSpace, reading: Reading | None, *, threshold: int) -> tuple[str, ...] | None:
    """Find a small group that follows; () where there are too many to look through, None where none does."""
    try:
        exposure = space.exposure(reading, below=threshold)
    except TooManyUnionsError:
        return ()
    return exposure.members if exposure else None
