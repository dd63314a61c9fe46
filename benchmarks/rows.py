"""What a benchmark reports, and how times are taken so that two of them can be compared."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One measurement of ours beside one of a peer at the same size; the goal is a ratio."""

    name: str
    size: str
    ours_ms: float
    peer: str
    peer_ms: float

    @property
    def ratio(self) -> float:
        """How many times the peer's time ours takes: below 1 is faster than the peer."""
        return self.ours_ms / self.peer_ms if self.peer_ms else float("inf")

    def as_record(self) -> dict[str, Any]:
        """The row as results.json holds it."""
        return {**asdict(self), "ratio": round(self.ratio, 4)}


def side_by_side(ours: Callable[[], Any], peer: Callable[[], Any], rounds: int = 5) -> tuple[float, float]:
    """Median milliseconds of both, taken in turns after one unmeasured round, so that drift hits both alike."""
    ours()
    peer()
    turns = [(milliseconds(ours), milliseconds(peer)) for _ in range(rounds)]
    return statistics.median(turn[0] for turn in turns), statistics.median(turn[1] for turn in turns)


def milliseconds(work: Callable[[], Any]) -> float:
    """How long one call takes, without a pause for collecting garbage."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1000
    finally:
        gc.enable()
