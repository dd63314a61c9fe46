"""Forms for choosing profiles, for writing a new version, and for saying which profile a position has."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from rubrics.frameworks.models import ANONYMOUS_GROUPS, LEVELS, Dimension, RaterGroup
from rubrics.profiles.models import Profile, RequirementContent
from web.database import LANGUAGES
from web.forms import BaseForm, WholeNumberField, no_control_characters
from web.language import lazy_gettext as _l

LANGUAGE_LABELS = {"zh": _l("Chinese"), "en": _l("English")}
WHOLE_PERCENT = _l("Write a whole number from 1 to 100.")


class ProfilePairForm(BaseForm):
    """Two profiles to compare."""

    first = SelectField(_l("Profile"))
    second = SelectField(_l("Beside"))


class PositionProfileForm(BaseForm):
    """The profile of a position, from a day on."""

    profile_code = SelectField(_l("Role profile"), [InputRequired()])
    starts_on = DateField(_l("From"), [InputRequired(_l("Write a date such as 2026-03-01."))])

    @property
    def first_day(self) -> date:
        """The day from which it holds; to be asked when the form is valid."""
        assert self.starts_on.data is not None
        return self.starts_on.data


class RevisionForm(BaseForm):
    """What a new version of a profile says; profile_form adds the fields of each dimension."""

    dimension_codes: tuple[str, ...] = ()

    def text(self, part: str) -> dict[str, str]:
        """What was typed for a part, in both languages."""
        return {language: str(self[f"{part}_{language}"].data or "").strip() for language in LANGUAGES}

    def dimension_fields(self, code: str) -> tuple[Any, Any, Any]:
        """The fields of a dimension: level, weight, anonymous groups (None where none can observe it)."""
        return self[f"level_{code}"], self[f"weight_{code}"], self._fields.get(f"groups_{code}")

    def requirements(self) -> tuple[RequirementContent, ...]:
        """What was typed, without the dimensions that were left empty."""
        written = (
            code for code in self.dimension_codes if any(field.data for field in self.dimension_fields(code)[:2])
        )
        return tuple(self._requirement(code) for code in written)

    def _requirement(self, code: str) -> RequirementContent:
        level, weight, groups = self.dimension_fields(code)
        chosen = set(groups.data or ()) if groups is not None else set()
        named = (RaterGroup.SELF.value, RaterGroup.MANAGER.value)
        asked = (*named, *(group.value for group in ANONYMOUS_GROUPS if group.value in chosen))
        return RequirementContent(code, int(level.data or 0), int(weight.data or 0), asked)


def profile_form(dimensions: Sequence[Dimension]) -> type[RevisionForm]:
    """The form for a new version of a profile: name, purpose, and for each dimension level, weight and groups."""
    fields: dict[str, Any] = {"dimension_codes": tuple(dimension.code for dimension in dimensions)}
    for language, label in LANGUAGE_LABELS.items():
        fields[f"name_{language}"] = StringField(label, [DataRequired(), Length(max=80), no_control_characters])
        fields[f"purpose_{language}"] = TextAreaField(label, [DataRequired(), Length(max=400), no_control_characters])
    levels = {"": str(_l("not required"))} | {str(level): str(level) for level in LEVELS}
    for dimension in dimensions:
        fields[f"level_{dimension.code}"] = SelectField(_l("Required level"), choices=levels)
        fields[f"weight_{dimension.code}"] = WholeNumberField(
            _l("Weight in percent"), [Optional(), NumberRange(1, 100, WHOLE_PERCENT)]
        )
        groups = {group.value: group.label for group in ANONYMOUS_GROUPS if dimension.is_observed_by(group)}
        if groups:
            fields[f"groups_{dimension.code}"] = SelectMultipleField(
                _l("Who is asked besides self and manager"),
                choices=groups,
                widget=ListWidget(prefix_label=False),
                option_widget=CheckboxInput(),
            )
    return type("ProfileForm", (RevisionForm,), fields)


def content_in_form(profile: Profile, dimensions: Sequence[Dimension]) -> dict[str, Any]:
    """What a profile says under the names of the form's fields."""
    values: dict[str, Any] = {f"level_{dimension.code}": "" for dimension in dimensions}
    for language in LANGUAGES:
        values[f"name_{language}"] = profile.name.get(language, "")
        values[f"purpose_{language}"] = profile.purpose.get(language, "")
    for requirement in profile.requirements:
        values[f"level_{requirement.dimension_code}"] = str(requirement.required_level)
        values[f"weight_{requirement.dimension_code}"] = requirement.weight_percent
        asked = [group.value for group in ANONYMOUS_GROUPS if requirement.asks(group)]
        values[f"groups_{requirement.dimension_code}"] = asked
    return values
