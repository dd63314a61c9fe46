"""Response quality of forms: long strings, variability, even-odd, distances, synonyms and person fit."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.errors import InvalidRatingError
from assessments.measurement.quality.answer_table import answers_of, answers_of_codes
from assessments.measurement.quality.errors import AnswerTableError, ProbabilityError, SettingError
from assessments.measurement.quality.even_odd import even_odd_inconsistency
from assessments.measurement.quality.outlying import mahalanobis_distances
from assessments.measurement.quality.person_fit import category_derivatives, corrected_person_fit, person_fit
from assessments.measurement.quality.runs import runs_of_equal_answers
from assessments.measurement.quality.synonyms import antonym_consistency, synonym_consistency
from assessments.measurement.quality.variability import response_variability
from assessments.measurement.reasons import Reason
from tests.oracles import FOLDER, oracle


@pytest.fixture(name="careless", scope="module")
def fixture_careless():
    """The answers of the oracle."""
    return answers_of(np.loadtxt(FOLDER / oracle("careless_rows1_100")["data"]["csv"], delimiter=",", skiprows=1))


@pytest.fixture(name="tables", scope="module")
def fixture_tables():
    """Random answers of 60 forms to 8 items, a tenth missing, one form empty and one with a single answer."""
    random = np.random.default_rng(3)
    answered = random.random((60, 8)) < 0.9
    answered[0], answered[1] = False, np.arange(8) == 3
    values = random.integers(1, 6, (60, 8)) + (random.random((60, 1)) < 0.5)
    return values.astype(float), answered


def expected_of(name):
    """One column of the oracle's expected numbers, NaN where R gives NA."""
    with (FOLDER / oracle("careless_rows1_100")["expected"]["csv"]).open(encoding="utf-8") as file:
        return np.array([float(row[name]) if row[name] not in {"", "NA"} else np.nan for row in csv.DictReader(file)])


@pytest.mark.parametrize("name", ["longstr", "avgstr", "irv", "evenodd", "mahad", "psychsyn60"])
def test_indices_of_careless_forms_as_in_r(careless, name):
    runs, synonyms = runs_of_equal_answers(careless), synonym_consistency(careless, least_correlation=0.60)
    even_odd = even_odd_inconsistency(careless, item_counts=[5] * 10)
    spread, distances = response_variability(careless), mahalanobis_distances(careless)
    value, reasons = {
        "longstr": (runs.longest, runs.reasons),
        "avgstr": (runs.average, runs.reasons),
        "irv": (spread.value, spread.reasons),
        "evenodd": (even_odd.value, even_odd.reasons),
        "mahad": (distances.squared, distances.reasons),
        "psychsyn60": (synonyms.value, synonyms.reasons),
    }[name]
    expected = expected_of(name)
    is_there = np.isfinite(expected)
    np.testing.assert_array_equal(reasons[:100] == Reason.ESTIMATED, is_there)
    tolerance = oracle("careless_rows1_100")["tolerance"]["abs"]
    np.testing.assert_allclose(value[:100][is_there], expected[is_there], rtol=0, atol=tolerance)
    assert (reasons[:100][~is_there] == Reason.NO_VARIATION).all()


def test_stored_codes_without_a_number_are_no_answers():
    codes = np.array([[4, 9, 4, 0, 4, 5], [9, 0, 9, 0, 9, 0]], dtype=np.uint8)
    runs = runs_of_equal_answers(answers_of_codes(codes))
    assert runs.longest.tolist() == [3, 0]
    assert runs.average.tolist() == [2.0, 0.0]
    assert runs.reasons.tolist() == [Reason.ESTIMATED, Reason.NO_ANSWERS]
    with pytest.raises(InvalidRatingError):
        answers_of_codes(np.array([[6]], dtype=np.uint8))
    with pytest.raises(AnswerTableError):
        answers_of_codes(np.array([[5]]))


@pytest.mark.parametrize("values", [[[1.0, np.nan]], [[np.inf, 1.0]], [[1e200, 1.0]], [1.0, 2.0]])
def test_answers_that_are_no_numbers_are_refused(values):
    with pytest.raises(AnswerTableError):
        answers_of(values)
    assert answers_of([[1.0, np.nan]], answered=[[True, False]]).values.tolist() == [[1.0, 0.0]]


def slow_runs(row):
    """Lengths of runs, one answer after another."""
    lengths: list[int] = []
    last = None
    for value in row:
        if value == last:
            lengths[-1] += 1
        else:
            lengths.append(1)
        last = value
    return lengths


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2, 3, 9]), min_size=1, max_size=12))
def test_runs_are_those_of_going_through_the_form(codes):
    answers = answers_of_codes(np.array([codes], dtype=np.uint8))
    found, lengths = runs_of_equal_answers(answers), slow_runs([code for code in codes if code not in {0, 9}])
    assert found.longest[0] == max(lengths, default=0)
    assert found.average[0] == pytest.approx(np.mean(lengths) if lengths else 0.0)


def test_indices_of_single_forms_are_those_of_plain_numpy(tables):
    values, answered = tables
    answers = answers_of(values, answered=answered)
    spread, even_odd = response_variability(answers), even_odd_inconsistency(answers, item_counts=[2, 2, 2, 2])
    for form in range(2, 60):
        own = values[form][answered[form]]
        assert spread.value[form] == pytest.approx(own.std(ddof=1))
        pairs = [(values[form, at + 1], values[form, at]) for at in (0, 2, 4, 6) if answered[form, at : at + 2].all()]
        even, odd = np.array(pairs).T if pairs else (np.zeros(0), np.zeros(0))
        if len(pairs) < 3:
            assert even_odd.reasons[form] == Reason.TOO_FEW_VALUES
        elif not np.ptp(even) or not np.ptp(odd):
            assert even_odd.reasons[form] == Reason.NO_VARIATION
        else:
            r = np.corrcoef(even, odd)[0, 1]
            doubled = 2 * r / (1 + r) if r > -0.999999 else -1.0
            assert even_odd.value[form] == pytest.approx(-max(doubled, -1.0), abs=1e-9)
    assert spread.reasons[:2].tolist() == even_odd.reasons[:2].tolist() == [Reason.NO_ANSWERS, Reason.TOO_FEW_VALUES]


def test_distances_use_the_items_that_a_form_answers(tables):
    values, answered = tables
    found = mahalanobis_distances(answers_of(values, answered=answered))
    table = np.where(answered, values, np.nan)
    mean, covariance = np.nanmean(table, axis=0), np.zeros((8, 8))
    for first in range(8):
        for second in range(8):
            both = answered[:, first] & answered[:, second]
            covariance[first, second] = np.cov(values[both, first], values[both, second])[0, 1]
    for form in range(1, 60):
        own = np.flatnonzero(answered[form])
        distance = values[form, own] - mean[own]
        expected = distance @ np.linalg.solve(covariance[np.ix_(own, own)], distance)
        assert found.squared[form] == pytest.approx(expected)
        assert found.degrees[form] == len(own)
    assert found.reasons[0] == Reason.NO_ANSWERS
    assert (found.squared[0], found.p_values[0]) == (0.0, 1.0)


def test_items_that_are_never_answered_together_have_their_own_distances():
    random = np.random.default_rng(4)
    values, answered = random.normal(size=(40, 6)), np.ones((40, 6), dtype=bool)
    answered[:20, 3:], answered[20:, :3] = False, False
    together = mahalanobis_distances(answers_of(values, answered=answered)).squared
    alone = [mahalanobis_distances(answers_of(part)).squared for part in (values[:20, :3], values[20:, 3:])]
    np.testing.assert_allclose(together, np.concatenate(alone))


def test_distances_without_enough_forms_have_reasons():
    random = np.random.default_rng(6)
    few = mahalanobis_distances(answers_of(random.normal(size=(4, 6))))
    assert (few.reasons == Reason.TOO_FEW_VALUES).all()
    twice = random.normal(size=(30, 3))
    same = mahalanobis_distances(answers_of(np.hstack([twice, twice[:, :1]])))
    assert (same.reasons == Reason.NO_VARIATION).all()
    flat = mahalanobis_distances(answers_of(np.full((30, 3), 4.0)))
    assert (flat.reasons == Reason.NO_VARIATION).all()
    constant = mahalanobis_distances(answers_of(np.hstack([twice, np.full((30, 1), 2.0)])))
    np.testing.assert_allclose(constant.squared, mahalanobis_distances(answers_of(twice)).squared)
    assert (constant.degrees == 3).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-20, 20))
def test_indices_do_not_depend_on_the_unit_or_the_order_of_forms(tables, seed, factor, shift):
    values, answered = tables
    order = np.random.default_rng(seed).permutation(len(values))
    before, after = (
        answers_of(values, answered=answered),
        answers_of(shift + factor * values[order], answered=answered[order]),
    )
    for index in (lambda table: even_odd_inconsistency(table, item_counts=[4, 2, 2]), alike):
        first, second = index(before), index(after)
        np.testing.assert_array_equal(first.reasons[order], second.reasons)
        np.testing.assert_allclose(first.value[order], second.value, atol=1e-8)
    first, second = (mahalanobis_distances(table).squared for table in (before, after))
    np.testing.assert_allclose(first[order], second, rtol=1e-6, atol=1e-8)
    first, second = (response_variability(table).value for table in (before, after))
    np.testing.assert_allclose(factor * first[order], second, rtol=1e-8)


def alike(answers):
    """Synonyms at a correlation that some pairs of random items have."""
    return synonym_consistency(answers, least_correlation=0.1)


@pytest.mark.parametrize(("index", "sign"), [(synonym_consistency, 1), (antonym_consistency, -1)])
def test_pairs_of_items_are_correlated_within_forms(tables, index, sign):
    values, answered = tables
    found = index(answers_of(values, answered=answered), least_correlation=0.03)
    both = answered[:, :, None] & answered[:, None, :]
    pairs = []
    for later in range(8):
        for earlier in range(later):
            seen = both[:, later, earlier]
            if sign * np.corrcoef(values[seen, later], values[seen, earlier])[0, 1] > 0.03:
                pairs.append((later, earlier))
    assert found.item_pairs.tolist() == [list(pair) for pair in pairs]
    assert (found.reasons == Reason.ESTIMATED).any()
    for form in range(60):
        own = np.array([values[form, list(pair)] for pair in pairs if both[(form, *pair)]]).reshape(-1, 2)
        assert found.pairs[form] == len(own)
        if found.reasons[form] == Reason.ESTIMATED:
            assert found.value[form] == pytest.approx(np.corrcoef(own.T)[0, 1])
        else:
            assert len(own) < 3 or not np.ptp(own, axis=0).all()


def test_without_synonyms_there_is_a_reason(tables):
    values, answered = tables
    found = synonym_consistency(answers_of(values, answered=answered), least_correlation=0.95)
    assert not len(found.item_pairs)
    assert set(found.reasons[1:]) == {Reason.TOO_FEW_VALUES}
    with pytest.raises(SettingError):
        synonym_consistency(answers_of(values), least_correlation=1.0)
    with pytest.raises(AnswerTableError):
        even_odd_inconsistency(answers_of(values), item_counts=[4, 3])


def test_no_forms_at_all_give_no_numbers():
    empty = answers_of(np.zeros((0, 4)))
    assert len(runs_of_equal_answers(empty).longest) == len(mahalanobis_distances(empty).squared) == 0
    assert len(synonym_consistency(empty).value) == len(even_odd_inconsistency(empty, item_counts=[2, 2]).value) == 0


def rasch(level, difficulty):
    """Probabilities of 0 and 1."""
    right = 1 / (1 + np.exp(difficulty - level[:, None]))
    return np.stack([1 - right, right], axis=2)


def test_person_fit_has_the_moments_of_all_possible_answers():
    p = rasch(np.array([0.4]), np.array([-1.0, 0.2, 1.5]))
    every = np.array(np.meshgrid(*[[0, 1]] * 3)).reshape(3, -1).T
    weight = np.prod(np.take_along_axis(np.repeat(p, 8, axis=0), every[:, :, None], axis=2)[:, :, 0], axis=1)
    found = person_fit(every, probabilities=np.repeat(p, 8, axis=0))
    assert weight @ found.value == pytest.approx(0.0, abs=1e-12)
    assert weight @ found.value**2 == pytest.approx(1.0)


def test_the_corrected_fit_is_that_of_the_weights_of_snijders():
    random = np.random.default_rng(2)
    difficulty, slope = random.normal(size=12), random.uniform(0.6, 1.8, 12)
    answers, level = random.integers(0, 2, (5, 12)), random.normal(size=5)
    right = 1 / (1 + np.exp(-slope * (level[:, None] - difficulty)))
    p = np.stack([1 - right, right], axis=2)
    found = corrected_person_fit(answers, probabilities=p, derivatives=category_derivatives(p, discrimination=slope))
    weight, spread = np.log(right / (1 - right)), right * (1 - right)
    shared = (slope * spread * weight).sum(axis=1) / (slope**2 * spread).sum(axis=1)
    corrected = weight - shared[:, None] * slope
    expected = ((answers - right) * corrected).sum(axis=1) / np.sqrt((corrected**2 * spread).sum(axis=1))
    np.testing.assert_allclose(found.value, expected)


def test_missing_answers_do_not_count_for_person_fit():
    p = rasch(np.array([0.4, 0.4]), np.array([-1.0, 0.2, 1.5]))
    given_items = np.array([[True, True, False], [False, False, False]])
    found = person_fit([[0, 1, 7], [9, 9, 9]], probabilities=p, answered=given_items)
    alone = person_fit([[0, 1]], probabilities=p[:1, :2])
    assert found.value[0] == pytest.approx(alone.value[0])
    assert found.reasons.tolist() == [Reason.ESTIMATED, Reason.NO_ANSWERS]
    flat = person_fit([[0, 1]], probabilities=np.full((1, 2, 2), 0.5))
    assert flat.reasons.tolist() == [Reason.NO_VARIATION]


def test_impossible_probabilities_and_categories_are_refused():
    p = rasch(np.array([0.0]), np.array([0.0, 1.0]))
    for wrong in (p * 1.1, np.where(p > 0.5, np.nan, p), np.array([[[1.0, 0.0], [0.5, 0.5]]])):
        with pytest.raises(ProbabilityError):
            person_fit([[1, 0]], probabilities=wrong)
    for categories in ([[2, 0]], [[-1, 0]], [[0.5, 0]], [[0, 1, 1]], [[np.nan, 0]]):
        with pytest.raises(AnswerTableError):
            person_fit(categories, probabilities=p)
    with pytest.raises(ProbabilityError):
        corrected_person_fit([[1, 0]], probabilities=p, derivatives=p[:, :1])
