"""Fields that name people, units and positions, for forms everywhere."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

from people.organisation.models import Person, Position, Unit
from people.organisation.queries import all_positions, all_units, people_called, units_as_tree
from web.forms import choices_of
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.language import localized

LONGEST_REFERENCE = 300


class PersonField(StringField):
    """Names a person by employee number, e-mail address or name; ``person_id`` is whom it found."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        """Say how to name a person, unless the form says something better."""
        options.setdefault("description", _l("Employee number, e-mail address or full name"))
        options.setdefault("render_kw", {"autocomplete": "off", "spellcheck": "false"})
        super().__init__(label, validators, **options)
        self.person_id: int | None = None

    def process_data(self, value: Any) -> None:
        """Show a person as name and number."""
        self.data = None if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        """Find the one person who is meant, or say why there is none."""
        text = (self.data or "").strip()
        if not text:
            return
        found = _people_meant(text[:LONGEST_REFERENCE])
        if len(found) == 1:
            self.person_id = found[0].id
            return
        if not found:
            raise ValidationError(_("Nobody here has this number, address or name."))
        names = _("; ").join(str(person) for person in found)
        raise ValidationError(_("Several people have this name: %(names)s. Write the number.", names=names))


def _people_meant(text: str) -> list[Person]:
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        return []
    name, bracket, number = text.removesuffix(")").rpartition("(")
    if bracket and text.endswith(")"):
        by_number = [person for person in people_called(number) if person.name == name.strip()]
        if by_number:
            return by_number
    return people_called(text)


class UnitField(SelectField):
    """A choice of units as a tree; ``unit_id`` is the chosen one's."""

    def __init__(self, label: Any, validators: Any = None, *, nothing: Any = None, **options: Any) -> None:
        """Offer all units; ``nothing`` is the label of no unit, where that may be chosen."""
        super().__init__(label, validators, coerce=_code_of, choices=[], validate_choice=True, **options)
        units = units_as_tree(all_units())
        self.ids: dict[str, int] = {row.unit.code: row.unit.id for row in units}
        named = [(row.unit.code, "\u2003" * row.depth + localized(row.unit.name)) for row in units]
        self.choices = choices_of([("", nothing or _l("Choose a unit")), *named])

    @property
    def unit_id(self) -> int | None:
        """The chosen unit's number."""
        return self.ids.get(self.data)


class PositionField(SelectField):
    """A choice of positions; ``position_id`` is the chosen one's."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        """Offer all positions."""
        super().__init__(label, validators, coerce=_code_of, choices=[], validate_choice=True, **options)
        positions = all_positions()
        self.ids: dict[str, int] = {position.code: position.id for position in positions}
        named = [(position.code, localized(position.title)) for position in positions]
        self.choices = choices_of([("", _l("Choose a position")), *named])

    @property
    def position_id(self) -> int | None:
        """The chosen position's number."""
        return self.ids.get(self.data)


def _code_of(value: Unit | Position | str | None) -> str:
    return "" if value is None else str(value)
