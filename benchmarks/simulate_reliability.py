"""Whether intervals of reliability hold what they promise, and estimates aim at the truth: seeded simulations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import NotEstimable
from assessments.measurement.reliability.alpha import cronbach_alpha
from assessments.measurement.reliability.concordance import concordance_correlation
from assessments.measurement.reliability.intraclass import intraclass_correlations
from assessments.measurement.reliability.limits_of_agreement import limits_of_agreement
from assessments.measurement.reliability.omega import omega
from assessments.measurement.reliability.omega_interval import omega_interval
from assessments.measurement.reliability.one_way import one_way_reliability
from benchmarks.findings import Finding

REPLICATIONS = 1_000
WITH_GAPS = 500
WITH_DRAWS = 200
PEOPLE, RATERS = 60, 8
PERSON, SEVERITY, ERROR = 1.0, 0.25, 1.0
LOADINGS = np.array([0.8, 0.7, 0.7, 0.6, 0.6, 0.5])


def findings() -> Iterator[Finding]:
    """Coverage of 95 % and 90 % intervals, and bias, of every estimator with an interval."""
    yield from of_alpha()
    yield from of_intraclass(share_missing=0.0, replications=REPLICATIONS)
    yield from of_intraclass(share_missing=0.3, replications=WITH_GAPS)
    yield from of_other_raters()
    yield from of_pairs()
    yield from of_omega()


def coverage(name: str, ends: list[Any], truth: float | NDArray[np.float64], *, level: float = 0.95) -> Finding:
    """Share of the intervals that hold the truth."""
    low, high = (np.array([getattr(end, side) for end in ends]) for side in ("low", "high"))
    share = float(((low <= truth) & (truth <= high)).mean())
    around = 0.02 if level > 0.9 else 0.03
    return Finding(name, f"coverage of {level:.0%} intervals", share, level - around, level + around, len(ends))


def bias(name: str, values: list[float], truth: float) -> Finding:
    """Mean of the estimates less the truth."""
    return Finding(name, "bias", float(np.mean(values) - truth), -0.02, 0.02, len(values))


def ratings(random: np.random.Generator) -> NDArray[np.float64]:
    """Ratings (people, raters): people, raters of their own severity, and errors."""
    true = random.normal(0, PERSON**0.5, (PEOPLE, 1)) + random.normal(0, SEVERITY**0.5, RATERS)
    return true + random.normal(0, ERROR**0.5, (PEOPLE, RATERS))


def of_alpha() -> Iterator[Finding]:
    """Items that measure alike, as alpha's interval assumes."""
    random = np.random.default_rng(1)
    truth = RATERS * PERSON / (RATERS * PERSON + ERROR)
    for level in (0.95, 0.90):
        found: list[Any] = [cronbach_alpha(ratings(random), level=level) for _ in range(REPLICATIONS)]
        yield coverage("alpha, Feldt", [one.interval for one in found], truth, level=level)
    yield bias("alpha", [one.value for one in found], truth)


def of_intraclass(*, share_missing: float, replications: int) -> Iterator[Finding]:
    """All forms in the model of raters who rate all, or miss some."""
    random = np.random.default_rng(2)
    truths = {
        "agreement_single": PERSON / (PERSON + SEVERITY + ERROR),
        "consistency_single": PERSON / (PERSON + ERROR),
        "agreement_mean": RATERS * PERSON / (RATERS * PERSON + SEVERITY + ERROR),
        "consistency_mean": RATERS * PERSON / (RATERS * PERSON + ERROR),
    }
    found = []
    for _ in range(replications):
        table = ratings(random)
        table[random.random(table.shape) < share_missing] = np.nan
        found.append(intraclass_correlations(table))
    told: list[Any] = [one for one in found if not isinstance(one, NotEstimable)]
    named = f"intraclass, {share_missing:.0%} missing: "
    for name, truth in truths.items():
        if share_missing and name.endswith("mean"):
            continue
        forms = [getattr(one, name) for one in told]
        yield coverage(named + name, [form.interval for form in forms], truth)
        yield bias(named + name, [form.value for form in forms], truth)


def of_other_raters() -> Iterator[Finding]:
    """Other raters for everybody, three to nine of them."""
    random = np.random.default_rng(3)
    counts = random.integers(3, 10, PEOPLE)
    person = np.repeat(np.arange(PEOPLE), counts)
    found: list[Any] = []
    for _ in range(REPLICATIONS):
        value = random.normal(0, PERSON**0.5, PEOPLE)[person] + random.normal(0, ERROR**0.5, len(person))
        found.append(one_way_reliability(value, person=person))
    truth = PERSON / (PERSON + ERROR)
    yield coverage("one-way, 3 to 9 raters", [one.interval for one in found], truth)
    yield bias("one-way, 3 to 9 raters", [one.single for one in found], truth)
    of_means = counts * PERSON / (counts * PERSON + ERROR)
    yield bias("one-way, means", [float((one.means.value - of_means).mean()) for one in found], 0.0)


def of_pairs() -> Iterator[Finding]:
    """Two measurements of the same people with a shift between them."""
    random = np.random.default_rng(4)
    error, shift = 0.25, 0.3
    pairs = []
    for _ in range(REPLICATIONS):
        true = random.normal(size=PEOPLE)
        pairs.append(true + error**0.5 * random.normal(size=(2, PEOPLE)) + [[0.0], [shift]])
    concordance: list[Any] = [concordance_correlation(*pair) for pair in pairs]
    truth = 2 / (2 * (1 + error) + shift**2)
    yield coverage("concordance", [one.interval for one in concordance], truth)
    yield bias("concordance", [one.value for one in concordance], truth)
    limits: list[Any] = [limits_of_agreement(*pair) for pair in pairs]
    upper = -shift + 1.96 * (2 * error) ** 0.5
    yield coverage("limits of agreement, upper", [one.upper_interval for one in limits], upper)


def of_omega() -> Iterator[Finding]:
    """Items with unequal loadings on one factor."""
    random = np.random.default_rng(5)
    unique = 1 - LOADINGS**2
    samples = [
        np.outer(random.normal(size=200), LOADINGS) + random.normal(size=(200, 6)) * np.sqrt(unique)
        for _ in range(WITH_GAPS)
    ]
    shared = float(LOADINGS.sum()) ** 2
    truth = shared / (shared + float(unique.sum()))
    found: list[Any] = [omega(sample) for sample in samples]
    yield bias("omega", [one.value for one in found], truth)
    ends = [omega_interval(sample, resamples=500) for sample in samples[:WITH_DRAWS]]
    yield coverage("omega, bootstrap", ends, truth)
