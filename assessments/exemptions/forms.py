"""The form that decides whether a KPI counts."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from assessments.exemptions.access import may_decide
from assessments.exemptions.actions import (
    approve_not_applicable,
    ask_not_applicable,
    mark_not_delivered,
    refuse_not_applicable,
    restore_line,
)
from assessments.scorecards.access import may_edit
from assessments.scorecards.models import LineStatus, ScorecardLine
from people.roles.models import Viewer
from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l

LABELS = {
    "approve": _l("Leave it out: approve the request"),
    "refuse": _l("Let it count: refuse the request"),
    "ask": _l("Ask to leave it out of this period"),
    "not_delivered": _l("Note that its result was owed and not delivered"),
    "restore": _l("Let it count again"),
}


class LineStatusForm(BaseForm):
    """What is to become of a KPI, and why."""

    decision = RadioField(_l("What should happen"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"),
        [Optional(), Length(max=1000), no_control_characters],
        description=_l("Needed for asking and for noting; everyone who sees the scorecard can read it."),
    )

    def carry_out(self, line: ScorecardLine, viewer: Viewer) -> ScorecardLine:
        """Do what was chosen."""
        reason, by_id = self.reason.data or "", viewer.person_id
        verbs = {
            "approve": lambda: approve_not_applicable(line, by_id),
            "refuse": lambda: refuse_not_applicable(line, by_id),
            "ask": lambda: ask_not_applicable(line, reason, by_id),
            "not_delivered": lambda: mark_not_delivered(line, reason, by_id),
            "restore": lambda: restore_line(line),
        }
        return verbs[str(self.decision.data)]()


def line_status_form(viewer: Viewer, line: ScorecardLine) -> LineStatusForm:
    """The form with what this viewer may do to this line now."""
    form = LineStatusForm(obj=line.scorecard)
    offered = []
    if may_decide(viewer, line):
        offered += ["approve", "refuse"]
    if line.status is LineStatus.NORMAL and not line.is_waiting:
        offered.append("ask")
    if may_edit(viewer, line.scorecard):
        offered += ["not_delivered"] if line.status is LineStatus.NORMAL else ["restore"]
    form.decision.choices = [(verb, str(LABELS[verb])) for verb in offered]
    return form
