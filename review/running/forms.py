"""Forms of the steps of a cycle: decisions that are asked twice, and deadlines that move."""

from datetime import datetime
from typing import Any

from wtforms import BooleanField

from review.cycles.forms import LocalTimeField, local_time, moment_in
from review.cycles.models import Cycle
from web.forms import BaseForm
from web.language import lazy_gettext as _l


class StepForm(BaseForm):
    """A step that leaves one phase for the next."""


class CloseForm(BaseForm):
    """Closing, with a word of its own where answers could still come."""

    early = BooleanField(_l("Close now although answers could still be given"))


class DeadlinesForm(BaseForm):
    """The end of the answers and of grading, in the zone of the cycle."""

    closes_at = LocalTimeField(_l("Answers until"))
    grading_ends_at = LocalTimeField(_l("Grades until"))

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """The two instants; to be called when the form is valid."""
        assert self.closes_at.data is not None
        assert self.grading_ends_at.data is not None
        return (
            moment_in(zone, self.closes_at.data, "closes_at"),
            moment_in(zone, self.grading_ends_at.data, "grading_ends_at"),
        )


def deadlines_form(cycle: Cycle) -> Any:
    """The form with the present deadlines as clocks of the cycle's zone show them."""
    zone = cycle.survey.time_zone
    return DeadlinesForm(
        version=str(cycle.version),
        closes_at=local_time(cycle.survey.closes_at, zone),
        grading_ends_at=local_time(cycle.grading_ends_at, zone),
    )
