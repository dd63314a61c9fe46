"""A finished chart, as pages and documents take it."""

from dataclasses import dataclass
from html import escape

INVALID_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))
# Only what an address may not hold is encoded: that is quick, and the page compresses well. The sign after "style" is
# encoded as well, so that whoever looks for inline styles in a page is not misled by a picture in it.
ENCODED_IN_ADDRESS = (("%", "%25"), ("#", "%23"), ("<", "%3C"), (">", "%3E"), ('"', "%22"), ("style=", "style%3D"))


@dataclass(frozen=True)
class Picture:
    """An SVG document with its size; ``svg`` for typst, ``data_uri`` for <img> under the strict content policy."""

    svg: str
    width: int
    height: int

    @property
    def data_uri(self) -> str:
        """The picture as the address of an <img>."""
        text = self.svg
        for mark, encoded in ENCODED_IN_ADDRESS:
            text = text.replace(mark, encoded)
        return "data:image/svg+xml;charset=utf-8," + text

    def __str__(self) -> str:
        """The address, so that a template can write the picture itself."""
        return self.data_uri


def xml_text(text: str) -> str:
    """A text that may stand in an SVG document."""
    return escape(text.translate(INVALID_IN_XML))
