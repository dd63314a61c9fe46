"""What is not sealed yet, and what does not fit its seals."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from sqlalchemy import func, select

from people.audit.models import AuditEvent, AuditSeal
from people.audit.seals import Head, Problem, ProblemKind, SealedBatch, SealedEvent, problems_of_batch
from web.database import db

ERASED = "audit.details_erased"


def events_about(kind: str, about_id: str) -> list[AuditEvent]:
    """Everything that happened to one thing or person, in the order in which it was written."""
    statement = select(AuditEvent).where(AuditEvent.about_kind == kind, AuditEvent.about_id == about_id)
    return list(db.session.scalars(statement.order_by(AuditEvent.id)))


def unsealed_events(most: int) -> list[AuditEvent]:
    """Committed events that belong to no batch yet, oldest first."""
    statement = select(AuditEvent).where(AuditEvent.seal_number.is_(None)).order_by(AuditEvent.id).limit(most)
    return list(db.session.scalars(statement))


def unsealed_count() -> int:
    """How many events wait for their seal."""
    return db.session.scalar(select(func.count()).where(AuditEvent.seal_number.is_(None))) or 0


def last_seal() -> AuditSeal | None:
    """The seal at the end of the chain."""
    return db.session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))


def seals_after(number: int) -> list[AuditSeal]:
    """The seals from a number on (without it), in their order."""
    return list(db.session.scalars(select(AuditSeal).where(AuditSeal.number > number).order_by(AuditSeal.number)))


def recorded_erasures() -> set[int]:
    """The numbers of the events whose details were erased by the product, as it recorded itself."""
    details = db.session.scalars(select(AuditEvent.details).where(AuditEvent.event == ERASED))
    return {int(number) for erasure in details if erasure for number in erasure.get("events", [])}


def problems_in_trail(key: bytes, heads: Mapping[int, Head]) -> list[Problem]:
    """Everything in the sealed trail that is not as it was sealed, in the order of its batches.

    ``heads`` is what the file outside the database says of the batches; with it, batches that were cut off at the end
    are noticed as well.
    """
    problems: list[Problem] = []
    erased = recorded_erasures()
    previous, expected = "", 1
    for batch in _batches():
        for missing in range(expected, batch.number):
            problems.append(Problem(ProblemKind.BATCH_REMOVED, missing))
            previous = heads[missing].code if missing in heads else previous
        head = heads.get(batch.number)
        problems += problems_of_batch(key, batch, previous, head, erased)
        previous, expected = head.code if head else batch.code, batch.number + 1
    last = max(heads, default=0)
    problems += [Problem(ProblemKind.CUT_OFF, number) for number in range(expected, last + 1)]
    return problems


def _batches() -> Iterator[SealedBatch]:
    """All batches with their events, read in one pass; a batch without events is still a batch."""
    statement = (
        select(AuditSeal, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.seal_number == AuditSeal.number)
        .order_by(AuditSeal.number, AuditEvent.position)
        .execution_options(yield_per=1_000)
    )
    for _number, rows in groupby(db.session.execute(statement), key=lambda row: row[0].number):
        pairs: list[tuple[AuditSeal, AuditEvent | None]] = [(row[0], row[1]) for row in rows]
        seal = pairs[0][0]
        events = [_sealed(event) for _seal, event in pairs if event is not None]
        yield SealedBatch(seal.number, seal.events, seal.code, seal.key_name, seal.sealed_at, events)


def _sealed(event: AuditEvent) -> SealedEvent:
    return SealedEvent(event.sealable, event.position or 0, event.code or "", event.details, event.salt)
