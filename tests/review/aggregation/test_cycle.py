"""The whole cycle at once gives what the contract gives person by person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.cells import cell_table
from assessments.measurement.errors import InvalidRatingError, ShapeError, TooManyRatersError
from assessments.measurement.ratings import ANONYMOUS_FROM, GROUPS
from review.aggregation.cycle import aggregate_cells, aggregate_cycle
from review.aggregation.explanation import person_steps
from tests.review.aggregation import plain
from tests.review.aggregation.organisations import aggregated, arrays_of, cycles, design_of

SETTINGS = settings(max_examples=40, deadline=None)


def shown_by_product(result, subject):
    """Cells that the product shows of a subject, as the plain implementation writes them."""
    layout, cells = result.design.layout, result.cells
    means = cells.means()
    return {
        name: [
            (tuple(str(g) for g in cells.groups_of(row)), int(cells.raters[row, place]), float(means[row, place]))
            for row in cells.rows_of(subject)
            if cells.raters[row, place]
        ]
        for place, name in enumerate(layout.dimensions)
    }


@SETTINGS
@given(cycles())
def test_cells_scores_and_items_are_those_of_the_contract_written_plainly(cycle):
    dimensions, threshold, _, people = cycle
    result = aggregated(*cycle)
    assert result.items_shown is not None
    shown = [plain.shown_cells(person, dimensions, threshold) for person in people]
    mu = plain.cycle_means(people, shown, dimensions)
    for number, person in enumerate(people):
        found = shown_by_product(result, number)
        for place, name in enumerate(dimensions):
            assert [cell[:2] for cell in found[name]] == [cell[:2] for cell in shown[number][name]]
            assert [cell[2] for cell in found[name]] == pytest.approx([float(c[2]) for c in shown[number][name]])
            expected = plain.score(person, name, shown[number][name], mu)
            assert (expected is not None) == bool(result.scores.is_estimated[number, place])
            assert result.scores.value[number, place] == pytest.approx(float(expected or 0), abs=1e-6)
            items = plain.are_items_shown(person, name, dimensions[name], threshold, list(dimensions))
            assert items == bool(result.items_shown[number, place])


@SETTINGS
@given(cycles())
def test_the_partition_is_that_of_the_promise_written_plainly(cycle):
    dimensions, threshold, _, people = cycle
    result = aggregated(*cycle)
    assert result.cell_of_group is not None
    for number, person in enumerate(people):
        cells, deleted = plain.partition(person, list(dimensions), threshold)
        of_group = result.cell_of_group[number]
        found = [
            tuple(str(g) for place, g in enumerate(GROUPS) if of_group[place] == first)
            for first in range(ANONYMOUS_FROM, len(GROUPS))
            if (of_group == first).any()
        ]
        assert found == cells
        assert tuple(str(g) for place, g in enumerate(GROUPS) if of_group[place] == -2) == deleted


@SETTINGS
@given(cycles(), st.randoms(use_true_random=False))
def test_the_order_of_raters_changes_no_bit(cycle, random):
    dimensions, threshold, roles, people = cycle
    ratings, subject, group, profile = arrays_of(dimensions, roles, people)
    order = list(range(len(subject)))
    random.shuffle(order)
    design = design_of(dimensions, threshold, roles)
    first = aggregate_cycle(ratings, subject=subject, group=group, profile_of_subject=profile, design=design)
    other = aggregate_cycle(
        ratings[order], subject=subject[order], group=group[order], profile_of_subject=profile, design=design
    )
    assert_same(first, other)


def assert_same(first, other):
    """Every number of two results is equal to the last bit."""
    for part in ("cells", "means", "spread", "scores", "overall", "section"):
        mine, theirs = getattr(first, part), getattr(other, part)
        for name in mine.__dataclass_fields__:
            if isinstance(getattr(mine, name), np.ndarray):
                np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), err_msg=f"{part}.{name}")


@SETTINGS
@given(cycles(), st.integers(0, 4), st.sampled_from(GROUPS[3:]))
def test_a_rater_who_is_unable_to_rate_anything_changes_nothing(cycle, number, group):
    dimensions, threshold, roles, people = cycle
    before = aggregated(*cycle)
    person = people[number % len(people)]
    person.answers.append((group, {name: [9] * items for name, items in dimensions.items()}))
    assert_same(before, aggregated(dimensions, threshold, roles, people))


@SETTINGS
@given(cycles())
def test_from_stored_cells_every_number_is_the_same_to_the_last_bit(cycle):
    result = aggregated(*cycle)
    cells = result.cells
    order = np.arange(len(cells.subject))[::-1]
    stored = cell_table(
        layout=cells.layout,
        subjects=cells.subjects,
        subject=cells.subject[order],
        groups=cells.groups[order],
        raters=cells.raters[order],
        total=cells.total[order],
    )
    again = aggregate_cells(
        stored,
        profile_of_subject=result.profile_of_subject,
        design=result.design,
        means=result.means,
        spread=result.spread,
        items_shown=result.items_shown,
        deleted_groups=result.deleted_groups,
    )
    assert_same(result, again)
    for number in range(cells.subjects):
        assert person_steps(again, number) == person_steps(result, number)


@SETTINGS
@given(cycles(), st.sampled_from([0.01, 3.0, 100.0]))
def test_weights_are_free_of_scale(cycle, factor):
    dimensions, threshold, roles, people = cycle
    ratings, subject, group, profile = arrays_of(dimensions, roles, people)
    design = design_of(dimensions, threshold, roles)
    scaled = type(design)(
        **{
            **{name: getattr(design, name) for name in design.__dataclass_fields__},
            "group_weights": design.group_weights * factor,
            "profile_weights": design.profile_weights * factor,
        }
    )
    one, other = (
        aggregate_cycle(ratings, subject=subject, group=group, profile_of_subject=profile, design=each)
        for each in (design, scaled)
    )
    np.testing.assert_allclose(one.scores.value, other.scores.value, atol=1e-9)
    np.testing.assert_allclose(one.overall.value, other.overall.value, atol=1e-9)
    np.testing.assert_allclose(one.overall.standard_error, other.overall.standard_error, atol=1e-9)


@SETTINGS
@given(cycles())
def test_no_number_is_ever_not_a_number(cycle):
    result = aggregated(*cycle)
    for part in (result.scores, result.overall, result.section, result.means, result.spread, result.cells):
        for name in part.__dataclass_fields__:
            value = getattr(part, name)
            if isinstance(value, np.ndarray):
                assert np.isfinite(value).all(), name


@SETTINGS
@given(cycles(), st.data())
def test_a_higher_rating_never_lowers_a_score(cycle, data):
    dimensions, threshold, roles, people = cycle
    ratings, subject, group, profile = arrays_of(dimensions, roles, people)
    raisable = np.argwhere((ratings >= 1) & (ratings <= 4))
    if not len(raisable):
        return
    design = design_of(dimensions, threshold, roles)
    before = aggregate_cycle(ratings, subject=subject, group=group, profile_of_subject=profile, design=design)
    raised = ratings.copy()
    raised[tuple(data.draw(st.sampled_from(raisable.tolist())))] += 1
    after = aggregate_cycle(
        raised,
        subject=subject,
        group=group,
        profile_of_subject=profile,
        design=design,
        means=before.means,
        spread=before.spread,
    )
    assert (after.scores.value >= before.scores.value - 1e-12).all()
    assert (after.section.hundredths >= before.section.hundredths).all()


@SETTINGS
@given(cycles())
def test_with_equal_cycle_means_a_score_lies_between_its_cells(cycle):
    first = aggregated(*cycle)
    level = replace(first.means, value=np.full_like(first.means.value, 3.2))
    result = aggregate_cells(
        first.cells, profile_of_subject=first.profile_of_subject, design=first.design, means=level, spread=first.spread
    )
    for number, place in np.argwhere(result.scores.is_estimated):
        rows = list(result.cells.rows_of(int(number)))
        counted = [row for row in rows if result.cells.raters[row, place] and result.cells.groups[row] != 1]
        means = result.cells.means()[counted, place]
        assert means.min() - 1e-9 <= result.scores.value[number, place] <= means.max() + 1e-9


def small_design():
    """One profile, one dimension of three items, everyone asked."""
    roles = [plain.Profile({"A": set(GROUPS)}, {"manager": 50, "peers": 50}, {"A": 1})]
    return design_of({"A": 3}, 3, roles)


def aggregate_rows(rows, groups):
    """One subject's rows through the product."""
    ratings = np.array(rows, dtype=np.uint8)
    return aggregate_cycle(
        ratings,
        subject=np.zeros(len(rows), int),
        group=np.array(groups),
        profile_of_subject=np.zeros(1, int),
        design=small_design(),
    )


@pytest.mark.parametrize("code", [6, 7, 8, 10, 255])
def test_a_code_that_is_no_rating_is_refused(code):
    with pytest.raises(InvalidRatingError):
        aggregate_rows([[3, 3, code]], [1])


def test_more_raters_than_the_packed_sums_hold_are_refused():
    with pytest.raises(TooManyRatersError):
        aggregate_rows([[3, 3, 3]] * 1024, [3] * 1024)
    assert aggregate_rows([[5, 5, 5]] * 1023, [3] * 1023).cells.means()[0, 0] == 5.0


def test_ratings_of_another_form_are_refused():
    with pytest.raises(ShapeError):
        aggregate_rows([[3, 3, 3, 3]], [1])


def test_five_and_five_and_nothing_is_five():
    result = aggregate_rows([[5, 5, 5]] * 6, [1, 3, 3, 3, 3, 3])
    assert result.scores.value[0, 0] == 5.0
    assert aggregate_rows([[5, 5, 5]], [1]).scores.value[0, 0] == 5.0
