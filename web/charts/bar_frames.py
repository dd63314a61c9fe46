"""The frame of a chart of bars: its scale. Imported with the first picture: matplotlib is slow."""

from functools import lru_cache

from matplotlib.axes import Axes

from web.charts.bars import FOOT, LEFT, RIGHT, ROW, TOP, WIDTH
from web.charts.drawing import drawn_frame, write
from web.charts.looks import LINE, SOFT


@lru_cache(maxsize=64)
def bar_frame(rows: int, low: int, high: int, step: int = 1) -> str:
    """What all charts with as many bars on the same scale share, open for the bars; drawn once."""
    height = TOP + ROW * rows + FOOT

    def draw(axes: Axes) -> None:
        for level in range(low, high + 1, step):
            x = LEFT + (RIGHT - LEFT) * (level - low) / (high - low)
            axes.plot([x, x], [TOP + 4, height - FOOT + 4], color=LINE, linewidth=0.7)
            write(axes, (x, height - FOOT + 16), str(level), size=12, color=SOFT, ha="center")
        axes.plot([LEFT, RIGHT], [height - FOOT + 4] * 2, color=SOFT, linewidth=1)

    return drawn_frame(WIDTH, height, draw)
