"""Reliability beside pingouin and krippendorff: intraclass correlations and alpha for 500 people x 10 raters or items.

Outputs are compared before anything is timed; pingouin rounds its intervals to two decimals. Making pingouin's long
frame is not timed.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import NotEstimable
from assessments.measurement.reliability.alpha import Alpha, cronbach_alpha
from assessments.measurement.reliability.intraclass import IntraclassCorrelations, intraclass_correlations
from assessments.measurement.reliability.krippendorff import KrippendorffAlpha, Metric, krippendorff_alpha
from benchmarks.rows import Row, side_by_side

PEOPLE, RATERS = 500, 10
UNITS = 5_000
FORMS = (
    "one_way_single",
    "agreement_single",
    "consistency_single",
    "one_way_mean",
    "agreement_mean",
    "consistency_mean",
)


def ratings(people: int, raters: int, seed: int = 1) -> NDArray[np.float64]:
    """Ratings (people, raters) from people, raters of their own severity, and errors."""
    random = np.random.default_rng(seed)
    true = random.normal(3, 1, (people, 1)) + random.normal(0, 0.4, raters)
    return true + random.normal(0, 0.8, (people, raters))


def rows() -> Iterator[Row]:
    """Each function beside its peer, where that is installed."""
    table = ratings(PEOPLE, RATERS)
    size = f"{PEOPLE} x {RATERS}"
    if find_spec("pingouin") is not None:
        pingouin = import_module("pingouin")
        yield compared("all intraclass correlations", size, intraclass(table, pingouin), table, "pingouin")
        yield compared("alpha with interval and items", size, alpha(table, pingouin), table, "pingouin")
    if find_spec("krippendorff") is not None:
        library = import_module("krippendorff")
        values = np.rint(np.clip(ratings(UNITS, 4), 1, 5))
        values[np.random.default_rng(2).random(values.shape) < 0.2] = np.nan
        work = coders(values, library)
        yield compared("Krippendorff's alpha, ordinal", f"{UNITS:,} x 4", work, values, "krippendorff")


Pair = tuple[Callable[[NDArray[np.float64]], Any], Callable[[], Any]]


def compared(name: str, size: str, pair: Pair, table: NDArray[np.float64], peer: str) -> Row:
    """One row, once the outputs are known to be equal."""
    ours, theirs = pair
    ours_ms, peer_ms = side_by_side(lambda: ours(table), theirs, rounds=15)
    return Row(name, size, ours_ms, peer, peer_ms)


def intraclass(table: NDArray[np.float64], pingouin: Any) -> Pair:
    """All six forms, with the peer's over its long frame."""
    pandas = import_module("pandas")
    people, raters = table.shape
    frame = pandas.DataFrame(
        {
            "person": np.repeat(np.arange(people), raters),
            "rater": np.tile(np.arange(raters), people),
            "rating": table.ravel(),
        }
    )

    def theirs() -> Any:
        return pingouin.intraclass_corr(data=frame, targets="person", raters="rater", ratings="rating")

    found = intraclass_correlations(table)
    assert isinstance(found, IntraclassCorrelations)
    forms = [getattr(found, name) for name in FORMS]
    report = theirs()
    np.testing.assert_allclose([form.value for form in forms], report["ICC"], rtol=1e-9)
    np.testing.assert_allclose([form.f for form in forms], report["F"], rtol=1e-9)
    ends = [[form.interval.low, form.interval.high] for form in forms]
    column = next(name for name in report.columns if str(name).startswith("CI95"))
    np.testing.assert_allclose(ends, np.stack(report[column]), atol=0.0051)
    return intraclass_correlations, theirs


def alpha(table: NDArray[np.float64], pingouin: Any) -> Pair:
    """Alpha with its interval; ours tells of every item too, pingouin of the sum only."""
    frame = import_module("pandas").DataFrame(table)

    def theirs() -> Any:
        return pingouin.cronbach_alpha(data=frame)

    found = cronbach_alpha(table)
    assert isinstance(found, Alpha)
    assert not isinstance(found.interval, NotEstimable)
    value, ends = theirs()
    np.testing.assert_allclose(found.value, value, rtol=1e-9)
    np.testing.assert_allclose([found.interval.low, found.interval.high], ends, atol=0.00051)
    return cronbach_alpha, theirs


def coders(values: NDArray[np.float64], library: Any) -> Pair:
    """Ordinal agreement of coders with gaps."""

    def theirs() -> Any:
        return library.alpha(reliability_data=values.T, level_of_measurement="ordinal")

    def ours(table: NDArray[np.float64]) -> KrippendorffAlpha | NotEstimable:
        return krippendorff_alpha(table, metric=Metric.ORDINAL)

    found = ours(values)
    assert isinstance(found, KrippendorffAlpha)
    np.testing.assert_allclose(found.value, theirs(), rtol=1e-9)
    return ours, theirs
