"""Plain arithmetic agrees with the aggregation on any cycle, to the last digit that is kept."""

import json
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.measurement.curves import GAP_CURVE, gap_points
from assessments.scorecards.models import CardResult
from review.aggregation.cycle import CycleScores
from review.aggregation.explanation import person_steps
from review.schemes.models import SectionKind
from review.scoring.models import PersonScores
from review.scoring.numbers import result_numbers
from review.scoring.queries import total_of
from review.seals import curves
from review.seals.curves import figure_points
from review.seals.queries import different
from review.seals.replay import half_up, micro, replayed_numbers
from tests.review.aggregation.organisations import aggregated, cycles
from tests.review.seals.figures import cards, scheme_of, sealed


def numbers_of(scores: CycleScores, subject: int, card: CardResult, scheme: Any) -> dict[str, Any]:
    participant: Any = SimpleNamespace(scheme=scheme)
    steps = person_steps(scores, subject)
    person = PersonScores(participant, steps, card, total_of(participant, steps, card))
    return result_numbers(person)


@settings(max_examples=150, deadline=None)
@given(cycles(), cards(), st.integers(1, 99), st.sampled_from([None, "B", "C"]))
def test_plain_arithmetic_gives_every_number_of_the_aggregation(
    cycle: Any, card: CardResult, competency: int, gate_cap: str | None
) -> None:
    dimensions, threshold, roles, people = cycle
    scores = aggregated(dimensions, threshold, roles, people)
    scheme = scheme_of({SectionKind.COMPETENCY: competency, SectionKind.KPI: 100 - competency}, gate_cap)
    for subject in range(len(people)):
        numbers = numbers_of(scores, subject, card, scheme)
        content = sealed(numbers, scheme, scores)
        replayed = json.loads(json.dumps(replayed_numbers(content)))
        assert different(replayed, content) == ()
        assert set(numbers) == set(replayed), "a number without its plain arithmetic"


@given(st.floats(-3, 3) | st.integers(-40_000_000, 40_000_000).map(lambda halves: halves / 4e7))
def test_points_of_a_gap_have_the_same_roundings_as_the_formulas(gap: float) -> None:
    """Halves of a millionth of a point are where another order of the same sum rounds to the other side."""
    curve = [[float(number) for number in point] for point in GAP_CURVE.points]
    assert curves.gap_points(gap, curve) == float(gap_points(gap))


@given(st.floats(-1e9, 1e9))
def test_a_number_is_kept_to_a_millionth_as_the_formulas_keep_it(value: float) -> None:
    from assessments.measurement.rounding import quantised

    assert micro(value) == float(quantised(value))


def test_points_are_rounded_half_up() -> None:
    assert [half_up(Fraction(number)) for number in ("0.5", "1.49", "2.5", "2.4999")] == [1, 1, 3, 2]


def test_a_figure_beyond_the_threshold_is_nothing_unless_the_line_goes_on() -> None:
    curve = [(60.0, 60.0), (45.0, 100.0), (30.0, 120.0)]
    assert figure_points(61, curve, continues_line=False) == 0
    assert 0 < figure_points(61, curve, continues_line=True) < 60
    assert figure_points(20, curve, continues_line=False) == 120
