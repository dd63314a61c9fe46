"""Reliability of raters: intraclass correlations, also with gaps, and of means when everybody has other raters."""

# A test that meets a reason instead of a number fails by itself.
# mypy: disable-error-code=union-attr

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.crossed_gaps import forms_with_gaps
from assessments.measurement.reliability.errors import GroupsError, LevelError, ScoresError
from assessments.measurement.reliability.intraclass import intraclass_correlations
from assessments.measurement.reliability.one_way import one_way_reliability
from tests.oracles import oracle

FORMS = {
    "ICC(1,1)": "one_way_single",
    "ICC(2,1)": "agreement_single",
    "ICC(3,1)": "consistency_single",
    "ICC(1,4)": "one_way_mean",
    "ICC(2,4)": "agreement_mean",
    "ICC(3,4)": "consistency_mean",
}
tables = arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(2, 5)), elements=st.integers(1, 5).map(float))


def forms_of(found):
    return {name: getattr(found, name) for name in FORMS.values()}


@pytest.mark.parametrize("of", [intraclass_correlations, lambda ratings: forms_with_gaps(ratings, level=0.95)])
def test_all_forms_of_the_oracle(of):
    case = oracle("icc_shrout_fleiss_1979")
    expected, tolerance = case["expected"], case["tolerance"]
    found = of(np.array(case["data"], dtype=np.float64))
    for name, field in FORMS.items():
        form = getattr(found, field)
        assert form.value == pytest.approx(expected["published"][name], abs=tolerance["published_abs"])
        assert form.value == pytest.approx(expected["precise"][name], abs=tolerance["precise_abs"])
        ends = [form.interval.low, form.interval.high]
        assert ends == pytest.approx(expected["ci95"][name], abs=tolerance["precise_abs"])
        test = expected["F"]["one-way" if name.startswith("ICC(1") else "two-way"]
        assert [form.f, *form.degrees, form.p] == pytest.approx(test, abs=tolerance["precise_abs"])


def test_mean_squares_of_the_oracle():
    case = oracle("icc_shrout_fleiss_1979")
    found = intraclass_correlations(case["data"]).squares
    expected = case["expected"]["MS"]
    squares = [found.people, found.raters, found.residual]
    assert squares == pytest.approx([expected[name] for name in ("subjects", "judges", "residual")], abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(tables, st.floats(0.1, 10), st.floats(-20, 20), st.randoms())
def test_forms_know_neither_unit_nor_order(ratings, unit, shift, random):
    people, raters = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    random.shuffle(people)
    random.shuffle(raters)
    before = intraclass_correlations(ratings)
    after = intraclass_correlations(ratings[people][:, raters] * unit + shift)
    if isinstance(before, NotEstimable):
        assert after == before == NotEstimable(Reason.NO_VARIATION)
        return
    for name, form in forms_of(before).items():
        other = getattr(after, name)
        if isinstance(form, NotEstimable):
            assert other == form
        elif abs(form.value) < 100:
            assert other.value == pytest.approx(form.value, rel=1e-6, abs=1e-6)
            assert -np.inf <= form.interval.low <= form.interval.high <= 1 + 1e-12
            assert not np.isnan([form.interval.low, form.interval.high, form.p]).any()


@settings(deadline=None, max_examples=40)
@given(arrays(np.float64, 6, elements=st.integers(1, 5).map(float)), st.integers(2, 5))
def test_full_agreement_is_one(person, raters):
    assume(np.ptp(person) > 0)
    table = np.repeat(person[:, None], raters, axis=1)
    found = intraclass_correlations(table)
    for form in forms_of(found).values():
        assert (form.value, form.interval.low, form.interval.high, form.f, form.p) == (1, 1, 1, np.inf, 0)
    table[0, 0] = np.nan
    for form in forms_of(intraclass_correlations(table)).values():
        assert form == NotEstimable(Reason.TOO_FEW_VALUES) or (form.value, form.interval.low) == (1, 1)


def test_severity_costs_agreement_but_not_consistency():
    person = np.array([1.0, 2.0, 4.0, 5.0])
    found = intraclass_correlations(person[:, None] + np.array([0.0, 1.0, -1.0]))
    assert found.consistency_single.value == found.consistency_mean.value == 1
    assert 0 < found.agreement_single.value < found.agreement_mean.value < 1
    assert found.agreement_single.interval.low > 0


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.ones((3, 1)), Reason.TOO_FEW_VALUES),
        (np.ones((1, 3)), Reason.TOO_FEW_VALUES),
        (np.ones((0, 0)), Reason.TOO_FEW_VALUES),
        (np.full((3, 3), 0.1), Reason.NO_VARIATION),
        ([[1, np.nan], [2, np.nan]], Reason.TOO_FEW_VALUES),
        ([[1, np.nan], [np.nan, 2]], Reason.TOO_FEW_VALUES),
        ([[2, 2, np.nan], [2, 2, 2]], Reason.NO_VARIATION),
    ],
)
def test_what_cannot_be_told_has_a_reason(ratings, reason):
    assert intraclass_correlations(ratings) == NotEstimable(reason)


def test_people_whose_means_are_equal_have_no_reliable_mean():
    found = intraclass_correlations([[1, 3], [3, 1]])
    assert found.one_way_mean == found.consistency_mean == NotEstimable(Reason.ZERO_DENOMINATOR)
    assert found.one_way_single.value == -1


def test_missing_ratings_leave_out_nobody():
    random = np.random.default_rng(7)
    full = random.normal(3, 1, (400, 1)) + random.normal(0, 0.5, 6) + random.normal(0, 0.7, (400, 6))
    ratings = np.where(random.random(full.shape) < [0, 0.3, 0.3, 0.4, 0.4, 0.4], np.nan, full)
    ratings[0, 1:] = np.nan
    whole, found = intraclass_correlations(full), intraclass_correlations(ratings)
    assert found.people == 400
    assert 3 < found.raters < 6
    for name, form in forms_of(found).items():
        if name.endswith("single"):
            assert form.value == pytest.approx(getattr(whole, name).value, abs=0.05)
        assert form.interval.low < form.value < form.interval.high
    empty = np.vstack([ratings, np.full(6, np.nan)])
    assert intraclass_correlations(empty).agreement_mean.value == found.agreement_mean.value
    assert found.squares == NotEstimable(Reason.PART_MISSING)


def test_people_who_differ_less_than_chance_have_no_reliability_within_the_interval():
    ratings = [[0.3, 0.4, 0.4, 0.3, np.nan, 0.3], [0.3, 0.3, np.nan, 0.4, 0.4, 0.3]]
    for form in forms_of(intraclass_correlations(ratings)).values():
        assert (form.value, form.p) == (0, 1)
        assert form.interval.low < 0 <= form.interval.high


def test_gaps_that_leave_no_error_keep_the_one_way_forms():
    found = intraclass_correlations([[1, 2, np.nan], [np.nan, 3, 5]])
    assert found.agreement_single == found.consistency_mean == NotEstimable(Reason.TOO_FEW_VALUES)
    assert not isinstance(found.one_way_single, NotEstimable)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=3, max_size=8), st.integers(0, 10_000))
def test_one_way_variances_are_those_of_the_restricted_likelihood(counts, seed):
    assume(max(counts) > 1)
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(len(counts)), counts)
    value = random.normal(size=len(counts))[person] + random.normal(size=len(person))
    found = one_way_reliability(value, person=person)
    number = len(value)

    def criterion(ratio):
        matrix = np.eye(number) + ratio * (person[:, None] == person)
        inverse = np.linalg.inv(matrix)
        weight = inverse.sum()
        left = value - inverse.sum(axis=0) @ value / weight
        squares = left @ inverse @ left
        return (number - 1) * np.log(squares) + np.linalg.slogdet(matrix)[1] + np.log(weight)

    ratio = found.person_variance / found.rater_variance
    best = minimize_scalar(criterion, bounds=(0, 50), method="bounded")
    assert criterion(ratio) <= min(best.fun, criterion(0.0)) + 1e-6
    assert found.interval.low <= found.interval.high
    assert found.means.value == pytest.approx(ratio / (ratio + 1 / np.array(counts)))


def test_group_studies_report_two_numbers_of_mean_squares():
    value = np.array([3, 4, 5, 1, 2, 4, 4.0])
    person = np.array([0, 0, 0, 1, 1, 2, 2])
    found = one_way_reliability(value, person=person)
    means = np.array([4, 1.5, 4])[person]
    between = ((means - value.mean()) ** 2).sum() / 2
    within = ((value - means) ** 2).sum() / 4
    assert (found.between, found.within) == pytest.approx((between, within))
    assert found.icc_1 == pytest.approx((between - within) / (between + (7 / 3 - 1) * within))
    assert found.icc_2 == pytest.approx(1 - within / between)


def test_a_person_whom_nobody_rated_has_a_reason():
    found = one_way_reliability([3, 4, 1, 2, np.nan], person=[0, 0, 3, 3, 1])
    assert found.means.reason.tolist() == [0, Reason.NO_ANSWERS, Reason.NO_ANSWERS, 0]
    assert found.means.value[1] == 0
    assert one_way_reliability([], person=[]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert one_way_reliability([1, 2], person=[0, 1]) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert one_way_reliability([2, 2, 2], person=[0, 0, 1]) == NotEstimable(Reason.NO_VARIATION)
    equal = one_way_reliability([2, 2, 3], person=[0, 0, 1])
    assert (equal.single, equal.interval.low, equal.f, equal.p) == (1, 1, np.inf, 0)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: intraclass_correlations(np.array([[1, 2], [2, np.inf]])), ScoresError),
        (lambda: intraclass_correlations([[1, 2], [2, 3]], level=0), LevelError),
        (lambda: one_way_reliability([1, 2], person=[0]), GroupsError),
        (lambda: one_way_reliability([1, 2], person=[0, -1]), GroupsError),
        (lambda: one_way_reliability([1, 2], person=[0.5, 1]), GroupsError),
    ],
)
def test_bad_input_is_named(call, error):
    with pytest.raises(error):
        call()
