"""What can go wrong with pay ranges, rounds of raises and their approval."""

from typing import ClassVar

from web.errors import SteelyardError
from web.language import lazy_gettext as _l


class BudgetZeroError(SteelyardError):
    """There is nothing to share out."""

    message = _l("The budget must be more than zero.")
    field: ClassVar[str | None] = "budget"


class CycleNotReleasedError(SteelyardError):
    """Raises follow from released results."""

    message = _l("Raises follow from released results. Release the cycle first.")
    status = 409


class NobodyToPayError(SteelyardError):
    """No participant has both a grade and a salary in this currency."""

    message = _l("Nobody in this cycle has both a grade and a salary in this currency.")


class RangeMissingError(SteelyardError):
    """A job level has no pay range."""

    message = _l("Job level %(job_level)s has no pay range in %(currency)s on that day.")


class EffectiveDateError(SteelyardError):
    """The raise would take effect before the period has ended or before the present salary began."""

    message = _l("Raises take effect after the end of the period and after the present salaries began.")
    field: ClassVar[str | None] = "effective_on"


class RoundStateError(SteelyardError):
    """The round is not at the step that this one builds on."""

    message = _l("This round is at another step now. Open the page again to see what can be done.")
    status = 409


class OwnProposalError(SteelyardError):
    """Nobody approves what they proposed or what they gain from."""

    message = _l("Somebody else must decide: you proposed this or are paid by it.")
    status = 403


class ChangedSinceSeenError(SteelyardError):
    """The proposal is not the one that the approver was shown."""

    message = _l("The proposal has changed since you opened the page. Look at it again before you decide.")
    status = 409


class ReasonForExclusionError(SteelyardError):
    """Leaving someone out needs a reason."""

    message = _l("Say in a sentence why this person gets no raise in this round.")
    field: ClassVar[str | None] = "reason"


class SalaryChangedError(SteelyardError):
    """A salary is not what it was when the round was planned."""

    message = _l(
        "The salary of %(name)s has changed since this round was planned. Refuse it, so that it is planned anew."
    )
    status = 409


class LeavesBeforeError(SteelyardError):
    """Someone in the round no longer works here on its day."""

    message = _l(
        "%(name)s does not work here any more on the day of effect. Refuse the round, so that it is planned anew."
    )
    status = 409


class EffectPassedError(SteelyardError):
    """The month in which the raises should take effect is over."""

    message = _l("Raises take effect in this month at the earliest: months that are paid stay as they are.")
    field: ClassVar[str | None] = "effective_on"


class DecisionNoteError(SteelyardError):
    """A refusal says why."""

    message = _l("Say in a sentence why you refuse.")
    field: ClassVar[str | None] = "note"
