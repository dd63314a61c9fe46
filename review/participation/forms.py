"""Forms about one participant: taking part, who grades, who rates."""

from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from people.organisation.forms import PersonField
from review.cycles.models import Participant, ParticipantState, ParticipationStatus
from rubrics.frameworks.models import RaterGroup
from web.forms import BaseForm, choices_of, no_control_characters
from web.language import lazy_gettext as _l
from web.texts import stored_text

YES, NO = "yes", "no"


class ParticipationForm(BaseForm):
    """Whether and how someone takes part, with the reason."""

    takes_part = RadioField(
        _l("Takes part"),
        [InputRequired(_l("Choose one."))],
        choices=choices_of([(YES, _l("Yes, is rated and graded")), (NO, _l("No"))]),
    )
    employment = SelectField(_l("Employment in the period"))
    note = TextAreaField(_l("Reason"), [Optional(), Length(max=500), no_control_characters])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer all statuses in the reader's language."""
        super().__init__(*args, **kwargs)
        self.employment.choices = choices_of([(status.value, status.label) for status in ParticipationStatus])

    def decision(self) -> tuple[ParticipationStatus, str, bool]:
        """What was chosen; to be called when the form is valid."""
        return ParticipationStatus(self.employment.data), stored_text(self.note.data or ""), self.takes_part.data == YES


def participation_form(participant: Participant) -> ParticipationForm:
    """The form with what holds now."""
    return ParticipationForm(
        version=str(participant.version),
        takes_part=NO if participant.state is ParticipantState.EXCLUDED else YES,
        employment=participant.status.value,
        note=participant.note,
    )


class GraderForm(BaseForm):
    """Who rates and grades in the place of the manager of the snapshot, and who reviews."""

    manager = PersonField(_l("Manager"), [InputRequired(_l("Name a person."))])
    second_line = PersonField(_l("Second line"), [Optional()])


class RaterForm(BaseForm):
    """One more rater, in a group."""

    rater = PersonField(_l("Person"), [InputRequired(_l("Name a person."))])
    group = SelectField(_l("Rates as"), [InputRequired(_l("Choose a group."))])

    def __init__(self, groups: list[RaterGroup], *args: Any, **kwargs: Any) -> None:
        """Offer the groups that the role profile asks."""
        super().__init__(*args, **kwargs)
        self.group.choices = choices_of([("", _l("Choose a group")), *((group.value, group.label) for group in groups)])


class WithdrawForm(BaseForm):
    """One rater less."""
