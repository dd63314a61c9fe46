"""Ratings from which little or nothing can be told: legal, with a reason, never a missing number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.measurement.errors import ShapeError
from assessments.measurement.rasch.anchors import Anchors
from assessments.measurement.rasch.calibration import Calibration, Centred
from assessments.measurement.rasch.connection import connection
from assessments.measurement.rasch.errors import AdjustmentError, AnchorError, CategoryError, ElementError
from assessments.measurement.rasch.fair_averages import fair_averages
from assessments.measurement.rasch.fit import fit_statistics
from assessments.measurement.rasch.interactions import pair_biases
from assessments.measurement.rasch.joint import joint_calibration
from assessments.measurement.rasch.marginal import marginal_calibration
from assessments.measurement.rasch.penalised import penalised_calibration
from assessments.measurement.rasch.rating_table import rating_table
from assessments.measurement.rasch.separation import separation
from assessments.measurement.reasons import NotEstimable, Reason
from tests.assessments.measurement.rasch_cases import invented, is_finite, measured, small_tables, table_of

ESTIMATORS = (joint_calibration, penalised_calibration, marginal_calibration)
each_estimator = pytest.mark.parametrize("estimated", ESTIMATORS, ids=lambda one: one.__name__)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(table=small_tables(), estimated=st.sampled_from(ESTIMATORS), is_partial_credit=st.booleans())
def test_any_ratings_give_numbers_or_a_reason(table, estimated, is_partial_credit):
    found = estimated(table, is_partial_credit=is_partial_credit)
    if isinstance(found, Calibration):
        assert is_finite(found)
        for more in (fit_statistics(found), fair_averages(found), pair_biases(found), separation(found.raters)):
            assert is_finite(more)
        for facet in (found.persons, found.items, found.raters):
            assert (facet.measure[~facet.has] == 0).all()
    else:
        assert found.reason in (Reason.NO_ANSWERS, Reason.NO_VARIATION, Reason.UNBOUNDED)


@each_estimator
def test_no_ratings_are_a_reason(estimated):
    empty = table_of([[], [], [], []], persons=2, items=1, raters=2)
    assert estimated(empty) == NotEstimable(Reason.NO_ANSWERS)


@each_estimator
def test_equal_ratings_are_a_reason(estimated):
    found = estimated(table_of([[2] * 6, [0, 0, 1, 1, 2, 2], [0] * 6, [0, 1] * 3]))
    assert found == NotEstimable(Reason.NO_VARIATION)


@each_estimator
def test_a_rater_without_ratings_changes_nothing(estimated):
    columns = invented(40)[0]
    first, second = estimated(table_of(columns)), estimated(table_of(columns, raters=9, persons=41))
    assert second.raters.reason[8] == Reason.NO_ANSWERS
    assert second.persons.reason[40] == Reason.NO_ANSWERS
    np.testing.assert_allclose(second.raters.measure[:8], first.raters.measure, atol=1e-7)
    np.testing.assert_allclose(second.persons.measure[:40], first.persons.measure, atol=1e-7)


@each_estimator
def test_a_rater_who_only_gives_the_highest_rating(estimated):
    (rating, person, item, rater), _ = invented(60)
    rating = np.where(rater == 2, 3, rating)
    found = estimated(table_of((rating, person, item, rater)))
    if estimated is penalised_calibration:
        assert found.raters.reason[2] == Reason.ESTIMATED
        assert found.raters.measure[2] == found.raters.measure.min()
    else:
        assert found.raters.reason[2] == Reason.NO_VARIATION
        assert not found.is_used[rater == 2].any()


def test_extreme_persons_are_set_aside_or_adjusted():
    (rating, person, item, rater), _ = invented(30)
    rating = np.where(person == 4, 3, np.where(person == 5, 0, rating))
    table = table_of((rating, person, item, rater))
    plain, adjusted = measured(joint_calibration, table), measured(joint_calibration, table, adjustment=0.3)
    assert plain.persons.reason[[4, 5]].tolist() == [Reason.NO_VARIATION] * 2
    assert adjusted.persons.has.all()
    assert adjusted.persons.measure.argmax() == 4
    assert adjusted.persons.measure.argmin() == 5
    for estimated in (penalised_calibration, marginal_calibration):
        assert measured(estimated, table).persons.measure.argmax() == 4


def test_an_adjustment_moves_sums_as_it_says():
    table = table_of(invented(30)[0])
    found = measured(joint_calibration, table, adjustment=0.3)
    location = found.persons.measure[table.person] - found.items.measure[table.item] - found.raters.measure[table.rater]
    weight = np.exp(np.arange(4)[:, None] * location + found.thresholds.potentials_of(table.item))
    expected = np.bincount(table.person, np.arange(4) @ (weight / weight.sum(axis=0)))
    total, most = np.bincount(table.person, table.score), 3 * np.bincount(table.person)
    np.testing.assert_allclose(expected, 0.3 + (most - 0.6) * total / most, atol=1e-7)


@each_estimator
@pytest.mark.parametrize("is_partial_credit", [False, True])
def test_a_category_that_nobody_used_in_between(estimated, is_partial_credit):
    (rating, *facets), _ = invented(60)
    found = estimated(table_of((rating + (rating > 1), *facets), highest=5), is_partial_credit=is_partial_credit)
    assert (found.thresholds.reason[:, [1, 2, 4]] == Reason.NO_ANSWERS).all()
    assert (found.thresholds.reason[:, [0, 3]] == Reason.ESTIMATED).all()
    np.testing.assert_array_equal(found.thresholds.measure[:, 1], found.thresholds.measure[:, 2])
    assert is_finite(found)


@each_estimator
def test_one_rater_and_one_item_are_legal(estimated):
    rating, person = [0, 1, 2, 3, 1, 2, 2, 3, 1, 1, 0, 3], np.repeat(range(4), 3)
    found = estimated(rating_table(rating, person=person, lowest=0, highest=3))
    assert isinstance(found, Calibration)
    assert found.raters.measure.tolist() == pytest.approx([0.0])
    assert separation(found.raters) == NotEstimable(Reason.TOO_FEW_VALUES)


def test_raters_who_do_not_differ_have_no_variance():
    found = measured(penalised_calibration, table_of(invented(80, severity=0.0, seed=4)[0]))
    assert 0.0 <= found.rater_variance < 0.02
    alike = table_of([[0, 0, 1, 1, 2, 2, 3, 3, 1, 2, 2, 1], np.repeat(range(6), 2), [0] * 12, [0, 1] * 6])
    found = measured(penalised_calibration, alike)
    assert found.rater_variance == 0.0
    np.testing.assert_allclose(found.raters.measure, 0.0, atol=1e-5)


def test_persons_who_do_not_differ_have_no_variance():
    rating = [0, 1, 1, 0] * 10
    found = measured(marginal_calibration, rating_table(rating, person=np.repeat(range(20), 2), lowest=0, highest=1))
    assert found.person_variance == 0.0
    assert np.ptp(found.persons.measure) == 0.0


def test_subsets_that_no_rating_links_are_told():
    (rating, person, item, rater), _ = invented(40)
    twice = [np.tile(rating, 2), *(np.r_[one, one + one.max() + 1] for one in (person, item, rater))]
    table = table_of(twice)
    assert not connection(table).is_connected
    assert connection(table).subsets == 2
    found = measured(joint_calibration, table)
    assert found.connection.persons_and_raters[1].tolist() == [0] * 8 + [1] * 8
    np.testing.assert_allclose(found.raters.measure[:8], found.raters.measure[8:], atol=1e-6)
    assert found.raters.measure[:8].sum() == pytest.approx(0.0, abs=1e-9)
    assert measured(joint_calibration, table_of((rating, person, item, rater))).connection.is_connected


@pytest.mark.parametrize("rating", [[0, 4], [-1, 0], [0.5, 1], [float("nan"), 1], [float("inf"), 1], ["a", "b"]])
def test_an_impossible_rating_is_refused(rating):
    with pytest.raises(CategoryError):
        rating_table(rating, person=[0, 1], lowest=0, highest=3)


def test_impossible_tables_are_refused():
    with pytest.raises(CategoryError):
        rating_table([1, 1], person=[0, 1], lowest=1, highest=1)
    for person in ([0, -1], [0, 2], [0.5, 1]):
        with pytest.raises(ElementError):
            rating_table([1, 1], person=person, lowest=0, highest=1, persons=2)
    with pytest.raises(ShapeError):
        rating_table([1, 1], person=[0], lowest=0, highest=1)
    with pytest.raises(ShapeError):
        rating_table([[1, 1]], person=[0, 0], lowest=0, highest=1)


@pytest.mark.parametrize(
    "anchors",
    [Anchors(items={9: 0.0}), Anchors(raters={0: float("nan")}), Anchors(thresholds=[0.0]), Anchors(items={-1: 0.0})],
)
def test_impossible_anchors_are_refused(anchors):
    with pytest.raises(AnchorError):
        joint_calibration(table_of(invented(20)[0]), anchors=anchors)


@each_estimator
def test_persons_cannot_be_centred_beside_anchored_raters(estimated):
    with pytest.raises(AnchorError):
        estimated(table_of(invented(20)[0]), centred=Centred.PERSONS, anchors=Anchors(raters={0: 0.0}))


@pytest.mark.parametrize("adjustment", [-0.1, 0.5, float("nan")])
def test_an_impossible_adjustment_is_refused(adjustment):
    with pytest.raises(AdjustmentError):
        joint_calibration(table_of(invented(20)[0]), adjustment=adjustment)
