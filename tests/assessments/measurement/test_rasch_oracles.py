"""Published numbers of many-facet Rasch measurement."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from assessments.measurement.rasch.calibration import Centred
from assessments.measurement.rasch.fit import fit_statistics
from assessments.measurement.rasch.joint import joint_calibration
from assessments.measurement.rasch.marginal import marginal_calibration
from assessments.measurement.rasch.marginal_likelihood import Grid
from tests.assessments.measurement.rasch_cases import essays, guilford, marginal_likelihood_of, measured, science
from tests.oracles import oracle


@pytest.fixture(name="creativity", scope="module")
def fixture_creativity():
    case = oracle("mfrm_guilford_jml")
    return measured(joint_calibration, guilford(), centred=Centred.PERSONS), case["expected"], case["tolerance"]


def test_the_creativity_ratings_have_the_published_totals():
    table, totals = guilford(), oracle("mfrm_guilford_jml")["expected"]["raw_totals"]
    found = [np.bincount(index, table.score + table.lowest).tolist() for index, _ in table.facets]
    assert found == [totals["ratee"], totals["trait"], totals["judge"]]


def test_the_joint_measures_of_creativity(creativity):
    found, expected, tolerance = creativity
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=tolerance["abs"])
    for facet, name in ((found.persons, "theta"), (found.raters, "judge_severity"), (found.items, "trait_difficulty")):
        np.testing.assert_allclose(facet.measure, list(expected[name].values()), atol=tolerance["abs"])
    np.testing.assert_allclose(found.thresholds.measure[0], expected["thresholds"], atol=tolerance["abs"])


def test_the_fit_of_the_judges_of_creativity(creativity):
    found, expected, tolerance = creativity
    raters = fit_statistics(found).raters
    np.testing.assert_allclose(raters.infit, expected["judge_infit"], atol=tolerance["fit_abs"])
    np.testing.assert_allclose(raters.outfit, expected["judge_outfit"], atol=tolerance["fit_abs"])
    np.testing.assert_allclose(found.raters.standard_error, expected["judge_model_se"], atol=tolerance["fit_abs"])


def test_the_marginal_measures_of_creativity():
    """The numbers in the oracle's notes: deviation, log-likelihood and severities by another program."""
    found = measured(marginal_calibration, guilford())
    assert found.person_variance**0.5 == pytest.approx(0.3785, abs=5e-5)
    assert found.log_likelihood == pytest.approx(-175.4288, abs=1e-4)
    np.testing.assert_allclose(found.raters.measure, [-0.0218, 0.1697, -0.1480], atol=1e-4)


@pytest.fixture(name="ratings_of_essays", scope="module")
def fixture_ratings_of_essays():
    case = oracle("rsm_ptam4wide_mml")
    return *essays(), case["expected"], case["tolerance"]


def test_the_marginal_measures_of_essays(ratings_of_essays):
    table, names, expected, tolerance = ratings_of_essays
    found = measured(marginal_calibration, table, centred=Centred.PERSONS)
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=tolerance["loglik_abs"])
    severity = dict(zip(names, found.raters.measure, strict=True))
    assert severity == pytest.approx(expected["rater"], abs=tolerance["abs"])
    np.testing.assert_allclose(found.thresholds.measure[0, :2], expected["cat"], atol=tolerance["abs"])
    # The oracle's grid ends at 8 logits, 4.1 deviations, where the best persons are cut off: see the next test. The
    # converged variance (the same on any grid that reaches farther) is 3.76938.
    assert found.person_variance == pytest.approx(3.76938, abs=1e-4)
    assert found.person_variance == pytest.approx(expected["variance"], abs=0.005)


def test_the_variance_of_essays_on_the_grid_of_the_oracle(ratings_of_essays):
    """On 161 places from -8 to 8, with the density as it is, the oracle's numbers are the maximum."""
    table, _, expected, tolerance = ratings_of_essays
    likelihood = marginal_likelihood_of(table)
    deviation = expected["variance"] ** 0.5
    place = np.linspace(-8, 8, 161) / deviation
    on = Grid(place, -(place**2) / 2 - np.log(np.sqrt(2 * np.pi) * deviation / 0.1))
    assert logsumexp(on.log_weight) == pytest.approx(0.0, abs=1e-4)
    vector = np.concatenate([[0.0], list(expected["rater"].values()), [0.0, deviation], -np.cumsum(expected["cat"])])
    point = likelihood.at(vector, on)
    assert point.log_likelihood == pytest.approx(expected["loglik"], abs=tolerance["loglik_abs"])
    assert float((point.posterior @ (deviation * place) ** 2).mean()) == pytest.approx(
        expected["variance"], abs=tolerance["abs"]
    )
    np.testing.assert_allclose(point.score[1:11], 0.0, atol=0.002)
    np.testing.assert_allclose(point.score[13:], 0.0, atol=0.002)


def test_the_partial_credit_measures_of_science():
    """The part of the oracle without discriminations; its places are given for a variance of exactly 1."""
    case = oracle("irt_science_poly")
    expected, tolerance = case["expected"]["PCM_free_var"], case["tolerance"]
    found = measured(marginal_calibration, science(), is_partial_credit=True)
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=tolerance["loglik_abs"])
    assert found.person_variance == pytest.approx(expected["var"], abs=tolerance["param_abs"])
    place = found.items.measure[:, None] + found.thresholds.measure - found.person_mean
    published = case["expected"]["PCM_sigma1"]["b"]
    np.testing.assert_allclose(place, published, atol=tolerance["published_abs"])
