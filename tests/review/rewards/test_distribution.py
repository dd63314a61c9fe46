"""Limits of a distribution, protected ties, zones about cuts, and distances from what is advised."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, combinations, product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, wasserstein_distance

from assessments.measurement.reasons import Reason
from review.aggregation.bands import DEFAULT_BANDS, boundary_zone
from review.rewards.distribution_distance import distribution_distances
from review.rewards.errors import DistributionError, LimitError
from review.rewards.grades import distribution_guidance, interpolated_coefficient, interpolated_coefficients
from review.rewards.limits import counts_within, limit_check
from review.rewards.protected_ties import boundary_zones, ranked_grades
from tests.oracles import oracle

QUICK = settings(max_examples=50, deadline=None)

GRADES = "SABCD"
COUNTS = st.lists(st.integers(0, 9), min_size=5, max_size=5).map(lambda counts: dict(zip(GRADES, counts, strict=True)))
LIMITS = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(
    lambda shares: dict(zip("SAB", sorted(shares), strict=True))
)


def test_the_counts_of_the_oracle_and_a_limit_below_them():
    case = oracle("largest_remainder_ratings")
    shares = {grade: share * 100 for grade, share in zip(GRADES, case["data"]["shares"], strict=True)}
    (found,) = distribution_guidance({"all": case["data"]["n"]}, shares=shares)
    assert list(found.counts.values()) == case["expected"]["counts"]
    (limited,) = distribution_guidance({"all": case["data"]["n"]}, shares=shares, limits={"S": 10, "A": 25})
    assert limited.counts == {"S": 3, "A": 6, "B": 17, "C": 7, "D": 4}


@QUICK
@given(COUNTS, LIMITS)
def test_fitted_counts_keep_every_limit_with_the_fewest_steps(counts, limits):
    people, found = sum(counts.values()), limit_check(counts, limits=limits)
    before, after = (list(accumulate(each.values())) for each in (counts, found.fitted))
    allowed = [limits.get(grade, 100) * people // 100 for grade in GRADES]
    assert all(low <= most for low, most in zip(after, allowed, strict=True))
    assert min(found.fitted.values()) >= 0
    assert after[-1] == people
    assert (
        found.steps
        == sum(before) - sum(after)
        == sum(max(n - most, 0) for n, most in zip(before, allowed, strict=True))
    )
    assert found.people == max(max(n - most, 0) for n, most in zip(before, allowed, strict=True))
    assert (found.fitted == counts) == (not found.broken)
    assert limit_check(found.fitted, limits=limits).broken == ()


def test_the_least_number_of_people_to_move_is_found_by_trying_all_ways():
    counts, limits = {"S": 2, "A": 2, "B": 1}, {"S": 20, "A": 40}
    people = [grade for grade, number in counts.items() for _ in range(number)]
    least = min(
        sum(old != new for old, new in zip(people, way, strict=True))
        for way in product("SAB", repeat=5)
        if all("SAB".index(new) >= "SAB".index(old) for old, new in zip(people, way, strict=True))
        and way.count("S") <= 1
        and way.count("S") + way.count("A") <= 2
    )
    assert limit_check(counts, limits=limits).people == least == 2


@pytest.mark.parametrize("limits", [{"E": 10}, {"S": -1}, {"S": 101}, {"S": 20, "A": 10}, {"D": 90}])
def test_limits_that_cannot_be_are_refused(limits):
    with pytest.raises(LimitError):
        counts_within(dict.fromkeys(GRADES, 2), limits=limits)
    with pytest.raises(LimitError):
        counts_within({"S": -1}, limits={})


HUNDREDTHS = st.lists(st.integers(6_000, 12_500), min_size=1, max_size=8)


@QUICK
@given(HUNDREDTHS, st.floats(0, 12))
def test_zones_of_a_company_are_those_of_its_people(hundredths, error):
    found = boundary_zones(np.array(hundredths), standard_error=np.full(len(hundredths), error))
    for person, points in enumerate(hundredths):
        zone = boundary_zone(points, error) or (DEFAULT_BANDS.grade_of(points),)
        assert DEFAULT_BANDS.grades[found.best[person] : found.worst[person] + 1] == zone


@QUICK
@given(HUNDREDTHS)
def test_interpolated_coefficients_of_a_company_are_those_of_its_people(hundredths):
    found = interpolated_coefficients(np.array(hundredths)).fractions()
    assert found == [interpolated_coefficient(points) for points in hundredths]


PEOPLE = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.0, 1.0, 4.0])), min_size=1, max_size=12)


@QUICK
@given(PEOPLE, st.data())
def test_two_whose_order_is_in_doubt_can_always_have_the_same_grade(people, data):
    value, error = (np.array([person[part] for person in people], dtype=np.float64) for part in (0, 1))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(people)), min_size=2, max_size=2)))
    counts = np.diff([0, *cuts, len(people)]).tolist()
    found = ranked_grades(value, standard_error=error, counts=counts)
    plain = np.empty(len(people), dtype=int)
    plain[np.argsort(-value, kind="stable")] = np.repeat([0, 1, 2], counts)
    assert not found.is_outside(plain).any()
    for one, other in combinations(range(len(people)), 2):
        spread = np.hypot(error[one], error[other])
        apart = value[one] - value[other]
        order = norm.cdf(apart / spread) if spread else (np.sign(apart) + 1) / 2
        if 0.2501 < order < 0.7499:
            assert max(found.best[one], found.best[other]) <= min(found.worst[one], found.worst[other])
    for (least, most), number in zip(found.counts(3), counts, strict=True):
        assert least <= number <= most


def test_people_who_are_surely_apart_get_their_grades_by_rank():
    found = ranked_grades(np.array([1.0, 9.0, 5.0]), standard_error=np.full(3, 0.1), counts=[1, 0, 2])
    assert (found.best.tolist(), found.worst.tolist()) == ([2, 0, 2], [2, 0, 2])
    assert found.is_outside(np.array([2, 1, 2])).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("value", "error", "counts"),
    [([1.0], [0.1], [2]), ([1.0], [-1], [1]), ([1.0], [], [1]), ([np.nan], [0.1], [1]), ([1.0], [0], [2, -1])],
)
def test_ranks_that_cannot_be_are_refused(value, error, counts):
    with pytest.raises(DistributionError):
        ranked_grades(np.array(value), standard_error=np.array(error), counts=counts)


def test_a_doubt_outside_one_half_to_one_is_refused():
    with pytest.raises(DistributionError):
        ranked_grades(np.zeros(1), standard_error=np.zeros(1), counts=[1], doubtful_order=0.3)


def probability(counts, shares):
    """Multinomial probability of counts, exactly."""
    ways = factorial(sum(counts)) // prod(map(factorial, counts))
    return ways * prod(share**number for share, number in zip(shares, counts, strict=True))


@QUICK
@given(st.lists(st.integers(0, 3), min_size=3, max_size=3), st.sampled_from([(10, 60, 30), (25, 25, 50), (40, 40, 20)]))
def test_small_teams_have_the_exact_multinomial_p_value(counts, percent):
    shares = [Fraction(part, 100) for part in percent]
    people, own = sum(counts), probability(counts, shares)
    every = (way for way in product(range(people + 1), repeat=3) if sum(way) == people)
    expected = sum(each for way in every if (each := probability(way, shares)) <= own)
    found = distribution_distances(np.array([counts]), shares=percent)
    if people:
        assert found.is_exact[0]
        assert found.p_value[0] == pytest.approx(float(expected), abs=1e-12)
    else:
        assert found.reason[0] == Reason.TOO_FEW_VALUES


@QUICK
@given(st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(any))
def test_the_distance_is_that_between_two_distributions_and_the_shift_its_direction(counts):
    shares = [10, 20, 50, 15, 5]
    found = distribution_distances(np.array([counts]), shares=shares)
    places = np.arange(5)
    assert found.wasserstein[0] == pytest.approx(wasserstein_distance(places, places, counts, shares), abs=1e-12)
    advised, mean = np.average(places, weights=shares), np.average(places, weights=counts)
    assert found.shift[0] == pytest.approx(advised - mean, abs=1e-12)
    assert abs(found.shift[0]) <= found.wasserstein[0] + 1e-12
    assert 0 <= found.p_value[0] <= 1


def test_large_teams_have_the_p_value_of_the_chi_square():
    found = distribution_distances(
        np.array([[100, 200, 500, 150, 50], [200, 200, 500, 100, 0]]), shares=[10, 20, 50, 15, 5]
    )
    assert found.is_exact.tolist() == [False, False]
    assert (found.chi_square[0], found.p_value[0]) == (0.0, 1.0)
    assert found.chi_square[1] == pytest.approx(100**2 / 100 + 50**2 / 150 + 50)
    assert found.p_value[1] < 1e-12


def test_a_grade_that_nobody_should_have_is_impossible_by_chance():
    found = distribution_distances(np.array([[0, 3, 0], [1, 2, 0]]), shares=[0, 60, 40])
    assert (found.degrees, found.p_value[1]) == (1, 0.0)
    assert found.p_value[0] == pytest.approx(0.6**3 + 0.4**3)


@pytest.mark.parametrize(
    ("counts", "shares"),
    [([[1, 1]], [50, 49]), ([[1, 1]], [110, -10]), ([[-1, 1]], [50, 50]), ([[1.0, 1]], [50, 50]), ([1, 1], [50, 50])],
)
def test_distributions_that_cannot_be_are_refused(counts, shares):
    with pytest.raises(DistributionError):
        distribution_distances(np.array(counts), shares=shares)
