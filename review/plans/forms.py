"""Forms of development plans."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from review.plans.models import GoalKind, GoalState
from web.forms import BaseForm, WholeNumberField, no_control_characters
from web.language import LazyString
from web.language import lazy_gettext as _l

AN_AIM, A_SHARE = _l("Write what you want to get better at."), _l("Write a whole number from 0 to 100.")
KIND_LABELS: dict[GoalKind, LazyString] = {
    GoalKind.AT_WORK: _l("At work"),
    GoalKind.WITH_OTHERS: _l("With and from others"),
    GoalKind.COURSE: _l("In a course"),
}
STATE_LABELS: dict[GoalState, LazyString] = {
    GoalState.OPEN: _l("Under way"),
    GoalState.REACHED: _l("Reached"),
    GoalState.DROPPED: _l("Dropped"),
}


def _choices(labels: Mapping[Any, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(member.value, label) for member, label in labels.items()]


class GoalForm(BaseForm):
    """What somebody wants to get better at, how, and by when."""

    aim = StringField(_l("Aim"), [InputRequired(AN_AIM), Length(max=300), no_control_characters])
    dimension_code = SelectField(_l("Serves"), [Optional()])
    kind = SelectField(_l("Way of learning"), choices=_choices(KIND_LABELS))
    steps = TextAreaField(_l("Steps and support"), [Optional(), Length(max=4000), no_control_characters])
    due_on = DateField(_l("By"), [InputRequired(_l("Write a date such as 2026-03-01."))])

    def offer(self, names: Mapping[str, str]) -> "GoalForm":
        """Let the goal serve one of these dimensions, or none."""
        self.dimension_code.choices = {"": str(_l("No dimension in particular")), **names}
        return self


class ProgressForm(BaseForm):
    """How far a goal has come."""

    progress = WholeNumberField(_l("Progress in percent"), [InputRequired(A_SHARE), NumberRange(0, 100, A_SHARE)])
    state = SelectField(
        _l("State"), choices=[SelectChoice(state.value, label) for state, label in STATE_LABELS.items()]
    )
    note = TextAreaField(_l("Note"), [Optional(), Length(max=2000), no_control_characters])


class AgreeForm(BaseForm):
    """Agreement by one click."""
