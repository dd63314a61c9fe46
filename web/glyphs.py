"""Which characters the one font of charts and documents can draw, and what stands for the others."""

import unicodedata
from functools import lru_cache
from pathlib import Path

FONT = Path(__file__).resolve().parent / "fonts" / "NotoSansSC-Regular.ttf"
UNKNOWN_GLYPH = "□"
# Marks on a letter, joiners and selectors are left out where the font lacks them; a box for each would tell nothing.
LEFT_OUT = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


def drawable(text: str) -> str:
    """The text in which every character without a glyph is a box; the same text where there is none."""
    glyphs = _glyphs_of_font()
    if all(ord(letter) in glyphs or letter in "\n\t" for letter in text):
        return text
    return "".join(letter if ord(letter) in glyphs or letter in "\n\t" else _stand_in(letter) for letter in text)


def _stand_in(letter: str) -> str:
    return "" if unicodedata.category(letter) in LEFT_OUT else UNKNOWN_GLYPH


@lru_cache(maxsize=1)
def _glyphs_of_font() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415  matplotlib takes long to import

    return frozenset(FT2Font(str(FONT)).get_charmap())
