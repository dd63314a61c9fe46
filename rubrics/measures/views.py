"""Pages of the KPI library."""

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from people.permissions import Permission
from people.roles.guards import guard
from rubrics.frameworks.models import DimensionKind
from rubrics.frameworks.queries import dimensions_of, latest_published
from rubrics.measures.models import Direction, Joining, Measure
from rubrics.measures.queries import current_measures, measure_by_public_id, versions_of_measure
from web.language import lazy_gettext as _l
from web.language import localized
from web.tables import Choice, Column, Listing, in_language

blueprint = Blueprint("measures", __name__, url_prefix="/kpi-library")


@blueprint.get("")
@guard(Permission.RUBRICS_READ)
def library() -> str:
    """List the measures; search them, narrow them to an area."""
    areas = _areas()
    columns = [
        Column("name", _l("KPI"), order_by=in_language(Measure.name), search=in_language(Measure.name)),
        Column("area", _l("Area"), order_by=(Measure.area_code, Measure.place)),
        Column("unit", _l("Unit of measure")),
        Column("direction", _l("Direction")),
        Column("joining", _l("How months join")),
        Column("owner", _l("Owner"), search=in_language(Measure.definition)),
    ]
    filters = [
        Choice("area", _l("Area"), list(areas.items()), Measure.area_code),
        Choice("direction", _l("Direction"), [(one.value, one.label) for one in Direction], Measure.direction),
        Choice("joining", _l("How months join"), [(one.value, one.label) for one in Joining], Measure.joining),
    ]
    listing = Listing(
        current_measures(),
        columns,
        caption=_l("KPI library"),
        default_sort="area",
        tie_breaker=Measure.id,
        per_page=50,
        filters=filters,
    )
    return render_template("rubrics/measures/library.html", measures=listing, areas=areas)


@blueprint.get("/<public_id:measure_id>")
@guard(Permission.RUBRICS_READ)
def measure(measure_id: str) -> str:
    """Show one measure: what it counts, how months join, and its default curve."""
    shown = measure_by_public_id(measure_id)
    if shown is None:
        raise NotFound
    return render_template(
        "rubrics/measures/measure.html",
        measure=shown,
        area=_areas().get(shown.area_code, shown.area_code),
        versions=versions_of_measure(shown.code),
    )


def _areas() -> dict[str, str]:
    framework = latest_published()
    dimensions = dimensions_of(framework) if framework else []
    return {
        dimension.code: f"{dimension.code} {localized(dimension.short_name)}"
        for dimension in dimensions
        if dimension.kind == DimensionKind.AREA
    }
