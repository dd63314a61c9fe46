"""What must hold for many-facet Rasch measures of any ratings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.measurement.rasch.anchors import Anchors
from assessments.measurement.rasch.calibration import Calibration, Centred
from assessments.measurement.rasch.joint import joint_calibration
from assessments.measurement.rasch.marginal import marginal_calibration
from assessments.measurement.rasch.marginal_likelihood import grid
from assessments.measurement.rasch.penalised import penalised_calibration
from assessments.measurement.rasch.residuals import residuals
from tests.assessments.measurement.rasch_cases import invented, marginal_likelihood_of, measured, small_tables, table_of

ESTIMATORS = (joint_calibration, penalised_calibration, marginal_calibration)
each_estimator = pytest.mark.parametrize("estimated", ESTIMATORS, ids=lambda one: one.__name__)
either_step = pytest.mark.parametrize("is_partial_credit", [False, True])


@pytest.fixture(name="columns", scope="module")
def fixture_columns():
    return invented(60)[0]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(table=small_tables(), is_partial_credit=st.booleans())
def test_joint_measures_expect_what_was_rated(table, is_partial_credit):
    found = joint_calibration(table, is_partial_credit=is_partial_credit)
    if isinstance(found, Calibration):
        left = residuals(found).residual
        for index, size in table.facets:
            np.testing.assert_allclose(np.bincount(index[found.is_used], left, size), 0.0, atol=1e-6)


@either_step
def test_joint_measures_expect_as_many_ratings_of_each_category(columns, is_partial_credit):
    table = table_of(columns)
    found = measured(joint_calibration, table, is_partial_credit=is_partial_credit)
    used = found.is_used
    location = found.persons.measure[table.person] - found.items.measure[table.item] - found.raters.measure[table.rater]
    weight = np.exp(np.arange(4)[:, None] * location + found.thresholds.potentials_of(table.item))
    chance = (weight / weight.sum(axis=0))[:, used]
    np.testing.assert_allclose(chance.sum(axis=1), np.bincount(table.score[used], minlength=4), atol=1e-6)


@each_estimator
def test_only_sums_and_counts_of_ratings_matter(estimated):
    rating, person, item, rater = invented(40, raters=3, each=3)[0]
    places = [np.flatnonzero((person == one) & (rater == 0) & (item == other))[0] for one, other in np.ndindex(2, 2)]
    first, second = rating.copy(), rating.copy()
    first[places], second[places] = [1, 2, 2, 1], [2, 1, 1, 2]
    one, other = (estimated(table_of((ratings, person, item, rater))) for ratings in (first, second))
    for name in ("persons", "items", "raters"):
        np.testing.assert_allclose(getattr(other, name).measure, getattr(one, name).measure, atol=1e-8)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)


@each_estimator
def test_persons_with_equal_sums_get_equal_measures(estimated):
    columns = invented(40, raters=3, each=3)[0]
    found = estimated(table_of(columns))
    total = np.bincount(columns[1], columns[0])
    for one in np.unique(total):
        np.testing.assert_allclose(np.ptp(found.persons.measure[total == one]), 0.0, atol=1e-7)


@each_estimator
@either_step
def test_the_names_of_categories_do_not_matter(columns, estimated, is_partial_credit):
    rating, *facets = columns
    first = estimated(table_of(columns), is_partial_credit=is_partial_credit)
    other = table_of((rating + 1, *facets), lowest=1, highest=4)
    second = estimated(other, is_partial_credit=is_partial_credit)
    for name in ("persons", "items", "raters"):
        np.testing.assert_array_equal(getattr(first, name).measure, getattr(second, name).measure)
    np.testing.assert_array_equal(first.thresholds.measure, second.thresholds.measure)


@each_estimator
@either_step
def test_a_reversed_scale_turns_signs_and_swaps_thresholds(columns, estimated, is_partial_credit):
    rating, *facets = columns
    first = estimated(table_of(columns), is_partial_credit=is_partial_credit)
    second = estimated(table_of((3 - rating, *facets)), is_partial_credit=is_partial_credit)
    for name in ("persons", "items", "raters"):
        np.testing.assert_allclose(getattr(second, name).measure, -getattr(first, name).measure, atol=1e-5)
    np.testing.assert_allclose(second.thresholds.measure, -first.thresholds.measure[:, ::-1], atol=1e-5)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-5)


@each_estimator
def test_the_order_of_ratings_does_not_matter(columns, estimated):
    order = np.random.default_rng(5).permutation(len(columns[0]))
    first, second = estimated(table_of(columns)), estimated(table_of([column[order] for column in columns]))
    for name in ("persons", "items", "raters"):
        np.testing.assert_allclose(getattr(second, name).measure, getattr(first, name).measure, atol=1e-7)


@each_estimator
def test_the_same_ratings_give_the_same_bytes(columns, estimated):
    first, second = estimated(table_of(columns)), estimated(table_of(columns))
    assert first.persons.measure.tobytes() == second.persons.measure.tobytes()


@each_estimator
@pytest.mark.parametrize("centred", list(Centred))
def test_the_measures_are_centred_as_asked(columns, estimated, centred):
    found = estimated(table_of(columns), centred=centred)
    assert found.items.measure.sum() == pytest.approx(0.0, abs=1e-9)
    assert found.thresholds.measure.sum() == pytest.approx(0.0, abs=1e-9)
    if centred is Centred.RATERS:
        assert found.raters.measure.sum() == pytest.approx(0.0, abs=1e-9)
    elif estimated is joint_calibration:
        assert found.persons.measure.sum() == pytest.approx(0.0, abs=1e-9)
    else:
        assert found.person_mean == 0.0


@each_estimator
def test_where_the_zero_lies_changes_no_difference(columns, estimated):
    first, second = (estimated(table_of(columns), centred=centred) for centred in Centred)
    shift = second.persons.measure - first.persons.measure
    np.testing.assert_allclose(shift, shift[0], atol=1e-9)
    np.testing.assert_allclose(second.raters.measure - first.raters.measure, shift[0], atol=1e-9)


@each_estimator
def test_anchors_of_an_estimation_give_it_again(columns, estimated):
    table = table_of(columns)
    first = estimated(table)
    anchors = Anchors(
        items=dict(enumerate(first.items.measure)),
        raters=dict(enumerate(first.raters.measure)),
        thresholds=first.thresholds.measure,
    )
    second = estimated(table, anchors=anchors)
    # The variances of the penalised estimates depend on how sure the other measures are.
    loose = 0.03 if estimated is penalised_calibration else 1e-4
    np.testing.assert_allclose(second.persons.measure, first.persons.measure, atol=loose)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1.0 if loose > 0.01 else 1e-4)
    np.testing.assert_array_equal(second.raters.measure, first.raters.measure)
    np.testing.assert_array_equal(second.raters.standard_error, 0.0)


@each_estimator
def test_one_anchored_item_moves_the_scale_and_nothing_else(columns, estimated):
    table = table_of(columns)
    first = estimated(table)
    second = estimated(table, anchors=Anchors(items={1: first.items.measure[1] + 0.7}))
    np.testing.assert_allclose(second.items.measure, first.items.measure + 0.7, atol=1e-5)
    np.testing.assert_allclose(second.persons.measure, first.persons.measure + 0.7, atol=1e-5)
    np.testing.assert_allclose(second.raters.measure, first.raters.measure, atol=1e-5)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-4)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(table=small_tables())
def test_the_marginal_likelihood_never_falls_on_its_way(table):
    found = marginal_calibration(table)
    if isinstance(found, Calibration):
        for path in found.path:
            assert (np.diff(path) > -1e-9 * (1 + abs(path[0]))).all()


def test_twice_as_many_places_tell_the_same_likelihood(columns):
    table = table_of(columns)
    found = measured(marginal_calibration, table)
    likelihood = marginal_likelihood_of(table)
    potential = found.thresholds.potential[0, 1:3]
    vector = np.concatenate(
        [found.items.measure, found.raters.measure, [-found.person_mean, found.person_variance**0.5], potential]
    )
    for spacing, reach in ((0.05, 8.0), (0.02, 8.0), (0.05, 12.0)):
        point = likelihood.at(vector, grid(spacing, reach=reach))
        assert point.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-4)


@pytest.mark.parametrize("is_partial_credit", [False, True])
def test_the_marginal_score_and_information_are_the_derivatives(columns, is_partial_credit):
    table = table_of(columns)
    likelihood = marginal_likelihood_of(table, is_partial_credit=is_partial_credit)
    size, on = len(likelihood.layout.start), grid(0.1, reach=8.0)
    vector = np.random.default_rng(3).normal(0, 0.3, size)
    vector[likelihood.layout.spread] = 0.9
    point = likelihood.at(vector, on)
    information = likelihood.complete_information(point, on) - likelihood.missing_information(point, on)
    step = 1e-4 * np.eye(size)
    ups, downs = ([likelihood.at(vector + sign * line, on) for line in step] for sign in (1, -1))
    slope = [(up.log_likelihood - down.log_likelihood) / 2e-4 for up, down in zip(ups, downs, strict=True)]
    bend = [(up.score - down.score) / 2e-4 for up, down in zip(ups, downs, strict=True)]
    np.testing.assert_allclose(point.score, slope, atol=1e-4)
    np.testing.assert_allclose(information, -np.array(bend), atol=1e-4)
