"""Generalizability studies: components of published and invented designs, and what cannot be estimated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.generalizability.component_intervals import component_intervals
from assessments.measurement.generalizability.designs import design_of
from assessments.measurement.generalizability.errors import DesignError, ObservationError, TargetError
from assessments.measurement.generalizability.g_study import GStudy, g_study
from assessments.measurement.generalizability.observations import long_arrays
from assessments.measurement.reasons import NotEstimable, Reason
from tests.oracles import oracle

DESIGNS = ("p x i", "i:p", "p x i x o", "p x (r:g)", "(r:p) x i", "r:h:d", "p x (r:g) x i", "i:(p x o)")


def study_of(name, facets, design):
    """The study of an oracle's table."""
    data = oracle(name)["data"]
    table = np.array(data["shape_p_i_o"] if isinstance(data, dict) else data, dtype=float)
    value, levels = long_arrays(np.nan_to_num(table), facets=tuple(facets), observed=~np.isnan(table))
    return estimated(value, levels, design)


def estimated(value, facets, design):
    """A study that there is."""
    study = g_study(value, facets=facets, design=design)
    assert isinstance(study, GStudy)
    return study


def invented(design, seed, *, keep=0.8, levels=4):
    """Random numbers for some cells of a design, each facet with a few levels."""
    random = np.random.default_rng(seed)
    facets = design_of(design).facets
    seen = random.random((levels,) * len(facets)) < keep
    seen.flat[0] = True
    return long_arrays(random.integers(1, 6, seen.shape), facets=facets, observed=seen)


def test_persons_by_items_as_published():
    case, study = oracle("brennan_sd1_pxi"), study_of("brennan_sd1_pxi", "pi", "p x i")
    expected, tolerance = case["expected"], case["tolerance"]
    assert study.is_balanced
    for place, name in enumerate(study.names):
        assert study.components[place] == pytest.approx(expected["var"][name], abs=tolerance["abs"])
        assert study.components[place] == pytest.approx(expected["precise"][name], abs=tolerance["precise_abs"])
        assert study.t_terms[place] == pytest.approx(expected["T"][name], abs=tolerance["abs"])


def test_items_nested_in_persons_as_published():
    case, study = oracle("brennan_sd2_ip"), study_of("brennan_sd2_ip", "pi", "i:p")
    assert study.component_of("p") == pytest.approx(case["expected"]["p"], abs=case["tolerance"]["abs"])
    assert study.component_of("i", "p") == pytest.approx(case["expected"]["ip"], abs=case["tolerance"]["abs"])


def test_persons_by_items_by_occasions_as_published():
    case, study = oracle("brennan_sd3_pxixo"), study_of("brennan_sd3_pxixo", "pio", "p x i x o")
    expected, tolerance = case["expected"], case["tolerance"]["abs"]
    found = dict(zip(study.names, zip(study.components, study.mean_squares, strict=True), strict=True))
    for name, (component, mean_square) in found.items():
        assert component == pytest.approx(expected["var"][name], abs=tolerance)
        # The printed mean square of po, 1.3383, contradicts its own components: .9352 + 4 x .1009 = 1.3388.
        printed = expected["MS"][name] if name != "po" else expected["var"]["pio"] + 4 * expected["var"]["po"]
        assert mean_square == pytest.approx(printed, abs=3e-4 if name == "po" else tolerance)


def test_missing_cells_as_published():
    case, study = oracle("brennan_missing_pxi"), study_of("brennan_missing_pxi", "pi", "p x i")
    expected, tolerance = case["expected"], case["tolerance"]["var_abs"]
    assert not study.is_balanced
    assert study.t_mean == pytest.approx(expected["T"]["mean"], abs=tolerance)
    for place, name in enumerate(study.names):
        assert study.components[place] == pytest.approx(expected["var"][name], abs=tolerance)
        assert study.t_terms[place] == pytest.approx(expected["T"][name], abs=tolerance)


@pytest.mark.parametrize(
    ("notation", "names"),
    [
        ("p x i", ["p", "i", "pi"]),
        ("i:p", ["p", "i:p"]),
        ("(i:p) x o", ["p", "o", "i:p", "po", "io:p"]),
        ("p x i:h", ["p", "h", "ph", "i:h", "pi:h"]),
        ("r:h:d", ["d", "h:d", "r:h:d"]),
        ("(i x o):p", ["p", "i:p", "o:p", "io:p"]),
        ("i : (p × o)", ["p", "o", "po", "i:po"]),
        ("person x (rater:group)", ["person", "group", "person x group", "rater:group", "(person x rater):group"]),
    ],
)
def test_designs_are_read_as_brennan_writes_them(notation, names):
    assert sorted(design_of(notation).names) == sorted(names)


@pytest.mark.parametrize("notation", ["", "p x", "x p", "p i", "(p x i", "p x i)", "p x p", "p::i", "p & i", "2 x p"])
def test_designs_that_cannot_be_read_are_refused(notation):
    with pytest.raises(DesignError):
        design_of(notation)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_components_solve_the_expectations_of_dense_quadratic_forms(design, seed):
    value, facets = invented(design, seed)
    study = estimated(value, facets, design)
    assert (study.reasons == Reason.ESTIMATED).all()
    indicators = [np.eye(len(cells.size))[cells.cell] for cells in study.observed.cells]
    ones = np.ones((len(value), 1))
    forms = [each @ np.diag(1 / each.sum(axis=0)) @ each.T for each in (ones, *indicators)]
    expected = [[np.trace(form @ each @ each.T) for each in indicators] + [len(value)] for form in forms]
    solved = np.linalg.solve(np.array(expected), [value @ form @ value for form in forms])
    np.testing.assert_allclose(study.components, solved[:-1], atol=1e-8)
    np.testing.assert_allclose(study.t_terms, [value @ form @ value for form in forms[1:]], rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DESIGNS), st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.1, 20), st.booleans())
def test_components_follow_the_unit_and_no_order(design, seed, shift, factor, is_complete):
    value, facets = invented(design, seed, keep=1.0 if is_complete else 0.7)
    study = estimated(value, facets, design)
    random = np.random.default_rng(seed)
    order = random.permutation(len(value))
    renamed = {facet: random.permutation(4)[levels][order] for facet, levels in facets.items()}
    other = estimated(shift + factor * value[order], renamed, design)
    np.testing.assert_array_equal(other.reasons, study.reasons)
    np.testing.assert_allclose(other.components, factor**2 * study.components, rtol=1e-6, atol=1e-8 * factor**2)
    np.testing.assert_array_equal(other.degrees, study.degrees)
    # Cells that chance has left out may leave the others balanced.
    assert study.is_balanced or not is_complete
    assert study.is_balanced == other.is_balanced


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DESIGNS), st.integers(0, 10_000))
def test_sums_of_squares_and_degrees_add_up(design, seed):
    value, facets = invented(design, seed)
    study = estimated(value, facets, design)
    assert study.sums_of_squares.sum() == pytest.approx(((value - value.mean()) ** 2).sum())
    assert study.degrees.sum() == len(value) - 1


def test_levels_of_a_nested_facet_may_begin_anew():
    value, facets = invented("(r:p) x i", 5)
    again = {**facets, "r": np.array([f"{p}/{r}" for p, r in zip(facets["p"], facets["r"], strict=True)])}
    first, second = (estimated(value, each, "(r:p) x i") for each in (facets, again))
    np.testing.assert_allclose(first.components, second.components)


def test_nothing_observed_and_single_levels_have_reasons():
    empty = {"p": np.zeros(0, dtype=int), "i": np.zeros(0, dtype=int)}
    assert g_study([], facets=empty, design="p x i") == NotEstimable(Reason.NO_ANSWERS)
    one_item = estimated([1, 2, 3], {"p": [0, 1, 2], "i": [0, 0, 0]}, "p x i")
    assert one_item.component_of("p") == NotEstimable(Reason.TOO_FEW_VALUES)
    assert one_item.components.tolist() == [0.0, 0.0, 0.0]
    alone = estimated([4.0], {"p": [0], "i": [0]}, "p x i")
    assert (alone.reasons == Reason.TOO_FEW_VALUES).all()
    assert (component_intervals(alone).reasons == Reason.TOO_FEW_VALUES).all()


def test_equal_numbers_have_no_components():
    value, facets = invented("p x i x o", 1)
    study = estimated(np.full(len(value), 3.3), facets, "p x i x o")
    assert not study.components.any()


def test_what_is_no_study_is_refused():
    facets = {"p": [0, 0, 1], "i": [0, 1, 1]}
    for value in ([1, 2, np.nan], [1, 2, np.inf], [1, 2, 1e200], [1, 2], [[1, 2, 3]]):
        with pytest.raises(ObservationError):
            estimated(value, facets, "p x i")
    with pytest.raises(ObservationError):
        estimated([1, 2, 3], {"p": [0, 0, 1], "i": [0, 0, 1]}, "p x i")
    with pytest.raises(ObservationError):
        estimated([1, 2, 3], {"p": [0, 0, np.nan], "i": [0, 1, 1]}, "p x i")
    with pytest.raises(DesignError):
        estimated([1, 2, 3], facets, "p x r")
    with pytest.raises(ObservationError):
        long_arrays([[1, 2]], facets=("p", "i", "o"))
    with pytest.raises(DesignError):
        study_of("brennan_sd1_pxi", "pi", "p x i").component_of("p", "o")


def test_the_interval_of_a_single_mean_square_is_exact():
    study = study_of("brennan_sd1_pxi", "pi", "p x i")
    found = component_intervals(study, level=0.95)
    # Table of chi squared with 99 degrees of freedom: 73.361 and 128.422.
    assert found.low[2] == pytest.approx(99 * study.components[2] / 128.422, rel=1e-5)
    assert found.high[2] == pytest.approx(99 * study.components[2] / 73.361, rel=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(DESIGNS), st.integers(0, 10_000))
def test_intervals_hold_the_estimate_and_grow_with_the_level(design, seed):
    value, facets = invented(design, seed, keep=1.0)
    study = estimated(value, facets, design)
    narrow, wide = (component_intervals(study, level=level) for level in (0.8, 0.95))
    positive = np.maximum(study.components, 0.0)
    assert (narrow.reasons == Reason.ESTIMATED).all()
    for found in (narrow, wide):
        assert ((found.low <= positive + 1e-12) & (positive <= found.high + 1e-12)).all()
    assert ((wide.low <= narrow.low + 1e-9) & (narrow.high <= wide.high + 1e-9)).all()
    assert (wide.high > wide.low).any()


@pytest.mark.parametrize("level", [0.0, 1.0, 90, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(TargetError):
        component_intervals(study_of("brennan_sd1_pxi", "pi", "p x i"), level=level)
