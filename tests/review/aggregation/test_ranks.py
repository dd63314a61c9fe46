"""Ranks of very many people come from tables, and are those of all pairs of people."""

from __future__ import annotations

import numpy as np
import pytest

from review.aggregation import ranks
from review.aggregation.errors import AggregationError
from review.aggregation.rank_tables import may_be_tabulated, tabulated_ranks


@pytest.mark.parametrize("errors", ["mixed", "alike", "three"])
def test_the_tables_give_the_ranks_of_all_pairs(errors):
    random = np.random.default_rng(4)
    people = 2_500
    value = np.round(random.normal(3.3, 0.5, people), 1 if errors == "three" else 9)
    error = {
        "mixed": random.uniform(0.1, 0.5, people),
        "alike": np.full(people, 0.3),
        "three": random.choice([0.05, 0.2, 0.9], people),
    }[errors]
    expected, low, high = tabulated_ranks(value, error)
    exact = ranks._exact(value, error)
    assert np.abs(expected - exact).max() < 1e-4 * people
    assert expected.sum() == pytest.approx(people * (people + 1) / 2)
    drawn = np.argsort(np.argsort(-(value + error * random.standard_normal((400, people))), axis=1), axis=1) + 1
    covered = ((low <= drawn) & (drawn <= high)).mean()
    below = (drawn < low).mean()
    assert 0.795 < covered < 0.81
    assert below == pytest.approx(0.1, abs=0.005)


def test_many_people_take_the_tables_and_few_the_sum():
    random = np.random.default_rng(5)
    value, error = random.normal(3, 0.5, 2_001), random.uniform(0.1, 0.3, 2_001)
    many = ranks.expected_ranks(value, standard_error=error)
    np.testing.assert_array_equal(many.expected, tabulated_ranks(value, error)[0])
    few = ranks.expected_ranks(value[:2_000], standard_error=error[:2_000], simulations=5)
    np.testing.assert_array_equal(few.expected, ranks._exact(value[:2_000], error[:2_000]))


def test_errors_too_small_for_the_tables_take_the_exact_sum():
    value, error = np.linspace(1, 5, 2_001), np.full(2_001, 1e-7)
    assert not may_be_tabulated(value, error)
    found = ranks.expected_ranks(value, standard_error=error, simulations=2)
    np.testing.assert_allclose(found.expected, np.arange(2_001, 0, -1))
    certain = ranks.expected_ranks(np.repeat([4.0, 2.0], 1_500), standard_error=np.zeros(3_000), simulations=2)
    assert set(certain.expected.tolist()) == {750.5, 2250.5}


def test_simulations_without_number_are_refused():
    with pytest.raises(AggregationError):
        ranks.expected_ranks(np.zeros(3), standard_error=np.zeros(3), simulations=0)
