"""What the page of calibration shows; nothing of it is stored, because frozen cells give it again."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.measurement.reasons import Estimate, NotEstimable
from people.organisation.models import Person
from review.aggregation.composite_reliability import CompositeReliability
from review.aggregation.raters_needed import AnonymousReliability
from rubrics.profiles.models import Profile


@dataclass(frozen=True)
class Severity:
    """How lenient (above 0) or severe (below 0) a named rater is, beside all others who rated the same people."""

    manager: Person
    people: int
    leniency: Estimate | NotEstimable


@dataclass(frozen=True)
class RoleReliability:
    """How much of the differences between the overall scores of one role is more than chance."""

    profile: Profile
    people: int
    reliability: CompositeReliability | NotEstimable


@dataclass(frozen=True)
class RatersNeeded:
    """For a competency or area: how reliable the mean of several anonymous raters is, and how many would be enough."""

    code: str
    found: AnonymousReliability | NotEstimable


@dataclass(frozen=True)
class Standing:
    """One person's overall score: its error, the rank that it really tells, and what severity and gaps did to it."""

    overall: float
    error: float
    rank: float
    rank_low: float
    rank_high: float
    met: float
    without_severity: float | None
    predicted: float | None


@dataclass(frozen=True)
class Evidence:
    """Everything that the page shows of a cycle; `standings` by the number of the subject."""

    severities: tuple[Severity, ...]
    is_severity_real: bool
    roles: tuple[RoleReliability, ...]
    raters_needed: tuple[RatersNeeded, ...]
    standings: Mapping[int, Standing]
    ranked: int
