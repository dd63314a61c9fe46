"""How probable it is that a level is reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.reasons import Reason
from review.aggregation.errors import AggregationError
from review.aggregation.levels import level_probabilities, reached_probability
from tests.review.aggregation.organisations import aggregated, cycles

SCORES, ERRORS = st.floats(1, 5), st.one_of(st.just(0.0), st.floats(1e-12, 2))


@given(SCORES, ERRORS, SCORES, st.floats(0, 2))
def test_a_higher_level_is_never_more_probable_and_the_other_side_has_the_rest(score, error, level, more):
    reached = reached_probability(score, standard_error=error, level=level)
    assert 0 <= reached <= 1
    assert reached_probability(score, standard_error=error, level=level + more) <= reached
    if error > 0:
        assert reached + reached_probability(level, standard_error=error, level=score) == pytest.approx(1)


def test_a_score_without_an_error_reaches_its_own_level():
    found = reached_probability([3.0, 3.0, 2.999999, 3.0], standard_error=[0, 0.4, 0, 5e-324], level=3)
    assert found.tolist() == [1, 0.5, 0, 1]


@pytest.mark.parametrize(
    ("score", "error", "level"), [(np.nan, 0.1, 3), (3, -0.1, 3), (3, np.inf, 3), (3, 0.1, np.nan)]
)
def test_what_is_no_number_is_refused(score, error, level):
    with pytest.raises(AggregationError):
        reached_probability(score, standard_error=error, level=level)


@settings(max_examples=20, deadline=None)
@given(cycles(), st.sampled_from([None, 1.0, 3.5]))
def test_everyone_has_a_probability_or_the_reason_of_the_score(cycle, level):
    result = aggregated(*cycle)
    found = level_probabilities(result, level=level)
    known = result.scores.is_estimated
    np.testing.assert_array_equal(found.reason, result.scores.reason)
    np.testing.assert_array_equal(found.overall_reason, result.overall.reason)
    assert not found.value[~known].any()
    above = result.scores.value >= found.level
    assert (found.value[known & above] >= 0.5).all()
    assert (found.value[known & ~above] <= 0.5).all()
    whole = found.overall_reason == Reason.ESTIMATED
    np.testing.assert_allclose(found.overall_level[whole], level or 3.0)
    if level == 1.0:
        assert (found.overall_value[whole] >= 0.5).all()
