"""Do the intervals of fairness figures hold what they promise, and do the tests stay within their error rate?"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.findings import Finding
from review.rewards.fairness.pay_equity import GroupEffect, PayEquity, pay_equity
from review.rewards.fairness.rate_intervals import (
    Intervals,
    difference_intervals,
    exact_intervals,
    log_ratio_intervals,
    score_ratio_intervals,
    wilson_intervals,
)
from review.rewards.fairness.stratified_tables import (
    CommonRatio,
    Homogeneity,
    MantelHaenszel,
    breslow_day,
    mantel_haenszel,
)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SEED = 20260717
DRAWS = 20_000
REPLICATIONS = 1_000
# People and true selection rates of two groups.
PAIRS = ((40, 0.5, 60, 0.4), (25, 0.3, 120, 0.35), (100, 0.2, 100, 0.25), (200, 0.08, 400, 0.1))


def findings() -> Iterator[Finding]:
    """Coverage of 95 % intervals, and how often tests of the level .05 reject what is true."""
    random = np.random.default_rng(SEED)
    yield from rates(random)
    yield from strata(random)
    yield from pay(random)


def rates(random: np.random.Generator) -> Iterator[Finding]:
    """Wilson's and the exact intervals of rates, Newcombe's of differences, Koopman's and the logarithmic of ratios.

    Of a single rate the coverage at one true rate jumps with the rate, because counts are whole (Wilson's at 25 people
    and .3 is .92): what is promised, and checked here, is the mean over the rates from .05 to .95.
    """
    for number in (10, 25, 100):
        truth = random.uniform(0.05, 0.95, DRAWS)
        selected = random.binomial(number, truth)
        yield covered(f"Wilson, {number} people", wilson_intervals(selected, applicants=number), truth)
        yield covered(
            f"exact, {number} people", exact_intervals(selected, applicants=number), truth, low=0.95, high=1.0
        )
    for number, rate, other_number, other_rate in PAIRS:
        first, other = random.binomial(number, rate, DRAWS), random.binomial(other_number, other_rate, DRAWS)
        size = f"{number} at {rate}, {other_number} at {other_rate}"
        for name, intervals, value in (
            ("Newcombe", difference_intervals, rate - other_rate),
            ("Koopman", score_ratio_intervals, rate / other_rate),
            ("log ratio", log_ratio_intervals, rate / other_rate),
        ):
            found = intervals(first, applicants=number, other_selected=other, other_applicants=other_number)
            yield covered(f"{name}, {size}", found, np.full(DRAWS, value))


def covered(name: str, found: Intervals, truth: Floats, *, low: float = 0.93, high: float = 0.97) -> Finding:
    """Share of the intervals that hold the truth, of those there are."""
    is_there = found.reason == 0
    holds = (found.low <= truth) & (truth <= found.high)
    return Finding(name, "coverage of 95 %", float(holds[is_there].mean()), low, high, int(is_there.sum()))


def strata(random: np.random.Generator) -> Iterator[Finding]:
    """Mantel-Haenszel and Breslow-Day over eight jobs of different rates: rejections of what is true, coverage."""
    sizes, base = random.integers(15, 60, (8, 2)), random.uniform(0.15, 0.7, 8)
    rejected = np.zeros((REPLICATIONS, 3))
    holds = np.zeros((REPLICATIONS, 2))
    odds = 0.6
    lowered = odds * base / (1 - base + odds * base)
    for row in range(REPLICATIONS):
        equal, unequal = drawn(random, sizes, base, base), drawn(random, sizes, lowered, base)
        null, spread = mantel_haenszel(equal), breslow_day(unequal)
        assert isinstance(null, MantelHaenszel)
        assert isinstance(spread, Homogeneity)
        rejected[row] = null.p_value < 0.05, null.corrected_p_value < 0.05, spread.tarone_p_value < 0.05
        holds[row] = odds_hold(unequal, odds), impact_holds(null, 1.0)
    size, corrected, breslow = rejected.mean(axis=0)
    yield Finding("Mantel-Haenszel, 8 jobs", "size of .05", float(size), 0.03, 0.07, REPLICATIONS)
    yield Finding("Mantel-Haenszel corrected, 8 jobs", "size of .05", float(corrected), 0.0, 0.05, REPLICATIONS)
    yield Finding("Breslow-Day-Tarone, 8 jobs", "size of .05", float(breslow), 0.03, 0.07, REPLICATIONS)
    for name, share in zip(("common odds ratio .6", "common impact ratio 1"), holds.mean(axis=0), strict=True):
        yield Finding(name, "coverage of 95 %", float(share), 0.93, 0.97, REPLICATIONS)


def odds_hold(tables: Counts, truth: float) -> bool:
    """Whether the interval of the common odds ratio holds the truth."""
    found = mantel_haenszel(tables)
    assert isinstance(found, MantelHaenszel)
    assert isinstance(found.odds_ratio, CommonRatio)
    return found.odds_ratio.low <= truth <= found.odds_ratio.high


def impact_holds(found: MantelHaenszel, truth: float) -> bool:
    """Whether the interval of the common ratio of rates holds the truth."""
    assert isinstance(found.impact_ratio, CommonRatio)
    return found.impact_ratio.low <= truth <= found.impact_ratio.high


def drawn(random: np.random.Generator, sizes: Counts, first: Floats, other: Floats) -> Counts:
    """Tables of two groups in each job with the selection rates given."""
    selected = random.binomial(sizes, np.stack([first, other], axis=1))
    return np.stack([selected, sizes - selected], axis=2)


def pay(random: np.random.Generator) -> Iterator[Finding]:
    """The group effect when the spread of pay grows with the years, for even and uneven groups."""
    effect = -0.04
    for people, share in ((80, 0.5), (200, 0.2), (400, 0.1)):
        holds, values = np.zeros(REPLICATIONS, dtype=bool), np.zeros(REPLICATIONS)
        for row in range(REPLICATIONS):
            found = one_company(random, people, share, effect)
            assert isinstance(found.effects[0], GroupEffect)
            term = found.effects[0].log_effect
            holds[row], values[row] = term.low <= effect <= term.high, term.value
        name = f"pay equity, {people} people, {share:.0%} in the group"
        yield Finding(name, "coverage of 95 %", float(holds.mean()), 0.93, 0.97, REPLICATIONS)
        yield Finding(name, "bias of log effect", float(values.mean() - effect), -0.02, 0.02, REPLICATIONS)


def one_company(random: np.random.Generator, people: int, share: float, effect: float) -> PayEquity:
    """Pay of an invented company, fitted."""
    years, job = random.uniform(0, 20, people), random.integers(0, 4, people)
    in_group = np.arange(people) < round(share * people)
    spread = 0.05 + 0.01 * years + 0.05 * in_group
    logs = 10 + 0.02 * years + 0.1 * job + effect * in_group + spread * random.standard_normal(people)
    found = pay_equity(
        np.exp(logs),
        groups=["f" if is_in else "m" for is_in in in_group],
        reference="m",
        numeric={"years": years},
        categorical={"job": [str(number) for number in job]},
    )
    assert isinstance(found, PayEquity)
    return found
