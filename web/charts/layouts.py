"""Where the parts of a chart stand in its picture, in points."""

from dataclasses import dataclass
from math import cos, pi, sin


@dataclass(frozen=True)
class RadarLayout:
    """Where the radar stands in its picture, in points."""

    centre_x: float
    centre_y: float
    radius: float
    width: int
    height: int
    low: float
    high: float

    def point(self, place: int, count: int, value: float) -> tuple[float, float]:
        """Where a value lies on its axis; the first axis points up, the others follow clockwise."""
        angle = 2 * pi * place / count
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return (
            self.centre_x + self.radius * share * sin(angle),
            self.centre_y - self.radius * share * cos(angle),
        )
