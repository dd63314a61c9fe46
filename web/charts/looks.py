"""Colours, lines and marks of the charts: roles differ in form, so that no one needs colours to tell them apart."""

from typing import Literal

Role = Literal["self", "others", "required", "named"]

INK, SOFT, LINE, ACCENT, BRASS, PAPER = "#20272a", "#4b575b", "#b9bdb8", "#17495a", "#8f5f12", "#ffffff"
STAR = "M0-7l1.7 5.3L7 0l-5.3 1.7L0 7l-1.7-5.3L-7 0l5.3-1.7z"

LINES: dict[Role, str] = {
    "self": f'stroke="{SOFT}" stroke-width="2" stroke-dasharray="7 4"',
    "others": f'stroke="{ACCENT}" stroke-width="2.8"',
    "required": f'stroke="{BRASS}" stroke-width="2" stroke-dasharray="1 4" stroke-linecap="round"',
    "named": f'stroke="{INK}" stroke-width="1.6" stroke-dasharray="9 3 2 3"',
}
FILLED: dict[Role, str] = {"others": f'fill="{ACCENT}" fill-opacity=".1"'}
EMPTY = 'fill="none"'
MARKS: dict[Role, str] = {
    "self": f'<rect x="-3.8" y="-3.8" width="7.6" height="7.6" fill="{PAPER}" stroke="{SOFT}" stroke-width="1.8"/>',
    "others": f'<circle r="4.2" fill="{ACCENT}" stroke="{PAPER}"/>',
    "required": f'<path d="{STAR}" fill="{BRASS}" stroke="{PAPER}" stroke-width=".7"/>',
    "named": f'<path d="M0-5l4.7 8.5h-9.400z" fill="{INK}" stroke="{PAPER}"/>',
}
