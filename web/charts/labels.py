"""Names around and beside a chart, broken into lines that fit."""

import textwrap
import unicodedata

LONGEST_LINE = {"wide": 6, "narrow": 13}
MOST_LINES = 3


def wrapped(label: str, lines: int = MOST_LINES) -> str:
    """The label in lines of even length: between words, or between characters where there are no words."""
    text = " ".join(label.split())
    if _is_wide(text):
        return "\n".join(_even_parts(text, LONGEST_LINE["wide"], lines))
    broken = textwrap.wrap(text, LONGEST_LINE["narrow"], break_long_words=False, max_lines=lines, placeholder=" …")
    return "\n".join(broken)


def _is_wide(text: str) -> bool:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return wide * 2 > len(text)


def _even_parts(text: str, longest: int, lines: int) -> list[str]:
    count = min(lines, -(-len(text) // longest)) or 1
    if len(text) > count * longest * 2:
        text = text[: count * longest * 2 - 1] + "…"
    size = -(-len(text) // count)
    return [text[start : start + size] for start in range(0, len(text), size)]
