"""The contract's example through the whole chain: survey, scorecard, close, stored result, to the last digit."""

from collections.abc import Callable

from people.organisation.models import Person
from review.results.models import Result
from review.results.queries import result_of
from review.scoring.numbers import result_numbers
from review.scoring.queries import scored_cycle
from tests.review.scoring.example import EXAMPLE, PERSON, example_cycle
from tests.review.worlds import participant_of
from web.database import db

EXPECTED = EXAMPLE["expected"]
Find = Callable[[str], Person]


def test_the_example_comes_out_of_the_database_to_the_last_digit(person: Find) -> None:
    cycle = example_cycle(person)
    participant = participant_of(cycle, person(PERSON))
    result = result_of(participant)
    assert result is not None
    dimensions = {entry["code"]: entry for entry in result.dimensions}
    assert {code: entry["score"] for code, entry in dimensions.items()} == EXPECTED["dimension_scores"]
    assert {code: entry["points"] for code, entry in dimensions.items()} == EXPECTED["dimension_points"]
    assert {section["kind"]: f"{section['hundredths'] / 100:.2f}" for section in result.sections} == {
        "competency": EXPECTED["competency_points"],
        "kpi": EXPECTED["kpi_section_points"],
    }
    assert f"{(result.total or 0) / 100:.2f}" == EXPECTED["total_points"]
    assert (result.calculated_grade, result.grade) == (EXPECTED["grade"], EXPECTED["grade"])


def test_the_cells_of_the_example_are_what_was_shown_at_the_close(person: Find) -> None:
    cycle = example_cycle(person)
    steps = scored_cycle(cycle).person(participant_of(cycle, person(PERSON))).steps
    assert steps is not None
    for code, expected in EXPECTED["cells"].items():
        shown = {"+".join(cell.groups): cell for cell in steps.dimension(code).cells if cell.groups != ("self",)}
        assert {label: round(cell.mean, 6) for label, cell in shown.items() if cell.is_shown} == {
            label: value for label, value in expected.items() if label != "n"
        }
        assert all(cell.raters == expected["n"] for label, cell in shown.items() if label == "peers+partners")
        means = {base.group: round(base.cycle_mean, 6) for base in steps.dimension(code).groups}
        assert means == {group: EXAMPLE["cycle_group_means"][group] for group in means}


def test_a_recomputation_of_the_example_compares_equal_to_what_was_stored(person: Find) -> None:
    cycle = example_cycle(person)
    db.session.expire_all()
    for scored in scored_cycle(cycle).people:
        stored = db.session.query(Result).filter_by(participant_id=scored.participant.id).one()
        numbers = result_numbers(scored)
        assert {name: getattr(stored, name) for name in numbers} == numbers
