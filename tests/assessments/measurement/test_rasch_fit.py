"""Fit, separation, fair averages and interactions of many-facet Rasch measures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from assessments.measurement.rasch.calibration import Centred, Measures
from assessments.measurement.rasch.fair_averages import fair_averages
from assessments.measurement.rasch.fit import fit_statistics
from assessments.measurement.rasch.interactions import adjusted_p_values, pair_biases
from assessments.measurement.rasch.joint import joint_calibration
from assessments.measurement.rasch.marginal import marginal_calibration
from assessments.measurement.rasch.penalised import penalised_calibration
from assessments.measurement.rasch.separation import Separation, separation
from assessments.measurement.reasons import NotEstimable, Reason
from tests.assessments.measurement.rasch_cases import guilford, invented, measured, table_of


@pytest.fixture(name="drawn", scope="module")
def fixture_drawn():
    return invented(300, raters=20, each=4, items=5, seed=7)[0]


def test_ratings_that_follow_the_model_fit(drawn):
    fit = fit_statistics(measured(joint_calibration, table_of(drawn)))
    for facet in (fit.raters, fit.items):
        np.testing.assert_allclose([facet.infit.mean(), facet.outfit.mean()], 1.0, atol=0.06)
    for deviations in (fit.raters.infit_z, fit.raters.outfit_z, fit.persons.infit_z, fit.persons.outfit_z):
        assert 0.7 < deviations.std() < 1.3
        assert abs(deviations.mean()) < 0.3


def test_who_rates_at_random_is_seen(drawn):
    rating, person, item, rater = drawn
    random = np.random.default_rng(1).integers(0, 4, len(rating))
    found = measured(joint_calibration, table_of((np.where(rater == 3, random, rating), person, item, rater)))
    raters = fit_statistics(found).raters
    assert raters.infit.argmax() == raters.outfit.argmax() == 3
    assert raters.infit[3] > 1.5
    assert raters.infit_z[3] > 5


def test_the_moments_of_fit_are_those_of_all_categories():
    found = measured(joint_calibration, guilford(), centred=Centred.PERSONS)
    table, raters = found.table, fit_statistics(found).raters
    location = found.persons.measure[table.person] - found.items.measure[table.item] - found.raters.measure[table.rater]
    potential = np.concatenate([[0.0], -np.cumsum(found.thresholds.measure[0])])
    chance = np.exp(np.arange(9) * location[:, None] + potential)
    chance /= chance.sum(axis=1, keepdims=True)
    mean = chance @ np.arange(9)
    distance = np.arange(9) - mean[:, None]
    variance, fourth = (chance * distance**2).sum(axis=1), (chance * distance**4).sum(axis=1)
    for judge in range(3):
        own = table.rater == judge
        square = (table.score[own] - mean[own]) ** 2
        q = np.sqrt((fourth[own] - variance[own] ** 2).sum()) / variance[own].sum()
        infit = square.sum() / variance[own].sum()
        assert raters.infit[judge] == pytest.approx(infit)
        assert raters.infit_z[judge] == pytest.approx((infit ** (1 / 3) - 1) * 3 / q + q / 3)
        q = np.sqrt((fourth[own] / variance[own] ** 2 - 1).sum()) / own.sum()
        outfit = (square / variance[own]).mean()
        assert raters.outfit[judge] == pytest.approx(outfit)
        assert raters.outfit_z[judge] == pytest.approx((outfit ** (1 / 3) - 1) * 3 / q + q / 3)


def test_fair_averages_follow_the_measures_and_stay_on_the_scale(drawn):
    rating, *facets = drawn
    for estimated in (joint_calibration, penalised_calibration, marginal_calibration):
        for is_partial_credit in (False, True):
            table = table_of((rating + 1, *facets), lowest=1, highest=4)
            found = measured(estimated, table, is_partial_credit=is_partial_credit)
            fair = fair_averages(found)
            assert not isinstance(fair, NotEstimable)
            has = found.persons.has
            assert ((fair.persons[has] > 1) & (fair.persons[has] < 4)).all()
            np.testing.assert_array_equal(
                np.argsort(fair.persons[has], kind="stable"), np.argsort(found.persons.measure[has], kind="stable")
            )
            assert np.corrcoef(fair.raters, found.raters.measure)[0, 1] < -0.98


def test_a_fair_average_is_free_of_the_raters_one_had():
    """Two persons of equal ability, one before mild and one before harsh raters."""
    rating = [2, 3, 2, 0, 1, 1, 3, 1, 2, 0, 1, 0, 3, 2, 1, 2]
    person = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 2]
    rater = [0, 1, 0, 2, 3, 2, 0, 2, 1, 3, 2, 3, 0, 1, 2, 0]
    found = measured(penalised_calibration, table_of([rating, person, [0] * 16, rater]))
    fair, plain = fair_averages(found), np.bincount(person, rating) / np.bincount(person)
    assert not isinstance(fair, NotEstimable)
    assert fair.persons[0] - fair.persons[1] < plain[0] - plain[1]


def test_separation_by_hand():
    measures = Measures(np.array([-1.0, 0.0, 0.5, 2.0, 9.0]), np.array([0.3, 0.4, 0.5, 0.6, 0.0]), np.zeros(5, np.int8))
    measures.reason[4] = Reason.NO_VARIATION
    found = separation(measures)
    assert isinstance(found, Separation)
    value, error = measures.measure[:4], measures.standard_error[:4]
    true = value.var(ddof=1) - (error**2).mean()
    assert found.reliability == pytest.approx(true / value.var(ddof=1))
    assert found.separation == pytest.approx(np.sqrt(true / (error**2).mean()))
    assert found.strata == pytest.approx((4 * found.separation + 1) / 3)
    weight = 1 / error**2
    chi_square = (weight * value**2).sum() - (weight * value).sum() ** 2 / weight.sum()
    assert (found.elements, found.degrees) == (4, 3)
    assert found.chi_square == pytest.approx(chi_square)
    assert found.p_value == pytest.approx(chi2.sf(chi_square, 3))


def test_a_favour_to_one_person_is_found(drawn):
    rating, person, item, rater = drawn
    raters_of_7 = np.unique(rater[person == 7])
    favoured = (person == 7) & (rater == raters_of_7[0])
    others = (person == 7) & ~favoured
    table = table_of((np.where(favoured, 3, np.where(others, 0, rating)), person, item, rater))
    found = pair_biases(measured(joint_calibration, table))
    most = found.t.argmax()
    assert (found.person[most], found.rater[most]) == (7, raters_of_7[0])
    assert found.adjusted_p[most] < 0.05
    assert found.ratings[most] == 5
    np.testing.assert_allclose(found.t, found.bias / found.standard_error)
    np.testing.assert_allclose(found.p_value, 2 * norm.sf(np.abs(found.t)))


def test_nobody_is_favoured_where_nobody_was(drawn):
    found = pair_biases(measured(joint_calibration, table_of(drawn)))
    assert len(found.t) == 1200
    assert (found.adjusted_p < 0.05).sum() <= 2
    assert 0.7 < found.t.std() < 1.1


def test_adjusted_p_values_by_hand():
    p_value = np.array([0.001, 0.2, 0.012, 0.02, 0.9])
    np.testing.assert_allclose(adjusted_p_values(p_value), [0.005, 0.25, 0.03, 1 / 30, 0.9])
    assert adjusted_p_values(np.zeros(0)).tolist() == []
    assert (adjusted_p_values(p_value) >= p_value).all()
