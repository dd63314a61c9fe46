"""Why a number is not there: "not estimable" is a value with its reason, never NaN."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """Reason code of a missing number; 0 means that the number is there."""

    ESTIMATED = 0
    NOT_ASKED = 1
    NO_ANSWERS = 2
    BELOW_THRESHOLD = 3
    TOO_FEW_ITEMS = 4
    MANAGER_MISSING = 5
    NO_CYCLE_MEAN = 6
    TOO_LITTLE_WEIGHT = 7
    NOT_APPLICABLE = 8
    NOT_DELIVERED = 9
    PART_MISSING = 10
    NO_ACTUALS = 11
    ZERO_DENOMINATOR = 12
    TOO_FEW_VALUES = 13
    NO_VARIATION = 14
    ANNULLED = 15
    UNBOUNDED = 16
    COLLINEAR = 17
    DISCONNECTED = 18

    @property
    def code(self) -> str:
        """The reason's name as pages and stored results know it."""
        return self.name.lower()


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and 90 % interval."""

    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True)
class NotEstimable:
    """The place of a number that cannot be given, and why."""

    reason: Reason
