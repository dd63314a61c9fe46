"""The base of every form: CSRF, one effect per submit, no stale edit, errors beside the field."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField, IntegerField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from web.database import new_public_id
from web.errors import StaleEditError, SteelyardError
from web.formats import FIRST_YEAR, LAST_YEAR
from web.idempotency import earlier_outcome, keyed_fingerprint, remember_outcome
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.transactions import in_transaction, locked

NOT_CONTENT = frozenset({"csrf_token", "idempotency_key"})
BYTES_THAT_ARE_NO_TEXT = "\N{REPLACEMENT CHARACTER}"


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose action happens once, in one transaction, or not at all."""

    idempotency_key = HiddenField(default=new_public_id)
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start as a page that was only looked at."""
        super().__init__(*args, **kwargs)
        self.status = 200
        self.outcome = ""
        self.stale_row: Any = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also days and moments in years in which nobody works."""
        is_valid = bool(super().validate(extra_validators))
        for field in self._fields.values():
            if isinstance(field.data, date) and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
                message = _("Write a date from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
                field.errors = [*field.errors, message]
                is_valid = False
        return is_valid

    def carried_out(self, action: Callable[[], Any], *, editing: Any = None) -> bool:
        """Run the action if the form was sent and is valid; True when its effect is on disk.

        ``action`` returns the row (its ``public_id`` becomes ``outcome``), a text or None. ``editing`` is the row that
        the form shows: where it has changed since, nothing is done and ``stale_row`` and status 409 say so. A named
        error lands beside its field with its status.
        """
        if not self.is_submitted():
            return False
        if not self.validate():
            self.status = 422
            return False
        try:
            self.outcome = self._once(action, editing)
        except SteelyardError as error:
            self.show(error)
            if isinstance(error, StaleEditError):
                self.stale_row = editing
            return False
        return True

    def show(self, error: SteelyardError) -> None:
        """Put an error beside the field it names, or at the top of the form."""
        self.status = error.status
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(str(error))
        else:
            field.errors = [*field.errors, str(error)]

    def _once(self, action: Callable[[], Any], editing: Any) -> str:
        owner = str(current_user.get_id() or "anonymous") if current_user else "anonymous"
        owner = keyed_fingerprint(owner)
        key = str(self.idempotency_key.data or "")[:64]
        content = {name: field.data for name, field in self._fields.items() if name not in NOT_CONTENT}
        fingerprint = keyed_fingerprint([type(self).__name__, _of(editing), content])

        def attempt() -> str:
            earlier = earlier_outcome(owner, key, fingerprint) if key else None
            if earlier is not None:
                return earlier
            self._refuse_stale(editing)
            outcome = _outcome(action())
            if key:
                remember_outcome(owner, key, fingerprint, outcome)
            return outcome

        try:
            return in_transaction(attempt)
        except IntegrityError:
            # On PostgreSQL two equal submits can run side by side; the loser finds the winner's outcome.
            earlier = earlier_outcome(owner, key, fingerprint) if key else None
            if earlier is None:
                raise
            return earlier

    def _refuse_stale(self, editing: Any) -> None:
        if editing is None:
            return
        locked(editing)
        # A form without the field would show the version of the row itself, so only what was sent counts.
        if (self.version.raw_data or [""])[0] != str(editing.version):
            raise StaleEditError


def _outcome(result: Any) -> str:
    if result is None:
        return ""
    return str(getattr(result, "public_id", result))


def _of(row: Any) -> str:
    return "" if row is None else f"{type(row).__name__}:{getattr(row, 'public_id', '')}"


class WholeNumberField(IntegerField):
    """A whole number in digits of any width; what Python reads as one but no person writes so is refused."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 60 and ６０, refuse 6_0, 6.0 and other digits than these."""
        text = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not text:
            self.data = None
            return
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            self.data = None
            raise ValueError(str(_l("Write a whole number in digits.")))
        self.data = int(text)


def choices_of(pairs: Iterable[tuple[str, Any]]) -> Any:
    """The choices of a select or radio field from (value, label); labels may be lazy texts."""
    return [SelectChoice(value, label) for value, label in pairs]


def no_control_characters(_form: Any, field: Any) -> None:
    """Refuse characters that no person types, that PostgreSQL does not store or that stand for bytes that were lost."""
    if isinstance(field.data, str) and any(
        (ord(character) < 32 and character not in "\t\r\n")
        or 0xD800 <= ord(character) <= 0xDFFF
        or character == BYTES_THAT_ARE_NO_TEXT
        for character in field.data
    ):
        raise ValidationError(str(_l("This text has invisible control characters. Type it again instead of pasting.")))
