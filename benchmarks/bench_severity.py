"""Severity of raters by restricted maximum likelihood, beside statsmodels and the noted times of lme4.

Our time is that of everything the calibration page needs: variances, effects with their errors, adjusted scores, the
test of the rater variance and the islands. The peers' is that of the fit. The variances are compared before timing.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.severity.crossed import CrossedEffects, crossed_effects
from benchmarks.rows import Row, milliseconds, side_by_side

# lme4 in R, as PERFORMANCE.md notes them: 0.08 s on 3,000 cells, 9.8 to 13 s on 73,421 ratings (the better one).
NOTED_SMALL_MS = 80.0
NOTED_LARGE_MS = 9_800.0

Ratings = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def cells(ratees: int = 500, each: int = 6, raters: int = 100, seed: int = 1) -> Ratings:
    """One mean rating of each ratee by each of some raters drawn at random."""
    random = np.random.default_rng(seed)
    ratee = np.repeat(np.arange(ratees), each)
    rater = np.concatenate([random.choice(raters, each, replace=False) for _ in range(ratees)])
    value = 3.5 + 0.5 * random.standard_normal(ratees)[ratee] + 0.35 * random.standard_normal(raters)[rater]
    return value + 0.45 * random.standard_normal(len(ratee)), ratee, rater


def evaluations(rows: int = 73_421, students: int = 2_972, lecturers: int = 1_128, seed: int = 1) -> Ratings:
    """As many ratings of as many people as the InstEval data of lme4: whole numbers 1 to 5, uneven numbers a rater."""
    random = np.random.default_rng(seed)
    popular = random.gamma(2.0, size=lecturers)
    each = random.multinomial(rows - students, random.dirichlet(np.full(students, 6.0))) + 1
    student = np.repeat(np.arange(students), each)
    lecturer = random.choice(lecturers, rows, p=popular / popular.sum())
    lecturer[:lecturers] = np.arange(lecturers)
    level = 3.2 + 0.33 * random.standard_normal(students)[student] + 0.51 * random.standard_normal(lecturers)[lecturer]
    return np.clip(np.rint(level + 1.18 * random.standard_normal(rows)), 1, 5), student, lecturer


def ours(data: Ratings) -> CrossedEffects:
    """The whole result."""
    found = crossed_effects(data[0], ratee=data[1], rater=data[2])
    assert isinstance(found, CrossedEffects)
    return found


def variances(found: CrossedEffects) -> NDArray[np.float64]:
    """Variances of ratees, raters and residuals."""
    return np.array(found.standard_deviations) ** 2


def with_statsmodels(data: Ratings) -> Callable[[], NDArray[np.float64]]:
    """MixedLM with both factors as variance components of one group; the frame is made before."""
    pandas, formulas = import_module("pandas"), import_module("statsmodels.formula.api")
    frame: Any = pandas.DataFrame(dict(zip(("value", "ratee", "rater"), data, strict=True))).assign(all=1)
    parts = {"ratee": "0 + C(ratee)", "rater": "0 + C(rater)"}

    def fitted() -> NDArray[np.float64]:
        model = formulas.mixedlm("value ~ 1", frame, groups="all", re_formula="0", vc_formula=parts)
        result = model.fit(reml=True)
        return np.array([*result.vcomp, result.scale])

    return fitted


def rows() -> Iterator[Row]:
    """Ours beside statsmodels where it is installed, and beside what is noted for lme4."""
    small, large = cells(), evaluations()
    if find_spec("statsmodels") is not None:
        yield from beside_statsmodels("100 x 6 of 30", cells(100, 6, 30), rounds=3)
        yield from beside_statsmodels("500 x 6 of 100", small, rounds=1)
    fast = min(milliseconds(lambda: ours(small)) for _ in range(7))
    yield Row("crossed severity by REML", "3,000 cells", fast, "lme4 (noted)", NOTED_SMALL_MS)
    slow = min(milliseconds(lambda: ours(large)) for _ in range(3))
    yield Row("crossed severity by REML", "73,421 ratings", slow, "lme4 (noted)", NOTED_LARGE_MS)


def beside_statsmodels(size: str, data: Ratings, *, rounds: int) -> Iterator[Row]:
    """The same variances first, then the times."""
    peer = with_statsmodels(data)
    np.testing.assert_allclose(variances(ours(data)), peer(), rtol=2e-3)
    ours_ms, peer_ms = side_by_side(lambda: ours(data), peer, rounds=rounds)
    yield Row("crossed severity by REML", size, ours_ms, "statsmodels", peer_ms)
