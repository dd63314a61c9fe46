"""At close answers become shown cells; what is kept gives the same cells again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.cells import groups_mask, rater_values
from assessments.measurement.closing import cells_of_answers, closed_cells
from assessments.measurement.errors import InvalidRatingError, LayoutError, ShapeError, TooManyRatersError
from assessments.measurement.ratings import GROUPS, FormLayout, group_index

LAYOUT = FormLayout(("A", "B"), (3, 4))
ASKED = np.ones((1, len(GROUPS), 2), dtype=np.bool_)
GOOD = [4, 4, 5, 3, 3, 4, 4]


def closed(rows, groups, *, threshold=3, layout=LAYOUT, asked=ASKED):
    """Close a cycle of one subject."""
    return closed_cells(
        np.array(rows, dtype=np.uint8),
        subject=np.zeros(len(rows), int),
        group=np.array([group_index(name) for name in groups]),
        profile_of_subject=np.zeros(1, int),
        asked=asked,
        layout=layout,
        threshold=threshold,
    )


def test_five_complete_raters_show_the_items():
    assert closed([GOOD] * 5, ["peers"] * 5).items_shown.tolist() == [[True, True]]


def test_one_counted_rater_with_a_gap_hides_the_items_of_the_dimension():
    assert closed([GOOD] * 5 + [[4, 4, 9, *GOOD[3:]]], ["peers"] * 6).items_shown.tolist() == [[False, True]]


def test_a_rater_below_half_is_not_counted_and_hides_nothing():
    assert closed([GOOD] * 5 + [[4, 9, 9, *GOOD[3:]]], ["peers"] * 6).items_shown.tolist() == [[True, True]]


def test_a_complete_rater_outside_the_shown_cell_hides_the_items():
    asked = ASKED.copy()
    asked[0, group_index("reports"), 0] = False
    rows = [GOOD] * 5 + [[0, 0, 0, *GOOD[3:]]] * 2
    result = closed(rows, ["peers"] * 5 + ["reports"] * 2, asked=asked)
    assert result.cells.raters.tolist() == [[5, 7]]
    assert result.items_shown.tolist() == [[True, True]]
    asked[0, group_index("customers")] = [True, False]
    alone = closed([GOOD] * 5 + [[5, 5, 5, 0, 0, 0, 0]], ["peers"] * 5 + ["customers"], asked=asked, threshold=3)
    assert alone.cells.raters.tolist() == [[6, 5]]


def test_deleted_answers_leave_no_trace_in_the_cells():
    result = closed([GOOD] * 3, ["manager", "peers", "peers"])
    assert result.cells.groups.tolist() == [groups_mask(("manager",))]
    assert result.cell_of_group[0].tolist() == [-1, 1, -1, -2, -1, -1, -1]
    assert result.within.cells.tolist() == [0, 0]


def test_hidden_dimensions_of_a_cell_hold_zeros():
    rows = [[4, 4, 5, 9, 9, 9, 9]] + [GOOD] * 3
    asked = ASKED.copy()
    asked[0, group_index("peers"), 1] = False
    result = closed(rows, ["reports", "reports", "peers", "peers"], asked=asked)
    assert result.cells.raters.tolist() == [[4, 0]]
    assert result.cells.total[0, 1] == 0


def test_answers_to_what_was_not_asked_do_not_count():
    asked = ASKED.copy()
    asked[0, :, 1] = False
    result = closed([GOOD] * 4, ["manager"] + ["peers"] * 3, asked=asked)
    assert result.cells.raters.tolist() == [[1, 0], [3, 0]]


def test_dimensions_of_two_items_are_shown_of_named_sources_only():
    layout = FormLayout(("A", "B"), (3, 2))
    rows = [[4, 4, 4, 3, 3]] * 4
    assert closed(rows, ["manager"] + ["peers"] * 3, layout=layout).cells.raters.tolist() == [[1, 1], [3, 0]]


def test_a_group_or_subject_out_of_range_is_refused():
    with pytest.raises(LayoutError):
        closed_cells(
            np.array([GOOD], dtype=np.uint8),
            subject=np.array([0]),
            group=np.array([7]),
            profile_of_subject=np.zeros(1, int),
            asked=ASKED,
            layout=LAYOUT,
            threshold=3,
        )
    with pytest.raises(ShapeError):
        closed_cells(
            np.array([GOOD], dtype=np.uint8),
            subject=np.array([1]),
            group=np.array([0]),
            profile_of_subject=np.zeros(1, int),
            asked=ASKED,
            layout=LAYOUT,
            threshold=3,
        )


def test_more_raters_of_one_subject_than_the_sums_hold_are_refused():
    for groups in (["peers"] * 1024, ["peers"] * 1022 + ["reports"] * 2):
        with pytest.raises(TooManyRatersError):
            closed([GOOD] * len(groups), groups)
    assert closed([[5] * 7] * 1023, ["peers"] * 1023).cells.total.tolist() == [[1023 * 30, 1023 * 60]]


@pytest.mark.parametrize("code", [6, 7, 8, 10, 128, 255])
def test_a_code_that_is_no_rating_is_refused_wherever_it_stands(code):
    with pytest.raises(InvalidRatingError) as refused:
        closed([GOOD, [*GOOD[:6], code], GOOD], ["peers"] * 3)
    assert refused.value.details["rating"] == code


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint64])
def test_subjects_groups_and_profiles_may_be_whole_numbers_of_any_size(kind):
    asked = np.ones((60, len(GROUPS), 2), dtype=np.bool_)
    asked[50, 3, 0] = False
    subject, group = np.repeat(np.arange(60), 3), np.full(180, 3)
    cells = closed_cells(
        np.array([GOOD] * 180, dtype=np.uint8),
        subject=subject.astype(kind),
        group=group.astype(kind),
        profile_of_subject=np.arange(60, dtype=kind),
        asked=asked,
        layout=LAYOUT,
        threshold=3,
    ).cells
    assert cells.subject.tolist() == list(range(60))
    assert cells.raters[50].tolist() == [0, 3]
    assert cells.raters.sum() == 60 * 6 - 3


CODES = st.sampled_from([0, 9, 1, 2, 3, 4, 5, 5])
ITEM_COUNTS = st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 9]), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.data(), ITEM_COUNTS, st.integers(1, 200))
def test_packed_sums_are_the_plain_sums_whatever_the_block(data, counts, block):
    layout = FormLayout(tuple(f"D{n}" for n in range(len(counts))), tuple(counts))
    form = st.lists(CODES, min_size=layout.items, max_size=layout.items)
    rows = data.draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), form), min_size=1, max_size=40))
    ratings = np.array([row[2] for row in rows], dtype=np.uint8)
    subject, group = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    asked = np.ones((1, 7, len(counts)), dtype=np.bool_)
    cells = closed_cells(
        ratings,
        subject=subject,
        group=group,
        profile_of_subject=np.zeros(6, int),
        asked=asked,
        layout=layout,
        threshold=3,
        block_rows=block,
    ).cells
    values = rater_values(ratings, layout=layout)
    for row in range(len(cells.subject)):
        members = (subject == cells.subject[row]) & np.isin(group, [GROUPS.index(g) for g in cells.groups_of(row)])
        for place in np.flatnonzero(cells.raters[row]):
            defined = members & values.is_defined[:, place]
            assert cells.raters[row, place] == defined.sum()
            assert cells.total[row, place] / cells.scale[place] == pytest.approx(values.value[defined, place].sum())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["manager", "peers", "peers", "reports"]), st.lists(CODES, min_size=7, max_size=7)),
        min_size=1,
        max_size=14,
    ),
    st.randoms(),
)
def test_from_the_kept_shuffled_answers_come_the_same_cells(answers, random):
    ratings = np.array([codes for _, codes in answers], dtype=np.uint8)
    result = closed([codes for _, codes in answers], [group for group, _ in answers]).cells
    values = rater_values(ratings, layout=LAYOUT)
    number = np.array([group_index(group) for group, _ in answers])
    kept = dict.fromkeys(LAYOUT.dimensions, b"")
    for row in range(len(result.subject)):
        members = np.isin(number, [GROUPS.index(group) for group in result.groups_of(row)])
        for place, name in enumerate(LAYOUT.dimensions):
            if result.raters[row, place]:
                forms = [
                    bytes(ratings[r, LAYOUT.slice_of(name)])
                    for r in np.flatnonzero(members & values.is_defined[:, place])
                ]
                random.shuffle(forms)
                kept[name] += b"".join(forms)
    again = cells_of_answers(
        layout=LAYOUT, subjects=1, subject=result.subject, groups=result.groups, rows=result.raters, answers=kept
    )
    np.testing.assert_array_equal(again.raters, result.raters)
    np.testing.assert_array_equal(again.total, result.total)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*range(6), 9]), min_size=5, max_size=60), st.integers(1, 40))
def test_the_value_of_a_rater_is_the_mean_however_many_items(codes, items):
    layout = FormLayout(("A", "B"), (items, 60))
    row = np.array([(codes * 40)[:items] + [5] * 60], dtype=np.uint8)
    before = row.copy()
    found = rater_values(row, layout=layout)
    numeric = [code for code in row[0, :items] if 1 <= code <= 5]
    assert bool(found.is_defined[0, 0]) == (2 * len(numeric) >= items)
    assert found.value[0].tolist() == [np.mean(numeric) if found.is_defined[0, 0] else 0, 5]
    np.testing.assert_array_equal(row, before)
