"""Pages of one person's result: what it is, what it stands on, and the signature."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.actuals.queries import current_actuals
from assessments.comments.queries import comments_of
from assessments.evidence.queries import item_means_of, named_ratings_of
from people.permissions import Permission, Role
from people.roles.guards import current_viewer, deny_unless, guard
from review.cycles.access import may_grade, may_review, may_sign
from review.cycles.models import Cycle, Participant
from review.cycles.queries import cycle_by_public_id
from review.results.access import CALCULATED, may_follow_up, may_list_results, may_see_result
from review.results.actions import grade as give_grade
from review.results.actions import review_grade, send_back, sign_result
from review.results.forms import SEND_BACK, ReviewForm, SignForm, grade_form, review_form
from review.results.models import Result
from review.results.queries import (
    duties_of,
    grade_steps_of,
    grades_near,
    grades_of_list,
    measures_of,
    own_results,
    people_listing,
    result_before,
    result_by_public_id,
    results_to_grade,
    results_to_review,
    states_of,
    units_in,
    visible_parts,
    visible_results,
)
from review.results.reports import (
    EVIDENCE,
    REASONS,
    ShownDimension,
    cell_rows,
    cells_picture,
    hidden_groups,
    overall_margin,
    radar_picture,
    radar_rows,
    shown_cells,
    shown_dimensions,
    shown_figures,
    step_title,
)
from review.schemes.models import SectionKind, VisiblePart
from rubrics.frameworks.queries import dimensions_of, items_of
from web.language import gettext as _
from web.language import lazy_gettext as _l

blueprint = Blueprint("results", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/results/mine")
@guard(Permission.RESULT_READ)
def mine() -> Answer:
    """Lead to the reader's newest result, or say that there is none yet."""
    found = own_results(current_viewer())
    if not found:
        return render_template("review/results/none_yet.html")
    return redirect(url_for("results.result", participant_id=found[0].public_id), 303)


@blueprint.get("/results")
@guard(Permission.RESULT_READ)
def overview() -> Answer:
    """Show the reader's own results, and the cycles in which they grade, review or look after people."""
    viewer = current_viewer()
    own, duties = own_results(viewer), duties_of(viewer)
    may_list = may_list_results(viewer)
    return render_template("review/results/overview.html", own=own, duties=duties, may_list=may_list)


@blueprint.get("/results/<public_id:participant_id>")
@guard(Permission.RESULT_READ)
def result(participant_id: str) -> Answer:
    """Show a result: grade, points, scores with their intervals, KPI lines, history."""
    page = page_of(participant_id)
    return render_template("review/results/result.html", **page, **_numbers_of(page))


def _numbers_of(page: dict[str, Any]) -> dict[str, Any]:
    """What the first page of a result shows beside the facts that all its pages share."""
    found, before = page["result"], result_before(page["participant"])
    dimensions = shown_dimensions_on(page, before)
    figures = shown_figures_of(found) if VisiblePart.KPI_LINES in page["parts"] else []
    return {
        "dimensions": dimensions,
        "before": before,
        "radar": radar_picture(dimensions),
        "radar_rows": radar_rows(dimensions),
        "figures": figures,
        "history": [(step, step_title(step)) for step in reversed(grade_steps_of(found))],
        "hidden_groups": hidden_groups(found),
        "overall_margin": overall_margin(found) if VisiblePart.UNCERTAINTY in page["parts"] else None,
        "near": () if page["is_own"] else grades_near(found),
        "own_results": own_results(current_viewer()) if page["is_own"] else [],
    }


@blueprint.get("/results/<public_id:participant_id>/evidence", defaults={"code": ""})
@blueprint.get("/results/<public_id:participant_id>/evidence/<string:code>")
@guard(Permission.RESULT_READ)
def evidence(participant_id: str, code: str) -> Answer:
    """Show one dimension by source, as far as anonymity allows, with its single behaviours."""
    page = page_of(participant_id)
    dimensions = shown_dimensions_on(page)
    deny_unless(bool(dimensions))
    shown = next((one for one in dimensions if one.dimension.code.lower() == code.lower()), None)
    deny_unless(shown is not None or not code)
    shown = shown or dimensions[0]
    has_cells = VisiblePart.CELLS in page["parts"]
    cells = shown_cells(page["result"], shown.dimension.code) if has_cells else []
    return render_template(
        "review/results/evidence.html",
        **page,
        dimensions=dimensions,
        shown=shown,
        cells=cells,
        picture=cells_picture(shown, cells),
        rows=cell_rows(cells, shown),
        items=_items(page, shown) if VisiblePart.ITEMS in page["parts"] else [],
    )


def _items(page: dict[str, Any], shown: ShownDimension) -> list[tuple[Any, ...]]:
    """Each behaviour of a dimension: its name, what the named sources answered, the mean of all anonymous ones."""
    subject = page["participant"].subject
    if subject is None:
        return []
    items = items_of(subject.survey.framework)
    means, named = item_means_of(subject, items), named_ratings_of(subject, items)
    return [
        (item, {group.value: ratings.get(item.code, 0) for group, ratings in named.items()}, means.get(item.code))
        for item in items
        if item.dimension_id == shown.dimension.id
    ]


@blueprint.get("/results/<public_id:participant_id>/comments")
@guard(Permission.RESULT_READ)
def comments(participant_id: str) -> Answer:
    """Show the comments, shuffled; who chose to be named is named."""
    page = page_of(participant_id)
    deny_unless(VisiblePart.COMMENTS in page["parts"])
    subject = page["participant"].subject
    found = comments_of(subject) if subject is not None else {}
    return render_template("review/results/comments.html", **page, comments=found)


@blueprint.route("/results/<public_id:participant_id>/sign", methods=["GET", "POST"])
@guard(Permission.RESULT_SIGN)
def sign(participant_id: str) -> Answer:
    """Let the subject sign: having read is not agreeing."""
    page = page_of(participant_id)
    participant, form = page["participant"], SignForm(version=str(page["participant"].version))
    deny_unless(visible=True, allowed=page["is_own"])
    if form.carried_out(
        lambda: sign_result(participant, form.agrees.data == "yes", form.note.data or ""), editing=participant
    ):
        flash(_("Your signature is kept with the result."), "success")
        return redirect(url_for("results.result", participant_id=participant_id), 303)
    return render_template("review/results/sign.html", **page, form=form), form.status


def page_of(participant_id: str) -> dict[str, Any]:
    """What every page about one result starts from; strangers, and subjects before the release, learn nothing."""
    found, viewer = result_by_public_id(participant_id), current_viewer()
    deny_unless(found is not None and may_see_result(viewer, found[0]))
    assert found is not None
    participant, shown, signature = found
    return {
        "participant": participant,
        "result": shown,
        "signature": signature,
        "parts": visible_parts(viewer, participant),
        "is_own": participant.person_id == viewer.person_id,
        "may_sign": may_sign(viewer, participant),
        "may_follow_up": may_follow_up(viewer, participant),
        "sections": {kind.value: kind.label for kind in SectionKind},
        "all_parts": list(VisiblePart),
        "evidence_labels": EVIDENCE,
        "reasons": REASONS,
    }


def shown_dimensions_on(page: dict[str, Any], before: Result | None = None) -> list[ShownDimension]:
    """The dimensions as far as the reader is shown them, with their change since an earlier result."""
    participant, parts = page["participant"], page["parts"]
    if VisiblePart.DIMENSION_SCORES not in parts or participant.subject is None:
        return []
    framework = participant.cycle.survey.framework
    with_margin = VisiblePart.UNCERTAINTY in parts
    return shown_dimensions(page["result"], dimensions_of(framework), before, with_margin=with_margin)


def shown_figures_of(found: Result) -> list[Any]:
    """The KPI lines of a result, with what was corrected since."""
    codes = [line["code"] for line in found.steps["key_figures"]]
    current = current_actuals([found.participant.person_id], codes) if codes else {}
    return shown_figures(found, measures_of(found), current)


@blueprint.get("/cycles/<public_id:cycle_id>/to-grade")
@guard(Permission.RESULT_GRADE)
def to_grade(cycle_id: str) -> Answer:
    """List the reader's own people of a closed cycle, with what was calculated."""
    cycle, statement = _calculated(cycle_id), results_to_grade
    listing = people_listing(statement(current_viewer(), cycle), _l("Your people"))
    counts = states_of(statement(current_viewer(), cycle))
    page = {"cycle": cycle, "listing": listing, "counts": counts, "grades_near": grades_near}
    return render_template("review/results/to_grade.html", **page)


@blueprint.get("/cycles/<public_id:cycle_id>/to-review")
@guard(Permission.RESULT_READ)
def to_review(cycle_id: str) -> Answer:
    """List the results that the reader reviews as the second line, or as HR where there is none."""
    cycle, statement, viewer = _calculated(cycle_id), results_to_review, current_viewer()
    counts = states_of(statement(viewer, cycle))
    deny_unless(visible=True, allowed=bool(counts) or viewer.can(Permission.RESULT_GRADE) or viewer.holds(Role.HR))
    listing = people_listing(statement(viewer, cycle), _l("Grades to review"))
    page = {"cycle": cycle, "listing": listing, "counts": counts, "grades_near": grades_near}
    return render_template("review/results/to_review.html", **page)


@blueprint.get("/cycles/<public_id:cycle_id>/results")
@guard(Permission.RESULT_READ)
def all_results(cycle_id: str) -> Answer:
    """List the results of a cycle that the reader may see, with their distribution."""
    deny_unless(visible=True, allowed=may_list_results(current_viewer()))
    cycle = _calculated(cycle_id)
    statement = visible_results(current_viewer(), cycle)
    listing = people_listing(statement, _l("Results"), units_in(cycle))
    page = {"cycle": cycle, "listing": listing, "counts": grades_of_list(statement), "grades_near": grades_near}
    return render_template("review/results/all_results.html", **page)


@blueprint.route("/results/<public_id:participant_id>/grade", methods=["GET", "POST"])
@guard(Permission.RESULT_GRADE)
def grade(participant_id: str) -> Answer:
    """Let the manager grade beside the evidence."""
    page = page_of(participant_id)
    participant, found, viewer = page["participant"], page["result"], current_viewer()
    deny_unless(visible=True, allowed=may_grade(viewer, participant))
    form = grade_form(found)

    def given() -> Result:
        return give_grade(
            participant, form.grade.data, form.reason.data or "", form.comment.data or "", viewer.person_id
        )

    if form.carried_out(given, editing=found):
        flash(_("%(name)s is graded.", name=participant.person.name), "success")
        return redirect(url_for("results.to_grade", cycle_id=participant.cycle.public_id), 303)
    shown = {"dimensions": shown_dimensions_on(page), "figures": shown_figures_of(found), "near": grades_near(found)}
    history = [(step, step_title(step)) for step in reversed(grade_steps_of(found))]
    return render_template("review/results/grade.html", **page, **shown, history=history, form=form), form.status


@blueprint.route("/results/<public_id:participant_id>/review", methods=["GET", "POST"])
@guard(Permission.RESULT_READ)
def review(participant_id: str) -> Answer:
    """Let the second line agree, give another grade with a reason, or send the grade back."""
    page = page_of(participant_id)
    participant, found, viewer = page["participant"], page["result"], current_viewer()
    deny_unless(visible=True, allowed=may_review(viewer, participant))
    form = review_form(found)
    if form.carried_out(lambda: _decided(participant, form, viewer.person_id), editing=found):
        flash(_("Your decision about %(name)s is kept.", name=participant.person.name), "success")
        return redirect(url_for("results.to_review", cycle_id=participant.cycle.public_id), 303)
    shown = {"dimensions": shown_dimensions_on(page), "figures": shown_figures_of(found), "near": grades_near(found)}
    history = [(step, step_title(step)) for step in reversed(grade_steps_of(found))]
    return render_template("review/results/review.html", **page, **shown, history=history, form=form), form.status


def _decided(participant: Participant, form: ReviewForm, by_id: int) -> Result:
    if form.decision.data == SEND_BACK:
        return send_back(participant, form.reason.data or "", by_id)
    return review_grade(participant, form.chosen, form.reason.data or "", by_id)


def _calculated(cycle_id: str) -> Cycle:
    """A cycle that has results; until then the page does not exist."""
    found = cycle_by_public_id(cycle_id)
    deny_unless(found is not None and found.state in CALCULATED)
    assert found is not None
    return found
