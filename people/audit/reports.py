"""What leaves the database: the head of the sealed trail, into a file of its own."""

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from people.audit.models import AuditSeal
from people.audit.seals import Head

HEAD_FILE = "audit-head.jsonl"


def heads_in(folder: Path) -> dict[int, Head]:
    """What the file says of each batch; a restored backup has made later batches of before it void."""
    heads: dict[int, Head] = {}
    for line in _lines(folder / HEAD_FILE):
        if "restored" in line:
            heads = {number: head for number, head in heads.items() if number <= int(line["restored"])}
        else:
            heads[int(line["batch"])] = Head(int(line["batch"]), int(line["events"]), str(line["code"]))
    return heads


def last_exported(folder: Path) -> int:
    """The number of the last batch that the file knows; 0 when it knows none."""
    return max(heads_in(folder), default=0)


def export_heads(folder: Path, seals: Sequence[AuditSeal]) -> None:
    """Append a line for each new seal, on disk before this returns; what stands in the file is never rewritten."""
    lines = [
        {"batch": seal.number, "events": seal.events, "code": seal.code, "sealed_at": _moment(seal.sealed_at)}
        for seal in seals
    ]
    _append(folder / HEAD_FILE, lines)


def note_restored(folder: Path, last_batch: int, at: datetime) -> None:
    """Say in the file that a backup was restored whose trail ends with a batch, so that this is no cut by stealth."""
    _append(folder / HEAD_FILE, [{"restored": last_batch, "at": _moment(at)}])


def _append(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        # A line that a crash cut short is closed, so that it spoils no other.
        broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        os.write(descriptor, (("\n" if broken else "") + text).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        if isinstance(line, dict) and ("batch" in line or "restored" in line):
            found.append(line)
    return found


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")
