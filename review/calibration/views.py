"""The page of calibration: how far the scores of a closed cycle can be trusted, for those who run it."""

from flask import Blueprint, render_template

from assessments.closing.models import CountKind
from assessments.evidence.queries import counts_of
from assessments.measurement.conduct import SEVERITY_BANDS
from assessments.surveys.queries import form_of
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.calibration.queries import calibration_evidence, standings_listing
from review.cycles.access import may_see_cycle
from review.cycles.queries import cycle_by_public_id
from review.results.access import CALCULATED
from rubrics.frameworks.queries import dimensions_of
from web.language import lazy_gettext as _l

blueprint = Blueprint("calibration", __name__)
BANDS = dict(
    zip(
        SEVERITY_BANDS,
        (
            _l("Very severe"),
            _l("Severe"),
            _l("Somewhat severe"),
            _l("In the middle"),
            _l("Somewhat lenient"),
            _l("Lenient"),
            _l("Very lenient"),
        ),
        strict=True,
    )
)


@blueprint.get("/cycles/<public_id:cycle_id>/calibration")
@guard(Permission.CYCLE_RUN)
def evidence(cycle_id: str) -> str:
    """Show what a calibration session needs to know of a closed cycle."""
    cycle, viewer = cycle_by_public_id(cycle_id), current_viewer()
    deny_unless(cycle is not None and may_see_cycle(viewer, cycle) and cycle.state in CALCULATED)
    assert cycle is not None
    counts = counts_of(cycle.survey)
    return render_template(
        "review/calibration/evidence.html",
        cycle=cycle,
        evidence=calibration_evidence(cycle),
        names={dimension.code: dimension.name for dimension in dimensions_of(form_of(cycle.survey))},
        bands=[(label, counts.get((CountKind.SEVERITY, band), 0)) for band, label in BANDS.items()],
        forms={kind: counts.get((kind, ""), 0) for kind in CountKind},
        listing=standings_listing(cycle, viewer),
    )
