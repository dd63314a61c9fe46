"""Pay equity of 20,000 people and selection over 2,000 jobs beside statsmodels, exact odds ratios beside scipy."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.rows import Row, side_by_side
from review.rewards.fairness.conditional_odds import ExactTest, exact_test
from review.rewards.fairness.pay_equity import GroupEffect, PayEquity, pay_equity
from review.rewards.fairness.stratified_tables import CommonRatio, MantelHaenszel, mantel_haenszel

PEOPLE = 20_000
JOBS = 2_000
TABLE = ((212, 488), (95, 305))


def rows() -> Iterator[Row]:
    """Each of ours beside its peer, once both give the same numbers."""
    yield beside_scipy()
    if find_spec("statsmodels") is not None:
        yield pay_beside_statsmodels()
        yield jobs_beside_statsmodels()


def beside_scipy() -> Row:
    """P value, conditional odds ratio and interval of one table."""
    cells = np.array(TABLE)

    def peer() -> tuple[float, float, float, float]:
        ratio = stats.contingency.odds_ratio(cells)
        bounds = ratio.confidence_interval(0.95)
        return stats.fisher_exact(cells).pvalue, ratio.statistic, bounds.low, bounds.high

    found = exact_test(cells)
    assert isinstance(found, ExactTest)
    np.testing.assert_allclose([found.two_sided, found.odds_ratio, found.low, found.high], peer(), rtol=1e-6)
    return Row(
        "exact test and odds ratio", "1,100 people", *joined("scipy", side_by_side(lambda: exact_test(cells), peer))
    )


def pay_beside_statsmodels() -> Row:
    """The group effect with its robust error, from a table of people."""
    random = np.random.default_rng(3)
    years, jobs = random.uniform(0, 30, PEOPLE), random.integers(0, 12, PEOPLE).astype(str)
    groups = random.choice(["f", "m"], PEOPLE)
    pay = np.exp(10 + 0.02 * years - 0.03 * (groups == "f") + random.normal(0, 0.1, PEOPLE) * (1 + years / 30))
    frame = import_module("pandas").DataFrame({"logs": np.log(pay), "years": years, "job": jobs, "sex": groups})
    formula = import_module("statsmodels.formula.api")

    def ours() -> PayEquity:
        found = pay_equity(
            pay, groups=groups.tolist(), reference="m", numeric={"years": years}, categorical={"job": jobs.tolist()}
        )
        assert isinstance(found, PayEquity)
        return found

    def peer() -> tuple[float, float]:
        fit = formula.ols("logs ~ C(sex, Treatment('m')) + years + C(job)", frame).fit(cov_type="HC3", use_t=True)
        return float(fit.params.iloc[1]), float(fit.bse.iloc[1])

    effect = ours().effects[0]
    assert isinstance(effect, GroupEffect)
    np.testing.assert_allclose([effect.log_effect.value, effect.log_effect.standard_error], peer(), rtol=1e-8)
    return Row("pay equity regression, HC3", f"{PEOPLE:,} people", *joined("statsmodels", side_by_side(ours, peer)))


def jobs_beside_statsmodels() -> Row:
    """Common odds ratio with its interval, and the test."""
    random = np.random.default_rng(4)
    sizes = random.integers(5, 60, (JOBS, 2))
    selected = random.binomial(sizes, random.uniform(0.1, 0.6, (JOBS, 1)))
    tables: NDArray[np.int64] = np.stack([selected, sizes - selected], axis=2)
    stratified: Any = import_module("statsmodels.stats.contingency_tables").StratifiedTable

    def peer() -> tuple[float, float, float, float]:
        table = stratified(np.moveaxis(tables, 0, 2).astype(float))
        return table.oddsratio_pooled, *table.oddsratio_pooled_confint(), table.test_null_odds().statistic

    found = mantel_haenszel(tables)
    assert isinstance(found, MantelHaenszel)
    ratio = found.odds_ratio
    assert isinstance(ratio, CommonRatio)
    np.testing.assert_allclose([ratio.value, ratio.low, ratio.high, found.statistic], peer(), rtol=1e-9)
    times = side_by_side(lambda: mantel_haenszel(tables), peer)
    return Row("Mantel-Haenszel over jobs", f"{JOBS:,} jobs", *joined("statsmodels", times))


def joined(peer: str, times: tuple[float, float]) -> tuple[float, str, float]:
    """Both times about the peer's name, as a row wants them."""
    return times[0], peer, times[1]
