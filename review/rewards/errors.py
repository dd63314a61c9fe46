"""Named errors of rewards: a code and its details, never a sentence for the user."""

from __future__ import annotations

from assessments.measurement.errors import MeasurementError


class RewardError(MeasurementError):
    """Input that the arithmetic of rewards refuses."""

    code = "reward"


class SalaryRangeError(RewardError):
    """A salary range that is empty, reversed or not positive."""

    code = "salary_range"


class MeritMatrixError(RewardError):
    """A merit matrix with gaps, unordered edges, negative rates, or rates that reward the worse grade more."""

    code = "merit_matrix"


class BudgetError(RewardError):
    """A budget that cannot be allocated."""

    code = "budget"


class ZeroBudgetError(BudgetError):
    """A budget of zero or less."""

    code = "zero_budget"


class BudgetBelowFloorsError(BudgetError):
    """A budget that does not cover the least raises."""

    code = "budget_below_floors"


class RaiseLimitsError(RewardError):
    """A person's least raise above the greatest, or a salary or rate that cannot be."""

    code = "raise_limits"


class DistributionError(RewardError):
    """Shares of grades that do not sum to 100 percent, or a team without a size."""

    code = "distribution"


class AmountError(RewardError):
    """Money that is not a whole number of minor units, is negative, or arrays of it that do not fit together."""

    code = "amount"


class AmountTooLargeError(AmountError):
    """Money beyond 2^62 minor units, which the arithmetic does not take."""

    code = "amount_too_large"


class LimitError(RewardError):
    """Limits of a distribution that contradict each other or name a grade or a share that cannot be."""

    code = "distribution_limits"


class BonusError(RewardError):
    """A bonus scheme that turns back, or a factor, tier, cap or pool that cannot be."""

    code = "bonus"


class ProrationError(RewardError):
    """A period without days, or stints and leaves that are reversed or overlap."""

    code = "proration"
