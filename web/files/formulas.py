"""Cells that a spreadsheet would take for a formula: made harmless when written, made whole again when read.

A text that begins with =, +, -, @, a tab, a line break or one of their full-width twins gets an apostrophe in front, as
spreadsheets themselves mark a text; one that already begins with apostrophes and then such a character gets one more,
so that taking one away always gives back the original. A negative number stays a number; a telephone
number with its plus does not become one.
"""

import re

DANGEROUS = "=+\\-@\t\r\n\x00＝＋－＠"
FORMULA = re.compile(rf"'*[{DANGEROUS}]")
MARKED = re.compile(rf"'+[{DANGEROUS}]")
NEGATIVE_NUMBER = re.compile(r"-\d+([.,]\d+)*%?", re.ASCII)


def harmless_text(text: str) -> str:
    """The text as a cell that no spreadsheet will compute."""
    if FORMULA.match(text) and not NEGATIVE_NUMBER.fullmatch(text):
        return "'" + text
    return text


def plain_text(cell: str) -> str:
    """The text that a cell stands for: the inverse of harmless_text."""
    return cell[1:] if MARKED.match(cell) else cell
