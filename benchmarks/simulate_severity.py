"""Recovery and coverage of the estimators of severity, by seeded simulation."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.severity.crossed import CrossedEffects, crossed_effects
from assessments.measurement.severity.one_way import OneWayEffects, one_way_effects
from assessments.measurement.severity.shrinkage import ShrunkenMeans, shrunken_means
from benchmarks.findings import Finding

RATEES, EACH, RATERS = 500, 6, 100
VARIANCES = np.array([0.25, 0.12, 0.20])
COVERAGE = (0.87, 0.93)
BIAS = (-0.02, 0.02)


def findings(replications: int = 500) -> Iterator[Finding]:
    """All quantities with their bounds."""
    yield from crossed_findings(replications)
    yield from one_way_findings(replications)
    yield from shrunken_findings(replications)


def crossed_findings(replications: int, seed: int = 1) -> Iterator[Finding]:
    """500 ratees, each rated by 6 of 100 raters: variances, intervals of scores and of raters, what adjusting gains."""
    seen = np.array([_crossed(np.random.default_rng([seed, number])) for number in range(replications)])
    name = f"crossed severity, {RATEES} x {EACH} of {RATERS}"
    means = seen.mean(axis=0)
    for place, part in enumerate(("ratee", "rater", "residual")):
        yield Finding(name, f"bias of the {part} variance", means[place], *BIAS, replications)
    for place, part in enumerate(("adjusted scores", "raters' leniency"), start=3):
        yield Finding(name, f"coverage of 90 % intervals of {part}", means[place], *COVERAGE, replications)
    yield Finding(name, "correlation of true with raw scores", means[5], 0.0, float(means[6]), replications)
    yield Finding(name, "correlation of true with adjusted scores", means[6], float(means[5]), 1.0, replications)
    alike = [_p_value(np.random.default_rng([seed + 1, number])) <= 0.05 for number in range(replications)]
    share = float(np.mean(alike))
    yield Finding(name, "raters alike: share of tests below 5 %", share, 0.02, 0.08, replications)


def _ratings(random: np.random.Generator, variances: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
    """Ratings with ratee and rater, and the true scores and leniencies."""
    ratee = np.repeat(np.arange(RATEES), EACH)
    rater = random.permuted(np.tile(np.arange(RATERS), (RATEES, 1)), axis=1)[:, :EACH].ravel()
    spread = np.sqrt(variances)
    truth, leniency = spread[0] * random.standard_normal(RATEES), spread[1] * random.standard_normal(RATERS)
    value = 3.5 + truth[ratee] + leniency[rater] + spread[2] * random.standard_normal(len(ratee))
    return value, ratee, rater, 3.5 + truth, leniency


def _crossed(random: np.random.Generator) -> list[float]:
    """Errors of the variances, shares of intervals that hold the truth, correlations with the truth."""
    value, ratee, rater, truth, leniency = _ratings(random, VARIANCES)
    found = crossed_effects(value, ratee=ratee, rater=rater)
    assert isinstance(found, CrossedEffects)
    errors = np.array(found.standard_deviations) ** 2 - VARIANCES
    adjusted = found.adjusted
    held = np.mean((adjusted.low <= truth) & (truth <= adjusted.high))
    reach = 1.6448536 * found.raters.standard_error
    held_raters = np.mean(np.abs(found.raters.effect - leniency) <= reach)
    correlations = [np.corrcoef(truth, scores)[0, 1] for scores in (adjusted.raw_mean, adjusted.value)]
    return [*errors.tolist(), float(held), float(held_raters), *map(float, correlations)]


def _p_value(random: np.random.Generator) -> float:
    """The test of the rater variance when raters do not differ."""
    value, ratee, rater, *_ = _ratings(random, VARIANCES * [1, 0, 1])
    found = crossed_effects(value, ratee=ratee, rater=rater)
    assert isinstance(found, CrossedEffects)
    return found.rater_test.p_value


def one_way_findings(replications: int, seed: int = 3) -> Iterator[Finding]:
    """100 people with 3 to 8 raters of their own."""
    errors, held = np.zeros((replications, 2)), np.zeros(replications)
    for number in range(replications):
        random = np.random.default_rng([seed, number])
        group = np.repeat(np.arange(100), random.integers(3, 9, 100))
        truth = 3.5 + 0.5 * random.standard_normal(100)
        found = one_way_effects(truth[group] + 0.6 * random.standard_normal(len(group)), group=group)
        assert isinstance(found, OneWayEffects)
        errors[number] = found.group_variance - 0.25, found.residual_variance - 0.36
        held[number] = np.mean((found.shrunk.low <= truth) & (truth <= found.shrunk.high))
    name = "one-way effects, 100 x 3 to 8"
    yield Finding(name, "bias of the group variance", float(errors[:, 0].mean()), *BIAS, replications)
    yield Finding(name, "bias of the residual variance", float(errors[:, 1].mean()), *BIAS, replications)
    yield Finding(name, "coverage of 90 % intervals of shrunken means", float(held.mean()), *COVERAGE, replications)


def shrunken_findings(replications: int, seed: int = 4) -> Iterator[Finding]:
    """15 means with standard errors of 0.2 to 0.6, by each way of estimating the variance."""
    for method in ("reml", "paule_mandel"):
        held, errors = np.zeros(replications), np.zeros(replications)
        for number in range(replications):
            random = np.random.default_rng([seed, number])
            error, truth = random.uniform(0.2, 0.6, 15), 3.5 + 0.4 * random.standard_normal(15)
            found = shrunken_means(truth + error * random.standard_normal(15), standard_error=error, method=method)
            assert isinstance(found, ShrunkenMeans)
            held[number] = np.mean((found.low <= truth) & (truth <= found.high))
            errors[number] = found.variance - 0.16
        name = f"empirical Bayes, 15 means, {method}"
        yield Finding(name, "bias of the variance", float(errors.mean()), *BIAS, replications)
        yield Finding(name, "coverage of Morris's 90 % intervals", float(held.mean()), *COVERAGE, replications)


if __name__ == "__main__":
    for finding in findings():
        bounds = f"{finding.low:.3f} to {finding.high:.3f}"
        print(f"{finding.name:<36} {finding.quantity:<46} {finding.value:8.4f}  {bounds}  {finding.is_met}")
