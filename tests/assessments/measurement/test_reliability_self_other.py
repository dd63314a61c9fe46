"""Self against others: differences with their error, profiles, limits of agreement, concordance, surfaces."""

# A test that meets a reason instead of a number fails by itself.
# mypy: disable-error-code=union-attr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.concordance import concordance_correlation
from assessments.measurement.reliability.errors import LevelError, ScoresError
from assessments.measurement.reliability.limits_of_agreement import limits_of_agreement, pearson_correlation
from assessments.measurement.reliability.profiles import profile_likeness
from assessments.measurement.reliability.response_surface import response_surface
from assessments.measurement.reliability.self_other import SelfView, self_other_differences
from tests.oracles import oracle

profile = arrays(np.float64, (4, 6), elements=st.integers(1, 5).map(float))
scores = arrays(np.float64, 8, elements=st.integers(1, 9).map(float))


def test_limits_of_the_oracle():
    case = oracle("bland_altman_pefr")
    data, expected, tolerance = case["data"], case["expected"], case["tolerance"]["abs"]
    found = limits_of_agreement(data["large"], data["mini"])
    assert found.bias == pytest.approx(expected["mean_diff"], abs=tolerance)
    assert found.deviation == pytest.approx(expected["sd"], abs=tolerance)
    assert [found.lower, found.upper] == pytest.approx(expected["limits_1_96"], abs=tolerance)
    assert found.correlation == pytest.approx(expected["pearson_r"], abs=tolerance)
    wide = limits_of_agreement(data["large"], data["mini"], reach=2)
    assert [wide.lower, wide.upper] == pytest.approx(expected["limits_2sd"], abs=tolerance)
    # Bland and Altman (1986) print this interval of the bias.
    assert [found.bias_interval.low, found.bias_interval.high] == pytest.approx([-22.0, 17.8], abs=0.06)
    assert found.upper_interval.low < found.upper < found.upper_interval.high


@given(scores, scores, st.floats(-5, 5))
def test_limits_move_with_the_first_and_turn_with_the_order(first, second, shift):
    one, other = limits_of_agreement(first, second), limits_of_agreement(second, first)
    moved = limits_of_agreement(first + shift, second)
    assert (one.bias, one.lower, one.upper) == pytest.approx((-other.bias, -other.upper, -other.lower))
    assert (moved.bias, moved.upper) == pytest.approx((one.bias + shift, one.upper + shift))


def test_pairs_with_a_gap_do_not_count():
    found = limits_of_agreement([1, 2, 3, np.nan], [1, 1, np.nan, 4])
    assert (found.people, found.bias) == (2, 0.5)
    assert limits_of_agreement([1], [1]) == NotEstimable(Reason.TOO_FEW_VALUES)
    equal = limits_of_agreement([2, 2], [2, 2])
    assert (equal.deviation, equal.correlation) == (0, NotEstimable(Reason.NO_VARIATION))
    assert pearson_correlation([1], [2]) == NotEstimable(Reason.TOO_FEW_VALUES)


@given(scores, scores)
def test_concordance_is_never_above_correlation_and_one_for_equality(first, second):
    found = concordance_correlation(first, second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert found == NotEstimable(Reason.NO_VARIATION)
        return
    apart = np.square(first - second).mean()
    expected = 1 - apart / (first.var() + second.var() + (first.mean() - second.mean()) ** 2)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert abs(found.value) <= abs(found.precision) + 1e-12
    assert found.interval.low <= found.value + 1e-12
    assert found.value <= found.interval.high + 1e-12
    same = concordance_correlation(first, first)
    assert (same.value, same.interval.low) == pytest.approx((1, 1))


def test_concordance_of_two_people_has_no_interval():
    found = concordance_correlation([1, 2], [1, 3])
    assert found.interval == NotEstimable(Reason.TOO_FEW_VALUES)
    assert concordance_correlation([1], [1]) == NotEstimable(Reason.TOO_FEW_VALUES)


def test_the_interval_of_concordance_holds_what_it_promises():
    random = np.random.default_rng(8)
    true = random.normal(size=(400, 60))
    first, second = true + 0.5 * random.normal(size=true.shape), 0.3 + true + 0.5 * random.normal(size=true.shape)
    expected = 2 / (1.25 * 2 + 0.09)
    ends = [concordance_correlation(a, b).interval for a, b in zip(first, second, strict=True)]
    assert 0.92 <= np.mean([end.low <= expected <= end.high for end in ends]) <= 0.98


def test_views_follow_the_error_not_a_fixed_half_point():
    own, others = [4.0, 4.0, 2.0, 2.2, 4.0, np.nan], [3.5, 3.5, 2.9, 2.0, 3.9, 3]
    errors = [0.1, 0.5, 0.1, 0.5, np.nan, 0.1]
    found = self_other_differences(own, others, own_error=errors, other_error=0.2, middle=3)
    views = [SelfView(view).name for view in found.view]
    assert views == ["OVER", "AGREES_HIGH", "UNDER", "AGREES_LOW", "UNKNOWN", "UNKNOWN"]
    assert found.band[0] == pytest.approx(1.6448536 * np.hypot(0.1, 0.2))
    assert found.reason.tolist() == [0, 0, 0, 0, Reason.PART_MISSING, Reason.NO_ANSWERS]
    assert found.difference[-1] == 0


@given(profile, profile)
@settings(deadline=None, max_examples=40)
def test_profiles_are_what_numpy_says_of_each_alone(own, others):
    own[0, :5] = own[1, 2] = np.nan
    found = profile_likeness(own, others)
    assert found.reason.tolist() == [Reason.TOO_FEW_VALUES, 0, 0, 0]
    assert found.dimensions.tolist() == [1, 5, 6, 6]
    for person in (1, 2, 3):
        there = np.isfinite(own[person])
        x, y = own[person, there], others[person, there]
        assert found.distance[person] == pytest.approx(np.square(x - y).sum())
        if np.ptp(x) > 0 and np.ptp(y) > 0:
            assert found.shape[person] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
        else:
            assert found.shape_reason[person] == Reason.NO_VARIATION
        if np.ptp(np.r_[x, y]) > 0:
            double = np.corrcoef(np.r_[x, y], np.r_[y, x])[0, 1]
            assert found.agreement[person] == pytest.approx(double, abs=1e-9)
        else:
            assert found.agreement_reason[person] == Reason.NO_VARIATION


def test_equal_profiles_are_alike():
    found = profile_likeness([[1, 3, 5]], [[1, 3, 5]])
    assert (found.distance[0], found.shape[0], found.agreement[0]) == pytest.approx((0, 1, 1))


def test_a_surface_gives_back_what_made_the_outcome():
    random = np.random.default_rng(9)
    own, others = random.uniform(1, 5, (2, 4000))
    x, y = own - 3, others - 3
    outcome = 2 + 0.5 * x + 0.3 * y - 0.2 * x**2 + 0.4 * x * y - 0.1 * y**2 + random.normal(0, 0.3, 4000)
    found = response_surface(outcome, own=own, others=others, centre=3)
    assert found.features.value == pytest.approx([0.8, 0.1, 0.2, -0.7], abs=0.06)
    assert (np.abs(found.features.value - [0.8, 0.1, 0.2, -0.7]) < 4 * found.features.standard_error).all()
    assert found.features.p[[0, 3]].max() < 1e-6
    assert 0.5 < found.r_squared < 1
    assert found.degrees == 3994


def test_a_surface_needs_people_and_variation():
    x = np.arange(8.0)
    assert response_surface(x[:6], own=x[:6], others=x[:6], centre=3) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert response_surface(x, own=x, others=x, centre=3) == NotEstimable(Reason.NO_VARIATION)
    own, others = np.random.default_rng(1).normal(size=(2, 12))
    assert response_surface(own * others, own=own, others=others, centre=0) == NotEstimable(Reason.NO_VARIATION)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: limits_of_agreement([1, 2], [1, 2, 3]), ScoresError),
        (lambda: limits_of_agreement([1, 2], [1, 2], reach=0), ScoresError),
        (lambda: limits_of_agreement([1, np.inf], [1, 2]), ScoresError),
        (lambda: limits_of_agreement([[1]], [[2]]), ScoresError),
        (lambda: concordance_correlation([1, 2], [1, 2], level=95), LevelError),
        (lambda: profile_likeness([[1, 2]], [[1]]), ScoresError),
        (lambda: self_other_differences([1], [1, 2], own_error=1, other_error=1, middle=3), ScoresError),
        (lambda: self_other_differences([1], [np.inf], own_error=1, other_error=1, middle=3), ScoresError),
        (lambda: self_other_differences([1], [2], own_error=-1, other_error=1, middle=3), ScoresError),
        (lambda: response_surface([1, 2], own=[1], others=[1, 2], centre=3), ScoresError),
    ],
)
def test_bad_input_is_named(call, error):
    with pytest.raises(error):
        call()
