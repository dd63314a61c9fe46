"""Pay equity: the regression against statsmodels, its odd cases and what does not change it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, FigureError, LevelError, PayNotPositiveError
from review.rewards.fairness.pay_equity import pay_equity
from review.rewards.fairness.robust_regression import robust_fit
from tests.estimates import estimated

# Invented: forty people, seed 7 (PAY, YEARS, JOBS, SEXES); the numbers of FITTED are those of statsmodels 0.15,
# OLS(log pay, [1, sex = f, years, job = a, job = c]).fit(cov_type="HC3", use_t=True).
PAY_FIGURES = (
    "37833 29937 39236 34840 24655 37303 30273 41221 40922 33786 24625 33210 29410 24408 29340 31938 47741 32101 "
    "35593 35533 29178 28282 30141 26204 22907 25291 29386 39774 36238 25378 26413 25302 26111 32060 35177 29195 "
    "29067 31569 32372 28459 "
)
YEARS_FIGURES = (
    "12.5 17.9 15.5 4.5 6.0 17.5 0.1 16.4 15.9 9.4 6.1 5.6 5.1 8.9 10.1 11.1 19.9 15.9 12.4 19.8 4.3 3.2 12.3 0.9 "
    "0.7 10.3 9.3 18.3 12.6 10.3 9.9 5.0 0.2 3.8 13.8 4.0 7.4 0.1 16.6 3.1 "
)
PAY, YEARS = ([float(figure) for figure in figures.split()] for figures in (PAY_FIGURES, YEARS_FIGURES))
JOBS = list("baccabcccbacbaabcbbccbbbaabbbaaabcbbbcbb")
SEXES = list("fmfmmmmfmfffffmffmmffmfffmfmmfmmfmmmmmff")
FITTED = {
    "value": [10.21869184480549, -0.03894753571249, 0.01724203974311, -0.19403839449759, 0.11645335659346],
    "standard_error": [0.02895316450568, 0.02163744366239, 0.00226140416463, 0.0214543110304, 0.03086566493205],
    "t": [352.9386862980223, -1.80000633717131, 7.62448394356545, -9.04426127796049, 3.77290937518527],
    "p_value": [9.47203750356e-64, 8.04844596879758e-02, 6.08454712695965e-09, 1.09719983852901e-10, 5.98921598329e-04],
    "low": [10.1599137959946, -8.28738816385879e-02, 1.26511452195228e-02, -0.237592961415553, 5.37927255041848e-02],
    "high": [10.2774698936164, 4.97881021359944e-03, 2.18329342666980e-02, -0.150483827579618, 0.179113987682730],
}
STUDENTISED = {0: 2.49242927422415, 16: 2.43687510978471, 19: -2.99923439822834}


def found_of(pay=PAY, sexes=SEXES, years=YEARS, jobs=JOBS, **rules):
    found = pay_equity(
        pay, groups=sexes, reference="m", numeric={"years": years}, categorical={"job": jobs}, outlier=2.0, **rules
    )
    return estimated(found)


@pytest.mark.parametrize("name", FITTED)
def test_coefficients_errors_and_intervals_are_those_of_statsmodels(name):
    terms = [estimated(term) for term in found_of().coefficients]
    assert [term.name for term in terms] == ["intercept", "group = f", "years", "job = a", "job = c"]
    assert [getattr(term, name) for term in terms] == pytest.approx(FITTED[name], rel=1e-9)


def test_the_rest_of_the_fit_is_that_of_statsmodels():
    found = found_of()
    assert (found.explained, found.degrees) == (pytest.approx(0.8693159064335444, rel=1e-12), 35)
    outliers = {entry.place: entry.studentised for entry in found.outliers}
    assert outliers == pytest.approx(STUDENTISED, rel=1e-9)
    assert (found.people, found.unknown, found.reference, found.is_small) == (40, 0, "m", True)


def test_the_effect_is_the_coefficient_in_percent_of_pay():
    effect = estimated(found_of().effects[0])
    bounds = [100 * (np.exp(FITTED[name][1]) - 1) for name in ("value", "low", "high")]
    assert [effect.percent, effect.low, effect.high] == pytest.approx(bounds, rel=1e-9)
    assert (effect.group, effect.people, effect.is_significant, effect.is_small) == ("f", 20, False, True)
    narrow = estimated(found_of(confidence=0.5).effects[0])
    assert narrow.is_significant
    assert effect.low < narrow.low < narrow.high < effect.high


def test_robust_errors_of_a_design_made_by_hand():
    # Leverage .7, .3, .3, .7 and residuals -.1, -.2, .7, -.4: each squared residual over (1 - leverage)².
    fit = estimated(robust_fit([1, 2, 4, 4], design=[[1, 0], [1, 1], [1, 2], [1, 3]]))
    weights = np.array([-0.1, -0.2, 0.7, -0.4]) ** 2 / np.array([0.3, 0.7, 0.7, 0.3]) ** 2
    slope = np.array([-1.5, -0.5, 0.5, 1.5]) / 5
    np.testing.assert_allclose(fit.coefficients, [1.1, 1.1])
    assert fit.errors[1] ** 2 == pytest.approx(weights @ slope**2)


@settings(max_examples=25)
@given(st.randoms(), st.floats(0.01, 1e6), st.floats(1e-6, 1e6))
def test_the_effect_does_not_depend_on_order_currency_or_unit(random, rate, unit):
    order = random.sample(range(40), 40)
    found, other = (
        found_of(),
        found_of(
            pay=[PAY[place] * rate for place in order],
            sexes=[SEXES[place] for place in order],
            years=[YEARS[place] * unit for place in order],
            jobs=[JOBS[place] for place in order],
        ),
    )
    for name in ("percent", "low", "high"):
        assert getattr(other.effects[0], name) == pytest.approx(getattr(found.effects[0], name), rel=1e-6)


def test_the_reference_turns_the_sign_and_by_default_is_the_largest_group():
    turned = pay_equity(PAY, groups=SEXES, reference="f", numeric={"years": YEARS}, categorical={"job": JOBS})
    effect, other = (estimated(found.effects[0]).log_effect for found in (found_of(), estimated(turned)))
    assert (other.value, other.standard_error) == pytest.approx((-effect.value, effect.standard_error), rel=1e-9)
    assert estimated(pay_equity([1, 2, 3, 4], groups=["b", "b", "b", "a"])).reference == "b"


def test_people_without_a_known_group_are_left_out_and_counted():
    found = found_of([*PAY, 1.0, 2.0], [*SEXES, None, None], [*YEARS, 3, 4], [*JOBS, "a", "z"])
    assert (found.unknown, found.people) == (2, 40)
    assert found.effects == found_of().effects


def test_the_only_one_in_a_job_changes_nothing_for_the_others():
    with_one = found_of([*PAY, 99_000.0], [*SEXES, "f"], [*YEARS, 5.0], [*JOBS, "pilot"])
    effect, before = estimated(with_one.effects[0]), estimated(found_of().effects[0])
    assert effect.percent == pytest.approx(before.percent, rel=1e-9)
    own_error = effect.log_effect.standard_error
    assert own_error == pytest.approx(FITTED["standard_error"][1], rel=1e-9)
    assert with_one.coefficients[-1] == NotEstimable(Reason.TOO_FEW_VALUES), "the pilot's term has no error"


def test_a_group_of_one_has_no_effect_to_be_told():
    found = estimated(pay_equity([100, 104, 98, 101, 90], groups=["m", "m", "m", "m", "f"]))
    assert found.effects == (NotEstimable(Reason.TOO_FEW_VALUES),)


def test_hardly_any_people_make_the_bound_infinite_and_no_warning():
    pay = [1e30, 1e-30, 1e30, 1e-30]
    found = estimated(pay_equity(pay, groups=["m", "m", "f", "f"], numeric={"years": [0, 1, 1, 3]}))
    assert (estimated(found.effects[0]).high, found.is_small) == (np.inf, True)


def test_factors_that_are_the_same_for_all_are_named_and_left_out():
    found = pay_equity(
        [100, 104, 98, 101, 90],
        groups=["m", "m", "f", "f", "m"],
        numeric={"hours": [40] * 5},
        categorical={"city": ["x"] * 5},
    )
    assert estimated(found).constant == ("hours", "city")


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"pay": [], "groups": []}, Reason.TOO_FEW_VALUES),
        ({"pay": [1, 2], "groups": [None, None]}, Reason.TOO_FEW_VALUES),
        ({"pay": [1, 2], "groups": ["f", "m"]}, Reason.TOO_FEW_VALUES),
        ({"pay": [1, 2, 4], "groups": ["f", "f", "f"]}, Reason.NO_VARIATION),
        ({"pay": [5, 5, 5, 5], "groups": ["f", "m", "f", "m"]}, Reason.NO_VARIATION),
        (
            {"pay": [1, 2, 4, 3, 6], "groups": list("ffmmm"), "categorical": {"job": list("aabbb")}},
            Reason.COLLINEAR,
        ),
        (
            {"pay": [1, 2, 4, 3, 6], "groups": list("ffmmf"), "numeric": {"a": [1, 2, 3, 4, 6], "b": [2, 4, 6, 8, 12]}},
            Reason.COLLINEAR,
        ),
    ],
)
def test_what_cannot_be_told_has_a_reason(rules, reason):
    assert pay_equity(rules.pop("pay"), **rules) == NotEstimable(reason)


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({"pay": [0, 1, 2]}, PayNotPositiveError),
        ({"pay": [1, float("nan"), 2]}, FigureError),
        ({"pay": [1, 2]}, CategoryError),
        ({"reference": "x"}, CategoryError),
        ({"numeric": {"years": [1, 2]}}, FigureError),
        ({"numeric": {"years": [1, 2, float("inf")]}}, FigureError),
        ({"categorical": {"job": ["a"]}}, CategoryError),
        ({"numeric": {"job": [1, 2, 3]}, "categorical": {"job": ["a", "b", "a"]}}, CategoryError),
        ({"confidence": 2}, LevelError),
    ],
)
def test_impossible_input_is_refused(rules, error):
    pay = rules.pop("pay", [1, 2, 3])
    with pytest.raises(error):
        pay_equity(pay, groups=["f", "m", "f"], **rules)


def test_zero_pay_is_named_with_its_place():
    with pytest.raises(PayNotPositiveError) as refused:
        pay_equity([1, 0, 3], groups=["f", "m", "f"])
    assert refused.value.details == {"places": [1]}


def test_a_design_that_does_not_fit_is_refused():
    with pytest.raises(FigureError):
        robust_fit([1, 2, 3], design=[[1], [1]])
    with pytest.raises(FigureError):
        robust_fit([1, 2, 3], design=np.array([[1], [1], [np.nan]]))
    assert robust_fit([1, 2, 3], design=[[0], [0], [0]]) == NotEstimable(Reason.COLLINEAR)
