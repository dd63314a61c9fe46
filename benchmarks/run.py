"""Run the benchmarks: `python -m benchmarks.run [name ...]`. Writes benchmarks/results.json.

A benchmark is a module `benchmarks/bench_<name>.py` with a function `rows()` that yields `benchmarks.rows.Row`.
"""

import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Row

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
COLUMNS = "{:<44} {:>14} {:>12} {:>12} {:>9}  {}"


def names() -> list[str]:
    """Every benchmark by name."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def measured(chosen: list[str]) -> Iterator[Row]:
    """The rows of the chosen benchmarks, as they are measured."""
    for name in chosen:
        yield from importlib.import_module(f"benchmarks.bench_{name}").rows()


def main(arguments: list[str]) -> int:
    """Measure, print each row when it is known and keep all of them."""
    unknown = sorted(set(arguments) - set(names()))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(names())}.")
        return 2
    start = time.monotonic()
    print(COLUMNS.format("name", "size", "ours ms", "peer ms", "ratio", "peer"))
    records = []
    for row in measured(arguments or names()):
        records.append(row.as_record())
        times = (f"{row.ours_ms:.3f}", f"{row.peer_ms:.3f}", f"{row.ratio:.3f}")
        print(COLUMNS.format(row.name, row.size, *times, row.peer), flush=True)
        RESULTS.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(records)} rows in {time.monotonic() - start:.0f} s, kept in {RESULTS.relative_to(FOLDER.parent)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
