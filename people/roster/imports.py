"""From the bytes of a file to a plan, and from a confirmed plan to people: the one way in for pages, jobs, commands."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from people.comparison.imports import read_rows
from people.comparison.models import Content, Plan
from people.comparison.queries import present_state
from people.organisation.actions import lock_reporting_lines
from people.roster.actions import carry_out
from people.roster.queries import plan_of
from web.files.reading import read_table
from web.files.tables import Table


@dataclass(frozen=True)
class RosterFile:
    """A file that could be read: as a table, and as rows that an import understands."""

    table: Table
    content: Content


def read_roster(content: bytes, filename: str, encoding: str | None = None) -> RosterFile:
    """Read a file; raises a FileError that says what is wrong with it, by row and column where it can."""
    table = read_table(BytesIO(content), filename, encoding or None)
    return RosterFile(table, read_rows(table))


def preview(roster: RosterFile, today: date) -> Plan:
    """What the file would change now; changes nothing."""
    return plan_of(roster.content, present_state(), today)


def import_roster(roster: RosterFile, today: date, *, seen: str | None = None, actor_id: int | None = None) -> Plan:
    """Compare once more, with everyone else waiting, and do all of it; to be called in a transaction."""
    lock_reporting_lines()
    state = present_state()
    return carry_out(plan_of(roster.content, state, today), state, seen=seen, actor_id=actor_id)
