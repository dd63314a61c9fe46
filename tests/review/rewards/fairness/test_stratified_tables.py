"""Selection within strata: published examples of Mantel-Haenszel, Breslow-Day and the general association."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.conditional_odds import exact_test
from review.rewards.fairness.contingency import two_proportion_test
from review.rewards.fairness.errors import CountsError, LevelError
from review.rewards.fairness.stratified_tables import CommonRatio, breslow_day, general_association, mantel_haenszel
from tests.estimates import estimated

# R's UCBAdmissions (Bickel, Hammel and O'Connell 1975): six departments, men and women, admitted and rejected.
BERKELEY = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]
# Agresti (1990), page 231: penicillin at once or late, cured and died, five doses; in R's help of mantelhaen.test.
RABBITS = [[[0, 6], [0, 5]], [[3, 3], [0, 6]], [[6, 0], [2, 4]], [[5, 1], [6, 0]], [[2, 0], [5, 0]]]
# Agresti (2002), page 287: income by job satisfaction, women and men; in R's help of mantelhaen.test.
SATISFACTION = [
    [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]],
    [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]],
]
STRATA = st.lists(
    st.lists(st.integers(0, 9), min_size=4, max_size=4).map(lambda cells: [cells[:2], cells[2:]]),
    min_size=1,
    max_size=5,
)


def test_berkeley_admissions_as_in_r():
    # R: X-squared 1.5246 (uncorrected), 1.4269, p .2323, common odds ratio .9046968, .7719074 to 1.0603298.
    found = estimated(mantel_haenszel(BERKELEY))
    assert (found.statistic, found.corrected_statistic) == pytest.approx((1.5246, 1.4269), abs=5e-5)
    assert found.corrected_p_value == pytest.approx(0.2323, abs=5e-5)
    ratio = estimated(found.odds_ratio)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=5e-8)
    # statsmodels 0.15 StratifiedTable.riskratio_pooled.
    assert estimated(found.impact_ratio).value == pytest.approx(0.944905022595929, rel=1e-12)


def test_departments_of_berkeley_differ():
    # statsmodels 0.15 StratifiedTable.test_equal_odds, without and with Tarone's correction.
    found = estimated(breslow_day(BERKELEY))
    assert (found.statistic, found.tarone_statistic) == pytest.approx((18.825513705236, 18.825501252053), rel=1e-11)
    assert found.degrees == 5
    assert found.p_value == pytest.approx(0.0020713903499, rel=1e-9)


def test_penicillin_in_rabbits_as_in_r():
    # R: X-squared 3.9286, p .04747, common odds ratio 7, 1.026713 to 47.725133; exact: S = 16, p .03994, 10.36102.
    found, exact = estimated(mantel_haenszel(RABBITS)), estimated(exact_test(RABBITS))
    assert (found.corrected_statistic, found.corrected_p_value) == pytest.approx((3.9286, 0.04747), abs=5e-5)
    ratio = estimated(found.odds_ratio)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((7, 1.026713, 47.725133), abs=5e-7)
    assert (found.strata, found.strata_given) == (3, 5)
    assert exact.statistic == 16
    assert exact.two_sided == pytest.approx(0.03994, abs=5e-6)
    assert exact.greater == pytest.approx(0.01997, abs=5e-6)
    assert (exact.odds_ratio, exact.low) == pytest.approx((10.36102, 1.077401), rel=1e-4)


def test_income_and_satisfaction_as_in_r():
    # R: M^2 = 10.2001, df = 9, p = .3345.
    found = estimated(general_association(SATISFACTION))
    assert found.degrees == 9
    assert found.statistic == pytest.approx(10.2001, abs=5e-5)
    assert found.p_value == pytest.approx(0.3345, abs=5e-5)


def test_breslow_days_published_examples():
    # Columbia P8120, lecture 19, DescTools::BreslowDayTest: teeth .57493, p .4483; cervical cancer 4.2069, p .04026.
    teeth = estimated(breslow_day([[[94, 68], [6, 4]], [[17, 12], [25, 30]]]))
    cancer = estimated(breslow_day([[[150, 92], [148, 96]], [[118, 25], [21, 12]]]))
    assert (teeth.statistic, teeth.p_value) == pytest.approx((0.57493, 0.4483), abs=5e-5)
    assert (cancer.statistic, cancer.p_value) == pytest.approx((4.2069, 0.04026), abs=5e-5)


def test_a_given_common_ratio_is_used():
    given_ratio, common = estimated(breslow_day(BERKELEY, odds_ratio=1.0)), estimated(breslow_day(BERKELEY))
    assert given_ratio.statistic != common.statistic
    expected = sum(estimated(two_proportion_test(table)).z ** 2 for table in BERKELEY)
    assert given_ratio.statistic == pytest.approx(expected, rel=1e-9)


@given(STRATA)
def test_the_order_of_strata_does_not_matter_and_groups_turn_the_ratio(strata):
    found = mantel_haenszel(strata)
    if isinstance(found, NotEstimable):
        assert found.reason is Reason.NO_VARIATION
        return
    backward = estimated(mantel_haenszel(strata[::-1]))
    assert backward.statistic == pytest.approx(found.statistic, rel=1e-9, abs=1e-12)
    turned = estimated(mantel_haenszel([table[::-1] for table in strata]))
    assert (turned.statistic, turned.shortfall) == pytest.approx((found.statistic, -found.shortfall), abs=1e-9)
    assert found.corrected_statistic <= found.statistic
    if isinstance(found.odds_ratio, CommonRatio) and 0 < found.odds_ratio.value < inf:
        turned_odds = estimated(turned.odds_ratio)
        assert turned_odds.value == pytest.approx(1 / found.odds_ratio.value, rel=1e-9)
        assert turned_odds.low == pytest.approx(1 / found.odds_ratio.high, rel=1e-9)
    impact_ratio = estimated(found.impact_ratio).value
    if 0 < impact_ratio < inf:
        assert estimated(turned.impact_ratio).value == pytest.approx(1 / impact_ratio, rel=1e-9)


@given(STRATA)
def test_of_two_groups_and_outcomes_the_general_association_is_mantel_haenszels(strata):
    found, other = general_association(strata), mantel_haenszel(strata)
    if isinstance(other, NotEstimable):
        assert found == NotEstimable(Reason.NO_VARIATION)
    else:
        found = estimated(found)
        assert found.degrees == 1
        assert found.statistic == pytest.approx(other.statistic, rel=1e-7, abs=1e-9)


def test_one_stratum_gives_its_own_ratio_and_pearsons_test():
    found, alone = estimated(mantel_haenszel([[12, 5], [9, 9]])), estimated(two_proportion_test([[12, 5], [9, 9]]))
    odds_ratio, impact_ratio = estimated(found.odds_ratio), estimated(found.impact_ratio)
    assert odds_ratio.value == pytest.approx(12 * 9 / (5 * 9))
    assert impact_ratio.value == pytest.approx((12 / 17) / (9 / 18))
    # Woolf's error of one table; the logarithmic error of its ratio of rates.
    assert odds_ratio.log_error == pytest.approx(np.sqrt(1 / 12 + 1 / 5 + 2 / 9))
    assert impact_ratio.log_error == pytest.approx(np.sqrt(1 / 12 - 1 / 17 + 1 / 9 - 1 / 18))
    assert found.statistic == pytest.approx(alone.z**2 * 34 / 35)
    assert breslow_day([[12, 5], [9, 9]]) == NotEstimable(Reason.TOO_FEW_VALUES)


def test_rare_outcomes_and_empty_groups_keep_their_degrees():
    rare = estimated(general_association([[[400_000, 3, 0], [500_000, 2, 0], [300_000, 5, 0], [0, 0, 0]]]))
    assert rare.degrees == 2
    assert rare.statistic == pytest.approx(
        stats.chi2_contingency([[400_000, 3], [500_000, 2], [300_000, 5]]).statistic * (1_200_009 / 1_200_010), rel=1e-9
    )
    assert general_association(np.zeros((0, 2, 3))) == NotEstimable(Reason.NO_VARIATION)


def test_strata_without_a_choice_change_nothing():
    idle = [[[0, 6], [0, 5]], [[2, 3], [0, 0]], [[0, 0], [0, 0]], [[1, 0], [0, 0]]]
    assert mantel_haenszel(idle) == general_association(idle) == NotEstimable(Reason.NO_VARIATION)
    with_idle, without = (estimated(mantel_haenszel(strata)) for strata in ([*BERKELEY, *idle], BERKELEY))
    assert (with_idle.odds_ratio, with_idle.statistic) == (without.odds_ratio, without.statistic)
    assert breslow_day([*BERKELEY, *idle]) == breslow_day(BERKELEY)


def test_ratios_at_the_edge_have_no_false_bounds():
    found = estimated(mantel_haenszel([[[3, 0], [1, 2]], [[2, 0], [1, 1]]]))
    assert found.odds_ratio == CommonRatio(inf, 0.0, inf, inf)
    assert breslow_day([[[3, 0], [1, 2]], [[2, 0], [1, 1]]]) == NotEstimable(Reason.ZERO_DENOMINATOR)
    nobody = estimated(mantel_haenszel([[0, 3], [2, 1]]))
    assert nobody.impact_ratio == CommonRatio(0.0, 0.0, inf, inf)


def test_impossible_input_is_refused():
    with pytest.raises(CountsError):
        mantel_haenszel([[[1, 2, 3], [4, 5, 6]]])
    with pytest.raises(CountsError):
        general_association([[1, 2], [3, 4]])
    with pytest.raises(LevelError):
        mantel_haenszel(BERKELEY, confidence=0)
