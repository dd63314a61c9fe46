"""Run the simulations of the estimators: `python -m benchmarks.simulations [name ...]`; fails when one misses bounds.

A simulation is a module `benchmarks/simulate_<name>.py` with a function `findings()` that yields
`benchmarks.findings.Finding`.
"""

import importlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.findings import Finding

FOLDER = Path(__file__).resolve().parent
COLUMNS = "{:<52} {:<34} {:>9} {:>18} {:>8}  {}"


def names() -> list[str]:
    """Every simulation by name."""
    return sorted(path.stem.removeprefix("simulate_") for path in FOLDER.glob("simulate_*.py"))


def found(chosen: list[str]) -> Iterator[Finding]:
    """The findings of the chosen simulations, as they are simulated."""
    for name in chosen:
        yield from importlib.import_module(f"benchmarks.simulate_{name}").findings()


def main(arguments: list[str]) -> int:
    """Simulate, print each finding when it is known, and say how many missed their bounds."""
    unknown = sorted(set(arguments) - set(names()))
    if unknown:
        print(f"No such simulation: {', '.join(unknown)}. There are: {', '.join(names())}.")
        return 2
    start, missed, number = time.monotonic(), 0, 0
    print(COLUMNS.format("name", "quantity", "value", "bounds", "runs", ""))
    for finding in found(arguments or names()):
        number, missed = number + 1, missed + (not finding.is_met)
        bounds, verdict = f"{finding.low:.3f} to {finding.high:.3f}", "" if finding.is_met else "MISSED"
        row = (finding.name, finding.quantity, f"{finding.value:.4f}", bounds, finding.replications, verdict)
        print(COLUMNS.format(*row), flush=True)
    print(f"{number} findings in {time.monotonic() - start:.0f} s, {missed} outside their bounds.")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
