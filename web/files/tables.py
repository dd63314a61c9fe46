"""A table that came out of a file, and the columns that an import looks for in it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.files.errors import DuplicateHeadingError, EmptyHeadingError, MissingHeadingError
from web.language import gettext as _
from web.language import lazy_gettext as _l

SEPARATOR_NAMES = {",": _l("comma"), ";": _l("semicolon"), "\t": _l("tab"), "|": _l("vertical bar")}


@dataclass(frozen=True)
class TableRow:
    """One row under the headings: its number in the file, counted from 1, and a text for each heading."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What a file says: headings, rows, and how it was read. Encoding and delimiter are empty for a workbook."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    filename: str = ""

    @property
    def description(self) -> str:
        """How the file was read, for the reader to confirm."""
        if self.sheet:
            return str(_("Excel workbook, sheet “%(sheet)s”.", sheet=self.sheet))
        separator = SEPARATOR_NAMES.get(self.delimiter, self.delimiter)
        return str(
            _(
                "Text file, encoding %(encoding)s, separator: %(separator)s.",
                encoding=self.encoding,
                separator=separator,
            )
        )

    def matched(self, wanted: Sequence["Heading"]) -> "Matched":
        """The columns that an import wants, found by any of their names; other columns are left aside and named."""
        by_name: dict[str, int] = {}
        for place, heading in enumerate(self.headings):
            key = _key(heading)
            if not key:
                if any(row.cells[place].strip() for row in self.rows):
                    raise EmptyHeadingError(column=column_letter(place))
                continue
            if key in by_name:
                raise DuplicateHeadingError(
                    column=heading, first=column_letter(by_name[key]), second=column_letter(place)
                )
            by_name[key] = place
        places = _places(wanted, by_name, self.headings)
        used = set(places.values())
        unused = tuple(heading for place, heading in enumerate(self.headings) if place not in used and heading.strip())
        return Matched(tuple(Record(row.number, row.cells, places, self.headings) for row in self.rows), places, unused)


@dataclass(frozen=True)
class Heading:
    """A column that an import knows: the key in the program and the names it may have in a file."""

    key: str
    names: Sequence[str]
    required: bool = True


@dataclass(frozen=True)
class Record:
    """One row as an import sees it."""

    number: int
    cells: tuple[str, ...]
    places: Mapping[str, int]
    headings: tuple[str, ...]

    def text(self, key: str) -> str:
        """The cell under a heading, in NFC and without space around it; empty where the file has no such column."""
        return unicodedata.normalize("NFC", self.raw(key)).strip()

    def raw(self, key: str) -> str:
        """The cell under a heading exactly as the file has it."""
        place = self.places.get(key)
        return "" if place is None else self.cells[place]

    def column(self, key: str) -> str:
        """The heading of a column as the file writes it, for messages."""
        place = self.places.get(key)
        return key if place is None else self.headings[place]


@dataclass(frozen=True)
class Matched:
    """The rows of a file with the columns an import wants, and the headings it does not know."""

    records: tuple[Record, ...]
    places: Mapping[str, int]
    unused: tuple[str, ...]

    def has(self, key: str) -> bool:
        """Whether the file has this column."""
        return key in self.places


def column_letter(place: int) -> str:
    """The name that a spreadsheet gives a column: A, B, ... Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _places(wanted: Sequence[Heading], by_name: Mapping[str, int], headings: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for heading in wanted:
        found = sorted({by_name[key] for name in heading.names if (key := _key(name)) in by_name})
        if len(found) > 1:
            first, second = found[:2]
            raise DuplicateHeadingError(
                column=headings[second], first=column_letter(first), second=column_letter(second)
            )
        if found:
            places[heading.key] = found[0]
        elif heading.required:
            raise MissingHeadingError(column=heading.names[0])
    return places


def _key(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).casefold().replace("_", " ").split())
