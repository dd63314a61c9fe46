"""The shipped KPI library: measures for all five areas, curves that turn nowhere, ratios with both their sums."""

from collections import Counter

from rubrics.catalogue.imports import Catalogue
from rubrics.measures.models import CurveBasis, Direction, Joining, MeasureUnit

NEEDED = {"net-sales", "orders", "active-customers", "on-time-shipping", "average-order-value", "new-customers"}


def test_every_area_has_measures(shipped: Catalogue) -> None:
    areas = Counter(measure.area_code for measure in shipped.measures)
    assert set(areas) == {"R1", "R2", "R3", "R4", "R5"}
    assert min(areas.values()) >= 3
    assert 25 <= len(shipped.measures) <= 32


def test_the_measures_of_the_demonstration_are_there(shipped: Catalogue) -> None:
    measures = {measure.code: measure for measure in shipped.measures}
    assert set(measures) >= NEEDED
    assert measures["net-sales"].joining == Joining.SUM
    assert measures["active-customers"].joining == Joining.DISTINCT_COUNT
    assert measures["on-time-shipping"].joining == Joining.RATIO_OF_SUMS
    assert measures["on-time-shipping"].curve_target == 0.95


def test_curves_rise_where_higher_is_better_and_fall_where_lower_is(shipped: Catalogue) -> None:
    for measure in shipped.measures:
        points = (measure.curve_threshold, measure.curve_target, measure.curve_cap)
        assert points == tuple(sorted(points, reverse=measure.direction == Direction.LOWER)), measure.code
        assert len(set(points)) == 3, measure.code


def test_percentages_are_fractions_and_are_never_averaged(shipped: Catalogue) -> None:
    for measure in shipped.measures:
        if measure.unit == MeasureUnit.PERCENT:
            assert measure.joining in {Joining.RATIO_OF_SUMS, Joining.LAST}, measure.code
            assert measure.curve_basis == CurveBasis.ABSOLUTE, measure.code
            assert 0 <= measure.curve_cap <= 1, measure.code


def test_a_ratio_names_both_its_sums_and_nothing_else_does(shipped: Catalogue) -> None:
    for measure in shipped.measures:
        is_ratio = measure.joining == Joining.RATIO_OF_SUMS
        assert bool(measure.numerator) == bool(measure.denominator) == is_ratio, measure.code


def test_money_and_counts_are_measured_against_a_target(shipped: Catalogue) -> None:
    for measure in shipped.measures:
        if measure.unit in {MeasureUnit.MONEY, MeasureUnit.COUNT}:
            assert measure.curve_basis == CurveBasis.RATIO_TO_TARGET, measure.code
            assert measure.curve_target == 1, measure.code
