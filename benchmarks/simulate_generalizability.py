"""Generalizability over many invented studies: are components right on average, and do intervals hold what they say?"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.generalizability.component_intervals import component_intervals
from assessments.measurement.generalizability.designs import design_of
from assessments.measurement.generalizability.g_study import GStudy, g_study
from assessments.measurement.generalizability.observations import observations
from benchmarks.findings import Finding

REPLICATIONS = 1000
BOUNDS = {0.90: (0.87, 0.93), 0.95: (0.93, 0.97)}
LARGEST_BIAS = 0.02
Facets = dict[str, NDArray[np.int64]]


def crossed(random: np.random.Generator) -> Facets:
    """60 persons, each rated by the same 8 raters on the same 8 items."""
    del random
    person, rater, item = (axis.ravel() for axis in np.indices((60, 8, 8)))
    return {"p": person, "r": rater, "i": item}


def own_raters(random: np.random.Generator) -> Facets:
    """100 persons with three to eight raters of their own."""
    person = np.repeat(np.arange(100), random.integers(3, 9, 100))
    return {"p": person, "r": np.arange(len(person))}


def with_gaps(random: np.random.Generator) -> Facets:
    """100 persons and 15 items; every sixth answer is missing."""
    seen = random.random((100, 15)) > 1 / 6
    person, item = np.nonzero(seen)
    return {"p": person, "i": item}


def findings() -> Iterator[Finding]:
    """Bias of each component and coverage of its 90 % and 95 % intervals, in three designs."""
    yield from findings_of("p x r x i", facets_of=crossed, truth=(0.3, 0.1, 0.1, 0.15, 0.05, 0.05, 0.4))
    yield from findings_of("r:p", facets_of=own_raters, truth=(0.3, 0.5))
    yield from findings_of("p x i", facets_of=with_gaps, truth=(0.3, 0.1, 0.5))


def findings_of(
    design: str, *, facets_of: Callable[[np.random.Generator], Facets], truth: tuple[float, ...]
) -> Iterator[Finding]:
    """Findings of one design, whose true components are known."""
    random = np.random.default_rng(17)
    true = np.array(truth)
    estimates, inside = [], {level: np.zeros(len(true)) for level in BOUNDS}
    for _ in range(REPLICATIONS):
        study = invented(design, facets=facets_of(random), true=true, random=random)
        estimates.append(study.components)
        for level in BOUNDS:
            found = component_intervals(study, level=level)
            inside[level] += (found.low <= true) & (true <= found.high)
    bias = np.mean(estimates, axis=0) - true
    for place, name in enumerate(design_of(design).names):
        label = f"{design}: component {name}"
        yield Finding(label, "bias", float(bias[place]), -LARGEST_BIAS, LARGEST_BIAS, REPLICATIONS)
        for level, (low, high) in BOUNDS.items():
            share = float(inside[level][place]) / REPLICATIONS
            yield Finding(label, f"coverage of {level:.0%} interval", share, low, high, REPLICATIONS)


def invented(design: str, *, facets: Facets, true: NDArray[np.float64], random: np.random.Generator) -> GStudy:
    """A study of observations drawn from normal effects with the true components."""
    number = len(facets["p"])
    seen = observations(np.zeros(number), design=design_of(design), facets=facets)
    value = np.full(number, 3.0)
    for cells, component in zip(seen.cells, true, strict=True):
        value += np.sqrt(component) * random.standard_normal(len(cells.size))[cells.cell]
    study = g_study(value, facets=facets, design=design)
    assert isinstance(study, GStudy)
    return study
