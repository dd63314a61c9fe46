"""Pages that say why a number is what it is."""

from flask import Blueprint, render_template

from people.permissions import Permission
from people.roles.guards import guard
from review.lineage.queries import background_of
from review.lineage.reports import grade_step
from review.results.queries import grade_steps_of
from review.results.reports import hidden_groups, step_title
from review.results.views import page_of

blueprint = Blueprint("lineage", __name__)


@blueprint.get("/results/<public_id:participant_id>/why")
@guard(Permission.RESULT_READ)
def why(participant_id: str) -> str:
    """Walk back from the grade to what it was made of, as far as the reader may see."""
    page = page_of(participant_id)
    step = grade_step(page["result"], background_of(page["result"]), page["parts"])
    history = [(one, step_title(one)) for one in reversed(grade_steps_of(page["result"]))]
    groups = hidden_groups(page["result"])
    return render_template("review/lineage/why.html", **page, step=step, history=history, hidden_groups=groups)
