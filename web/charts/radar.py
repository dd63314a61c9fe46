"""The radar: one polygon each for the own view, the view of others and what is required."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.layouts import RadarLayout
from web.charts.looks import ACCENT, EMPTY, FILLED, LINES, MARKS, Role
from web.charts.pictures import Picture, xml_text
from web.language import gettext as _

ORDER: tuple[Role, ...] = ("required", "others", "named", "self")


@dataclass(frozen=True)
class Series:
    """One polygon: a value for each label (None: not shown) and, where there is one, half of its interval."""

    name: str
    values: Sequence[float | None]
    role: Role
    margins: Sequence[float | None] | None = None


def radar_svg(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    hidden: Sequence[str] = (),
    low: int = 1,
    high: int = 5,
    title: str = "",
) -> Picture:
    """The radar of some dimensions; ``hidden`` names labels whose values may not be shown, and the picture says so."""
    _check(labels, series, low, high)
    named = tuple(f"{label}\n{_('(not shown)')}" if label in hidden else label for label in labels)
    ordered = sorted(series, key=lambda one: ORDER.index(one.role))
    # matplotlib takes seconds to import, and few pages need it.
    from web.charts.radar_frames import radar_frame  # noqa: PLC0415  see above

    frame, layout = radar_frame(named, tuple((one.name, one.role) for one in ordered), low, high)
    filled = "".join(_band(one, layout) for one in ordered) + "".join(_polygon(one, layout) for one in ordered)
    svg = f"{frame}<title>{xml_text(title)}</title>{filled}</svg>"
    return Picture(svg, layout.width, layout.height)


def _check(labels: Sequence[str], series: Sequence[Series], low: int, high: int) -> None:
    if len(labels) < 3:
        raise ValueError("a radar needs at least three labels")
    if low >= high:
        raise ValueError("the scale must go up")
    for one in series:
        if len(one.values) != len(labels) or (one.margins is not None and len(one.margins) != len(labels)):
            raise ValueError(f"{one.name!r} has another number of values than there are labels")


def _band(one: Series, layout: RadarLayout) -> str:
    """The interval as a ring, where every value has one; else as a bar on each axis that has."""
    if one.margins is None:
        return ""
    count = len(one.values)
    pairs = [
        (place, value - margin, value + margin)
        for place, (value, margin) in enumerate(zip(one.values, one.margins, strict=True))
        if value is not None and margin is not None
    ]
    if len(pairs) == count:
        outer = _path([layout.point(place, count, upper) for place, _lower, upper in pairs])
        inner = _path([layout.point(place, count, lower) for place, lower, _upper in pairs])
        return f'<path d="{outer}{inner}" fill="{ACCENT}" fill-opacity=".16" fill-rule="evenodd"/>'
    bars = []
    for place, lower, upper in pairs:
        bar = _path([layout.point(place, count, lower), layout.point(place, count, upper)], closed=False)
        bars.append(f'<path d="{bar}" stroke="{ACCENT}" stroke-opacity=".3" stroke-width="9" fill="none"/>')
    return "".join(bars)


def _polygon(one: Series, layout: RadarLayout) -> str:
    """Lines between neighbours that are both shown, and a mark at each value."""
    count = len(one.values)
    points = [None if value is None else layout.point(place, count, value) for place, value in enumerate(one.values)]
    shown = [point for point in points if point is not None]
    if len(shown) == count:
        line = f'<path d="{_path(shown)}" {FILLED.get(one.role, EMPTY)} {LINES[one.role]}/>'
    else:
        pairs = [(points[place], points[(place + 1) % count]) for place in range(count)]
        parts = [_path([start, end], closed=False) for start, end in pairs if start is not None and end is not None]
        line = f'<path d="{"".join(parts)}" {EMPTY} {LINES[one.role]}/>' if parts else ""
    marks = "".join(f'<g transform="translate({x:.2f} {y:.2f})">{MARKS[one.role]}</g>' for x, y in shown)
    return line + marks


def _path(points: Sequence[tuple[float, float]], closed: bool = True) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + ("Z" if closed else "")
