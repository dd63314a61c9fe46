"""Forms for units and positions."""

from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from people.organisation.forms import UnitField
from web.forms import BaseForm, WholeNumberField, no_control_characters
from web.language import lazy_gettext as _l
from web.texts import stored_text

CODE = [InputRequired(_l("Write a code with letters or digits.")), Length(max=64), no_control_characters]
NAME = [Optional(), Length(max=200), no_control_characters]
A_LEVEL = _l("Write a whole number from 1 to 30.")


class UnitForm(BaseForm):
    """Code, name in both languages and place in the tree."""

    code = StringField(_l("Code"), CODE, description=_l("Short and lasting; files name the unit by it."))
    name_zh = StringField(_l("Chinese"), NAME)
    name_en = StringField(_l("English"), NAME)
    parent = UnitField(_l("Belongs to"), [Optional()], nothing=_l("At the top"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a name in at least one language, too."""
        return _has_text(super().validate(extra_validators), self.name(), self.name_zh)

    def name(self) -> dict[str, str]:
        """The name in the languages in which it was written."""
        return written(zh=self.name_zh.data, en=self.name_en.data)


class PositionForm(BaseForm):
    """Code, title in both languages and job level."""

    code = StringField(_l("Code"), CODE, description=_l("Short and lasting; files name the position by it."))
    title_zh = StringField(_l("Chinese"), NAME)
    title_en = StringField(_l("English"), NAME)
    job_level = WholeNumberField(_l("Job level"), [InputRequired(A_LEVEL), NumberRange(1, 30, A_LEVEL)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a title in at least one language, too."""
        return _has_text(super().validate(extra_validators), self.title(), self.title_zh)

    @property
    def level(self) -> int:
        """The job level; to be asked when the form is valid."""
        assert self.job_level.data is not None
        return self.job_level.data

    def title(self) -> dict[str, str]:
        """The title in the languages in which it was written."""
        return written(zh=self.title_zh.data, en=self.title_en.data)


def written(**texts: str | None) -> dict[str, str]:
    """A text in data from what was typed, without the languages that were left empty."""
    stored = {language: stored_text(text or "") for language, text in texts.items()}
    return {language: text for language, text in stored.items() if text}


def _has_text(fits: bool, text: dict[str, str], field: StringField) -> bool:
    if not text:
        field.errors = [*field.errors, str(_l("Write it in at least one language."))]
    return fits and bool(text)
