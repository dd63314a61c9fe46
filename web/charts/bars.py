"""Bars: one for each cell that may be shown, with its interval; what is hidden is named as hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.looks import ACCENT, BRASS, INK, PAPER, SOFT, STAR, Role
from web.charts.pictures import Picture, xml_text
from web.formats import format_number, format_score
from web.language import gettext as _

WIDTH = 400
LEFT, RIGHT = 14, 386
TOP, ROW, BAR, FOOT = 26, 52, 14, 34
TEXT_SIZE, NOTE_SIZE = 13.5, 12.0
VALUE_ROOM = 96

HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="#c9d6da"/><path d="M0 0v6" stroke="{ACCENT}" stroke-width="3"/></pattern></defs>'
)
# Filled, hatched, outlined or brass: told apart in print and without colours.
BARS: dict[Role, str] = {
    "others": f'fill="{ACCENT}"',
    "named": f'fill="url(#hatch)" stroke="{ACCENT}"',
    "self": f'fill="{PAPER}" stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="5 3"',
    "required": f'fill="#f1e4c8" stroke="{BRASS}" stroke-width="1.5"',
}


@dataclass(frozen=True)
class Bar:
    """One line of the chart; without a value ``hidden`` says why there is none."""

    label: str
    value: float | None = None
    margin: float | None = None
    note: str = ""
    role: Role = "others"
    hidden: str = ""


def bars_svg(
    bars: Sequence[Bar],
    *,
    required: float | None = None,
    low: int = 1,
    high: int = 5,
    title: str = "",
    step: int = 1,
    legend: str = "",
) -> Picture:
    """The values of several cells on one scale, and the required level as a line that begins with the zero star.

    A scale of points goes in steps, and ``legend`` says what its line stands for instead of the required level.
    """
    if not bars:
        raise ValueError("a chart of bars needs at least one bar")
    if low >= high:
        raise ValueError("the scale must go up")
    # matplotlib takes seconds to import, and few pages need it.
    from web.charts.bar_frames import bar_frame  # noqa: PLC0415  see above

    height = TOP + ROW * len(bars) + FOOT
    if required is not None and not legend:
        legend = _("Required level %(level)s", level=format_number(required))
    frame = bar_frame(len(bars), low, high, step)
    rows = "".join(_row(bar, TOP + ROW * place, low, high) for place, bar in enumerate(bars))
    line = "" if required is None else _required_line(_across(required, low, high), height, legend)
    return Picture(f"{frame}<title>{xml_text(title)}</title>{HATCH}{rows}{line}</svg>", WIDTH, height)


def _across(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * (min(max(value, low), high) - low) / (high - low)


def _row(bar: Bar, top: float, low: int, high: int) -> str:
    from web.charts.drawing import fitting_size, text_run  # noqa: PLC0415  matplotlib takes seconds to import

    if bar.value is None:
        words = bar.hidden or str(_("Not shown"))
        size = fitting_size(words, NOTE_SIZE, RIGHT - LEFT - 16)
        reason = text_run(words, (LEFT + 8, top + 23 + BAR), size, fill=SOFT)
        box = f'<rect x="{LEFT}" y="{top + 22}" width="{RIGHT - LEFT}" height="{BAR + 8}" rx="3" fill="{PAPER}"'
        return f'{_label(bar, top, RIGHT)}{box} stroke="{SOFT}" stroke-dasharray="2 3"/>{reason}'
    words = text_run(format_score(bar.value, bar.margin), (RIGHT, top + 15), TEXT_SIZE, at_end=True)
    end = _across(bar.value, low, high)
    body = f'<rect x="{LEFT}" y="{top + 24}" width="{max(end - LEFT, 1.5):.2f}" height="{BAR}" {BARS[bar.role]}/>'
    return (
        _label(bar, top, RIGHT - VALUE_ROOM)
        + words
        + body
        + _whisker(bar.value, bar.margin, top + 24 + BAR / 2, (low, high))
    )


def _label(bar: Bar, top: float, end: float) -> str:
    """The name of a cell and its note, made smaller where they would meet the value."""
    from web.charts.drawing import fitting_size, text_run, text_width  # noqa: PLC0415  matplotlib is slow to import

    note_size = fitting_size(bar.note, NOTE_SIZE, (end - LEFT) / 3) if bar.note else NOTE_SIZE
    note_room = text_width(bar.note, note_size) + 8 if bar.note else 0
    size = fitting_size(bar.label, TEXT_SIZE, end - LEFT - note_room)
    label = text_run(bar.label, (LEFT, top + 15), size)
    if not bar.note:
        return label
    start = LEFT + text_width(bar.label, size) + 8
    return label + text_run(bar.note, (start, top + 15), note_size, fill=SOFT)


def _whisker(value: float, margin: float | None, y: float, scale: tuple[int, int]) -> str:
    if margin is None:
        return ""
    start, end = _across(value - margin, *scale), _across(value + margin, *scale)
    path = f"M{start:.2f} {y - 6}v12M{end:.2f} {y - 6}v12M{start:.2f} {y}H{end:.2f}"
    return "".join(
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        for colour, width in ((PAPER, 4.5), (INK, 1.8))
    )


def _required_line(x: float, height: int, legend: str) -> str:
    from web.charts.drawing import text_run, text_width  # noqa: PLC0415  matplotlib takes seconds to import

    width = text_width(legend, NOTE_SIZE)
    text_x = x + 12 if x + 12 + width < RIGHT else x - 12 - width
    return (
        f'<path d="M{x:.2f} 14V{height - FOOT + 4}" stroke="{PAPER}" stroke-width="4" fill="none"/>'
        f'<path d="M{x:.2f} 14V{height - FOOT + 4}" stroke="{BRASS}" stroke-width="1.8" stroke-dasharray="1 4" '
        f'stroke-linecap="round" fill="none"/><path transform="translate({x:.2f} 13)" d="{STAR}" fill="{BRASS}"/>'
        + text_run(legend, (text_x, 17), NOTE_SIZE, fill=BRASS)
    )
