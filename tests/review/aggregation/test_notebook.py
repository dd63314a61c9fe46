"""The formulas can be used from a notebook: examples run, and nothing but numpy and scipy is needed."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = ("assessments/measurement", "review/aggregation", "review/rewards")
MODULES = sorted(
    f"{folder.replace('/', '.')}.{path.stem}" for folder in FOLDERS for path in (ROOT / folder).glob("[a-z]*.py")
)
LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
known = {"numpy", "scipy", "assessments", "review", "sitecustomize", "cython_runtime", *sys.stdlib_module_names}
print(sorted({name.split(".")[0] for name in sys.modules if not name.startswith("_")} - known))
"""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_formulas_need_only_numpy_and_scipy():
    ran = subprocess.run([sys.executable, "-c", LOADED, *MODULES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
