"""Bringing monthly actuals in: check a file, then import it; corrections keep what stood before."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import delete, insert, update

from assessments.actuals.errors import AlreadyImportedError, NothingChangesError
from assessments.actuals.imports import Change, actual_rows, changes_of
from assessments.actuals.models import ActualsImport, ImportState, MonthlyActual
from assessments.actuals.queries import one_of
from people.audit.actions import record
from web.database import db, new_public_id, utc_now
from web.texts import stored_text
from web.transactions import locked


@dataclass(frozen=True)
class ImportOutcome:
    """How many figures a file added, corrected, and found as they were."""

    added: int
    corrected: int
    unchanged: int

    @property
    def changes(self) -> int:
        """How many figures are different now."""
        return self.added + self.corrected


def check_actuals(content: bytes, file_name: str, *, currency: str, by_id: int) -> ActualsImport:
    """Keep a file that has no faults until its import is confirmed; earlier unconfirmed ones of the person go."""
    changes_of(actual_rows(content, file_name, currency=currency))
    db.session.execute(
        delete(ActualsImport).where(ActualsImport.uploaded_by_id == by_id, ActualsImport.state == ImportState.CHECKED)
    )
    row = _source(content, file_name, currency, by_id, ImportState.CHECKED)
    row.content = content
    db.session.add(row)
    db.session.flush()
    record("actuals.checked", about=row)
    return row


def import_checked(source: ActualsImport, by_id: int) -> ActualsImport:
    """Import a checked file as it stands against the figures of now."""
    locked(source)
    if source.state is ImportState.IMPORTED or source.content is None:
        raise AlreadyImportedError
    changes = changes_of(actual_rows(source.content, source.file_name, currency=source.currency))
    outcome = _outcome(changes)
    if not outcome.changes:
        raise NothingChangesError
    source.content, source.state, source.uploaded_by_id = None, ImportState.IMPORTED, by_id
    _write(source, changes, outcome)
    return source


def import_actuals(content: bytes, file_name: str, *, currency: str, by_id: int | None = None) -> ImportOutcome:
    """Import a file at once; all of it or nothing, and a file that was there before changes nothing."""
    changes = changes_of(actual_rows(content, file_name, currency=currency))
    outcome = _outcome(changes)
    if outcome.changes:
        source = _source(content, file_name, currency, by_id, ImportState.IMPORTED)
        db.session.add(source)
        db.session.flush()
        _write(source, changes, outcome)
    return outcome


def _outcome(changes: Sequence[Change]) -> ImportOutcome:
    added = sum(change.is_new for change in changes)
    corrected = sum(change.is_correction for change in changes)
    return ImportOutcome(added, corrected, len(changes) - added - corrected)


def _source(content: bytes, file_name: str, currency: str, by_id: int | None, state: ImportState) -> ActualsImport:
    return ActualsImport(
        file_name=stored_text(PurePath(file_name.replace("\\", "/")).name)[:255],
        file_digest=hashlib.sha256(content).hexdigest(),
        currency=currency.upper(),
        state=state,
        uploaded_by_id=by_id,
    )


def _write(source: ActualsImport, changes: Sequence[Change], outcome: ImportOutcome) -> None:
    source.imported_at = utc_now()
    source.added, source.corrected, source.unchanged = outcome.added, outcome.corrected, outcome.unchanged
    db.session.flush()
    replaced = [change.before.id for change in changes if change.is_correction and change.before is not None]
    if replaced:
        db.session.execute(
            update(MonthlyActual).where(one_of(MonthlyActual.id, replaced)).values(is_current=False),
            execution_options={"synchronize_session": "fetch"},
        )
    db.session.execute(
        insert(MonthlyActual),
        [_values(change, source) for change in changes if change.is_new or change.is_correction],
    )
    record(
        "actuals.imported",
        about=source,
        details={"added": outcome.added, "corrected": outcome.corrected, "unchanged": outcome.unchanged},
    )


def _values(change: Change, source: ActualsImport) -> dict[str, object]:
    row = change.row
    return {
        "public_id": new_public_id(),
        "person_id": row.person_id,
        "measure_code": row.measure_code,
        "measure_id": row.measure.id,
        "month": row.month,
        "value": row.value,
        "denominator": row.denominator,
        "members": None if row.members is None else list(row.members),
        "currency": row.currency,
        "number": 1 if change.before is None else change.before.number + 1,
        "is_current": True,
        "import_id": source.id,
    }
