"""Reading the tables of a catalogue file key by key."""

import tomllib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from rubrics.entries.errors import (
    MissingKeyError,
    RepeatedCodeError,
    TextMissingError,
    UnknownKeyError,
    UnreadableFileError,
    WrongValueError,
)
from rubrics.frameworks.models import RaterGroup
from web.database import LANGUAGES

Member = TypeVar("Member", bound=StrEnum)


class Entry:
    """One table of a file; every question about it can be answered or names the file, the entry and the key."""

    def __init__(self, file: str, table: Any, code: str = "") -> None:
        """Take a table; its code is its own ``code`` unless another is given."""
        if not isinstance(table, dict):
            raise WrongValueError(file=file, code=code or "?", key="?", expected="{...}")
        self.file, self.table = file, dict(table)
        self.code = code or str(table.get("code", "?"))

    def value(self, key: str, kinds: tuple[type, ...], expected: str) -> Any:
        """The value under a key, which is taken out so that ``finish`` finds what is left over."""
        if key not in self.table:
            raise MissingKeyError(file=self.file, code=self.code, key=key)
        value = self.table.pop(key)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise self.wrong(key, expected)
        return value

    def wrong(self, key: str, expected: str) -> WrongValueError:
        """The error that says what a value must be."""
        return WrongValueError(file=self.file, code=self.code, key=key, expected=expected)

    def word(self, key: str) -> str:
        """A code."""
        return str(self.value(key, (str,), "a text"))

    def text(self, key: str) -> dict[str, str]:
        """A text in both languages."""
        texts = self.value(key, (dict,), "{ zh = ..., en = ... }")
        if set(texts) != set(LANGUAGES) or not all(isinstance(text, str) and text.strip() for text in texts.values()):
            raise TextMissingError(file=self.file, code=self.code, key=key)
        return {language: texts[language] for language in LANGUAGES}

    def optional_text(self, key: str) -> dict[str, str] | None:
        """A text in both languages, or nothing."""
        return self.text(key) if key in self.table else None

    def number(self, key: str) -> float:
        """A number."""
        return float(self.value(key, (int, float), "a number"))

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number within bounds."""
        number = int(self.value(key, (int,), f"a whole number from {low} to {high}"))
        if not low <= number <= high:
            raise self.wrong(key, f"a whole number from {low} to {high}")
        return number

    def member(self, key: str, kind: type[Member]) -> Member:
        """One word of a fixed vocabulary."""
        words = [member.value for member in kind]
        word = self.value(key, (str,), ", ".join(words))
        if word not in words:
            raise self.wrong(key, ", ".join(words))
        return kind(word)

    def groups(self, key: str) -> tuple[str, ...]:
        """Rater groups in the order of the vocabulary."""
        named = self.value(key, (list,), "[...]")
        words = [group.value for group in RaterGroup]
        if not set(map(str, named)) <= set(words) or len(set(named)) != len(named):
            raise self.wrong(key, ", ".join(words))
        return tuple(word for word in words if word in named)

    def entry(self, key: str) -> "Entry":
        """A table inside this one."""
        inner = self.value(key, (dict,), "{...}")
        return Entry(self.file, inner, key if self.code == Path(self.file).stem else self.code)

    def entries(self, key: str) -> list["Entry"]:
        """The tables of a list; those without a code of their own go by this one's."""
        tables = self.value(key, (list,), "[...]")
        return [Entry(self.file, table, "" if "code" in table else self.code) for table in tables]

    def finish(self) -> None:
        """Refuse what nobody asked for."""
        for key in self.table:
            raise UnknownKeyError(file=self.file, code=self.code, key=key)


def entry_of_file(folder: Path, name: str) -> Entry:
    """A whole file as one table."""
    try:
        with (folder / name).open("rb") as stream:
            return Entry(name, tomllib.load(stream), Path(name).stem)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFileError(file=name, reason=str(error)) from error


def require_different_codes(file: str, codes: Iterable[str]) -> None:
    """Refuse two entries under one code."""
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise RepeatedCodeError(file=file, code=code)
        seen.add(code)
