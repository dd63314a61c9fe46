"""People as files describe them, by numbers and codes; what is known of them; and the difference of both."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from people.timelines.models import Stay
from web.files.errors import CellProblem


@dataclass(frozen=True)
class Named:
    """A unit or position: its code, its name in the languages given, and its parent's key or its job level."""

    code: str
    text: tuple[tuple[str, str], ...] = ()
    parent: str = ""
    job_level: int | None = None


@dataclass
class Row:
    """One row of a file, its cells understood; ``None`` where the file says nothing."""

    number: int
    employee_number: str = ""
    name: str | None = None
    email: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    unit: Named | None = None
    position: Named | None = None
    manager: str = ""
    dotted_manager: str = ""
    share: int | None = None


@dataclass(frozen=True)
class Content:
    """A whole file: its rows, what it calls the columns that it has, and which cells could not be understood."""

    rows: tuple[Row, ...]
    columns: dict[str, str] = field(default_factory=dict)
    problems: tuple[CellProblem, ...] = ()

    def has(self, key: str) -> bool:
        """Whether the file has a column."""
        return key in self.columns

    def heading(self, key: str) -> str:
        """What the file calls a column."""
        return self.columns.get(key, key)


@dataclass(frozen=True)
class Known:
    """What is known of a person apart from their posts."""

    employee_number: str
    name: str
    email: str
    hired_on: date
    left_on: date | None = None


@dataclass(frozen=True)
class PersonState:
    """A person as the database has them: number of the row, its version, details, and posts by row."""

    id: int
    version: int
    known: Known
    stays: tuple[tuple[int, int, Stay], ...] = ()

    @property
    def timeline(self) -> list[Stay]:
        """The posts alone."""
        return [stay for _id, _version, stay in self.stays]


@dataclass(frozen=True)
class NamedState:
    """A unit or position as the database has it."""

    id: int
    version: int
    named: Named


@dataclass
class State:
    """Everything that a file is compared with, by key."""

    people: dict[str, PersonState] = field(default_factory=dict)
    units: dict[str, NamedState] = field(default_factory=dict)
    positions: dict[str, NamedState] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonChange:
    """What becomes of one person: before (None: new) and after."""

    key: str
    row: int
    before: PersonState | None
    known: Known
    timeline: tuple[Stay, ...]


@dataclass(frozen=True)
class Plan:
    """All that a file would change; units and positions by key, parents before children.

    ``spellings``: the codes and numbers of all posts as they are written, by "unit", "position" or "person" and key.
    """

    units: tuple[tuple[str, Named], ...] = ()
    positions: tuple[tuple[str, Named], ...] = ()
    people: tuple[PersonChange, ...] = ()
    unchanged: int = 0
    spellings: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def added(self) -> list[PersonChange]:
        """The people who are new."""
        return [change for change in self.people if change.before is None]

    @property
    def changed(self) -> list[PersonChange]:
        """The people of whom something changes."""
        return [change for change in self.people if change.before is not None]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.units or self.positions or self.people)

    @property
    def fingerprint(self) -> str:
        """A digest of everything the plan would do, so that what is confirmed is what was seen."""
        return hashlib.sha256(repr((self.units, self.positions, self.people)).encode()).hexdigest()
