"""What a verification of seals can find."""

from dataclasses import dataclass
from enum import StrEnum

from review.cycles.models import Participant
from web.language import LazyString
from web.language import lazy_gettext as _l


class ProblemKind(StrEnum):
    """What a verification can find."""

    RESULT_MISSING = "result_missing"
    SEAL_MISSING = "seal_missing"
    SEAL_BROKEN = "seal_broken"
    KEY_MISSING = "key_missing"
    RESULT_CHANGED = "result_changed"
    NUMBERS_DIFFER = "numbers_differ"
    FORMULAS_UNKNOWN = "formulas_unknown"


PROBLEM_TEXTS: dict[ProblemKind, LazyString] = {
    ProblemKind.RESULT_MISSING: _l("The participant has no result any more."),
    ProblemKind.SEAL_MISSING: _l("The released result has no seal."),
    ProblemKind.SEAL_BROKEN: _l("The seal does not fit what it seals."),
    ProblemKind.KEY_MISSING: _l("The key of the seals is not there, so they cannot be checked."),
    ProblemKind.RESULT_CHANGED: _l("The result is not what was sealed."),
    ProblemKind.NUMBERS_DIFFER: _l("Computing again gives another number."),
    ProblemKind.FORMULAS_UNKNOWN: _l("The seal was made with formulas that this version does not know."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit: whose result, what kind, and the names of the numbers."""

    participant: Participant
    kind: ProblemKind
    names: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is wrong, in the reader's language."""
        return str(PROBLEM_TEXTS[self.kind])
