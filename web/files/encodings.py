"""Which encoding a text file is in: a chain that is right where guessing by statistics is not."""

import codecs

from web.files.errors import UnknownEncodingError, UnreadableTextError

# The order matters: strict UTF-8 refuses nearly every GB18030 text, and GB18030 takes nearly everything.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030", "big5": "Big5"}
OFFERED = ("utf-8", "gb18030", "utf-16", "big5")


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding; an encoding chosen by the reader is tried alone."""
    if encoding:
        if encoding.lower() not in OFFERED:
            raise UnknownEncodingError
        chosen = encoding.lower()
        return _strictly(content, "utf-8-sig" if chosen == "utf-8" else chosen), NAMES[chosen]
    for mark, name in MARKS:
        if content.startswith(mark):
            return _strictly(content, name), NAMES[name]
    try:
        return content.decode("utf-8"), NAMES["utf-8"]
    except UnicodeDecodeError as error:
        return _chinese(content, error)


def _chinese(content: bytes, utf8_error: UnicodeDecodeError) -> tuple[str, str]:
    """GB18030, unless the text is mostly proper UTF-8 with a broken place: then that place is the message."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        last = max(utf8_error, error, key=lambda one: one.start)
        name = "UTF-8" if last is utf8_error else "GB18030"
        raise UnreadableTextError(row=_row_of(content, last.start), encoding=name) from None
    if _proper_sequences(content[: utf8_error.start]):
        raise UnreadableTextError(row=_row_of(content, utf8_error.start), encoding="UTF-8")
    return text, NAMES["gb18030"]


def _proper_sequences(beginning: bytes) -> bool:
    """Whether Chinese in UTF-8 stands before the broken place: GB18030 hardly ever looks like it."""
    text = beginning.decode("utf-8")
    long_forms = sum(letter >= "\u0800" for letter in text)
    return long_forms >= 2 and long_forms > sum("\x7f" < letter < "\u0800" for letter in text)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        name = NAMES[encoding]
        raise UnreadableTextError(row=_row_of(content, error.start), encoding=name) from None


def _row_of(content: bytes, start: int) -> int:
    return content[:start].count(b"\n") + 1
