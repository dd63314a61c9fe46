"""The keyed codes that seal the trail: of one event, and of a batch with the batch before it."""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Sealable:
    """What the code of an event covers: all of it but the erasable details, which their commitment stands for."""

    id: int
    at: datetime
    actor_id: int | None
    actor_kind: str
    event: str
    about_kind: str | None
    about_id: str | None
    commitment: str


def commitment_of(details: Mapping[str, Any], salt: bytes) -> str:
    """A digest of an event's details that tells nothing without their salt."""
    text = json.dumps(details, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(salt + text.encode()).hexdigest()


def code_of_event(key: bytes, event: Sealable, batch: int, position: int) -> str:
    """The code of one event in its place; nobody without the key can make it for another content or place."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [event.id, at, event.actor_id, event.actor_kind, event.event, event.about_kind, event.about_id]
    return _code(key, ["event", *content, event.commitment, batch, position])


def code_of_batch(key: bytes, previous: str, batch: int, sealed_at: datetime, codes: Sequence[str]) -> str:
    """The code of a batch: of the batch before, of its number and moment, and of its events in their order."""
    at = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return _code(key, ["batch", previous, batch, at, len(codes), *codes])


def name_of_key(key: bytes) -> str:
    """A short name by which a key can be recognised but not found."""
    return _code(key, ["name"])[:16]


def _code(key: bytes, content: list[Any]) -> str:
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class ProblemKind(StrEnum):
    """What is wrong with a place in the trail."""

    CHANGED = "changed"
    DETAILS_CHANGED = "details_changed"
    ERASED_WITHOUT_RECORD = "erased_without_record"
    ADDED = "added"
    REMOVED = "removed"
    SEAL_CHANGED = "seal_changed"
    BATCH_REMOVED = "batch_removed"
    CUT_OFF = "cut_off"
    OTHER_KEY = "other_key"


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit: where it is, and which event if it is one."""

    kind: ProblemKind
    batch: int
    position: int | None = None
    event_id: int | None = None


@dataclass(frozen=True)
class Head:
    """What the file outside the database says of a batch."""

    batch: int
    events: int
    code: str


@dataclass(frozen=True)
class SealedEvent:
    """An event as the database has it, with its place and code."""

    sealable: Sealable
    position: int
    code: str
    details: Mapping[str, Any] | None
    salt: bytes | None


@dataclass(frozen=True)
class SealedBatch:
    """A batch as the database has it; ``events`` in the order of their positions, ``size`` as it was sealed."""

    number: int
    size: int
    code: str
    key_name: str
    sealed_at: datetime
    events: Sequence[SealedEvent]


def problems_of_batch(
    key: bytes, batch: SealedBatch, previous: str, head: Head | None, erased: Collection[int]
) -> list[Problem]:
    """Everything in a batch that is not as it was sealed; empty when all is whole.

    ``previous`` is the code of the batch before, ``head`` what the file outside the database says, ``erased`` the ids
    of events whose erasing was recorded.
    """
    if batch.key_name != name_of_key(key):
        return [Problem(ProblemKind.OTHER_KEY, batch.number)]
    size = head.events if head else batch.size
    places = {event.position for event in batch.events}
    problems = [
        Problem(ProblemKind.REMOVED, batch.number, place) for place in range(1, size + 1) if place not in places
    ]
    for event in batch.events:
        kind = _problem_of_event(key, event, batch.number, size, erased)
        if kind is not None:
            problems.append(Problem(kind, batch.number, event.position, event.sealable.id))
    if head and (head.events, head.code) != (batch.size, batch.code):
        problems.append(Problem(ProblemKind.SEAL_CHANGED, batch.number))
    elif not any(problem.kind in _BREAKING for problem in problems):
        codes = [event.code for event in batch.events]
        whole = code_of_batch(key, previous, batch.number, batch.sealed_at, codes)
        if batch.size != len(codes) or not hmac.compare_digest(whole, batch.code):
            problems.append(Problem(ProblemKind.SEAL_CHANGED, batch.number))
    return problems


_BREAKING = frozenset({ProblemKind.CHANGED, ProblemKind.ADDED, ProblemKind.REMOVED})


def _problem_of_event(
    key: bytes, event: SealedEvent, batch: int, size: int, erased: Collection[int]
) -> ProblemKind | None:
    if not 1 <= event.position <= size:
        return ProblemKind.ADDED
    if not hmac.compare_digest(code_of_event(key, event.sealable, batch, event.position), event.code):
        return ProblemKind.CHANGED
    if event.salt is None or event.details is None:
        return None if event.sealable.id in erased else ProblemKind.ERASED_WITHOUT_RECORD
    if not hmac.compare_digest(commitment_of(event.details, event.salt), event.sealable.commitment):
        return ProblemKind.DETAILS_CHANGED
    return None
