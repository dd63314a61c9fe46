"""Forms for where someone sits."""

from datetime import date

from wtforms import DateField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from people.organisation.forms import PersonField, PositionField, UnitField
from people.organisation.models import Post
from web.forms import BaseForm, WholeNumberField
from web.language import lazy_gettext as _l

SHARE = [
    InputRequired(_l("Write a whole number from 1 to 100.")),
    NumberRange(1, 100, _l("Write a whole number from 1 to 100.")),
]


class PostFields(BaseForm):
    """Unit, position, managers and share."""

    unit = UnitField(_l("Unit"), [DataRequired(_l("Choose a unit."))])
    position = PositionField(_l("Position"), [DataRequired(_l("Choose a position."))])
    manager = PersonField(_l("Manager"), [Optional()])
    dotted_manager = PersonField(_l("Second manager (dotted line)"), [Optional()])
    share = WholeNumberField(_l("Share of working time (percent)"), SHARE, default=100)

    def post(self) -> Post:
        """The post that was written; to be called when the form is valid."""
        unit_id, position_id = self.unit.unit_id, self.position.position_id
        assert unit_id is not None
        assert position_id is not None
        return Post(
            unit_id, position_id, self.manager.person_id, self.dotted_manager.person_id, int(self.share.data or 0)
        )


class PostForm(PostFields):
    """A post from a day on."""

    starts_on = DateField(_l("From"), [InputRequired(_l("Write a date such as 2026-03-01."))])

    @property
    def first_day(self) -> date:
        """The day from which it holds; to be asked when the form is valid."""
        assert self.starts_on.data is not None
        return self.starts_on.data


class FurtherPostForm(PostForm):
    """A post beside the others, perhaps for a limited time."""

    ends_on = DateField(_l("Until"), [Optional()])


class EndPostForm(BaseForm):
    """The last day of a post."""

    ends_on = DateField(_l("Last day of the post"), [InputRequired(_l("Write a date such as 2026-03-01."))])

    @property
    def last_day(self) -> date:
        """The day on which it ends; to be asked when the form is valid."""
        assert self.ends_on.data is not None
        return self.ends_on.data


class WithdrawPostForm(BaseForm):
    """Nothing to write: only what every form carries."""
