"""The frame of a radar: rings, axes, labels and legend. Imported with the first picture: matplotlib is slow."""

from functools import lru_cache
from math import cos, pi, sin

from matplotlib.axes import Axes

from web.charts.drawing import drawn_frame, fitting_size, text_run, text_width, write
from web.charts.labels import wrapped
from web.charts.layouts import RadarLayout
from web.charts.looks import ACCENT, EMPTY, LINE, LINES, MARKS, SOFT, Role

WIDTH = 400
LABEL_SIZE = 14.0
LABEL_DISTANCE = 10
LEGEND_SIZE = 13.0
LEGEND_LINE = 24
LARGEST_RADIUS, SMALLEST_RADIUS = 128.0, 92.0


@lru_cache(maxsize=256)
def radar_frame(
    labels: tuple[str, ...], legend: tuple[tuple[str, Role], ...], low: int, high: int
) -> tuple[str, RadarLayout]:
    """What all radars with these labels and this legend share, open for the polygons; drawn once."""
    lines = tuple("\n".join(wrapped(part) for part in label.split("\n")) for label in labels)
    layout = _layout(lines, len(legend), low, high)

    def draw(axes: Axes) -> None:
        _draw_web(axes, layout, len(labels))
        _draw_labels(axes, layout, lines)

    frame = drawn_frame(WIDTH, layout.height, draw)
    return frame + _legend(legend, layout), layout


def _layout(lines: tuple[str, ...], entries: int, low: int, high: int) -> RadarLayout:
    """As large a radius as leaves room for every label at its side."""
    radius = LARGEST_RADIUS
    for place, label in enumerate(lines):
        side = abs(sin(2 * pi * place / len(lines)))
        if side > 0.2:
            width = max(text_width(line, LABEL_SIZE) for line in label.split("\n"))
            radius = min(radius, (WIDTH / 2 - LABEL_DISTANCE - 3 - width) / side)
    radius = max(radius, SMALLEST_RADIUS)
    top = 22 + 17 * (lines[0].count("\n") + 1)
    below = 17 * max(_lines_below(lines), 1)
    height = round(top + 2 * radius + 34 + below + LEGEND_LINE * entries)
    return RadarLayout(WIDTH / 2, top + radius, radius, WIDTH, height, low, high)


def _lines_below(lines: tuple[str, ...]) -> int:
    """How many lines the longest label has that stands under the radar."""
    angles = [2 * pi * place / len(lines) for place in range(len(lines))]
    return max(
        (label.count("\n") + 1 for label, angle in zip(lines, angles, strict=True) if cos(angle) < -0.5), default=0
    )


def _draw_web(axes: Axes, layout: RadarLayout, count: int) -> None:
    for level in range(int(layout.low), int(layout.high) + 1):
        corners = [layout.point(place, count, level) for place in range(count)]
        outermost = level == int(layout.high)
        axes.fill(
            *zip(*corners, strict=True),
            fill=False,
            edgecolor=SOFT if outermost else LINE,
            linewidth=1 if outermost else 0.7,
        )
        x, y = layout.point(0, count, level)
        write(axes, (x + 4, y + 6), str(level), size=10, color=SOFT)
    for place in range(count):
        (x1, y1), (x2, y2) = layout.point(place, count, layout.low), layout.point(place, count, layout.high)
        axes.plot([x1, x2], [y1, y2], color=LINE, linewidth=0.7)


def _draw_labels(axes: Axes, layout: RadarLayout, lines: tuple[str, ...]) -> None:
    for place, label in enumerate(lines):
        angle = 2 * pi * place / len(lines)
        x = layout.centre_x + (layout.radius + LABEL_DISTANCE) * sin(angle)
        y = layout.centre_y - (layout.radius + LABEL_DISTANCE) * cos(angle)
        side = "left" if sin(angle) > 0.2 else "right" if sin(angle) < -0.2 else "center"
        above = "bottom" if cos(angle) > 0.8 else "top" if cos(angle) < -0.5 else "center"
        room = layout.centre_x * 2 if side == "center" else (WIDTH - x if side == "left" else x) - 4
        size = min(fitting_size(line, LABEL_SIZE, room) for line in label.split("\n"))
        write(axes, (x, y), label, size=size, ha=side, va=above, multialignment=side)


def _legend(legend: tuple[tuple[str, Role], ...], layout: RadarLayout) -> str:
    parts = []
    for row, (name, role) in enumerate(legend):
        y = layout.height - LEGEND_LINE * (len(legend) - row) + 6
        band = (
            f'<rect x="24" y="{y - 7}" width="44" height="14" fill="{ACCENT}" fill-opacity=".16"/>'
            if role == "others"
            else ""
        )
        line = f'<path d="M24 {y}H68" {EMPTY} {LINES[role]}/><g transform="translate(46 {y})">{MARKS[role]}</g>'
        parts.append(band + line + text_run(name, (80, y + 4.5), fitting_size(name, LEGEND_SIZE, WIDTH - 84)))
    return "".join(parts)
