"""Forms for writing a draft, and for choosing two versions to compare."""

from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from rubrics.frameworks.models import LEVELS, Dimension, Item
from web.database import LANGUAGES
from web.forms import BaseForm, no_control_characters
from web.language import lazy_gettext as _l

LONGEST_NAME, LONGEST_SHORT_NAME, LONGEST_TEXT = 80, 24, 400
LANGUAGE_LABELS = {"zh": _l("Chinese"), "en": _l("English")}


def _line(language: str, longest: int = LONGEST_NAME) -> StringField:
    return StringField(LANGUAGE_LABELS[language], [DataRequired(), Length(max=longest), no_control_characters])


def _passage(language: str) -> TextAreaField:
    return TextAreaField(LANGUAGE_LABELS[language], [DataRequired(), Length(max=LONGEST_TEXT), no_control_characters])


class TextsForm(BaseForm):
    """A form with pairs of fields, one for each language."""

    def text(self, part: str) -> dict[str, str]:
        """What was typed for a part, in both languages."""
        return {language: str(self[f"{part}_{language}"].data or "").strip() for language in LANGUAGES}


class DimensionForm(TextsForm):
    """The name, short name and definition of a dimension."""

    name_zh, name_en = _line("zh"), _line("en")
    short_name_zh, short_name_en = _line("zh", LONGEST_SHORT_NAME), _line("en", LONGEST_SHORT_NAME)
    definition_zh, definition_en = _passage("zh"), _passage("en")


class ItemForm(TextsForm):
    """The name and definition of an item, and what one sees at each level."""

    name_zh, name_en = _line("zh"), _line("en")
    definition_zh, definition_en = _passage("zh"), _passage("en")
    level_1_zh, level_1_en = _passage("zh"), _passage("en")
    level_2_zh, level_2_en = _passage("zh"), _passage("en")
    level_3_zh, level_3_en = _passage("zh"), _passage("en")
    level_4_zh, level_4_en = _passage("zh"), _passage("en")
    level_5_zh, level_5_en = _passage("zh"), _passage("en")

    @property
    def anchors(self) -> list[dict[str, str]]:
        """What was typed for the five levels, the lowest first."""
        return [self.text(f"level_{level}") for level in LEVELS]

    def level_fields(self, level: int) -> tuple[Any, Any]:
        """The pair of fields of a level."""
        return self[f"level_{level}_zh"], self[f"level_{level}_en"]


class StartDraftForm(BaseForm):
    """Nothing to write: only what every form carries."""


class PublishForm(BaseForm):
    """Nothing to write: only what every form carries."""


class DiscardForm(BaseForm):
    """Nothing to write: only what every form carries."""


class VersionPairForm(BaseForm):
    """Two versions to compare."""

    before = SelectField(_l("Earlier version"))
    after = SelectField(_l("Later version"))


def texts_of(row: Dimension | Item) -> dict[str, str]:
    """The texts of a row under the names of the form's fields."""
    parts: dict[str, dict[str, str]] = {"name": row.name, "definition": row.definition}
    if isinstance(row, Dimension):
        parts["short_name"] = row.short_name
    else:
        parts |= {f"level_{level}": row.anchor(level) for level in LEVELS}
    return {f"{part}_{language}": text.get(language, "") for part, text in parts.items() for language in LANGUAGES}
