"""What a data check can find, as sentences with the place where it is mended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from review.cycles.models import Participant
from web.language import gettext as _
from web.language import lazy_gettext as _l


class FindingCode(StrEnum):
    """Everything that a data check looks for."""

    NO_MANAGER = "no_manager"
    MANAGER_LEFT = "manager_left"
    MANAGER_WITHOUT_ACCOUNT = "manager_without_account"
    NO_SCHEME = "no_scheme"
    NO_PROFILE = "no_profile"
    NO_SCORECARD = "no_scorecard"
    SCORECARD_DRAFT = "scorecard_draft"
    SCORECARD_NOT_LOCKED = "scorecard_not_locked"
    ACTUALS_MISSING = "actuals_missing"
    NO_ANONYMOUS_CELL = "no_anonymous_cell"
    SMALL_GROUPS = "small_groups"
    LOAD_TOO_HIGH = "load_too_high"
    RATERS_WITHOUT_ACCOUNT = "raters_without_account"
    CLOSES_IN_THE_PAST = "closes_in_the_past"
    CLOSES_BEFORE_PERIOD_ENDS = "closes_before_period_ends"
    SNAPSHOT_OUTSIDE_PERIOD = "snapshot_outside_period"
    IN_ANOTHER_CYCLE = "in_another_cycle"


BLOCKING = frozenset(
    {
        FindingCode.NO_MANAGER,
        FindingCode.MANAGER_LEFT,
        FindingCode.NO_SCHEME,
        FindingCode.NO_SCORECARD,
        FindingCode.SCORECARD_DRAFT,
        FindingCode.LOAD_TOO_HIGH,
        FindingCode.CLOSES_IN_THE_PAST,
    }
)
SENTENCES = {
    FindingCode.NO_MANAGER: _l("%(name)s has no manager who could rate and grade."),
    FindingCode.MANAGER_LEFT: _l("The manager of %(name)s, %(manager)s, has left or is about to leave."),
    FindingCode.MANAGER_WITHOUT_ACCOUNT: _l("The manager %(manager)s cannot sign in: there is no active account."),
    FindingCode.NO_SCHEME: _l("No scheme covers job level %(level)s of %(name)s."),
    FindingCode.NO_PROFILE: _l(
        "People in the position %(position)s (%(count)s) do not take part: it has no role profile."
    ),
    FindingCode.NO_SCORECARD: _l("%(name)s has no scorecard for this period, but the scheme counts key figures."),
    FindingCode.SCORECARD_DRAFT: _l("The scorecard of %(name)s is still a draft that nobody has agreed to."),
    FindingCode.SCORECARD_NOT_LOCKED: _l("The scorecard of %(name)s is agreed but not locked yet."),
    FindingCode.ACTUALS_MISSING: _l("Monthly figures of %(name)s are missing for %(measures)s (%(count)s)."),
    FindingCode.NO_ANONYMOUS_CELL: _l("%(name)s would have no anonymous result: too few raters are planned."),
    FindingCode.SMALL_GROUPS: _l(
        "%(name)s: fewer than five raters are planned in %(groups)s; one who is silent can be enough."
    ),
    FindingCode.LOAD_TOO_HIGH: _l("%(name)s is asked %(items)s items about others; at most %(most)s can be asked."),
    FindingCode.RATERS_WITHOUT_ACCOUNT: _l(
        "Raters who cannot sign in, because they have no active account: %(count)s."
    ),
    FindingCode.CLOSES_IN_THE_PAST: _l("The answers would close in the past."),
    FindingCode.CLOSES_BEFORE_PERIOD_ENDS: _l("The answers close before the period ends."),
    FindingCode.SNAPSHOT_OUTSIDE_PERIOD: _l("The day of the snapshot lies outside the period."),
    FindingCode.IN_ANOTHER_CYCLE: _l(
        "People of this plan who are also in “%(cycle)s”, which is under way for an overlapping period: %(count)s."
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that the data check found: whom it concerns, and the public id of what mends it."""

    code: FindingCode
    participant: Participant | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    mended_at: str = ""

    @property
    def is_blocking(self) -> bool:
        """Whether the cycle cannot open before this is settled."""
        return self.code in BLOCKING

    @property
    def sentence(self) -> str:
        """The finding in the reader's language."""
        names = dict(self.parameters)
        if self.participant is not None:
            names.setdefault("name", self.participant.person.name)
        sentence: str = str(SENTENCES[self.code])
        return sentence % {key: _shown(value) for key, value in names.items()}


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return str(_(", ")).join(_shown(part) for part in value)
    return str(value)
