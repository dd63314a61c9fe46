"""Errors of weighted means know that the raters of a cell are shared by its dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from assessments.measurement.ratings import GROUPS, FormLayout
from review.aggregation.composites import composite_variances, score_covariance
from review.aggregation.cycle import aggregate_cycle, section_of
from review.aggregation.design import CycleDesign
from review.aggregation.dimension_scores import ranked_cells
from review.aggregation.explanation import dimension_difference, person_steps

LAYOUT = FormLayout(("A", "B", "C"), (3, 4, 3))


@pytest.fixture(name="result", scope="module")
def fixture_result():
    """Sixty subjects with a manager and three to seven peers, some unable to rate."""
    random = np.random.default_rng(7)
    rows, subject, group = [], [], []
    for number in range(60):
        level = random.normal(3.4, 0.5)
        for place, count in ((1, 1), (3, int(random.integers(3, 8)))):
            for _ in range(count):
                form = np.clip(np.rint(level + random.normal(0, 0.5) + random.normal(0, 0.8, 10)), 1, 5)
                form[random.random(10) < 0.15] = 9
                rows.append(form)
                subject.append(number)
                group.append(place)
    weights = np.zeros((1, len(GROUPS)))
    weights[0, [1, 3]] = 50
    design = CycleDesign(
        layout=LAYOUT,
        applicable=np.ones((1, len(GROUPS), 3), dtype=np.bool_),
        group_weights=weights,
        profile_weights=np.array([[2.0, 1.0, 1.0]]),
        required_levels=np.full((1, 3), 3.0),
    )
    return aggregate_cycle(
        np.array(rows, dtype=np.uint8),
        subject=np.array(subject),
        group=np.array(group),
        profile_of_subject=np.zeros(60, dtype=np.int64),
        design=design,
    )


def test_the_error_of_a_mean_is_the_quadratic_form_of_its_covariance(result):
    for number in range(60):
        if not result.scores.is_estimated[number].all():
            continue
        covariance = score_covariance(
            result.cells, subject=number, terms=result.terms, scores=result.scores, spread=result.spread
        )
        np.testing.assert_allclose(np.sqrt(np.diagonal(covariance)), result.scores.standard_error[number], atol=1e-12)
        shares = np.array([0.5, 0.25, 0.25])
        assert result.overall.standard_error[number] == pytest.approx(np.sqrt(shares @ covariance @ shares), abs=1e-12)


def test_covariances_are_possible_ones(result):
    for number in range(60):
        covariance = score_covariance(
            result.cells, subject=number, terms=result.terms, scores=result.scores, spread=result.spread
        )
        assert np.linalg.eigvalsh(covariance).min() > -1e-12


def test_halo_widens_the_error_of_the_mean_and_narrows_that_of_a_difference(result):
    assert result.spread.correlation[0, 1] > 0.1
    steps = person_steps(result, 0)
    found = dimension_difference(result, subject=0, first="A", second="B")
    apart = np.hypot(steps.dimension("A").standard_error, steps.dimension("B").standard_error)
    assert found.standard_error < apart
    assert found.value == pytest.approx(steps.dimension("A").score - steps.dimension("B").score)


def test_coefficients_of_zero_have_no_error(result):
    ranks = ranked_cells(result.cells, terms=result.terms)
    (none,) = composite_variances(
        ranks,
        terms=result.terms,
        scores=result.scores,
        spread=result.spread,
        coefficients=[np.zeros((60, 3))],
    )
    assert not none.any()


def test_a_section_of_some_dimensions_has_the_points_of_those(result):
    section = section_of(result, ("B", "C"))
    expected = (result.points[:, 1] + result.points[:, 2]) / 2
    both = result.scores.is_estimated[:, 1:].all(axis=1)
    np.testing.assert_allclose(section.hundredths[both] / 100, expected[both], atol=0.0051)
    assert (section.standard_error[both] >= 0).all()


def test_an_unknown_dimension_of_a_person_is_refused(result):
    with pytest.raises(KeyError):
        person_steps(result, 0).dimension("Z")


def test_coefficients_of_one_row_are_those_of_everyone(result):
    ranks, shares = ranked_cells(result.cells, terms=result.terms), np.array([[0.5, 0.25, 0.25]])
    one, all_rows = composite_variances(
        ranks,
        terms=result.terms,
        scores=result.scores,
        spread=result.spread,
        coefficients=[shares, np.repeat(shares, 60, axis=0)],
    )
    np.testing.assert_allclose(one, all_rows, atol=1e-15)
    assert one.any()
