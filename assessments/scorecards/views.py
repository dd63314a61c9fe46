"""Pages of scorecards: the list, one card with the way to its numbers, writing, agreeing and locking it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from assessments.actuals.queries import history_of
from assessments.scorecards.access import may_ask, may_edit, may_lock, may_read, may_write
from assessments.scorecards.actions import agree_scorecard, lock_scorecard, reopen_scorecard, write_lines
from assessments.scorecards.forms import DecisionForm, ScorecardForm, lines_form, scorecard_form
from assessments.scorecards.models import Scorecard, ScorecardState
from assessments.scorecards.queries import (
    actuals_missing,
    cards_of_person,
    period_results,
    scorecard_by_public_id,
    visible_scorecards,
)
from assessments.scorecards.reports import (
    REASONS,
    explanation,
    mean_formula,
    points_picture,
    shown_lines,
    status_sentence,
)
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.guards import current_viewer, deny_unless, guard
from rubrics.measures.queries import measures
from web.language import gettext as _
from web.tables import Choice, Column, Listing

blueprint = Blueprint("scorecards", __name__)
Answer = str | Response | tuple[str, int]


def state_labels() -> dict[ScorecardState, tuple[str, str]]:
    """The words and the tone of each state."""
    return {
        ScorecardState.DRAFT: (_("Draft"), "draft"),
        ScorecardState.AGREED: (_("Agreed"), "done"),
        ScorecardState.LOCKED: (_("Locked"), "locked"),
    }


@blueprint.get("/scorecards")
@guard(Permission.SCORECARD_READ)
def all_scorecards() -> Answer:
    """List the scorecards that the reader may see."""
    labels = state_labels()
    listing = Listing(
        visible_scorecards(current_viewer()),
        [
            Column("person", _("Person"), Person.sort_key, search=(Person.name, Person.employee_number)),
            Column("period", _("Period"), (Scorecard.starts_on, Scorecard.ends_on)),
            Column("state", _("State"), Scorecard.state),
        ],
        caption=_("Scorecards"),
        default_sort="-period",
        tie_breaker=Scorecard.id,
        filters=[Choice("state", _("State"), [(state.value, labels[state][0]) for state in labels], Scorecard.state)],
    )
    return render_template("assessments/scorecards/all_scorecards.html", listing=listing, labels=labels)


@blueprint.get("/scorecards/mine")
@guard(Permission.SCORECARD_READ)
def my_scorecard() -> Answer:
    """Show the newest scorecard of the reader."""
    cards = cards_of_person(current_viewer().person_id)
    return _page(cards[0], cards) if cards else render_template("assessments/scorecards/none.html")


@blueprint.get("/scorecards/<public_id:scorecard_id>")
@guard(Permission.SCORECARD_READ)
def scorecard(scorecard_id: str) -> Answer:
    """Show one scorecard."""
    card = _readable(scorecard_id)
    return _page(card, cards_of_person(card.person_id))


def _page(card: Scorecard, cards: list[Scorecard]) -> str:
    viewer = current_viewer()
    result = period_results([card.id]).of(card.id)
    lines = shown_lines(card, result)
    codes = [line.measure.code for line in card.lines]
    return render_template(
        "assessments/scorecards/scorecard.html",
        card=card,
        cards=cards,
        lines=lines,
        result=result,
        reasons=REASONS,
        label=state_labels()[card.state],
        picture=points_picture(lines),
        steps=explanation(lines),
        mean=mean_formula(lines),
        corrections=history_of(card.person_id, codes, card.months),
        status_sentence=status_sentence,
        is_own=card.person_id == viewer.person_id,
        may_ask=may_ask(viewer, card),
        may={"write": may_write(viewer, card), "edit": may_edit(viewer, card), "lock": may_lock(viewer, card)},
    )


@blueprint.route("/scorecards/new", methods=["GET", "POST"])
@guard(Permission.SCORECARD_EDIT)
def new_scorecard() -> Answer:
    """Begin a scorecard for someone."""
    form: ScorecardForm = scorecard_form(current_viewer())
    if form.carried_out(form.drafted):
        return redirect(url_for("scorecards.edit_scorecard", scorecard_id=form.outcome), 303)
    return render_template("assessments/scorecards/new_scorecard.html", form=form), form.status


@blueprint.route("/scorecards/<public_id:scorecard_id>/edit", methods=["GET", "POST"])
@guard(Permission.SCORECARD_EDIT)
def edit_scorecard(scorecard_id: str) -> Answer:
    """Write the KPIs of a draft."""
    card = _readable(scorecard_id)
    deny_unless(visible=True, allowed=may_edit(current_viewer(), card))
    form = lines_form(card, measures())
    if form.carried_out(lambda: write_lines(card, form.drafts), editing=card):
        flash(_("The scorecard was saved."), "success")
        return redirect(url_for("scorecards.scorecard", scorecard_id=scorecard_id), 303)
    return render_template("assessments/scorecards/edit_scorecard.html", form=form, card=card), form.status


@blueprint.route("/scorecards/<public_id:scorecard_id>/agree", methods=["GET", "POST"])
@guard(Permission.SCORECARD_EDIT)
def agree(scorecard_id: str) -> Answer:
    """Note that both sides agree."""
    card = _readable(scorecard_id)
    viewer = current_viewer()
    deny_unless(visible=True, allowed=may_edit(viewer, card))
    form = DecisionForm(obj=card)
    if form.carried_out(lambda: agree_scorecard(card, viewer.person_id), editing=card):
        return redirect(url_for("scorecards.scorecard", scorecard_id=scorecard_id), 303)
    return render_template("assessments/scorecards/agree.html", form=form, card=card), form.status


@blueprint.route("/scorecards/<public_id:scorecard_id>/reopen", methods=["GET", "POST"])
@guard(Permission.SCORECARD_EDIT)
def reopen(scorecard_id: str) -> Answer:
    """Take an agreed scorecard back to draft."""
    card = _readable(scorecard_id)
    deny_unless(visible=True, allowed=may_edit(current_viewer(), card))
    form = DecisionForm(obj=card)
    if form.carried_out(lambda: reopen_scorecard(card), editing=card):
        return redirect(url_for("scorecards.scorecard", scorecard_id=scorecard_id), 303)
    return render_template("assessments/scorecards/reopen.html", form=form, card=card), form.status


@blueprint.route("/scorecards/<public_id:scorecard_id>/lock", methods=["GET", "POST"])
@guard(Permission.CYCLE_RUN)
def lock(scorecard_id: str) -> Answer:
    """Close a scorecard for good."""
    card = _readable(scorecard_id)
    viewer = current_viewer()
    deny_unless(visible=True, allowed=may_lock(viewer, card))
    form = DecisionForm(obj=card)
    if form.carried_out(lambda: lock_scorecard(card, viewer.person_id), editing=card):
        return redirect(url_for("scorecards.scorecard", scorecard_id=scorecard_id), 303)
    missing = actuals_missing([card.id])[card.id]
    return render_template("assessments/scorecards/lock.html", form=form, card=card, missing=missing), form.status


def _readable(scorecard_id: str) -> Scorecard:
    card = scorecard_by_public_id(scorecard_id)
    deny_unless(card is not None and may_read(current_viewer(), card))
    assert card is not None
    return card
