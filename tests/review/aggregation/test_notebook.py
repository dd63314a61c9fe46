"""The formulas can be used from a notebook: in an environment that holds them, numpy and scipy, their examples run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy

ROOT = Path(__file__).parents[3]
FOLDERS = ("assessments/measurement", "review/aggregation", "review/rewards")
SOURCES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
MODULES = [".".join(path.with_suffix("").parts) for path in SOURCES if path.stem != "__init__"]
# Isolated, without site-packages: what is not in the folder given or in the standard library cannot be imported.
EXAMPLES = """
import doctest, importlib, sys
sys.path.insert(0, sys.argv[1])
modules = [importlib.import_module(name) for name in sys.argv[2:]]
tried = {module.__name__: doctest.testmod(module) for module in modules}
print(sorted(name for name, result in tried.items() if result.failed))
print(sum(result.attempted for result in tried.values()))
"""
CONTRACT = """
import sys
sys.path.insert(0, sys.argv[1])
from assessments.measurement.curves import gap_points
from review.aggregation.bands import DEFAULT_BANDS
from review.rewards.allocation import RaiseRequest, allocate
print(round(float(gap_points(3.583333 - 4)), 4), DEFAULT_BANDS.grade_of(9293))
print([entry.amount for entry in allocate([RaiseRequest("a", 5_000_000, "0.05")], budget=300_000).raises])
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with numpy, scipy and the formulas, and nothing else of the product."""
    folder = tmp_path_factory.mktemp("bare")
    for library in (np, scipy):
        installed = Path(str(library.__file__)).parent
        for part in (installed, installed.with_name(f"{installed.name}.libs")):
            if part.is_dir():
                (folder / part.name).symlink_to(part)
    for path in {Path("assessments/__init__.py"), Path("review/__init__.py"), *SOURCES}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(ROOT / path)
    return folder


def ran(bare: Path, script: str, *arguments: str) -> list[str]:
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", script, str(bare), *arguments]
    return subprocess.run(command, cwd=bare, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_examples_in_the_docstrings_are_true_where_only_numpy_and_scipy_are(bare):
    failed, attempted = ran(bare, EXAMPLES, *MODULES)
    assert failed == "[]"
    assert int(attempted) > len(MODULES)


def test_points_grades_and_raises_are_computed_there_too(bare):
    assert ran(bare, CONTRACT) == ["91.6667 B", "[250000]"]
