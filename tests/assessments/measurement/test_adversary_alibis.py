"""Whoever is suspected has an alibi: everything published stays the same when the raters of a cell exchange answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import closed_cells
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS, FormLayout, group_index
from assessments.measurement.shuffling import cells_of_rows
from assessments.measurement.uncertainty import rater_spread
from review.aggregation.cycle import aggregate_cycle
from review.aggregation.design import CycleDesign
from tests.assessments.measurement.adversary_releases import LAYOUT, closed, organisation

SEEDS = range(0, 200, 10)


def published(org):
    """Everything that pages show or compute from: cells, items, cycle means, scores and their errors."""
    weights = np.zeros((1, 7))
    for group, weight in (("manager", 50), ("peers", 30), ("reports", 20), ("partners", 10), ("customers", 5)):
        weights[0, group_index(group)] = weight
    design = CycleDesign(LAYOUT, org.asked, weights, np.ones((1, 4)), np.full((1, 4), 3.0))
    profiles = np.zeros(org.people, dtype=np.int64)
    result = aggregate_cycle(
        org.ratings, subject=org.subject, group=org.group, profile_of_subject=profiles, design=design
    )
    return {
        "raters": result.cells.raters,
        "groups": result.cells.groups,
        "total": result.cells.total,
        "items shown": result.items_shown,
        "cycle means": result.means.value,
        "rater variance": result.spread.rater_variance,
        "correlation": result.spread.correlation,
        "score": result.scores.value,
        "standard error": result.scores.standard_error,
        "overall": result.overall.value,
    }


def different(org, ratings):
    """Names of what is published otherwise with other ratings."""
    before, after = published(org), published(replace(org, ratings=ratings))
    return {name for name in before if not np.array_equal(before[name], after[name])}


def exchanged(rows, *, keys, random):
    """Rows in an order in which each takes the place of one with the same keys, by chance."""
    places = rows[np.lexsort((rows, *keys))]
    return places, rows[np.lexsort((random.random(len(rows)), *keys))]


@pytest.mark.parametrize("seed", SEEDS)
def test_raters_of_a_group_may_have_given_each_others_answers(seed):
    org, random = organisation(seed), np.random.default_rng(seed)
    rows = np.flatnonzero(org.group >= ANONYMOUS_FROM)
    places, sources = exchanged(rows, keys=(org.group[rows], org.subject[rows]), random=random)
    ratings = org.ratings.copy()
    ratings[places] = org.ratings[sources]
    assert (ratings != org.ratings).any()
    assert different(org, ratings) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_raters_of_a_merged_cell_may_have_given_each_others_answers_to_a_dimension(seed):
    org, random = organisation(seed), np.random.default_rng(seed)
    cell = cells_of_rows(subject=org.subject, group=org.group, closed=closed(org))
    defined = rater_values(org.ratings, layout=LAYOUT).is_defined & org.asked[0, org.group]
    ratings = org.ratings.copy()
    for place, name in enumerate(LAYOUT.dimensions):
        rows = np.flatnonzero((org.group >= ANONYMOUS_FROM) & (cell >= 0) & defined[:, place])
        places, sources = exchanged(rows, keys=(cell[rows],), random=random)
        ratings[places, LAYOUT.slice_of(name)] = org.ratings[sources, LAYOUT.slice_of(name)]
    assert different(org, ratings) <= {"correlation"}


def with_other_hidden_answers(org, seed):
    """Ratings with new numbers wherever an anonymous answer is in no shown value."""
    closing, random = closed(org), np.random.default_rng(seed)
    cell = cells_of_rows(subject=org.subject, group=org.group, closed=closing)
    shown = (cell[:, None] >= 0) & closing.cells.is_shown[np.maximum(cell, 0)]
    hidden = (org.group >= ANONYMOUS_FROM)[:, None] & ~np.repeat(shown, LAYOUT.item_counts, axis=1)
    numeric = hidden & (org.ratings >= 1) & (org.ratings <= 5)
    ratings = org.ratings.copy()
    ratings[numeric] = random.integers(1, 6, np.count_nonzero(numeric))
    return ratings


@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_answers_change_nothing_that_is_published(seed):
    org = organisation(seed)
    assert different(org, with_other_hidden_answers(org, seed)) - {"correlation"} == set()


def test_hidden_answers_do_not_change_the_correlation_either():
    changed = [seed for seed in SEEDS if different(org := organisation(seed), with_other_hidden_answers(org, seed))]
    assert changed == []


def test_the_published_spread_never_says_that_all_raters_of_a_cell_agree():
    subject = np.repeat(np.arange(30), 3)
    closing = closed_cells(
        np.tile(np.array([4, 4, 3], dtype=np.uint8), (90, 1)),
        subject=subject,
        group=np.full(90, group_index("peers")),
        profile_of_subject=np.zeros(30, dtype=np.int64),
        asked=np.ones((1, len(GROUPS), 1), dtype=np.bool_),
        layout=FormLayout(("A",), (3,)),
        threshold=3,
    )
    assert rater_spread(closing.cells, within=closing.within).rater_variance[0] > 0
