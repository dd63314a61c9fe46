"""Response quality of raters: halo, restricted ranges, favours in return, and flags that are seldom false."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.quality.answer_table import answers_of
from assessments.measurement.quality.errors import AnswerTableError, ProbabilityError, SettingError
from assessments.measurement.quality.flags import flagged
from assessments.measurement.quality.halo import halo, halo_under_model
from assessments.measurement.quality.rater_ranges import rater_ranges
from assessments.measurement.quality.reciprocity import reciprocal_ratings
from assessments.measurement.reasons import NotEstimable, Reason

RATER = np.repeat(np.arange(20), 15)


@pytest.fixture(name="cycle", scope="module")
def fixture_cycle():
    """20 raters of 15 people on 7 competencies; rater 3 sees one impression, rater 5 no differences between people."""
    random = np.random.default_rng(21)
    value = 3 + random.normal(0, 0.6, (300, 1)) + random.normal(0, 0.7, (300, 7))
    value[RATER == 3] = value[RATER == 3].mean(axis=1, keepdims=True) + random.normal(0, 0.15, (15, 7))
    value[RATER == 5] += 3 - value[RATER == 5].mean(axis=1, keepdims=True)
    return np.clip(np.rint(value * 2) / 2, 1, 5)


def test_a_halo_is_found_and_flagged(cycle):
    found = halo(answers_of(cycle), rater=RATER, seed=1)
    assert found.ratio.argmin() == 3
    assert found.ratio[3] < 0.5
    flags = flagged(found.p_values, reasons=found.reasons)
    assert flags.is_flagged[3]
    assert np.median(found.ratio) == pytest.approx(1.0, abs=0.2)


def test_halo_is_the_same_for_the_same_seed_and_any_order(cycle):
    first, again = (halo(answers_of(cycle), rater=RATER, seed=7, draws=99) for _ in range(2))
    np.testing.assert_array_equal(first.p_values, again.p_values)
    order = np.random.default_rng(1).permutation(300)
    other = halo(answers_of(cycle[order] * 3 - 1), rater=RATER[order], seed=7, draws=99)
    np.testing.assert_allclose(other.ratio, first.ratio)
    np.testing.assert_allclose(other.variance, 9 * first.variance)


def test_raters_of_one_form_or_of_equal_answers_have_reasons():
    found = halo(answers_of([[1.0, 2.0], [3.0, 2.0], [3.0, 1.0]]), rater=["b", "a", "a"], seed=1, draws=99)
    assert found.raters.tolist() == ["a", "b"]
    assert found.reasons.tolist() == [Reason.ESTIMATED, Reason.TOO_FEW_VALUES]
    assert found.p_values[1] == 1.0
    flat = halo(answers_of(np.full((6, 3), 4.0)), rater=[0, 0, 0, 1, 1, 1], seed=1, draws=99)
    assert flat.reasons.tolist() == [Reason.NO_VARIATION] * 2
    assert not len(halo(answers_of(np.zeros((0, 3))), rater=[], seed=1, draws=99).ratio)
    with pytest.raises(AnswerTableError):
        halo(answers_of(np.zeros((2, 3))), rater=[0, 1, 2], seed=1)
    with pytest.raises(SettingError):
        halo(answers_of(np.zeros((2, 3))), rater=[0, 1], seed=1, draws=3)


def drawn_categories(seed):
    """Probabilities of a model and answers drawn from it, rater 0 answering every item of a form alike."""
    random = np.random.default_rng(seed)
    level = random.normal(0, 1, (120, 1, 1)) + random.normal(0, 0.3, (1, 6, 1))
    weight = np.exp(np.arange(5) * level - np.array([0, 1.5, 2, 1.5, 0]) * -1)
    p = weight / weight.sum(axis=2, keepdims=True)
    answers = (random.random((120, 6))[:, :, None] >= np.cumsum(p, axis=2)[:, :, :-1]).sum(axis=2) + 1
    answers[:10] = answers[:10, :1]
    return p, answers, np.repeat(np.arange(12), 10)


def test_a_halo_is_found_against_a_model():
    p, answers, rater = drawn_categories(5)
    found = halo_under_model(
        answers_of(answers), rater=rater, item_counts=[2, 2, 2], probabilities=p, scale=[1, 2, 3, 4, 5], seed=2
    )
    assert found.ratio.argmin() == 0
    assert found.p_values[0] == pytest.approx(1 / 200)
    assert found.ratio[1:].mean() == pytest.approx(1.0, abs=0.25)
    assert (found.p_values[1:] > 0.005).all()
    with pytest.raises(ProbabilityError):
        halo_under_model(answers_of(answers), rater=rater, item_counts=[6], probabilities=p, scale=[1, 2], seed=2)
    with pytest.raises(AnswerTableError):
        halo_under_model(
            answers_of(answers), rater=rater, item_counts=[4], probabilities=p, scale=[1, 2, 3, 4, 5], seed=2
        )


def test_a_restricted_range_is_found(cycle):
    found = rater_ranges(answers_of(cycle), rater=RATER, lowest=1, highest=5)
    assert found.ratio.argmin() == 5
    assert flagged(found.p_values, reasons=found.reasons).is_flagged[5]
    centred = cycle - cycle.mean(axis=0)
    means = centred.mean(axis=1).reshape(20, 15)
    pooled = means.var(axis=1, ddof=1).mean()
    np.testing.assert_allclose(found.ratio, means.std(axis=1, ddof=1) / np.sqrt(pooled))
    np.testing.assert_allclose(found.middle, (cycle == 3).reshape(20, -1).mean(axis=1))
    np.testing.assert_allclose(found.ends, np.isin(cycle, (1, 5)).reshape(20, -1).mean(axis=1))
    single = centred.reshape(20, -1)
    expected = single.std(axis=1, ddof=1) / np.sqrt(single.var(axis=1, ddof=1).mean())
    np.testing.assert_allclose(found.answer_ratio, expected)


def test_ranges_without_enough_forms_have_reasons():
    answered = [[True, True]] * 5 + [[False, False]]
    values = [[1, 2], [2, 3], [5, 4], [1, 1], [2, 2], [0, 0]]
    found = rater_ranges(answers_of(values, answered=answered), rater=[0, 0, 0, 1, 1, 2], lowest=1, highest=5)
    assert found.reasons.tolist() == [Reason.ESTIMATED, Reason.TOO_FEW_VALUES, Reason.NO_ANSWERS]
    flat = rater_ranges(answers_of(np.full((6, 2), 3.3)), rater=[0, 0, 0, 1, 1, 1], lowest=1, highest=5)
    assert flat.reasons.tolist() == [Reason.NO_VARIATION] * 2
    with pytest.raises(SettingError):
        rater_ranges(answers_of(values), rater=[0] * 6, lowest=5, highest=1)
    with pytest.raises(AnswerTableError):
        rater_ranges(answers_of(values), rater=[0] * 5, lowest=1, highest=5)


def graph(seed, *, people=40, each=8):
    """Who rates whom and how, half of the ratings returned; people 0 and 1 favour each other."""
    random = np.random.default_rng(seed)
    pairs = {(0, 1), (1, 0)}
    while len(pairs) < people * each:
        a, b = random.integers(0, people, 2)
        if a != b:
            pairs |= {(int(a), int(b)), (int(b), int(a))} if random.random() < 0.5 else {(int(a), int(b))}
    rater, subject = np.array(sorted(pairs)).T
    value = random.normal(0, 0.5, people)[rater] + random.normal(0, 0.5, people)[subject]
    return value + random.normal(0, 0.4, len(rater)), rater, subject


def test_a_pair_who_favour_each_other_is_found():
    value, rater, subject = graph(3)
    is_pair = (rater < 2) & (subject < 2)
    found = reciprocal_ratings(value + 2.5 * is_pair, rater=rater, subject=subject, seed=1)
    assert (found.first[0], found.second[0]) == (0, 1)
    assert found.p_values.argmin() == 0
    assert flagged(found.p_values, reasons=found.reasons).is_flagged.tolist()[0]
    without = reciprocal_ratings(value, rater=rater, subject=subject, seed=1)
    assert not flagged(without.p_values).is_flagged[0]
    assert isinstance(found.association, float)
    assert isinstance(without.association, float)
    assert found.association > without.association


def test_ratings_that_go_together_are_found_and_independent_ones_are_not():
    value, rater, subject = graph(4)
    pair = np.minimum(rater, subject) * 100 + np.maximum(rater, subject)
    liking = np.random.default_rng(5).normal(0, 0.6, 10_000)[pair]
    found = reciprocal_ratings(value + liking, rater=rater, subject=subject, seed=1)
    assert found.association_p == pytest.approx(1 / 500)
    alone = reciprocal_ratings(value, rater=rater, subject=subject, seed=1)
    assert alone.association_p > 0.01
    again = reciprocal_ratings(value + liking, rater=rater, subject=subject, seed=1)
    assert again.association_p == found.association_p


def test_what_remains_of_ratings_is_what_least_squares_leaves():
    value, rater, subject = graph(6, people=12, each=4)
    found = reciprocal_ratings(value, rater=rater, subject=subject, seed=1, draws=99)
    design = np.hstack([np.eye(12)[rater], np.eye(12)[subject]])
    rest = value - design @ np.linalg.lstsq(design, value, rcond=None)[0]
    rest /= np.sqrt((rest**2).mean())
    of = {(a, b): number for a, b, number in zip(rater, subject, rest, strict=True)}
    for a, b, forth, back in zip(found.first, found.second, found.of_first, found.of_second, strict=True):
        assert (forth, back) == (pytest.approx(of[a, b], abs=1e-6), pytest.approx(of[b, a], abs=1e-6))
    pairs = {(a, b) for a, b in of if (b, a) in of and a < b}
    assert {(int(a), int(b)) for a, b in zip(found.first, found.second, strict=True)} == pairs


def test_ratings_that_severity_explains_have_reasons():
    nothing = reciprocal_ratings([], rater=[], subject=[], seed=1)
    assert not len(nothing.first)
    assert nothing.association == NotEstimable(Reason.NO_VARIATION)
    alone = reciprocal_ratings([5, 4], rater=["a", "b"], subject=["b", "a"], seed=1)
    assert alone.reasons.tolist() == [Reason.NO_VARIATION]
    assert alone.p_values.tolist() == [1.0]
    for value, rater, subject in (
        ([1, np.nan], [0, 1], [1, 0]),
        ([1, 2], [0, 1], [0, 0]),
        ([1, 2], [0, 0], [1, 1]),
        ([1, 2], [0, 1], [1]),
    ):
        with pytest.raises(AnswerTableError):
            reciprocal_ratings(value, rater=rater, subject=subject, seed=1)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_flags_are_those_of_the_step_up_rule(p_values, rate):
    found = flagged(p_values, false_discovery_rate=rate)
    ordered = sorted(p_values)
    passing = [rank for rank, p in enumerate(ordered, 1) if p * len(ordered) / rank <= rate]
    limit = ordered[max(passing) - 1] if passing else -1.0
    assert found.is_flagged.tolist() == [p <= limit for p in p_values]
    assert (found.adjusted >= np.array(p_values) - 1e-15).all()


def test_what_has_no_p_value_is_not_flagged_and_not_counted():
    found = flagged([0.02, 0.0, 0.03], reasons=[0, Reason.NO_ANSWERS, 0])
    assert found.adjusted.tolist() == [0.03, 1.0, 0.03]
    assert found.is_flagged.tolist() == [True, False, True]
    assert flagged([]).adjusted.tolist() == []
    for wrong in ([0.5, 1.5], [np.nan], [-0.1]):
        with pytest.raises(ProbabilityError):
            flagged(wrong)
    with pytest.raises(SettingError):
        flagged([0.5], false_discovery_rate=1.0)
