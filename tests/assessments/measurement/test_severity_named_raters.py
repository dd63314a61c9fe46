"""Whose severity may be told: connected raters with five subjects; everyone else is counted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.boundary_test import boundary_test
from assessments.measurement.severity.connectivity import connectivity
from assessments.measurement.severity.errors import SeverityError
from assessments.measurement.severity.levels import levels_of
from assessments.measurement.severity.named_raters import named_raters, severity_counts


def ties(ratee, rater):
    """The islands of plain labels."""
    rows = len(ratee)
    return connectivity(levels_of(ratee, rows=rows, name="ratee"), levels_of(rater, rows=rows, name="rater"))


def test_a_shared_person_ties_raters():
    tied = ties(["Ann", "Bo", "Bo", "Cy"], ["x", "x", "y", "y"])
    assert tied.is_connected
    assert tied.components == 1
    assert tied.ratings.tolist() == [4]


def test_islands_are_numbered_from_the_largest():
    found = ties(["a", "b", "c", "d", "e", "c"], ["x", "x", "y", "y", "y", "z"])
    assert not found.is_connected
    assert found.ratings.tolist() == [4, 2]
    assert found.rater_component.tolist() == [1, 0, 0]
    assert found.ratee_component.tolist() == [1, 1, 0, 0, 0]


def test_many_random_graphs_have_the_islands_of_a_plain_search():
    for seed in range(20):
        random = np.random.default_rng(seed)
        ratee, rater = random.integers(0, 12, 14), random.integers(0, 9, 14)
        found = ties(ratee, rater)
        island = {("p", number): {("p", number)} for number in ratee} | {
            ("r", number): {("r", number)} for number in rater
        }
        for pair in zip(ratee, rater, strict=True):
            joined = island["p", pair[0]] | island["r", pair[1]]
            island |= dict.fromkeys(joined, joined)
        assert found.components == len({id(members) for members in island.values()})
        raters = np.unique(rater)
        for first in range(len(raters)):
            together = [("r", other) in island["r", raters[first]] for other in raters]
            assert (found.rater_component == found.rater_component[first]).tolist() == together


def test_equal_islands_come_in_the_order_of_their_first_rater():
    assert ties(["b", "a"], ["y", "x"]).rater_component.tolist() == [0, 1]


def test_severity_is_told_from_five_subjects_in_the_largest_island():
    ratee = [*"abcdef", *"abcd", *"vwxyz", "a", "a", "a", "a", "a"]
    rater = [*["Wu"] * 6, *["Li"] * 4, *["Ma"] * 5, *["He"] * 5]
    found = named_raters(ratee, rater=rater)
    told = dict(zip(found.level.tolist(), found.reason.tolist(), strict=True))
    assert told == {
        "Wu": Reason.ESTIMATED,
        "Li": Reason.TOO_FEW_VALUES,
        "Ma": Reason.DISCONNECTED,
        "He": Reason.TOO_FEW_VALUES,
    }
    assert found.subjects.tolist() == [1, 4, 5, 6]
    assert found.is_estimated.tolist() == [False, False, False, True]


def test_nobody_is_an_answer():
    assert named_raters([], rater=[]).reason.tolist() == []
    assert severity_counts([], edges=[0.0]) == NotEstimable(Reason.BELOW_THRESHOLD)


def test_counts_hold_every_rater_once():
    effect = np.random.default_rng(2).normal(0, 0.4, 500)
    found = severity_counts(effect, edges=[-0.5, -0.25, 0.25, 0.5])
    assert isinstance(found, np.ndarray)
    assert found.sum() == 500
    assert found[0] == (effect < -0.5).sum()
    assert found[4] == (effect >= 0.5).sum()


@pytest.mark.parametrize("edges", [[0.5, 0.5], [1.0, 0.0], [float("nan")]])
def test_classes_that_do_not_rise_are_refused(edges):
    with pytest.raises(SeverityError):
        severity_counts([0.1] * 10, edges=edges)


def test_few_raters_are_not_counted():
    assert severity_counts([0.1] * 9, edges=[0.0]) == NotEstimable(Reason.BELOW_THRESHOLD)
    found = severity_counts([0.1] * 10, edges=[0.0])
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [0, 10]


def test_a_variance_at_its_edge_has_half_the_usual_probability():
    found = boundary_test(50.0, without=53.0)
    assert found.statistic == pytest.approx(3.0)
    assert found.p_value == pytest.approx(chi2.sf(3.0, 1) / 2)
    assert boundary_test(50.0, without=50.0 - 1e-9).p_value == 1.0
