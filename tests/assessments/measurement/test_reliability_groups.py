"""Agreement within groups: the rwg family against its yardsticks, average deviations, and chance."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessments.measurement.reasons import Reason
from assessments.measurement.reliability.agreement_significance import agreement_significance
from assessments.measurement.reliability.errors import GroupsError, NullError, ScaleError, ScoresError
from assessments.measurement.reliability.null_distributions import (
    Null,
    null_probabilities,
    null_variance,
    variance_of,
)
from assessments.measurement.reliability.within_group import within_group_agreement
from tests.oracles import FOLDER, oracle

SCALE = {"lowest": 1, "highest": 5, "null_variance": 2.0}
answers = arrays(np.float64, st.tuples(st.integers(1, 15), st.integers(1, 4)), elements=st.integers(1, 5).map(float))


def test_agreement_of_the_oracle():
    case = oracle("agreement_lq2002_g6_g7")
    with (FOLDER / case["data"]["csv"]).open(encoding="utf-8") as file:
        table = np.array(list(csv.reader(file))[1:], dtype=np.float64)
    assert len(table) == case["data"]["n_rows"]
    found = within_group_agreement(table[:, 1:], group=table[:, 0].astype(int), **SCALE).scale
    for group, expected in case["expected"].items():
        place = int(group)
        numbers = {
            "rwg_j_uniform_sigma2_2": found.rwg,
            "r_star_wg_j": found.r_star,
            "awg_j_1_5": found.awg,
            "ADM_j_mean": found.deviation_mean,
            "ADMd_j_median": found.deviation_median,
        }
        for name, value in numbers.items():
            assert value[place] == pytest.approx(expected[name], abs=case["tolerance"]["abs"]), (group, name)
        assert (table[:, 0] == place).sum() == expected["n"]
        assert found.reason[place] == Reason.ESTIMATED
    assert (found.reason[:6] == Reason.BELOW_THRESHOLD).all()


@pytest.mark.parametrize("null", list(Null))
def test_null_variances_of_the_oracle(null):
    case = oracle("rwg_null_variances")
    expected, tolerance = case["expected"][null.value], case["tolerance"]["abs"]
    probabilities = null_probabilities(null, categories=5)
    assert probabilities == pytest.approx(case["data"][null.value], abs=tolerance)
    assert variance_of(probabilities) == pytest.approx(expected, abs=tolerance)
    assert null_variance(null, categories=5) == pytest.approx(expected, abs=tolerance)


def test_an_even_yardstick_fits_every_scale():
    for categories in range(2, 12):
        even = null_probabilities(Null.UNIFORM, categories=categories)
        assert variance_of(even) == pytest.approx(null_variance(Null.UNIFORM, categories=categories))
    assert null_variance(Null.HEAVY_SKEW, categories=7) == 1.39


@given(answers, st.randoms())
@settings(deadline=None, max_examples=40)
def test_order_of_raters_and_items_does_not_matter(table, random):
    group = np.arange(len(table)) % 3
    rows, columns = list(range(len(table))), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    one = within_group_agreement(table, group=group, **SCALE)
    other = within_group_agreement(table[rows][:, columns], group=group[rows], **SCALE)
    for name, value in vars(one.scale).items():
        np.testing.assert_allclose(getattr(other.scale, name), value, atol=1e-12)
    turned = within_group_agreement(6 - table, group=group, **SCALE)
    for name, value in vars(one.item).items():
        np.testing.assert_allclose(getattr(turned.item, name), value, atol=1e-9)


@given(answers)
@settings(deadline=None, max_examples=40)
def test_each_group_and_item_is_what_numpy_says_of_it_alone(table):
    group = np.arange(len(table)) // 4
    table[::5, 0] = np.nan
    found = within_group_agreement(table, group=group, **SCALE).item
    for place in np.ndindex(found.rwg.shape):
        own = table[group == place[0], place[1]]
        own = own[np.isfinite(own)]
        assert found.raters[place] == len(own)
        if len(own) < 3:
            assert found.reason[place] == Reason.BELOW_THRESHOLD
            assert found.rwg[place] == found.awg[place] == found.deviation_median[place] == 0
            continue
        assert found.rwg[place] == pytest.approx(max(1 - own.var(ddof=1) / 2, 0))
        assert found.deviation_mean[place] == pytest.approx(np.abs(own - own.mean()).mean())
        assert found.deviation_median[place] == pytest.approx(np.abs(own - np.median(own)).mean())


@given(st.integers(1, 5), st.integers(3, 8), st.integers(1, 4))
def test_full_agreement_is_one(answer, raters, items):
    found = within_group_agreement(np.full((raters, items), answer), group=np.zeros(raters, dtype=int), **SCALE)
    for part in (found.item, found.scale):
        assert (part.rwg == 1).all()
        assert (part.awg == 1).all()
        assert (part.deviation_mean == 0).all()
    assert found.scale.r_star.tolist() == [1]


def test_most_disagreement_is_cut_at_zero_where_the_index_says_so():
    found = within_group_agreement([[1], [5], [1], [5]], group=[0] * 4, **SCALE)
    assert found.item.rwg.tolist() == [[0]]
    assert found.scale.rwg.tolist() == [0]
    assert found.scale.r_star[0] == pytest.approx(1 - 16 / 3 / 2)
    assert found.item.awg[0, 0] == pytest.approx(-1)
    assert found.largest_deviation == pytest.approx(5 / 6)


def test_a_mean_too_near_an_end_has_no_relative_agreement():
    table = [[5, 4], [5, 4], [5, 4], [4, 2]]
    found = within_group_agreement(table, group=[0] * 4, **SCALE)
    assert found.item.awg_reason.tolist() == [[Reason.NOT_APPLICABLE, 0]]
    assert found.scale.awg[0] == found.item.awg[0, 1]
    one_away = within_group_agreement([[5], [5], [5], [1]], group=[0] * 4, **SCALE)
    assert one_away.item.awg_reason.tolist() == [[0]]
    only = within_group_agreement([[5], [5], [5], [4]], group=[0] * 4, **SCALE)
    assert only.scale.awg_reason.tolist() == [Reason.NOT_APPLICABLE]


def test_only_items_with_three_raters_count():
    table = np.array([[4, 1], [4, 5], [3, np.nan]])
    found = within_group_agreement(table, group=[0, 0, 0], **SCALE).scale
    assert found.items.tolist() == [1]
    assert found.rwg[0] == pytest.approx(1 - (1 / 3) / 2)
    nobody = within_group_agreement(np.zeros((0, 2)), group=[], **SCALE).scale
    assert nobody.rwg.tolist() == []


def test_agreement_by_chance_is_rarely_significant_and_real_agreement_is():
    random = np.random.default_rng(5)
    raters, groups = 6, 400
    table = random.integers(1, 6, (raters * groups, 3)).astype(float)
    table[:raters] = [4, 3, 5]
    group = np.repeat(np.arange(groups), raters)
    found = within_group_agreement(table, group=group, **SCALE)
    chance = agreement_significance(found, probabilities=[0.2] * 5, simulations=4000, seed=3)
    assert chance.p[0] == pytest.approx(1 / 4001)
    assert 0.02 < (chance.p[1:] <= 0.05).mean() < 0.09
    assert ((found.scale.variance <= chance.critical_variance) == (chance.p <= 0.05)).mean() > 0.99
    again = agreement_significance(found, probabilities=[0.2] * 5, simulations=4000, seed=3)
    np.testing.assert_array_equal(again.p, chance.p)


def test_groups_without_a_report_have_no_significance():
    found = within_group_agreement([[1], [1]], group=[0, 0], **SCALE)
    chance = agreement_significance(found, probabilities=[0.2] * 5, simulations=10)
    assert (chance.p.tolist(), chance.reason.tolist()) == ([0], [Reason.BELOW_THRESHOLD])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: within_group_agreement([[6]], group=[0], **SCALE), ScaleError),
        (lambda: within_group_agreement([[1]], group=[0], lowest=5, highest=1, null_variance=2), ScaleError),
        (lambda: within_group_agreement([[1]], group=[0], lowest=1, highest=5, null_variance=0), NullError),
        (lambda: within_group_agreement([[1], [2]], group=[0], **SCALE), GroupsError),
        (lambda: within_group_agreement([1, 2], group=[0, 0], **SCALE), ScoresError),
        (lambda: null_variance(Null.NORMAL, categories=4), NullError),
        (lambda: null_variance(Null.UNIFORM, categories=1), NullError),
        (lambda: null_probabilities(Null.NORMAL, categories=7), NullError),
        (lambda: null_probabilities(Null.UNIFORM, categories=1), NullError),
        (lambda: variance_of([0.5, 0.6]), NullError),
        (lambda: variance_of([1.0]), NullError),
    ],
)
def test_bad_input_is_named(call, error):
    with pytest.raises(error):
        call()
