"""Forms of scorecards: the period, the KPIs with weights and targets, and one-button decisions."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, request
from wtforms import (
    BooleanField,
    DateField,
    Form,
    FormField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessments.actuals.models import is_storable, plain_digits
from assessments.scorecards.actions import LineDraft, draft_scorecard, is_default_curve
from assessments.scorecards.models import Scorecard, ScorecardLine
from assessments.scorecards.queries import cards_of_person, people_to_target
from people.organisation.models import Person
from people.roles.models import Viewer
from rubrics.measures.models import Measure, MeasureUnit
from web.formats import NumberFormatError, parse_decimal
from web.forms import BaseForm, WholeNumberField
from web.language import lazy_gettext as _l
from web.language import localized

BLANK_LINES = 3
MOST_LINES = 20
# A percent figure above this is a forgotten percent sign: nobody plans for ten times the whole.
LARGEST_FRACTION = 10


class FigureField(StringField):
    """An exact number as people type it; "95%" is 0.95."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the digits; what is not a number is said beside the field."""
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            self.data = None
            return
        is_percent = text.endswith(("%", "％"))
        try:
            number = parse_decimal(text.rstrip("%％"))
        except NumberFormatError as error:
            self.data = None
            raise ValueError(str(error)) from error
        self.data = number / 100 if is_percent else number
        if not is_storable(self.data):
            raise ValueError(str(_l("This number has too many digits.")))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else plain_digits(self.data)


class ScorecardForm(BaseForm):
    """A new scorecard: for whom, and from when to when."""

    person = SelectField(_l("Person"), [InputRequired()])
    starts_on = DateField(_l("First day of the period"), [InputRequired()])
    ends_on = DateField(_l("Last day of the period"), [InputRequired()])
    currency = StringField(_l("Currency of money figures"), [InputRequired(), Length(min=3, max=3)])
    continues_line = BooleanField(
        _l("Below the threshold the line goes on, instead of 0 points"),
    )
    copies = BooleanField(_l("Take over the KPIs of the last scorecard"))
    people: Sequence[Person] = ()

    @property
    def chosen(self) -> Person:
        """The person that was chosen."""
        return next(person for person in self.people if person.public_id == self.person.data)

    def drafted(self) -> Scorecard:
        """The scorecard that this form asks for."""
        earlier = cards_of_person(self.chosen.id)[:1] if self.copies.data else []
        starts_on, ends_on = self.starts_on.data, self.ends_on.data
        assert starts_on is not None
        assert ends_on is not None
        return draft_scorecard(
            self.chosen,
            starts_on=starts_on,
            ends_on=ends_on,
            currency=str(self.currency.data),
            continues_line=bool(self.continues_line.data),
            lines=[_repeated(line) for card in earlier for line in card.lines],
        )


def scorecard_form(viewer: Viewer) -> ScorecardForm:
    """The form of a new scorecard: for whomever the viewer may set targets, over the present half-year at first."""
    today = viewer.today
    first = 1 if today.month < 7 else 7
    form = ScorecardForm(
        starts_on=today.replace(month=first, day=1),
        ends_on=today.replace(month=first + 5, day=30 if first == 1 else 31),
        currency=current_app.config["CURRENCY"],
    )
    form.people = people_to_target(viewer)
    form.person.choices = [("", "–"), *((person.public_id, person.name) for person in form.people)]
    return form


def _repeated(line: ScorecardLine) -> LineDraft:
    curve = line.curve_points or None
    return LineDraft(line.measure, line.weight, line.target, is_gate=line.is_gate, curve=curve)


class LineForm(Form):
    """One KPI of a scorecard."""

    measure = SelectField(_l("KPI"), default="")
    weight = WholeNumberField(_l("Weight in percent"), [Optional(), NumberRange(0, 100)])
    target = FigureField(_l("Target"), [Optional()])
    threshold = FigureField(_l("Threshold"), [Optional()])
    cap = FigureField(_l("Stretch value"), [Optional()])
    is_gate = BooleanField(_l("Gate: caps the grade when the target is missed"))


class LinesForm(BaseForm):
    """All KPIs of a scorecard at once, because their weights belong together; made by lines_form."""

    measures: tuple[Measure, ...] = ()

    @property
    def lines(self) -> list[Any]:
        """The KPIs, in the order of the page."""
        return [field for field in self if isinstance(field, FormField)]

    @property
    def drafts(self) -> list[LineDraft]:
        """The chosen KPIs."""
        known = {measure.public_id: measure for measure in self.measures}
        return [_draft(field.form, known[field.form.measure.data]) for field in self.lines if field.form.measure.data]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse a percent figure without its sign, such as 95 for 95%."""
        is_valid = bool(super().validate(extra_validators))
        return self._check_percents() and is_valid

    def _check_percents(self) -> bool:
        percents = {measure.public_id for measure in self.measures if measure.unit is MeasureUnit.PERCENT}
        figures = [
            figure
            for field in self.lines
            if field.form.measure.data in percents
            for figure in (field.form.target, field.form.threshold, field.form.cap)
        ]
        forgotten = [figure for figure in figures if figure.data is not None and abs(figure.data) > LARGEST_FRACTION]
        for figure in forgotten:
            figure.errors = [*figure.errors, str(_l("Write percentages with their sign, like in the library."))]
        return not forgotten


def lines_form(card: Scorecard, library: Sequence[Measure]) -> LinesForm:
    """The form of a scorecard's KPIs: those it has, in their pinned versions, and some empty ones."""
    pinned = {line.measure.code: line.measure for line in card.lines}
    measures = tuple(pinned.get(measure.code, measure) for measure in library)
    measures += tuple(measure for measure in pinned.values() if measure not in measures)
    # What someone has typed stays on the page even where the scorecard has fewer KPIs by now.
    sent = sum(f"line_{place}-measure" in request.form for place in range(MOST_LINES))
    count = min(max(len(card.lines) + BLANK_LINES, sent), MOST_LINES)
    fields = {
        f"line_{place}": FormField(LineForm, label=str(_l("KPI %(number)s")) % {"number": place + 1})
        for place in range(count)
    }
    kind = type("ScorecardLinesForm", (LinesForm,), {**fields, "measures": measures})
    values = {f"line_{place}": line_values(line) for place, line in enumerate(card.lines)}
    form: LinesForm = kind(data={"version": card.version, **values})
    choices = [("", "–"), *((measure.public_id, localized(measure.name)) for measure in measures)]
    for field in form.lines:
        field.form.measure.choices = choices
    if not form.is_submitted():
        _write_percents(form, card)
    return form


def _write_percents(form: LinesForm, card: Scorecard) -> None:
    """Show 0.95 as 95%, the way it is typed."""
    for field, line in zip(form.lines, card.lines, strict=False):
        if line.measure.unit is MeasureUnit.PERCENT:
            for figure in (field.form.target, field.form.threshold, field.form.cap):
                figure.raw_data = None if figure.data is None else [f"{plain_digits(figure.data * 100)}%"]


def _draft(line: Any, measure: Measure) -> LineDraft:
    return LineDraft(
        measure=measure,
        weight=line.weight.data or 0,
        target=line.target.data,
        threshold=line.threshold.data,
        cap=line.cap.data,
        is_gate=bool(line.is_gate.data),
    )


def line_values(line: ScorecardLine) -> dict[str, Any]:
    """What the form shows of a line; a curve that is the library's own stays empty, so that it follows the target."""
    curve = () if is_default_curve(line) else line.curve_points
    return {
        "measure": line.measure.public_id,
        "weight": line.weight,
        "target": line.target,
        "threshold": curve[0][0] if curve else None,
        "cap": curve[-1][0] if curve else None,
        "is_gate": line.is_gate,
    }


class DecisionForm(BaseForm):
    """A verb without anything to fill in."""
