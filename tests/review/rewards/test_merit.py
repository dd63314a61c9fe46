"""Guidelines of whole companies: in bands, without cliffs, and when points are not sure."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.aggregation.bands import DEFAULT_BANDS, GradeBands
from review.aggregation.errors import UnknownGradeError
from review.rewards.errors import AmountError, MeritMatrixError, SalaryRangeError
from review.rewards.merit import MeritMatrix, compa_ratio, range_penetration, range_places
from review.rewards.merit_surface import MeritSurface, surface_of
from tests.oracles import oracle

QUICK = settings(max_examples=50, deadline=None)

MATRIX = MeritMatrix(
    edges=("0.8", "0.9", "1.1", "1.2"),
    rates={
        "S": ("0.10", "0.08", "0.06", "0.04", "0.02"),
        "A": ("0.08", "0.06", "0.04", "0.02", "0.01"),
        "B": ("0.05", "0.04", "0.03", "0.02", "0"),
        "C": ("0.02", "0.01", "0", "0", "0"),
        "D": ("0", "0", "0", "0", "0"),
    },
)
SURFACE = surface_of(MATRIX, bands=DEFAULT_BANDS)
HUNDREDTHS = st.integers(5_000, 13_000)
SALARIES = st.integers(0, 2_000_000)
MIDPOINTS = st.integers(1, 2_000_000)


def test_the_place_of_many_salaries_is_that_of_the_oracle():
    case = oracle("compa_ratio_range")
    salary, (low, middle, high) = case["data"]["salary"], case["data"]["range"]
    found = range_places([salary] * 2, minima=[low] * 2, midpoints=[middle] * 2, maxima=[high] * 2)
    assert found.compa_ratio.tolist() == [case["expected"]["compa_ratio"]] * 2
    assert found.penetration.tolist() == [case["expected"]["range_penetration"]] * 2


@QUICK
@given(SALARIES, st.integers(0, 1_000), MIDPOINTS, st.integers(1, 1_000))
def test_places_are_those_of_one_person(salary, low, middle, width):
    found = range_places([salary], minima=[low], midpoints=[middle], maxima=[low + width])
    assert found.compa_ratio[0] == float(compa_ratio(salary, middle))
    assert found.penetration[0] == float(range_penetration(salary, low, low + width))


@pytest.mark.parametrize("wrong", [{"maxima": [1]}, {"midpoints": [0]}, {"midpoints": []}, {"minima": [1, 1]}])
def test_ranges_that_cannot_be_are_refused(wrong):
    good = {"minima": [1], "midpoints": [2], "maxima": [3]}
    with pytest.raises(SalaryRangeError):
        range_places([5], **(good | wrong))
    with pytest.raises(AmountError):
        range_places([-5], minima=[1], midpoints=[2], maxima=[3])


@QUICK
@given(st.lists(st.tuples(st.integers(0, 4), SALARIES, MIDPOINTS), max_size=6))
def test_a_company_has_the_guidelines_of_its_people(people):
    places, salaries, midpoints = (np.array([person[part] for person in people], dtype=np.int64) for part in range(3))
    found = MATRIX.guidelines(places, salaries=salaries, midpoints=midpoints).fractions()
    assert found == [MATRIX.guideline("SABCD"[place], Fraction(pay, middle)) for place, pay, middle in people]


def test_places_outside_the_matrix_are_refused():
    for places in ([5], [-1], [0, 0]):
        with pytest.raises(UnknownGradeError):
            MATRIX.guidelines(np.array(places), salaries=[1], midpoints=[1])


def test_at_the_centres_of_the_bands_both_matrices_agree():
    points = {"S": 11_600, "A": 10_800, "B": 9_800, "C": 8_350, "D": 6_650}
    ratios = ["0.75", "0.85", "1", "1.15", "1.25"]
    for grade, hundredths in points.items():
        for ratio in map(Fraction, ratios):
            assert DEFAULT_BANDS.grade_of(hundredths) == grade
            assert SURFACE.guideline(hundredths, ratio) == MATRIX.guideline(grade, ratio)


@QUICK
@given(HUNDREDTHS, st.fractions(0, 2, max_denominator=500), st.integers(0, 500), st.fractions(0, 1, max_denominator=99))
def test_more_points_or_a_lower_ratio_never_lower_a_guideline(hundredths, ratio, more, higher):
    here = SURFACE.guideline(hundredths, ratio)
    assert SURFACE.guideline(hundredths + more, ratio) >= here >= SURFACE.guideline(hundredths, ratio + higher)


def test_there_are_no_cliffs():
    rates = [SURFACE.guideline(hundredths, Fraction(1)) for hundredths in range(6_000, 12_500)]
    assert max(after - before for before, after in pairwise(rates)) <= Fraction(3, 100) / 1_000
    assert MATRIX.guideline("S", Fraction(1)) - MATRIX.guideline("A", Fraction(1)) == Fraction(2, 100)


@QUICK
@given(st.lists(st.tuples(HUNDREDTHS, SALARIES, MIDPOINTS), max_size=6))
def test_a_company_has_the_even_guidelines_of_its_people_to_the_millionth(people):
    hundredths, salaries, midpoints = (np.array([person[k] for person in people], dtype=np.int64) for k in range(3))
    found = SURFACE.guidelines(hundredths, salaries=salaries, midpoints=midpoints)
    exactly = [SURFACE.guideline(points, Fraction(pay, middle)) for points, pay, middle in people]
    assert found.numerator.tolist() == [round(rate * 1_000_000) for rate in exactly]


@QUICK
@given(HUNDREDTHS, st.floats(0, 8), st.fractions("1/2", "3/2", max_denominator=40))
def test_an_expected_guideline_is_the_mean_over_what_the_points_may_be(hundredths, error, ratio):
    found = SURFACE.expected_guidelines(
        np.array([hundredths]),
        standard_error=np.array([error]),
        salaries=[ratio.numerator * 1_000],
        midpoints=[ratio.denominator * 1_000],
    )
    knots = [6_650, 8_350, 9_800, 10_800, 11_600]
    rows = [SURFACE.guideline(knot, ratio) for knot in knots]
    fine = np.linspace(-8, 8, 40_001)
    density = np.exp(-(fine**2) / 2)
    by_grid = (np.interp(hundredths + 100 * error * fine, knots, [float(row) for row in rows]) * density).sum()
    assert found.floats()[0] == pytest.approx(by_grid / density.sum(), abs=2e-6)


def test_sure_points_have_their_guideline_and_errors_below_nothing_are_refused():
    people = {"salaries": [900, 1_100], "midpoints": [1_000, 1_000]}
    points = np.array([9_801, 10_333])
    sure = SURFACE.expected_guidelines(points, standard_error=np.zeros(2), **people)
    assert sure.numerator.tolist() == SURFACE.guidelines(points, **people).numerator.tolist()
    for error in ([-1.0, 0.0], [np.nan, 0.0], [0.0]):
        with pytest.raises(MeritMatrixError):
            SURFACE.expected_guidelines(points, standard_error=np.array(error), **people)


def test_half_a_millionth_is_rounded_to_the_even_one():
    surface = MeritSurface(points=(0, 2), ratios=(1,), rates=((0,), ("0.000001",)))
    wider = MeritSurface(points=(0, 2), ratios=(1,), rates=((0,), ("0.000003",)))
    for each, millionths in ((surface, 0), (wider, 2)):
        assert each.guidelines(np.array([1]), salaries=[7], midpoints=[7]).numerator.tolist() == [millionths]


@pytest.mark.parametrize(
    ("points", "ratios", "rates"),
    [
        ((), (), ()),
        ((1, 2), (1,), ((1,),)),
        ((2, 1), (1,), ((0,), (1,))),
        ((1,), (2, 1), ((1, 0),)),
        ((1, 2), (1,), ((1,), (0,))),
        ((1,), (1, 2), ((0, 1),)),
        ((1,), (1,), ((-1,),)),
    ],
)
def test_surfaces_that_turn_the_wrong_way_are_refused(points, ratios, rates):
    with pytest.raises(MeritMatrixError):
        MeritSurface(points, ratios, rates)


def test_bands_without_neighbours_have_no_centre_and_a_single_band_is_flat():
    with pytest.raises(MeritMatrixError):
        surface_of(MATRIX, bands=GradeBands((("S", 100),), "D"))
    with pytest.raises(MeritMatrixError):
        surface_of(MeritMatrix(("1",), dict.fromkeys("SABCD", (1, 0))), bands=DEFAULT_BANDS)
    flat = surface_of(MeritMatrix((), {"S": (3,), "A": (2,), "B": (1,), "C": (1,), "D": (0,)}), bands=DEFAULT_BANDS)
    assert flat.guideline(11_200, Fraction(2)) == Fraction(5, 2)
    assert flat.guidelines(np.array([11_200]), salaries=[8], midpoints=[4]).fractions() == [Fraction(5, 2)]
