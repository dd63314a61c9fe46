"""Forms of schemes: one page for all that a scheme says, and one-button decisions."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from wtforms import (
    BooleanField,
    DateField,
    Form,
    FormField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from review.schemes.errors import RaisesError
from review.schemes.models import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    DistributionRule,
    Scheme,
    SecondLine,
    SectionKind,
    VisiblePart,
)
from review.schemes.queries import BandContent, SchemeContent, content_of
from web.errors import SteelyardError
from web.formats import NumberFormatError, parse_decimal
from web.forms import BaseForm, WholeNumberField, no_control_characters
from web.language import lazy_gettext as _l

MOST_GRADES = 7
LONGEST_NUMBER = 12
LEVEL = NumberRange(LOWEST_LEVEL, HIGHEST_LEVEL)


class ExactField(StringField):
    """A short exact number as people type it."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the digits; what is not a number is said beside the field."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = exact_number(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format(self.data, "f")


class ExactListField(StringField):
    """Several exact numbers, separated by spaces."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read all of them; what is not a number is said beside the field."""
        self.data = tuple(exact_number(part) for part in str(valuelist[0] if valuelist else "").split())

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return " ".join(format(number, "f") for number in self.data or ())


def exact_number(text: str) -> Decimal:
    """The number of a typed text; ValueError with a sentence for the reader where it is none."""
    try:
        number = parse_decimal(text.rstrip("%％"))
    except (NumberFormatError, InvalidOperation) as error:
        raise ValueError(str(error)) from error
    if len(format(number, "f")) > LONGEST_NUMBER:
        raise ValueError(str(_l("This number has too many digits.")))
    return number


class BandForm(Form):
    """One grade of a scheme."""

    grade = StringField(_l("Grade"), [Optional(), Length(max=8), no_control_characters])
    points = ExactField(_l("From points"), [Optional()])
    coefficient = ExactField(_l("Coefficient"), [Optional()])
    share = WholeNumberField(_l("Share in percent"), [Optional(), NumberRange(0, 100)])
    raises = ExactListField(_l("Raises in percent by compa-ratio band"), [Optional()])


class SchemeForm(BaseForm):
    """Everything that a scheme says; made by scheme_form."""

    name_zh = StringField(_l("Chinese"), [InputRequired(), Length(max=100), no_control_characters])
    name_en = StringField(_l("English"), [InputRequired(), Length(max=100), no_control_characters])
    job_level_from = WholeNumberField(_l("From job level"), [InputRequired(), LEVEL])
    job_level_to = WholeNumberField(_l("To job level"), [InputRequired(), LEVEL])
    starts_on = DateField(_l("In force from"), [InputRequired()])
    ends_on = DateField(_l("Until"), [Optional()])
    competency = WholeNumberField(_l("Weight of competency (360)"), [InputRequired(), NumberRange(0, 100)])
    kpi = WholeNumberField(_l("Weight of KPIs"), [InputRequired(), NumberRange(0, 100)])
    kpi_continues_line = BooleanField(_l("Below the threshold of a KPI the line goes on, instead of 0 points"))
    gate_cap = StringField(_l("Best grade when a gate was not passed"), [Optional(), Length(max=8)])
    distribution = RadioField(_l("Shares of the grades"))
    smallest_team = WholeNumberField(
        _l("Smaller teams are pooled for the shares"), [InputRequired(), NumberRange(1, 1000)]
    )
    second_line = RadioField(_l("Second-line manager"))
    second_line_weight = WholeNumberField(_l("Weight when rating"), [InputRequired(), NumberRange(0, 100)])
    visibility = SelectMultipleField(
        _l("What employees are shown of their own result"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    merit_cuts = ExactListField(_l("Edges of the compa-ratio bands"), [Optional()])

    def show(self, error: SteelyardError) -> None:
        """Put an error about the raises of a grade beside them."""
        names = [(field.form.grade.data or "").strip() for field in self.bands]
        if isinstance(error, RaisesError) and error.parameters["grade"] in names:
            raises = self.bands[names.index(error.parameters["grade"])].form.raises
            raises.errors, self.status = [*raises.errors, str(error)], error.status
        else:
            super().show(error)

    @property
    def bands(self) -> list[Any]:
        """The grades, in the order of the page."""
        return [field for field in self if isinstance(field, FormField)]

    @property
    def content(self) -> SchemeContent:
        """What was filled in."""
        starts_on, level_from, level_to = self.starts_on.data, self.job_level_from.data, self.job_level_to.data
        assert starts_on is not None
        return SchemeContent(
            name={"zh": str(self.name_zh.data), "en": str(self.name_en.data)},
            job_level_from=int(level_from or 0),
            job_level_to=int(level_to or 0),
            starts_on=starts_on,
            ends_on=self.ends_on.data,
            sections={SectionKind.COMPETENCY: self.competency.data or 0, SectionKind.KPI: self.kpi.data or 0},
            bands=tuple(_band(field.form) for field in self.bands if (field.form.grade.data or "").strip()),
            kpi_continues_line=bool(self.kpi_continues_line.data),
            gate_cap=(self.gate_cap.data or "").strip() or None,
            distribution=DistributionRule(self.distribution.data),
            smallest_team=self.smallest_team.data or 0,
            second_line=SecondLine(self.second_line.data),
            second_line_weight=self.second_line_weight.data or 0,
            visibility=tuple(VisiblePart(part) for part in self.visibility.data or ()),
            merit_cuts=self.merit_cuts.data or (),
        )


def _band(form: Any) -> BandContent:
    return BandContent(
        grade=form.grade.data.strip(),
        points=form.points.data,
        coefficient=form.coefficient.data if form.coefficient.data is not None else Decimal(0),
        share=form.share.data,
        raises=form.raises.data or (),
    )


def scheme_form(content: SchemeContent, version: int | None = None) -> SchemeForm:
    """The form filled with a scheme's content, with room for some more grades."""
    values: dict[str, Any] = {
        "version": version,
        "name_zh": content.name["zh"],
        "name_en": content.name["en"],
        "competency": content.sections.get(SectionKind.COMPETENCY, 0),
        "kpi": content.sections.get(SectionKind.KPI, 0),
        "distribution": content.distribution.value,
        "second_line": content.second_line.value,
        "visibility": [part.value for part in content.visibility],
    }
    for name in ("job_level_from", "job_level_to", "starts_on", "ends_on", "kpi_continues_line", "gate_cap",
                 "smallest_team", "second_line_weight", "merit_cuts"):  # fmt: skip
        values[name] = getattr(content, name)
    for place, band in enumerate(content.bands):
        values[f"band_{place}"] = vars(band)
    fields = {
        f"band_{place}": FormField(BandForm, label=str(_l("Grade %(number)s")) % {"number": place + 1})
        for place in range(MOST_GRADES)
    }
    form: SchemeForm = type("FilledSchemeForm", (SchemeForm,), fields)(data=values)
    form.distribution.choices = [(rule.value, str(rule.label)) for rule in DistributionRule]
    form.second_line.choices = [(rule.value, str(rule.label)) for rule in SecondLine]
    form.visibility.choices = [(part.value, str(part.label)) for part in VisiblePart]
    return form


class DecisionForm(BaseForm):
    """A verb without anything to fill in."""


def differences_between(before: Scheme, after: Scheme) -> Sequence[tuple[str, Any, Any]]:
    """The fields of two versions that say different things, as the form names them."""
    old, new = scheme_form(content_of(before)), scheme_form(content_of(after))
    return [
        (str(field.label.text), _shown(field), _shown(new[field.name]))
        for field in old
        if field.name not in {"csrf_token", "idempotency_key", "version"} and _shown(field) != _shown(new[field.name])
    ]


def _shown(field: Any) -> str:
    if isinstance(field, FormField):
        return " · ".join(f"{part.label.text}: {part._value()}" for part in field.form if part.data not in (None, ""))
    if isinstance(field, RadioField | SelectMultipleField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(str(label) for value, label in cast(Any, field.choices) if value in chosen)
    if isinstance(field, BooleanField):
        return str(_l("Yes") if field.data else _l("No"))
    return str(field._value())
