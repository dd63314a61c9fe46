"""The page of calibration: how far the scores of a closed cycle can be trusted."""

from flask import Blueprint, render_template

from assessments.closing.models import CountKind
from assessments.evidence.queries import counts_of
from assessments.measurement.conduct import SEVERITY_BANDS
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from review.calibration.access import may_see_calibration
from review.calibration.queries import (
    calibration_of,
    dimension_names,
    roles_of,
    severities_of,
    standings_listing,
)
from review.cycles.access import may_see_cycle
from review.cycles.queries import cycle_by_public_id
from review.results.access import CALCULATED
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
@guard(Permission.PROGRESS_READ)
def evidence(cycle_id: str) -> str:
    """Show what a calibration session needs to know of a closed cycle."""
    cycle, viewer = cycle_by_public_id(cycle_id), current_viewer()
    deny_unless(cycle is not None and may_see_cycle(viewer, cycle) and cycle.state in CALCULATED)
    assert cycle is not None
    deny_unless(visible=True, allowed=may_see_calibration(viewer))
    found = calibration_of(cycle)
    if found is None:
        return render_template("review/calibration/none.html", cycle=cycle)
    counts = counts_of(cycle.survey)
    return render_template(
        "review/calibration/evidence.html",
        cycle=cycle,
        evidence=found,
        severities=severities_of(found),
        roles=roles_of(found),
        names=dimension_names(cycle),
        bands=[(label, counts.get((CountKind.SEVERITY, band), 0)) for band, label in BANDS.items()],
        forms={kind: counts.get((kind, ""), 0) for kind in CountKind},
        listing=standings_listing(cycle, viewer),
        may_run=viewer.can(Permission.CYCLE_RUN),
    )
