"""The contract's worked example, to the last digit, through the public functions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assessments.measurement.cells import rater_values
from assessments.measurement.curves import Curve, curve_points
from assessments.measurement.cycle_means import CycleMeans
from assessments.measurement.disclosure import partition_of
from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.reasons import Reason
from assessments.measurement.rounding import as_decimal, quantised
from assessments.measurement.weighting import weighted_points
from review.aggregation.cycle import aggregate_cells, aggregate_cycle
from review.aggregation.design import profile_design
from review.aggregation.dimension_scores import Evidence
from review.aggregation.explanation import person_steps
from review.aggregation.totals import SectionEntry, total_result

EXAMPLE = json.loads((Path(__file__).parents[2] / "data" / "oracles" / "contract_example.json").read_text())
EXPECTED = EXAMPLE["expected"]
LAYOUT = FormLayout(("C3", "C4", "R3"), (3, 3, 4))


def rows():
    """Raters' names, groups and ratings of the example, in the cycle's layout."""
    for rater, answers in EXAMPLE["answers"].items():
        group = rater if rater in ("self", "manager") else rater.rstrip("0123456789") + "s"
        codes = [
            code
            for name, n in zip(LAYOUT.dimensions, LAYOUT.item_counts, strict=True)
            for code in answers.get(name, [0] * n)
        ]
        yield rater, group_index(group), codes


@pytest.fixture(name="result")
def fixture_result():
    raters = list(rows())
    means = np.zeros((len(GROUPS), 3))
    for group, mean in EXAMPLE["cycle_group_means"].items():
        means[group_index(group)] = mean
    return aggregate_cycle(
        np.array([codes for _, _, codes in raters], dtype=np.uint8),
        subject=np.zeros(len(raters), dtype=np.int64),
        group=np.array([group for _, group, _ in raters]),
        profile_of_subject=np.zeros(1, dtype=np.int64),
        design=profile_design(
            layout=LAYOUT,
            group_weights=EXAMPLE["group_weights"],
            applicable=EXAMPLE["applicable"],
            profile_weights=EXAMPLE["profile_weights"],
            required_levels=EXAMPLE["required_levels"],
            threshold=EXAMPLE["threshold"],
        ),
        means=CycleMeans(means, (means > 0).astype(np.int8), (means > 0).astype(np.int64)),
    )


def test_each_rater_has_the_value_of_the_example():
    for rater, _, codes in rows():
        values = rater_values(np.array([codes], dtype=np.uint8), layout=LAYOUT)
        for name, expected in EXPECTED["rater_dimension"][rater].items():
            place = LAYOUT.index(name)
            assert bool(values.is_defined[0, place]) == (expected is not None)
            assert float(quantised(values.value)[0, place]) == (expected or 0)


def test_the_partition_is_that_of_the_example():
    counts = {"peers": {"C3": 4, "C4": 3}, "partners": {"C3": 2, "C4": 1}}
    found = partition_of(counts, threshold=EXAMPLE["threshold"])
    assert {str(group): size for group, size in found.sizes.items()} == EXPECTED["group_sizes_for_the_partition"]
    assert [[str(group) for group in cell] for cell in found.cells] == EXPECTED["partition"]


def test_cells_have_the_means_and_counts_of_the_example(result):
    steps = person_steps(result, 0)
    for name, expected in EXPECTED["cells"].items():
        shown = {"+".join(cell.groups): cell for cell in steps.dimension(name).cells if cell.groups != ("self",)}
        for label, value in expected.items():
            if label == "n":
                assert shown["peers+partners"].raters == value
            else:
                assert float(quantised(shown[label].mean)) == value


def test_scores_and_points_of_dimensions_are_those_of_the_example(result):
    steps = person_steps(result, 0)
    for name, expected in EXPECTED["dimension_scores"].items():
        assert float(quantised(steps.dimension(name).score)) == expected
        assert float(quantised(steps.dimension(name).points)) == EXPECTED["dimension_points"][name]
    assert steps.dimension("C3").evidence is Evidence.MULTI_RATER
    assert steps.dimension("R3").evidence is Evidence.MANAGER_ASSESSMENT
    pooled = steps.dimension("C4").cells[-1]
    assert pooled.cycle_mean == pytest.approx(3.72, abs=1e-12)


def test_a_missing_pooled_cell_leaves_the_score_of_the_example(result):
    cells = result.cells
    without = cells.raters * ~cells.is_anonymous[:, None]
    hidden = type(cells)(
        cells.layout,
        cells.subjects,
        cells.subject,
        cells.groups,
        without.astype(np.uint16),
        cells.total * (without > 0),
    )
    found = aggregate_cells(
        hidden,
        profile_of_subject=np.zeros(1, dtype=np.int64),
        design=result.design,
        means=result.means,
        spread=result.spread,
    )
    assert float(quantised(found.scores.value)[0, 1]) == EXPECTED["C4_if_the_pooled_cell_were_missing"]
    assert found.overall.evidence[0] == Evidence.MANAGER_ASSESSMENT


def test_sections_total_and_grade_are_those_of_the_example(result):
    kpis = EXAMPLE["kpis"]
    points = []
    for kpi in kpis:
        curve = Curve(tuple(tuple(point) for point in kpi["curve"]))
        points.append(float(curve_points(curve, kpi["actual"])))
        assert float(quantised(points[-1])) == EXPECTED["kpi_points"][kpi["name"]]
    assert float(curve_points(curve, 61)) == EXPECTED["kpi_points"]["days sales outstanding at 61 days"]
    kpi_section = weighted_points(points, weights=[kpi["weight"] for kpi in kpis])
    competency = int(result.section.hundredths[0])
    assert str(as_decimal(competency)) == EXPECTED["competency_points"]
    assert kpi_section.hundredths is not None
    assert str(as_decimal(kpi_section.hundredths)) == EXPECTED["kpi_section_points"]
    weights = EXAMPLE["section_weights"]
    total = total_result(
        [
            SectionEntry("competency", weights["competency"], competency),
            SectionEntry("kpi", weights["kpi"], kpi_section.hundredths),
        ]
    )
    assert total.hundredths is not None
    assert str(as_decimal(total.hundredths)) == EXPECTED["total_points"]
    assert total.grade == EXPECTED["grade"]
    assert total.reason is Reason.ESTIMATED


def test_every_step_of_a_score_adds_up_from_the_numbers_that_a_page_shows(result):
    for steps in person_steps(result, 0).dimensions:
        first = sum(cell.part for cell in steps.cells) / steps.shown_weight
        whole = sum(group.weight for group in steps.groups)
        second = sum(group.weight * group.cycle_mean for group in steps.groups) / whole
        assert steps.score == pytest.approx(first + second, abs=1e-12)
        assert steps.gap == pytest.approx(steps.score - steps.required, abs=1e-12)
