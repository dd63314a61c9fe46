"""What a formula tells where it can tell something: a missing number fails the test that needs it."""

from __future__ import annotations

from typing import TypeVar

from assessments.measurement.reasons import NotEstimable

Result = TypeVar("Result")


def estimated(result: Result | NotEstimable) -> Result:
    """A result that is there; where there is none, its reason fails the test."""
    assert not isinstance(result, NotEstimable), result.reason.code
    return result
