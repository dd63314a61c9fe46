"""Errors come from the spread of raters in many shown cells, and decide what is more than noise."""

from __future__ import annotations

import numpy as np
import pytest

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import closed_cells
from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.uncertainty import (
    DEFAULT_CORRELATION,
    DEFAULT_RATER_VARIANCE,
    SpreadSource,
    difference,
    estimate,
    rater_spread,
)

LAYOUT = FormLayout(("A", "B"), (3, 4))


def cycle(subjects, *, second=False, peers=5, seed=1):
    """Answers of a cycle in which one rater's two dimensions share half their error."""
    random = np.random.default_rng(seed)
    groups = ["manager", *(["second_line"] if second else []), *["peers"] * peers]
    group = np.tile([group_index(name) for name in groups], subjects)
    subject = np.repeat(np.arange(subjects), len(groups))
    level = random.normal(3, 0.5, subjects)[subject] + random.normal(0, 0.6, len(subject))
    ratings = np.clip(np.rint(level[:, None] + random.normal(0, 0.6, (len(subject), 7))), 1, 5).astype(np.uint8)
    asked = np.ones((1, len(GROUPS), 2), dtype=np.bool_)
    closed = closed_cells(
        ratings,
        subject=subject,
        group=group,
        profile_of_subject=np.zeros(subjects, int),
        asked=asked,
        layout=LAYOUT,
        threshold=3,
    )
    return ratings, subject, group, closed


def test_the_variance_of_a_rater_is_pooled_within_shown_cells():
    ratings, subject, group, closed = cycle(40)
    spread = rater_spread(closed.cells, within=closed.within)
    values = rater_values(ratings, layout=LAYOUT).value
    peers = [values[(subject == s) & (group == group_index("peers"))] for s in range(40)]
    pooled = sum(((of - of.mean(axis=0)) ** 2).sum(axis=0) for of in peers) / (40 * 4)
    np.testing.assert_allclose(spread.rater_variance, pooled, atol=1e-6)
    products = sum((of - of.mean(axis=0)).T @ (of - of.mean(axis=0)) for of in peers)
    expected = products[0, 1] / np.sqrt(products[0, 0] * products[1, 1])
    assert spread.correlation[0, 1] == pytest.approx(expected, abs=1e-6)
    assert spread.rater_source.tolist() == [SpreadSource.POOLED_CELLS] * 2


def test_below_thirty_cells_the_catalogues_default_stands():
    closed = cycle(29)[3]
    spread = rater_spread(closed.cells, within=closed.within)
    assert spread.rater_variance.tolist() == [DEFAULT_RATER_VARIANCE] * 2
    assert spread.correlation[0, 1] == DEFAULT_CORRELATION
    assert spread.named_source.tolist() == [SpreadSource.DEFAULT] * 2


def test_named_raters_have_half_the_variance_of_the_differences_of_pairs():
    ratings, _, group, closed = cycle(35, second=True)
    spread = rater_spread(closed.cells, within=closed.within)
    values = rater_values(ratings, layout=LAYOUT).value
    pairs = values[group == group_index("manager")] - values[group == group_index("second_line")]
    np.testing.assert_allclose(spread.named_variance, pairs.var(axis=0, ddof=1) / 2, atol=1e-6)
    assert spread.named_source.tolist() == [SpreadSource.MANAGER_PAIRS] * 2
    assert spread.pairs.tolist() == [35, 35]


def test_without_pairs_one_named_rater_has_the_reliability_of_one_half():
    ratings, _, group, closed = cycle(35)
    spread = rater_spread(closed.cells, within=closed.within)
    managers = rater_values(ratings, layout=LAYOUT).value[group == group_index("manager")]
    np.testing.assert_allclose(spread.named_variance, managers.var(axis=0, ddof=1) / 2, atol=1e-6)
    assert spread.named_source.tolist() == [SpreadSource.RELIABILITY] * 2


def test_hidden_answers_do_not_enter_the_spread():
    with_hidden = cycle(40, peers=2)[3]
    assert with_hidden.within.cells.tolist() == [0, 0]
    assert with_hidden.within.products.tolist() == [[0, 0], [0, 0]]


def test_two_numbers_differ_when_the_interval_of_their_difference_leaves_out_zero():
    one, other = estimate(4.0, 0.2), estimate(3.5, 0.2)
    apart = difference(one, other)
    assert apart.standard_error == pytest.approx(0.2 * 2**0.5)
    assert (apart.is_different, difference(estimate(3.6, 0.2), other).is_different) == (True, False)


def test_shared_raters_make_a_difference_surer():
    one, other = estimate(3.7, 0.2), estimate(3.5, 0.2)
    assert not difference(one, other).is_different
    assert difference(one, other, covariance=0.035).is_different
    assert difference(one, other, covariance=0.05).standard_error == 0.0
