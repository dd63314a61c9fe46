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
