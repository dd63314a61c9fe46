"""Decision studies and the planner: how dependable scores are, and how many raters and items are enough."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.generalizability.d_study import (
    DStudy,
    cut_dependability,
    d_study,
    d_study_table,
    observed_d_studies,
    observed_d_study,
)
from assessments.measurement.generalizability.errors import DesignError, SizeError, TargetError
from assessments.measurement.generalizability.observations import long_arrays
from assessments.measurement.generalizability.planner import (
    Coefficient,
    OutOfReach,
    Plan,
    Unreachable,
    planning_table,
    smallest_plan,
)
from assessments.measurement.reasons import NotEstimable, Reason
from tests.assessments.measurement.test_generalizability_studies import estimated, study_of
from tests.oracles import oracle


def planned(study, **plan):
    """A decision study that there is."""
    found = d_study(study, **plan)
    assert isinstance(found, DStudy)
    return found


def averaged(study):
    """The decision study of what was observed."""
    found = observed_d_study(study)
    assert isinstance(found, DStudy)
    return found


@pytest.fixture(name="ratings", scope="module")
def fixture_ratings():
    """Persons by raters by items with known effects."""
    random = np.random.default_rng(4)
    scales = [((30, 1, 1), 0.7), ((1, 6, 1), 0.4), ((1, 1, 5), 0.3), ((30, 6, 1), 0.5), ((30, 6, 5), 0.6)]
    table = sum(scale * random.standard_normal(shape) for shape, scale in scales)
    value, facets = long_arrays(table, facets=("p", "r", "i"))
    return estimated(value, facets, "p x r x i")


def test_coefficients_of_persons_by_items_as_published():
    case, study = oracle("brennan_sd1_pxi"), study_of("brennan_sd1_pxi", "pi", "p x i")
    expected, tolerance = case["expected"], case["tolerance"]["abs"]
    found = planned(study, sizes={"i": 12})
    assert found.generalizability == pytest.approx(expected["Erho2"], abs=tolerance)
    assert found.dependability == pytest.approx(expected["Phi"], abs=tolerance)
    numbers = [int(number) for number in expected["D_study"]]
    table = d_study_table(study, sizes={"i": numbers})
    for place, pair in enumerate(expected["D_study"].values()):
        assert table.generalizability[place] == pytest.approx(pair[0], abs=tolerance)
        assert table.dependability[place] == pytest.approx(pair[1], abs=tolerance)


def test_coefficients_of_nested_items_as_published():
    case = oracle("brennan_sd2_ip")
    found = planned(study_of("brennan_sd2_ip", "pi", "i:p"), sizes={"i": 8})
    assert found.generalizability == pytest.approx(case["expected"]["Erho2"], abs=case["tolerance"]["coef_abs"])
    assert found.dependability == found.generalizability


@pytest.mark.parametrize(("fixed", "name"), [((), "random"), (("i",), "items_fixed")])
def test_coefficients_with_random_and_fixed_items_as_published(fixed, name):
    case = oracle("brennan_sd3_pxixo")
    found = planned(study_of("brennan_sd3_pxixo", "pio", "p x i x o"), sizes={"i": 4, "o": 2}, fixed=fixed)
    assert found.generalizability == pytest.approx(case["expected"][name]["Erho2"], abs=case["tolerance"]["abs"])
    assert found.dependability == pytest.approx(case["expected"][name]["Phi"], abs=case["tolerance"]["abs"])


def test_coefficients_with_missing_cells_as_published():
    case, study = oracle("brennan_missing_pxi"), study_of("brennan_missing_pxi", "pi", "p x i")
    expected, tolerance = case["expected"], case["tolerance"]["coef_abs"]
    found = averaged(study)
    assert found.generalizability == pytest.approx(expected["Erho2"], abs=tolerance)
    assert found.dependability == pytest.approx(expected["Phi"], abs=tolerance)
    harmonic = planned(study, sizes={"i": expected["harmonic_n_i"]})
    assert harmonic.dependability == pytest.approx(found.dependability, abs=1e-8)


def test_the_coefficient_of_persons_by_items_is_cronbachs_alpha():
    table = np.array(oracle("brennan_sd1_pxi")["data"], dtype=float)
    alpha = 12 / 11 * (1 - table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1))
    found = planned(study_of("brennan_sd1_pxi", "pi", "p x i"), sizes={"i": 12})
    assert found.generalizability == pytest.approx(alpha, abs=1e-12)


def test_at_the_mean_a_cut_is_as_dependable_as_kuder_richardson_21():
    study = study_of("brennan_sd1_pxi", "pi", "p x i")
    total = np.array(oracle("brennan_sd1_pxi")["data"]).sum(axis=1)
    expected = 12 / 11 * (1 - total.mean() * (12 - total.mean()) / (12 * total.var()))
    found = planned(study, sizes={"i": 12})
    assert cut_dependability(study, found=found, cut=study.mean) == pytest.approx(expected, abs=1e-12)
    far = cut_dependability(study, found=found, cut=study.mean + 1)
    assert isinstance(far, float)
    assert far > found.dependability
    with pytest.raises(TargetError):
        cut_dependability(study, found=found, cut=float("nan"))


def test_errors_of_persons_by_raters_by_items_are_those_of_the_formula(ratings):
    s2 = dict(zip(ratings.names, np.maximum(ratings.components, 0), strict=True))
    found = planned(ratings, sizes={"r": 4, "i": 3})
    relative = s2["pr"] / 4 + s2["pi"] / 3 + s2["pri"] / 12
    assert found.relative_error_variance == pytest.approx(relative)
    assert found.absolute_error_variance == pytest.approx(relative + s2["r"] / 4 + s2["i"] / 3 + s2["ri"] / 12)
    own = planned(ratings, sizes={"r": 4, "i": 3}, design="(r:p) x i")
    nested = relative + s2["r"] / 4 + s2["ri"] / 12
    assert own.relative_error_variance == pytest.approx(nested)
    assert own.absolute_error_variance == pytest.approx(nested + s2["i"] / 3)


def test_negative_components_count_as_nothing():
    study = estimated([1, 3, 3, 1], {"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, "p x i")
    assert study.component_of("p") < 0
    found = planned(study, sizes={"i": 2})
    assert (found.universe_variance, found.generalizability, found.dependability) == (0.0, 0.0, 0.0)
    plan = smallest_plan(study, target=0.5, limits={"i": (1, 9)})
    assert isinstance(plan, Unreachable)
    assert plan.reason is OutOfReach.NO_DIFFERENCES


def test_each_person_counts_with_their_own_raters():
    random = np.random.default_rng(8)
    numbers = np.array([3, 5, 2, 8, 4, 4])
    person = np.repeat(np.arange(6), numbers)
    value = random.standard_normal(6)[person] * 2 + random.standard_normal(len(person))
    study = estimated(value, {"p": person, "r": np.arange(len(person))}, "r:p")
    own = observed_d_studies(study)
    np.testing.assert_allclose(own.dependability, d_study_table(study, sizes={"r": numbers}).dependability)
    assert own.dependability.argmax() == 3


def test_unequal_groups_of_raters_count_by_their_squares():
    random = np.random.default_rng(9)
    group = np.array([0, 0, 0, 1])
    person, rater = (axis.ravel() for axis in np.indices((20, 4)))
    value = random.standard_normal(20)[person] + random.standard_normal((20, 4)).ravel()
    study = estimated(value, {"p": person, "r": rater, "g": group[rater]}, "p x (r:g)")
    s2 = dict(zip(study.names, np.maximum(study.components, 0), strict=True))
    found = averaged(study)
    assert found.relative_error_variance == pytest.approx(s2["pg"] * (9 + 1) / 16 + s2["pr:g"] / 4)


def test_nothing_that_varies_and_single_items_have_reasons():
    person, item = (axis.ravel() for axis in np.indices((4, 3)))
    flat = estimated(np.full(12, 2.0), {"p": person, "i": item}, "p x i")
    assert d_study(flat, sizes={"i": 3}) == NotEstimable(Reason.NO_VARIATION)
    odd = estimated(np.full(12, 3.3), {"p": person, "i": item}, "p x i")
    assert d_study(odd, sizes={"i": 3}) == NotEstimable(Reason.NO_VARIATION)
    assert smallest_plan(flat, target=0.8, limits={"i": (1, 4)}) == NotEstimable(Reason.NO_VARIATION)
    one = estimated([1.0, 2.0, 4.0], {"p": [0, 1, 2], "i": [0, 0, 0]}, "p x i")
    assert d_study(one, sizes={"i": 3}) == NotEstimable(Reason.TOO_FEW_VALUES)
    assert d_study_table(one, sizes={"i": [1, 2]}).reasons.tolist() == [Reason.TOO_FEW_VALUES] * 2
    assert cut_dependability(flat, found=DStudy(0, 0, 0, 0, 0, 0), cut=2.0) == NotEstimable(Reason.NO_VARIATION)


def test_persons_who_do_not_differ_are_not_told_apart_by_rounding():
    person, item = (axis.ravel() for axis in np.indices((7, 3)))
    study = estimated(np.array([1.1, 2.3, 3.7])[item], {"p": person, "i": item}, "p x i")
    found = planned(study, sizes={"i": 3})
    assert (found.universe_variance, found.relative_error_variance, found.generalizability) == (0.0, 0.0, 0.0)
    assert found.absolute_error_variance > 0


def test_what_is_no_plan_is_refused(ratings):
    wrong_sizes: tuple[dict[str, Any], ...] = (
        {"r": 3},
        {"r": 3, "i": 0},
        {"r": 3, "i": np.nan},
        {"r": 3, "i": 2, "o": 1},
        {"r": [1, 2], "i": 2},
    )
    for sizes in wrong_sizes:
        with pytest.raises(SizeError):
            d_study(ratings, sizes=sizes)
    for wrong in ({"fixed": ("r", "i")}, {"fixed": ("p",)}, {"measured": "o"}, {"design": "p x r"}):
        with pytest.raises(DesignError):
            d_study(ratings, sizes={"r": 3, "i": 2}, **wrong)
    wrong_limits: tuple[dict[str, Any], ...] = (
        {"r": (2, 1), "i": (1, 2)},
        {"r": (0, 1), "i": (1, 2)},
        {"r": (1, np.inf), "i": (1, 2)},
        {"r": (1, 5000), "i": (1, 5000)},
    )
    for limits in wrong_limits:
        with pytest.raises(SizeError):
            smallest_plan(ratings, target=0.8, limits=limits)
    with pytest.raises(TargetError):
        smallest_plan(ratings, target=1.0, limits={"r": (1, 2), "i": (1, 2)})
    nested = study_of("brennan_sd2_ip", "pi", "i:p")
    with pytest.raises(DesignError):
        d_study(nested, sizes={"i": 2}, design="p x i")


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 0.95), st.integers(1, 9), st.integers(1, 9), st.sampled_from(list(Coefficient)))
def test_the_plan_is_that_of_trying_everything(ratings, target, most_raters, most_items, coefficient):
    limits = {"r": (1, most_raters), "i": (1, most_items)}
    found = smallest_plan(ratings, target=target, limits=limits, coefficient=coefficient)
    tried = {
        (r, i): getattr(planned(ratings, sizes={"r": r, "i": i}), coefficient)
        for r, i in product(range(1, most_raters + 1), range(1, most_items + 1))
    }
    enough = {plan for plan, value in tried.items() if value >= target}
    if not enough:
        assert isinstance(found, Unreachable)
        assert found.reason is OutOfReach.LIMITS
        assert found.best.value == pytest.approx(max(tried.values()))
        assert min(found.ceilings.values()) >= found.best.value
        return
    assert isinstance(found, Plan)
    assert found.smallest.ratings == min(r * i for r, i in enough)
    assert found.smallest.value == pytest.approx(tried[found.smallest.sizes["r"], found.smallest.sizes["i"]])
    least = {(r, i) for r, i in enough if not {(r - 1, i), (r, i - 1)} & enough}
    assert {tuple(plan.sizes.values()) for plan in found.choices} == least


def test_the_table_of_plans_has_an_axis_for_each_facet(ratings):
    grid = planning_table(ratings, limits={"i": (2, 4), "r": (1, 5)})
    assert grid.facets == ("i", "r")
    assert grid.table.dependability.shape == (3, 5)
    expected = planned(ratings, sizes={"i": 3, "r": 5}).dependability
    assert grid.table.dependability[1, 4] == pytest.approx(expected)
    assert (np.diff(grid.table.dependability, axis=1) > 0).all()
