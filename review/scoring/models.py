"""A participant as the scoring sees one, and all numbers of one participant."""

from dataclasses import dataclass
from typing import Protocol

from assessments.scorecards.models import CardResult
from review.aggregation.explanation import PersonSteps
from review.aggregation.totals import TotalResult
from review.schemes.models import Scheme


class Judged(Protocol):
    """What the scoring has to know of a participant; the row of the table knows it, and a few columns of it do."""

    @property
    def id(self) -> int:
        """The number of the participant."""

    @property
    def subject_id(self) -> int | None:
        """As whom the survey knows them."""

    @property
    def scorecard_id(self) -> int | None:
        """The number of their scorecard."""

    @property
    def scheme(self) -> Scheme | None:
        """How they are reviewed."""


@dataclass(frozen=True)
class ScoredParticipant:
    """A participant who gets a grade, without the rest of the row: there may be a hundred thousand of them."""

    id: int
    subject_id: int | None
    scorecard_id: int | None
    scheme: Scheme | None


@dataclass(frozen=True)
class PersonScores:
    """All numbers of one participant, with the steps between them."""

    participant: Judged
    steps: PersonSteps | None
    card: CardResult | None
    total: TotalResult
    hidden_groups: tuple[str, ...] = ()

    @property
    def has_failed_gate(self) -> bool:
        """Whether a gate of the scorecard was not passed."""
        return self.card is not None and bool(self.card.gates_failed)
