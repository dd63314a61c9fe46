"""A generalizability study of 200 persons, 8 items and 4 occasions, beside generalizit."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.generalizability.g_study import GStudy, g_study
from assessments.measurement.generalizability.observations import long_arrays
from benchmarks.rows import Row, side_by_side

DESIGN = "p x i x o"
SHAPE = (200, 8, 4)
# The peer rounds its T terms to four decimals.
TOLERANCE = 1e-3


def invented(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], dict[str, NDArray[np.int64]]]:
    """Ratings with differences between persons, items, occasions and their pairs."""
    random = np.random.default_rng(12)
    persons, items, occasions = shape
    shapes = ((persons, 1, 1), (1, items, 1), (1, 1, occasions), (persons, items, 1), (persons, 1, occasions), shape)
    table = sum(random.normal(0, 0.5, each) for each in shapes) + np.full(shape, 3.0)
    return long_arrays(table, facets=("p", "i", "o"))


def ours(value: NDArray[np.float64], facets: dict[str, NDArray[np.int64]]) -> GStudy:
    """T terms, degrees of freedom, mean squares and components."""
    study = g_study(value, facets=facets, design=DESIGN)
    assert isinstance(study, GStudy)
    return study


def with_generalizit(value: NDArray[np.float64], facets: dict[str, NDArray[np.int64]]) -> Any:
    """The peer's study, from making its object to its table."""
    frame = import_module("pandas").DataFrame({**facets, "score": value})
    with redirect_stdout(StringIO()):
        study = import_module("generalizit").GeneralizIT(data=frame, design_str=DESIGN, response="score")
        study.calculate_anova()
    return study.design.anova_table


def rows() -> Iterator[Row]:
    """The study beside the peer's, once both have the same components."""
    if find_spec("generalizit") is None:
        return
    value, facets = invented(SHAPE)
    found, table = ours(value, facets), with_generalizit(value, facets)
    components = {name.replace(" x ", ""): float(component) for name, component in table["Variance"].items()}
    for name, component in zip(found.names, found.components, strict=True):
        assert abs(components[name] - component) < TOLERANCE, (name, component, components)
    times = side_by_side(lambda: ours(value, facets), lambda: with_generalizit(value, facets), rounds=3)
    yield Row("generalizability study", "x".join(map(str, SHAPE)), times[0], "generalizit", times[1])
