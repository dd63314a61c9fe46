"""What matplotlib draws for the charts: frames with their texts as outlines, and single glyphs, in the one font."""

import re
from collections.abc import Callable
from functools import lru_cache
from io import StringIO
from threading import RLock
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path

from web.charts.looks import INK, PAPER
from web.glyphs import FONT, drawable

UNIT = 100.0
EM = 1000
COMMANDS = {int(Path.MOVETO): "M", int(Path.LINETO): "L", int(Path.CURVE3): "Q", int(Path.CURVE4): "C"}
# What matplotlib says about itself and, in comments, about the texts that it has turned into outlines.
NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|\n\s*", re.DOTALL)

# matplotlib's settings are global, and its fonts are not made for several threads; frames are drawn rarely.
_DRAWING = RLock()


def drawn_frame(width: float, height: float, draw: Callable[[Axes], None]) -> str:
    """The start of an SVG document on which ``draw`` has drawn, open for what is filled in; points, y downwards."""
    with _DRAWING, rc_context({"svg.hashsalt": "steelyard", "svg.fonttype": "path", "path.simplify": False}):
        figure = Figure(figsize=(width / 72, height / 72))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        draw(axes)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER)
    text = written.getvalue()
    return NOT_DRAWN.sub("", text[text.index("<svg") : text.rindex("</svg>")])


def write(axes: Axes, at: tuple[float, float], text: str, **options: Any) -> None:
    """Write a text into a frame: never read as mathematics, without glyphs that the font has not."""
    look: dict[str, Any] = {"color": INK, "va": "center", "ha": "left", "linespacing": 1.15, "size": 13.0, **options}
    font = _font(look.pop("size"))
    axes.text(at[0], at[1], drawable(text).replace("\t", " "), fontproperties=font, parse_math=False, **look)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """How wide a line of text is, in points."""
    return sum(glyph(letter)[1] for letter in _one_line(text)) * size


def fitting_size(text: str, size: float, room: float) -> float:
    """The size, or as much less as a line of text needs to fit into the room."""
    return min(size, size * max(room, 1) / max(text_width(text, size), 1e-9))


@lru_cache(maxsize=4096)
def glyph(letter: str) -> tuple[str, float]:
    """The outline of a character as SVG path data, EM units high, and its advance for a font size of one."""
    with _DRAWING:
        font = get_font(FONT)
        font.set_size(UNIT, 72)
        drawn = font.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
        outline = Path(*font.get_path())
    return _path_data(outline), drawn.linearHoriAdvance / 65536 / UNIT


def text_run(text: str, at: tuple[float, float], size: float, *, fill: str = INK, at_end: bool = False) -> str:
    """A line of text as outlines, beginning or ending at a point, for what differs from picture to picture."""
    x, y = at
    if at_end:
        x -= text_width(text, size)
    parts = []
    for letter in _one_line(text):
        outline, advance = glyph(letter)
        if outline:
            parts.append(f'<path transform="translate({x:.2f} {y:.2f}) scale({size / EM:g})" d="{outline}"/>')
        x += advance * size
    return f'<g fill="{fill}">{"".join(parts)}</g>'


def _one_line(text: str) -> str:
    return " ".join(drawable(text).split())


def _path_data(outline: Path) -> str:
    """An outline in SVG's words; its y axis points down."""
    parts = []
    for vertices, code in outline.iter_segments(simplify=False):
        numbers = [round(value / UNIT * (EM if place % 2 == 0 else -EM)) for place, value in enumerate(vertices)]
        closes = code == Path.CLOSEPOLY
        parts.append("Z" if closes else COMMANDS[int(code)] + " ".join(map(str, numbers)))
    return "".join(parts)


@lru_cache(maxsize=64)
def _font(size: float) -> FontProperties:
    return FontProperties(fname=FONT, size=size)
