"""Forms of promotions; a decision is taken on the same form as that on pay."""

from collections.abc import Sequence

from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from people.organisation.models import Position
from web.forms import BaseForm, choices_of, no_control_characters
from web.language import lazy_gettext as _l
from web.language import localized


class ProposalForm(BaseForm):
    """To which position, from which day, and why."""

    position = SelectField(_l("New position"), [InputRequired(_l("Choose a position."))])
    effective_on = DateField(_l("Takes effect on"), [InputRequired(_l("Write a date such as 2026-03-01."))])
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why in a sentence.")), Length(max=2000), no_control_characters],
        description=_l("What the person does today that the new role asks for. The approver reads it."),
    )
    positions: Sequence[Position] = ()

    def offer(self, positions: Sequence[Position]) -> "ProposalForm":
        """Let one of these positions be chosen."""
        self.positions = positions
        self.position.choices = choices_of([(each.public_id, localized(each.title)) for each in positions])
        return self

    @property
    def chosen(self) -> Position:
        """The position that was chosen."""
        return next(each for each in self.positions if each.public_id == self.position.data)


class StepForm(BaseForm):
    """A step that needs nothing but the click."""
