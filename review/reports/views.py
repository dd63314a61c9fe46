"""Reports as files."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from assessments.comments.queries import comments_of
from people.permissions import Permission
from people.roles.guards import current_viewer, guard
from review.plans.access import may_read_plan
from review.plans.queries import plan_of
from review.reports.reports import result_document
from review.results.queries import grade_steps_of, result_before
from review.results.views import page_of, shown_dimensions_on, shown_figures_of
from review.schemes.models import VisiblePart
from web.documents.typesetting import typst_pdf
from web.files.downloads import attachment
from web.language import gettext as _

blueprint = Blueprint("reports", __name__)


@blueprint.get("/results/<public_id:participant_id>/report.pdf")
@guard(Permission.RESULT_READ)
def result(participant_id: str) -> Response:
    """The report of a result as PDF, with exactly what its pages show this reader."""
    page = page_of(participant_id)
    data, pictures = document_of(page)
    person, period = page["participant"].person, page["participant"].cycle.period_ends_on
    name = _("Result %(person)s %(period)s", person=person.name, period=period)
    return attachment(typst_pdf("result", data, pictures), str(name), "pdf")


def document_of(page: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the report says to the reader of a page, and its pictures."""
    participant, parts = page["participant"], page["parts"]
    has_comments = VisiblePart.COMMENTS in parts and participant.subject is not None
    return result_document(
        page,
        dimensions=shown_dimensions_on(page, result_before(participant)),
        figures=shown_figures_of(page["result"]) if VisiblePart.KPI_LINES in parts else [],
        comments=comments_of(participant.subject) if has_comments else {},
        history=grade_steps_of(page["result"]) if VisiblePart.GRADE in parts else [],
        plan=plan_of(participant) if may_read_plan(current_viewer(), participant) else None,
    )
