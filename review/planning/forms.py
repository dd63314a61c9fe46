"""The form of a plan, filled in from the last cycle so that a new one takes minutes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from flask import current_app
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from assessments.surveys.models import HIGHEST_THRESHOLD, LOWEST_THRESHOLD
from people.organisation.forms import UnitField
from review.cycles.actions import CyclePlan
from review.cycles.forms import LocalTimeField, local_time, moment_in
from review.cycles.models import Cycle
from web.forms import BaseForm, WholeNumberField, choices_of, no_control_characters
from web.language import lazy_gettext as _l
from web.texts import stored_text

A_DATE = _l("Write a date such as 2026-03-01.")
A_NAME = [DataRequired(_l("Write a name.")), Length(max=200), no_control_characters]
A_THRESHOLD = _l("Write a whole number from 3 to 10.")
END_OF_WORK = time(18, 0)


def time_zones() -> list[tuple[str, str]]:
    """The zones that can be chosen: a continent and a city, or UTC."""
    return [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class DatesForm(BaseForm):
    """Name, dates and threshold: what can change until the opening."""

    name_zh = StringField(_l("Chinese"), A_NAME)
    name_en = StringField(_l("English"), A_NAME)
    opens_at = LocalTimeField(_l("Answers from"))
    closes_at = LocalTimeField(_l("Answers until"))
    grading_ends_at = LocalTimeField(_l("Grades until"))
    time_zone = SelectField(_l("Time zone"), description=_l("The times above are those of clocks in this zone."))
    threshold = WholeNumberField(
        _l("Smallest anonymous group"),
        [InputRequired(A_THRESHOLD), NumberRange(LOWEST_THRESHOLD, HIGHEST_THRESHOLD, A_THRESHOLD)],
        description=_l("Answers of fewer raters are shown only together with others. It can be raised, never lowered."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer all zones."""
        super().__init__(*args, **kwargs)
        self.time_zone.choices = choices_of(time_zones())

    def plan_for(self, period_starts_on: date, period_ends_on: date, snapshot_on: date) -> CyclePlan:
        """What was written; to be called when the form is valid."""
        assert self.opens_at.data is not None
        assert self.closes_at.data is not None
        assert self.grading_ends_at.data is not None
        zone = str(self.time_zone.data)
        return CyclePlan(
            name={"zh": stored_text(str(self.name_zh.data)), "en": stored_text(str(self.name_en.data))},
            period_starts_on=period_starts_on,
            period_ends_on=period_ends_on,
            snapshot_on=snapshot_on,
            opens_at=moment_in(zone, self.opens_at.data, "opens_at"),
            closes_at=moment_in(zone, self.closes_at.data, "closes_at"),
            grading_ends_at=moment_in(zone, self.grading_ends_at.data, "grading_ends_at"),
            time_zone=zone,
            threshold=int(self.threshold.data or 0),
        )


class PlanForm(DatesForm):
    """A whole plan: for whom, the period and the day whose employment counts as well."""

    unit = UnitField(
        _l("For whom"),
        nothing=_l("The whole company"),
        description=_l("Everyone in this unit and below whose position has a role profile takes part."),
    )
    period_starts_on = DateField(_l("Period from"), [InputRequired(A_DATE)])
    period_ends_on = DateField(_l("Period until"), [InputRequired(A_DATE)])
    snapshot_on = DateField(
        _l("Day of the snapshot"),
        [InputRequired(A_DATE)],
        description=_l("Units, positions and managers count as they are on this day."),
    )

    def plan(self) -> CyclePlan:
        """What was written; to be called when the form is valid."""
        assert self.period_starts_on.data is not None
        assert self.period_ends_on.data is not None
        assert self.snapshot_on.data is not None
        plan = self.plan_for(self.period_starts_on.data, self.period_ends_on.data, self.snapshot_on.data)
        return replace(plan, unit_id=self.unit.unit_id)


@dataclass(frozen=True)
class Span:
    """The days of a period."""

    starts_on: date
    ends_on: date


def next_span(last: Cycle | None, today: date) -> Span:
    """The period after the last one, as many whole months long; without one, the half year that ended last."""
    if last is None:
        this_month = today.replace(day=1)
        ends_on = this_month - timedelta(days=1)
        return Span(_months_later(this_month, -6), ends_on)
    starts_on = last.period_ends_on + timedelta(days=1)
    months = (starts_on.year - last.period_starts_on.year) * 12 + starts_on.month - last.period_starts_on.month
    return Span(starts_on, _months_later(starts_on, max(months, 1)) - timedelta(days=1))


def _months_later(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def plan_form(last: Cycle | None, today: date) -> PlanForm:
    """A form with what a new cycle most likely is, for HR to look over."""
    span = next_span(last, today)
    opening = max(span.ends_on + timedelta(days=1), today)
    zone = last.survey.time_zone if last is not None else str(current_app.config["TIME_ZONE"])
    year = span.ends_on.year
    return PlanForm(
        name_zh=f"{year} 年绩效考核（{span.starts_on:%Y-%m} 至 {span.ends_on:%Y-%m}）",
        name_en=f"Performance review {year} ({span.starts_on:%Y-%m} to {span.ends_on:%Y-%m})",
        period_starts_on=span.starts_on,
        period_ends_on=span.ends_on,
        snapshot_on=min(span.ends_on, today),
        opens_at=datetime.combine(opening, time(9, 0)),
        closes_at=datetime.combine(opening + timedelta(days=14), END_OF_WORK),
        grading_ends_at=datetime.combine(opening + timedelta(days=28), END_OF_WORK),
        time_zone=zone,
        threshold=last.survey.threshold if last is not None else LOWEST_THRESHOLD,
        unit=last.unit.code if last is not None and last.unit is not None else "",
    )


def dates_form(cycle: Cycle) -> DatesForm:
    """The form with the present dates of a draft."""
    survey = cycle.survey
    return DatesForm(
        version=str(cycle.version),
        name_zh=cycle.name.get("zh"),
        name_en=cycle.name.get("en"),
        opens_at=local_time(survey.opens_at, survey.time_zone),
        closes_at=local_time(survey.closes_at, survey.time_zone),
        grading_ends_at=local_time(cycle.grading_ends_at, survey.time_zone),
        time_zone=survey.time_zone,
        threshold=survey.threshold,
    )
