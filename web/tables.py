"""Long lists: sorted, searched, filtered and paged by the database, from an allow-list of columns."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

from flask import request
from sqlalchemy import JSON, ColumnElement, Select, String, and_, func, or_, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import lazyload
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from web.database import LANGUAGES, db
from web.language import LazyString, current_language

LONGEST_SEARCH = 100
MOST_SEARCH_WORDS = 5

Text: TypeAlias = str | LazyString
Expressions: TypeAlias = (
    Any  # A column, an expression, or a tuple of them; SQLAlchemy has no common type for mapped columns.
)


@dataclass(frozen=True)
class Column:
    """A column of a list: what it is called, and by what it is sorted and searched, if it is."""

    key: str
    label: Text
    order_by: Expressions = None
    search: Expressions = None
    kind: Literal["text", "number", "actions"] = "text"


@dataclass(frozen=True)
class Choice:
    """A filter: one value out of a fixed list, compared with a column or standing for a condition of its own."""

    key: str
    label: Text
    choices: Sequence[tuple[str, Text]]
    column: Any = None
    conditions: Mapping[str, ColumnElement[bool]] | None = None

    def condition(self, value: str) -> ColumnElement[bool]:
        """What a row must fulfil to be in the list under this choice."""
        if self.conditions is not None:
            return self.conditions[value]
        condition: ColumnElement[bool] = self.column == value
        return condition


class Listing:
    """One page of a select, as the address asks for it; whatever the address says, it is never an error."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        columns: Sequence[Column],
        *,
        caption: Text,
        default_sort: str,
        tie_breaker: Any,
        per_page: int = 25,
        filters: Sequence[Choice] = (),
        name: str = "",
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what may be shown; ``name`` tells two lists of one page apart; ``tie_breaker`` makes the order total."""
        self.columns, self.caption, self.per_page, self.filters = columns, caption, per_page, filters
        self.id = f"listing-{name}" if name else "listing"
        self._prefix = f"{name}-" if name else ""
        self._arguments = dict(request.args.items() if arguments is None else arguments.items())
        self._statement, self._tie_breaker = statement, tie_breaker
        self.query = _search_text(self._argument("q"))
        self.sort, self.descending = self._sorting(default_sort)
        self.chosen = {choice.key: self._chosen(choice) for choice in filters}

    @property
    def is_searchable(self) -> bool:
        """Whether there is anything to search in."""
        return any(column.search is not None for column in self.columns)

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter leaves rows out."""
        return bool(self.query or any(self.chosen.values()))

    @cached_property
    def total(self) -> int:
        """How many rows there are on all pages."""
        counted = self._narrowed.options(lazyload("*")).order_by(None).subquery()
        return db.session.scalar(select(func.count()).select_from(counted)) or 0

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def page(self) -> int:
        """The page asked for, brought into what exists."""
        asked = self._argument("page")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        return min(max(number, 1), self.pages)

    @cached_property
    def rows(self) -> Sequence[Any]:
        """The rows of this page: entities where the select asks for one thing, else rows."""
        if self.total == 0:
            return []
        result = db.session.execute(
            self._narrowed.order_by(None)
            .order_by(*self._order())
            .limit(self.per_page)
            .offset((self.page - 1) * self.per_page)
        )
        return result.scalars().all() if len(result.keys()) == 1 else result.all()

    @property
    def first(self) -> int:
        """The number of the first row on this page."""
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return min(self.page * self.per_page, self.total)

    @property
    def nearby_pages(self) -> list[int | None]:
        """The pages to offer as links: first, last and the neighbours; None is a gap."""
        near = sorted({1, self.pages, *range(max(1, self.page - 1), min(self.pages, self.page + 1) + 1)})
        links: list[int | None] = []
        for number in near:
            previous = links[-1] if links else number - 1
            if previous is not None and number - previous > 1:
                links.append(None)
            links.append(number)
        return links

    def url(self, **changes: str | int | None) -> str:
        """The address of this list with other arguments; None takes one away."""
        arguments: dict[str, str] = dict(self._arguments)
        for key, value in changes.items():
            if value is None:
                arguments.pop(self._prefix + key, None)
            else:
                arguments[self._prefix + key] = str(value)
        return f"{request.path}?{urlencode(arguments)}" if arguments else request.path

    def sort_url(self, column: Column) -> str:
        """The address that sorts by a column, or turns its order round."""
        turned = self.sort == column.key and not self.descending
        return self.url(sort=f"-{column.key}" if turned else column.key, page=None)

    def argument_name(self, key: str) -> str:
        """The name that a control of this list has in the address."""
        return self._prefix + key

    @property
    def kept_arguments(self) -> list[tuple[str, str]]:
        """What a search or filter form must send along, so that nothing else on the page is forgotten."""
        own = {self._prefix + key for key in ("q", "page", *self.chosen)}
        return [(key, value) for key, value in self._arguments.items() if key not in own]

    @cached_property
    def _narrowed(self) -> Select[Any]:
        conditions = [
            choice.condition(value) for choice in self.filters if (value := self.chosen[choice.key]) is not None
        ]
        searched = [part for column in self.columns for part in _parts(column.search)]
        words = self.query.split()[:MOST_SEARCH_WORDS] if searched else []
        conditions.extend(or_(*(_contains(part, word) for part in searched)) for word in words)
        return self._statement.where(and_(*conditions)) if conditions else self._statement

    def _order(self) -> list[ColumnElement[Any]]:
        column = next((column for column in self.columns if column.key == self.sort), None)
        parts = [in_stable_order(part) for part in _parts(column.order_by)] if column else []
        ordered = [part.desc().nulls_last() if self.descending else part.asc().nulls_last() for part in parts]
        return [*ordered, *(part.asc() for part in _parts(self._tie_breaker))]

    def _argument(self, key: str) -> str:
        return str(self._arguments.get(self._prefix + key, ""))

    def _sorting(self, default: str) -> tuple[str, bool]:
        asked = self._argument("sort")
        allowed = {column.key for column in self.columns if column.order_by is not None}
        sort = asked if asked.removeprefix("-") in allowed else default
        return sort.removeprefix("-"), sort.startswith("-")

    def _chosen(self, choice: Choice) -> str | None:
        asked = self._argument(choice.key)
        return asked if asked in {str(value) for value, _label in choice.choices} else None


class AsciiLower(FunctionElement[str]):
    """Small letters for A to Z only, the same on every database and under every collation."""

    type = String()
    inherit_cache = True
    name = "ascii_lower"


class CodeOrder(FunctionElement[str]):
    """A text that is compared code point by code point, the same on every database."""

    type = String()
    inherit_cache = True
    name = "code_order"


@compiles(AsciiLower)
def _ascii_lower(element: AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(AsciiLower, "postgresql")
def _ascii_lower_postgresql(element: AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


@compiles(CodeOrder)
def _code_order(element: CodeOrder, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(CodeOrder, "postgresql")
def _code_order_postgresql(element: CodeOrder, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)}) COLLATE "C"'


def in_stable_order(expression: Any) -> ColumnElement[Any]:
    """The expression to sort by: texts by code point, so that both databases give the same order."""
    return CodeOrder(expression) if isinstance(expression.type, String) else expression


def in_language(column: Any) -> ColumnElement[str]:
    """The reader's language of a text in data, for sorting and searching; where it is missing, the other one."""
    first = current_language()
    second = next(language for language in LANGUAGES if language != first)
    texts = type_coerce(column, JSON)
    return func.coalesce(texts[first].as_string(), texts[second].as_string(), type_=String())


def _contains(expression: Any, word: str) -> ColumnElement[bool]:
    """Whether a text has the word in it, literally and without regard to case."""
    spellings = {_lowered(word), _lowered(word.lower()), _lowered(word.upper()), _lowered(word.capitalize())}
    return or_(*(AsciiLower(expression).contains(spelling, autoescape=True) for spelling in sorted(spellings)))


def _lowered(word: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in word)


def _search_text(text: str) -> str:
    """What was typed, in one normal form, without what no one can see."""
    normal = unicodedata.normalize("NFC", text[: 4 * LONGEST_SEARCH])
    kept = "".join(letter for letter in normal if unicodedata.category(letter) not in ("Cc", "Cs") or letter.isspace())
    return " ".join(kept.split())[:LONGEST_SEARCH]


def _parts(expressions: Expressions) -> tuple[Any, ...]:
    if expressions is None:
        return ()
    return tuple(expressions) if isinstance(expressions, tuple | list) else (expressions,)
